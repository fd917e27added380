//! Where JSON values begin and end, found without parsing them.
//!
//! Splitting a file by bracket and quote alone costs far less than parsing
//! it, and most records are never parsed at all.

use std::ops::Range;

use memchr::memchr2;

/// Why a text cannot be split, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) offset: usize,
    pub(crate) what: &'static str,
}

/// The first byte at or after `at` that is not white space.
pub(crate) fn skip_space(text: &[u8], at: usize) -> usize {
    let rest = text.get(at..).unwrap_or_default();
    let space = rest
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    at + space
}

/// The span of the value that starts at `at`.
pub(crate) fn value(text: &[u8], at: usize) -> Result<Range<usize>, Malformed> {
    match text.get(at) {
        Some(b'"') => Ok(at..string_end(text, at)?),
        Some(b'{' | b'[') => Ok(at..nested_end(text, at)?),
        Some(b'}' | b']' | b',' | b':') | None => Err(malformed(at, "a value is missing")),
        Some(_) => Ok(at..scalar_end(text, at)),
    }
}

/// The elements of the array that starts at `at`, one by one.
pub(crate) fn elements(text: &[u8], at: usize) -> Elements<'_> {
    Elements {
        text,
        at: at + 1,
        first: true,
        ended: false,
    }
}

/// The members of the object that starts at `at`, one by one.
pub(crate) fn members(text: &[u8], at: usize) -> Members<'_> {
    Members {
        text,
        at: at + 1,
        first: true,
    }
}

/// Walks over the members of an object; who reads a value says where it ended.
pub(crate) struct Members<'a> {
    text: &'a [u8],
    at: usize,
    first: bool,
}

impl Members<'_> {
    /// The next key (with its quotes) and where its value starts; `None` at the end.
    pub(crate) fn next_key(&mut self) -> Result<Option<(Range<usize>, usize)>, Malformed> {
        let Some(start) = separator(self.text, &mut self.at, &mut self.first, b'}')? else {
            return Ok(None);
        };
        if self.text.get(start) != Some(&b'"') {
            return Err(malformed(start, "a key is missing"));
        }
        let key = start..string_end(self.text, start)?;
        let colon = skip_space(self.text, key.end);
        if self.text.get(colon) != Some(&b':') {
            return Err(malformed(colon, "a colon is missing"));
        }
        Ok(Some((key, skip_space(self.text, colon + 1))))
    }

    /// Goes on after a value that ended at `end`.
    pub(crate) fn resume(&mut self, end: usize) {
        self.at = end;
    }

    /// Where the object ends, once every member has been taken.
    pub(crate) fn end(&self) -> usize {
        self.at
    }
}

/// Iterator over the spans of an array's elements; ends after the first fault.
pub(crate) struct Elements<'a> {
    text: &'a [u8],
    at: usize,
    first: bool,
    ended: bool,
}

impl Iterator for Elements<'_> {
    type Item = Result<Range<usize>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let element = self.step();
        self.ended = !matches!(element, Ok(Some(_)));
        element.transpose()
    }
}

impl Elements<'_> {
    /// Where the array ends, once every element has been taken.
    pub(crate) fn end(&self) -> usize {
        self.at
    }

    fn step(&mut self) -> Result<Option<Range<usize>>, Malformed> {
        let Some(start) = separator(self.text, &mut self.at, &mut self.first, b']')? else {
            return Ok(None);
        };
        let span = value(self.text, start)?;
        self.at = span.end;
        Ok(Some(span))
    }
}

/// Steps over a comma to the next value; `None` at the closing bracket.
fn separator(
    text: &[u8],
    next: &mut usize,
    first: &mut bool,
    close: u8,
) -> Result<Option<usize>, Malformed> {
    let at = skip_space(text, *next);
    let found = text.get(at).copied();
    if found == Some(close) {
        *next = at + 1;
        return Ok(None);
    }
    if std::mem::take(first) {
        return Ok(Some(at));
    }
    match found {
        Some(b',') => Ok(Some(skip_space(text, at + 1))),
        None => Err(malformed(at, "the text ends early")),
        Some(_) => Err(malformed(at, "a comma is missing")),
    }
}

fn string_end(text: &[u8], start: usize) -> Result<usize, Malformed> {
    let mut at = start + 1;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        match memchr2(b'"', b'\\', rest) {
            None => return Err(malformed(text.len(), "the text ends within a string")),
            Some(found) if rest[found] == b'"' => return Ok(at + found + 1),
            Some(found) => at += found + 2,
        }
    }
}

fn nested_end(text: &[u8], start: usize) -> Result<usize, Malformed> {
    // A stack of brackets would catch `[}` as well; the parser does, if the record is read.
    let mut depth = 0_usize;
    let mut at = start;
    while let Some(byte) = text.get(at) {
        match byte {
            b'"' => {
                at = string_end(text, at)?;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Ok(at + 1);
                }
            }
            _ => {}
        }
        at += 1;
    }
    Err(malformed(
        text.len(),
        "the text ends within an object or a list",
    ))
}

fn scalar_end(text: &[u8], start: usize) -> usize {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || b",]}:".contains(byte);
    text[start..]
        .iter()
        .position(ends)
        .map_or(text.len(), |length| start + length)
}

fn malformed(offset: usize, what: &'static str) -> Malformed {
    Malformed { offset, what }
}
