//! Panics: shown to the host in the form that it recognises.

use std::any::Any;
use std::backtrace::Backtrace;
use std::io::Write as _;
use std::panic::PanicHookInfo;

/// Makes every panic print lines that Terraform takes for a plugin's crash.
///
/// It collects what follows a line that starts with `panic: ` and shows it to
/// the user as the plugin's stack trace; Rust's own wording would go unnoticed.
pub(crate) fn install_panic_hook() {
    std::panic::set_hook(Box::new(|panic| {
        let text = render_panic(panic, &Backtrace::force_capture());
        // A closed stderr leaves nobody to tell.
        let _ = std::io::stderr().lock().write_all(text.as_bytes());
    }));
}

fn render_panic(panic: &PanicHookInfo<'_>, trace: &Backtrace) -> String {
    let place = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    format!(
        "panic: {}\n\nat {place}\n{trace}\n",
        panic_message(panic.payload())
    )
}

/// The text that a panic was raised with.
pub(crate) fn panic_message(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_of_a_panic_is_found_in_either_form() {
        let payloads: [(Box<dyn Any + Send>, &str); 3] = [
            (Box::new("text"), "text"),
            (Box::new("owned".to_owned()), "owned"),
            (Box::new(7), "no message"),
        ];
        for (payload, expected) in payloads {
            assert_eq!(panic_message(&*payload), expected);
        }
    }
}
