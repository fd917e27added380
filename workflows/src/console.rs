//! What the user sees: results on standard output, everything else on standard error.

use std::io::{self, IsTerminal, Write};

use cloister_workflow::Paint;

use crate::cli::Color;
use crate::failure::Failure;

/// Where standard output is no terminal, reports wrap here.
const DEFAULT_WIDTH: usize = 100;

/// The user's wish for colour.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Console {
    color: Color,
    /// `NO_COLOR` is set: <https://no-color.org>.
    no_color: bool,
}

impl Console {
    pub(crate) fn new(color: Color) -> Self {
        let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Console { color, no_color }
    }

    /// Whether to paint what goes to standard output.
    pub(crate) fn paint(self) -> Paint {
        self.paint_for(io::stdout().is_terminal())
    }

    fn paint_for(self, terminal: bool) -> Paint {
        match self.color {
            Color::Always => Paint::Colour,
            Color::Auto if terminal && !self.no_color => Paint::Colour,
            Color::Auto | Color::Never => Paint::Plain,
        }
    }
}

/// Writes a result. A closed pipe (`cloister … | head`) is no error.
pub(crate) fn result(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::broken(format!(
            "the result could not be written: {error}"
        ))),
        _ => Ok(()),
    }
}

/// Writes a line for the person who watches; nobody may be there to read it.
pub(crate) fn note(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Text that stands out, where there is colour.
pub(crate) fn bold(text: &str, paint: Paint) -> String {
    coloured(text, "1", paint)
}

/// Text under a code of ECMA-48's Select Graphic Rendition, where there is colour.
pub(crate) fn coloured(text: &str, code: &str, paint: Paint) -> String {
    match paint {
        Paint::Plain => text.to_owned(),
        Paint::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
    }
}

/// A number of things: `1 object`, `2 objects`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// Columns of the terminal.
pub(crate) fn width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stdout());
    match size.map(|size| usize::from(size.ws_col)) {
        Ok(columns) if columns > 0 => columns.min(DEFAULT_WIDTH),
        _ => DEFAULT_WIDTH,
    }
}
