//! Where in a pattern something stands: as a path, and in the text.

use std::fmt::{self, Write};

/// One step of a path within a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    Key(String),
    Index(usize),
}

/// A place in the text of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Bytes from the start of the text.
    pub offset: usize,
    /// Lines, the first one is 1.
    pub line: usize,
    /// Characters from the start of the line, the first one is 1.
    pub column: usize,
}

impl Step {
    pub(crate) fn key(bytes: &[u8]) -> Self {
        Self::Key(String::from_utf8_lossy(bytes).into_owned())
    }
}

impl Place {
    pub(crate) fn of(offset: usize, text: &str) -> Self {
        let before = &text.as_bytes()[..offset.min(text.len())];
        let line_start = before
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |position| position + 1);
        Self {
            offset,
            line: memchr::memchr_iter(b'\n', before).count() + 1,
            column: String::from_utf8_lossy(&before[line_start..])
                .chars()
                .count()
                + 1,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}", self.line, self.column)
    }
}

/// A path as people write it: `detail.eventName[0].prefix`.
pub(crate) fn render_path(path: &[Step]) -> String {
    let mut out = String::new();
    for step in path {
        let written = match step {
            Step::Key(key) if key.is_empty() || key.contains(['.', '[', '"']) => {
                write!(out, "[{key:?}]")
            }
            Step::Key(key) if out.is_empty() => out.write_str(key),
            Step::Key(key) => write!(out, ".{key}"),
            Step::Index(index) => write!(out, "[{index}]"),
        };
        written.expect("a String takes all that is written to it");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Place, Step, render_path};

    #[test]
    fn paths_read_as_people_write_them() {
        let key = |key: &str| Step::Key(key.to_owned());
        for (path, expected) in [
            (vec![], ""),
            (
                vec![
                    key("detail"),
                    key("eventName"),
                    Step::Index(0),
                    key("prefix"),
                ],
                "detail.eventName[0].prefix",
            ),
            (vec![key("a.b"), key("c")], "[\"a.b\"].c"),
        ] {
            assert_eq!(render_path(&path), expected);
        }
    }

    #[test]
    fn places_count_lines_and_characters() {
        let place = Place::of(9, "{\n \"é\": 1}");
        assert_eq!((place.line, place.column, place.offset), (2, 7, 9));
        assert_eq!(Place::of(99, "").to_string(), "line 1, column 1");
    }
}
