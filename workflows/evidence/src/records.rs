//! The records inside a file, whatever container they came in.
//!
//! Trails write `{"Records": […]}`; `aws cloudtrail lookup-events` prints
//! `{"Events": […]}` with the record as text inside; people keep bare arrays,
//! single records, JSON lines and `EventBridge` events.

use std::borrow::Cow;
use std::ops::Range;

use crate::span::{Malformed, elements, members, skip_space, value};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// One record: its JSON text, and where it stands in the file.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found<'a> {
    pub(crate) text: Cow<'a, [u8]>,
    pub(crate) offset: usize,
}

/// A part of a file that is no record.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) what: String,
}

/// Hands every record of `text` to `visit`, in order, and returns what was not readable.
///
/// Records before a fault have been visited; where the structure itself is
/// broken, the last fault says where reading stopped.
pub(crate) fn walk<'a>(text: &'a [u8], visit: &mut dyn FnMut(Found<'a>)) -> Vec<Fault> {
    let mut walker = Walker {
        text,
        visit,
        faults: Vec::new(),
    };
    let start = if text.starts_with(BYTE_ORDER_MARK) {
        BYTE_ORDER_MARK.len()
    } else {
        0
    };
    let mut at = skip_space(text, start);
    if at == text.len() {
        walker.fault(at, "the file is empty");
    }
    // Several values in one file are JSON lines, pretty-printed or not.
    while at < text.len() {
        match walker.value(at) {
            Ok(end) => at = skip_space(text, end),
            Err(stopped) => {
                walker.fault(stopped.offset, stopped.what);
                break;
            }
        }
    }
    walker.faults
}

struct Walker<'a, 'v> {
    text: &'a [u8],
    visit: &'v mut dyn FnMut(Found<'a>),
    faults: Vec<Fault>,
}

/// What an object turned out to be, by its members.
enum Shape {
    Record,
    /// `EventBridge` wraps the record in `detail`.
    Envelope(Range<usize>),
    /// `LookupEvents` holds the record as text.
    LookupEvent(Range<usize>),
    /// A list of records, visited on the way.
    Wrapper,
    Other,
}

impl<'a> Walker<'a, '_> {
    fn value(&mut self, at: usize) -> Result<usize, Malformed> {
        match self.text[at] {
            b'[' => self.list(at),
            b'{' => self.object(at),
            _ => Err(Malformed {
                offset: at,
                what: "this is not JSON of CloudTrail records",
            }),
        }
    }

    fn list(&mut self, at: usize) -> Result<usize, Malformed> {
        let mut spans = elements(self.text, at);
        for span in spans.by_ref() {
            let span = span?;
            if self.text[span.start] != b'{' {
                self.fault(span.start, "this is no CloudTrail record");
            } else if let Err(broken) = self.object(span.start) {
                // Its brackets close, so the fault stays within this element.
                self.fault(broken.offset, broken.what);
            }
        }
        Ok(spans.end())
    }

    fn object(&mut self, at: usize) -> Result<usize, Malformed> {
        let (shape, end) = self.shape(at)?;
        let text = self.text;
        match shape {
            Shape::Wrapper => {}
            Shape::Record => self.record(text[at..end].into(), at),
            Shape::Envelope(detail) => self.record(text[detail].into(), at),
            Shape::LookupEvent(inner) => match serde_json::from_slice::<String>(&text[inner]) {
                Ok(record) => self.record(record.into_bytes().into(), at),
                Err(_) => self.fault(at, "`CloudTrailEvent` is no text"),
            },
            Shape::Other => self.fault(at, "this is no CloudTrail record"),
        }
        Ok(end)
    }

    /// Reads the members of an object; a list of records in it is walked at
    /// once, so that a file that was cut off still gives what it holds.
    fn shape(&mut self, at: usize) -> Result<(Shape, usize), Malformed> {
        let text = self.text;
        let mut shape = Shape::Other;
        let mut detail_type = false;
        let mut detail = None;
        let mut rest = members(text, at);
        while let Some((key, start)) = rest.next_key()? {
            let is_list = text.get(start) == Some(&b'[');
            let end = match &text[key.clone()] {
                b"\"Records\"" | b"\"Events\"" if is_list => {
                    shape = Shape::Wrapper;
                    self.list(start)?
                }
                _ => value(text, start)?.end,
            };
            match &text[key] {
                b"\"eventTime\"" => shape = Shape::Record,
                b"\"CloudTrailEvent\"" => shape = Shape::LookupEvent(start..end),
                b"\"detail-type\"" => detail_type = true,
                b"\"detail\"" => detail = Some(start..end),
                _ => {}
            }
            rest.resume(end);
        }
        let shape = match detail {
            Some(detail) if detail_type => Shape::Envelope(detail),
            _ => shape,
        };
        Ok((shape, rest.end()))
    }

    fn record(&mut self, text: Cow<'a, [u8]>, offset: usize) {
        (self.visit)(Found { text, offset });
    }

    fn fault(&mut self, offset: usize, what: &str) {
        self.faults.push(Fault {
            offset,
            what: what.to_owned(),
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"eventTime":"2026-01-01T00:00:00Z","x":"}\"]"}"#;

    #[test]
    fn records_are_found_in_every_container() {
        let lookup = format!(
            r#"{{"EventId":"1","CloudTrailEvent":{}}}"#,
            serde_json::json!(RECORD)
        );
        let event = format!(r#"{{"detail-type":"AWS API Call via CloudTrail","detail":{RECORD}}}"#);
        let cases: [(&str, String, usize, &str); 19] = [
            (
                "trail file",
                format!(r#"{{"Records":[{RECORD},{RECORD}]}}"#),
                2,
                "",
            ),
            (
                "pretty",
                format!("{{\n  \"Records\" : [\n {RECORD} ,\n {RECORD}\n ]\n}}\n"),
                2,
                "",
            ),
            ("no records", r#"{"Records":[]}"#.to_owned(), 0, ""),
            ("array", format!("[{RECORD}]"), 1, ""),
            ("single", RECORD.to_owned(), 1, ""),
            ("lines", format!("{RECORD}\n{RECORD}\n\n{RECORD}"), 3, ""),
            (
                "lookup",
                format!(r#"{{"Events":[{lookup}],"NextToken":"x"}}"#),
                1,
                "",
            ),
            ("lookup event", lookup.clone(), 1, ""),
            ("event", event.clone(), 1, ""),
            ("events", format!("[{event},{event}]"), 2, ""),
            (
                "cut",
                format!(r#"{{"Records":[{RECORD},{{"eventTime":"2026"#),
                1,
                "78: the text ends within a string",
            ),
            (
                "cut between",
                format!(r#"{{"Records":[{RECORD}"#),
                1,
                "59: the text ends early",
            ),
            (
                "not JSON",
                "hello".to_owned(),
                0,
                "0: this is not JSON of CloudTrail records",
            ),
            ("empty", " \n".to_owned(), 0, "2: the file is empty"),
            (
                "other object",
                r#"{"awsAccountId":"1"}"#.to_owned(),
                0,
                "0: this is no CloudTrail record",
            ),
            (
                "a number among records",
                format!("[1,{RECORD}]"),
                1,
                "1: this is no CloudTrail record",
            ),
            ("byte order mark", format!("\u{feff}{RECORD}"), 1, ""),
            (
                "a broken record among others",
                format!("[{RECORD},{{\"a\" 1}},{RECORD}]"),
                2,
                "54: a colon is missing",
            ),
            (
                "junk after",
                format!("{RECORD}]"),
                1,
                "47: this is not JSON of CloudTrail records",
            ),
        ];
        for (name, text, records, fault) in cases {
            let mut found = Vec::new();
            let faults = walk(text.as_bytes(), &mut |record| found.push(record));
            let faults: Vec<String> = faults
                .iter()
                .map(|fault| format!("{}: {}", fault.offset, fault.what))
                .collect();
            assert_eq!(
                (found.len(), faults.join("; ").as_str()),
                (records, fault),
                "{name}"
            );
            assert!(
                found.iter().all(|found| &*found.text == RECORD.as_bytes()),
                "{name}"
            );
        }
    }
}
