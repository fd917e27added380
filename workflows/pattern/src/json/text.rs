//! JSON strings as WTF-8: UTF-8 in which a lone surrogate has its three bytes.

use std::fmt::Write;

/// A stretch of a string: text, or one surrogate without its partner.
#[derive(Debug)]
pub(crate) enum Piece<'a> {
    Text(&'a str),
    Surrogate(&'a [u8]),
}

/// Splits a string into text and lone surrogates.
pub(crate) fn pieces(mut bytes: &[u8]) -> impl Iterator<Item = Piece<'_>> {
    std::iter::from_fn(move || {
        let valid = match std::str::from_utf8(bytes) {
            Ok("") => return None,
            Ok(text) => text.len(),
            Err(error) => error.valid_up_to(),
        };
        let (head, rest) = bytes.split_at(if valid == 0 {
            3.min(bytes.len())
        } else {
            valid
        });
        bytes = rest;
        Some(std::str::from_utf8(head).map_or(Piece::Surrogate(head), Piece::Text))
    })
}

/// The bytes of a UTF-16 unit that has no partner.
pub(super) fn surrogate(unit: u32) -> [u8; 3] {
    let low = |shift: u32| u8::try_from((unit >> shift) & 0x3F).unwrap_or_default() | 0x80;
    [0xED, low(6), low(0)]
}

/// Writes a string as a JSON string.
pub(crate) fn quote(bytes: &[u8], out: &mut String) {
    out.push('"');
    for piece in pieces(bytes) {
        match piece {
            Piece::Text(text) => text.chars().for_each(|letter| escape(letter, out)),
            Piece::Surrogate(bytes) => {
                let unit = bytes
                    .iter()
                    .fold(0u32, |unit, byte| unit << 6 | u32::from(byte & 0x3F));
                push_unit(0xD000 | (unit & 0xFFF), out);
            }
        }
    }
    out.push('"');
}

/// A string as a JSON string.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() + 2);
    quote(bytes, &mut out);
    out
}

fn escape(letter: char, out: &mut String) {
    match letter {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\0'..='\u{1F}' => push_unit(u32::from(letter), out),
        _ => out.push(letter),
    }
}

fn push_unit(unit: u32, out: &mut String) {
    write!(out, "\\u{unit:04x}").expect("a String takes all that is written to it");
}

#[cfg(test)]
mod tests {
    use super::{pieces, quoted, surrogate};

    #[test]
    fn strings_are_quoted_as_json() {
        let lone = [b"a".as_slice(), &surrogate(0xD83D), b"b"].concat();
        for (bytes, expected) in [
            ("plain é".as_bytes(), "\"plain é\""),
            (b"a\"b\\c\n\x01", r#""a\"b\\c\n\u0001""#),
            (lone.as_slice(), r#""a\ud83db""#),
            (b"", "\"\""),
        ] {
            assert_eq!(quoted(bytes), expected);
        }
        assert_eq!(pieces(&lone).count(), 3);
    }
}
