//! Reads JSON text into a document: strict, without recursion, to a bounded depth.

use super::document::{Document, Offsets, Span, Stored};
use crate::place::Step;

/// What the reader keeps and bears.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) depth: usize,
    pub(crate) keep: Keep,
    pub(crate) rest: Rest,
}

/// Whether the document remembers where its values stood.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Keep {
    Places,
    Values,
}

/// What may follow the first value.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Rest {
    Ignored,
    Refused,
}

/// Why a text could not be read, and where.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) offset: usize,
    pub(crate) path: Vec<Step>,
    pub(crate) what: What,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Syntax(&'static str),
    TooDeep,
    TextAfter,
}

/// Reads the first value of `text`, which is UTF-8.
pub(crate) fn read(text: &[u8], limits: Limits) -> Result<Document, Fault> {
    let mut reader = Reader {
        text,
        at: 0,
        limits,
        document: Document::with_room_for(text.len()),
        open: Vec::new(),
    };
    match reader.read_document() {
        Ok(()) => Ok(reader.document),
        Err(what) => Err(Fault {
            offset: reader.at,
            path: reader.path(),
            what,
        }),
    }
}

pub(super) struct Reader<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    limits: Limits,
    pub(super) document: Document,
    /// The containers that are not closed yet.
    open: Vec<Open>,
}

#[derive(Clone, Copy)]
struct Open {
    index: usize,
    closes_with: u8,
}

enum Next {
    Value,
    Closed,
    End,
}

impl Reader<'_> {
    fn read_document(&mut self) -> Result<(), What> {
        let mut key = (Span::default(), 0);
        loop {
            if self.read_value(key)? {
                key = self.read_key()?;
                continue;
            }
            loop {
                match self.read_separator()? {
                    Next::Closed => {}
                    Next::Value => break,
                    Next::End => return self.check_rest(),
                }
            }
            key = self.read_key()?;
        }
    }

    /// Reads a scalar or opens a container; true if a child comes next.
    fn read_value(&mut self, (key, key_at): (Span, usize)) -> Result<bool, What> {
        self.skip_space();
        let places = (self.limits.keep == Keep::Places).then_some(Offsets {
            key: key_at,
            value: self.at,
        });
        let stored = match self.peek() {
            Some(b'{') => Stored::Object,
            Some(b'[') => Stored::Array,
            Some(b'"') => Stored::Text(self.read_string()?),
            Some(b'-' | b'0'..=b'9') => Stored::Number(self.read_number()?),
            Some(b't') => self.read_word(b"true", Stored::Bool(true))?,
            Some(b'f') => self.read_word(b"false", Stored::Bool(false))?,
            Some(b'n') => self.read_word(b"null", Stored::Null)?,
            Some(_) => return Err(What::Syntax("a value is expected here")),
            None => return Err(What::Syntax("the text ends where a value is expected")),
        };
        let index = self.document.push(key, stored, places);
        match stored {
            Stored::Object => self.open_container(index, b'}'),
            Stored::Array => self.open_container(index, b']'),
            _ => Ok(false),
        }
    }

    fn open_container(&mut self, index: usize, closes_with: u8) -> Result<bool, What> {
        if self.open.len() == self.limits.depth {
            return Err(What::TooDeep);
        }
        self.at += 1;
        self.skip_space();
        if self.peek() == Some(closes_with) {
            self.at += 1;
            return Ok(false);
        }
        self.open.push(Open { index, closes_with });
        Ok(true)
    }

    /// Reads the key of the next value; nothing in a list.
    fn read_key(&mut self) -> Result<(Span, usize), What> {
        self.skip_space();
        let key_at = self.at;
        if self.open.last().is_none_or(|open| open.closes_with == b']') {
            return Ok((Span::default(), key_at));
        }
        if self.peek() != Some(b'"') {
            return Err(What::Syntax("a key in double quotes is expected here"));
        }
        let key = self.read_string()?;
        self.skip_space();
        if self.peek() != Some(b':') {
            return Err(What::Syntax("a colon is expected after the key"));
        }
        self.at += 1;
        Ok((key, key_at))
    }

    fn read_separator(&mut self) -> Result<Next, What> {
        let Some(open) = self.open.last().copied() else {
            return Ok(Next::End);
        };
        self.skip_space();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(Next::Value)
            }
            Some(byte) if byte == open.closes_with => {
                self.at += 1;
                self.open.pop();
                self.document.close(open.index);
                Ok(Next::Closed)
            }
            Some(_) if open.closes_with == b'}' => Err(What::Syntax("`,` or `}` is expected here")),
            Some(_) => Err(What::Syntax("`,` or `]` is expected here")),
            None => Err(What::Syntax("the text ends before all is closed")),
        }
    }

    fn check_rest(&mut self) -> Result<(), What> {
        self.skip_space();
        let more = self.limits.rest == Rest::Refused && self.at < self.text.len();
        if more { Err(What::TextAfter) } else { Ok(()) }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The path to the innermost container that is open.
    fn path(&self) -> Vec<Step> {
        let pairs = self.open.iter().zip(self.open.iter().skip(1));
        pairs
            .map(|(outer, inner)| {
                let child = self.document.item(inner.index);
                if outer.closes_with == b'}' {
                    Step::key(child.key())
                } else {
                    Step::Index(self.position(outer.index, inner.index))
                }
            })
            .collect()
    }

    /// Which element of the list at `outer` the node at `inner` is.
    fn position(&self, outer: usize, inner: usize) -> usize {
        // An open container has no end yet: walk its children by their ends.
        let mut index = outer + 1;
        let mut position = 0;
        while index < inner {
            index = self.document.item(index).next_index();
            position += 1;
        }
        position
    }
}

#[cfg(test)]
mod tests {
    use super::{Keep, Limits, Rest, read};

    const LIMITS: Limits = Limits {
        depth: 4,
        keep: Keep::Places,
        rest: Rest::Refused,
    };

    fn check(text: &str, expected: Option<&str>) {
        let read = read(text.as_bytes(), LIMITS).ok().map(|document| {
            let mut out = String::new();
            document.root().write_json(&mut out);
            out
        });
        assert_eq!(read.as_deref(), expected, "{text}");
    }

    #[test]
    fn what_json_allows_is_read_as_it_is_spelt() {
        for (text, expected) in [
            (" { } ", "{}"),
            ("[[],[1,-0.50e+3]]", "[[],[1,-0.50e+3]]"),
            (
                r#"{"a" : [true,false , null],"a":""}"#,
                r#"{"a":[true,false,null],"a":""}"#,
            ),
            (r#""\u0041\/\ud83d\ude00\ud800x""#, "\"A/😀\\ud800x\""),
            (r#""\ud800\ud83d\ude00""#, "\"\\ud800😀\""),
            ("[[[[1]]]]", "[[[[1]]]]"),
        ] {
            check(text, Some(expected));
        }
    }

    #[test]
    fn what_json_refuses_is_refused() {
        for text in [
            "",
            "[",
            "[1,]",
            "{,}",
            "{\"a\"}",
            "{\"a\":1,}",
            "[1 2]",
            "01",
            "-",
            "1.",
            "1e",
            ".5",
            "+1",
            "True",
            "nul",
            "truex",
            "\"a\nb\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\u12g4\"",
            "\"a",
            "[1]]",
            "{]",
            "[[[[[1]]]]]",
            "'a'",
            "1x",
            "\u{feff}1",
        ] {
            check(text, None);
        }
    }
}
