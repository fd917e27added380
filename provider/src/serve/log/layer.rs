//! The `tracing` subscriber that writes to stderr.

use std::io::Write;
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::fields::Fields;
use super::line::Line;

/// Our own crates; of the libraries below them only warnings are let through,
/// since at finer levels they log request bodies and keys.
const OWN_TARGETS: [&str; 2] = ["cloister", "terraform_provider_cloister"];

/// Sends this process's log to stderr at `level`; called once, at start.
pub(crate) fn install_log(level: LevelFilter) {
    if level == LevelFilter::OFF {
        return;
    }
    let layer = HclogLayer {
        level,
        clock: Timestamp::now,
        output: Mutex::new(std::io::stderr()),
    };
    // Only a second call could fail, and then the first log stays.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
}

/// Writes each event with the fields of the spans around it as one line to `output`.
struct HclogLayer<W> {
    level: LevelFilter,
    clock: fn() -> Timestamp,
    output: Mutex<W>,
}

impl<W> HclogLayer<W> {
    fn lets_through(&self, metadata: &Metadata<'_>) -> bool {
        let own = OWN_TARGETS
            .iter()
            .any(|target| metadata.target().starts_with(target));
        let limit = if own {
            self.level
        } else {
            self.level.min(LevelFilter::WARN)
        };
        *metadata.level() <= limit
    }
}

impl<S, W> Layer<S> for HclogLayer<W>
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    W: Write + 'static,
{
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.lets_through(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.level)
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        if let Some(span) = context.span(id) {
            span.extensions_mut().insert(fields);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(span) = context.span(id)
            && let Some(fields) = span.extensions_mut().get_mut::<Fields>()
        {
            values.record(fields);
        }
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let mut fields = Fields::default();
        for span in context
            .event_scope(event)
            .into_iter()
            .flat_map(Scope::from_root)
        {
            if let Some(of_span) = span.extensions().get::<Fields>() {
                fields.0.extend(of_span.0.clone());
            }
        }
        event.record(&mut fields);
        let message = fields.0.remove("message");
        let line = Line {
            level: *event.metadata().level(),
            module: event.metadata().target(),
            time: (self.clock)(),
            message: message
                .as_ref()
                .and_then(|message| message.as_str())
                .unwrap_or_default(),
            fields: &fields.0,
        };
        // One write for each line, so that lines of several threads never mix.
        let mut output = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = output.write_all(line.render().as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::Arc;

    use super::*;

    #[derive(Clone, Default)]
    struct Captured(Arc<Mutex<Vec<u8>>>);

    impl Write for Captured {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn logged(level: LevelFilter, what: impl FnOnce()) -> String {
        let captured = Captured::default();
        let layer = HclogLayer {
            level,
            clock: || Timestamp::UNIX_EPOCH,
            output: Mutex::new(captured.clone()),
        };
        tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), what);
        let bytes = captured.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn events_carry_the_fields_of_the_spans_around_them() {
        let log = logged(LevelFilter::DEBUG, || {
            let span = tracing::debug_span!(target: "cloister", "rpc", tf_rpc = "ReadResource", id = tracing::field::Empty);
            span.record("id", 7);
            span.in_scope(
                || tracing::debug!(target: "cloister::x", took = 1.5, ok = true, "read {}", "it"),
            );
        });
        let line: serde_json::Value = serde_json::from_str(&log).unwrap();
        let expected = serde_json::json!({
            "@level": "debug",
            "@message": "read it",
            "@module": "cloister.x",
            "@timestamp": "1970-01-01T00:00:00.000000Z",
            "tf_rpc": "ReadResource",
            "id": 7,
            "took": 1.5,
            "ok": true,
        });
        assert_eq!(line, expected);
    }

    #[test]
    fn libraries_only_warn_and_nothing_passes_below_the_level() {
        let log = logged(LevelFilter::INFO, || {
            tracing::debug!(target: "cloister_aws", "too fine");
            tracing::info!(target: "hyper", "of a library");
            tracing::warn!(target: "hyper", "kept");
            tracing::info!(target: "cloister_aws", "kept too");
        });
        let messages: Vec<_> = log
            .lines()
            .map(|line| line.split('"').nth(7).unwrap())
            .collect();
        assert_eq!(messages, ["kept", "kept too"]);
    }
}
