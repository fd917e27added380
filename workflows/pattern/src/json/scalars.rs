//! The plain values of JSON text: words, numbers, strings with their escapes.

use memchr::memchr2;

use super::document::{Span, Stored};
use super::reader::{Reader, What};
use super::text::surrogate;

impl Reader<'_> {
    pub(super) fn read_word(&mut self, word: &[u8], value: Stored) -> Result<Stored, What> {
        if !self.text[self.at..].starts_with(word) {
            return Err(What::Syntax("a value is expected here"));
        }
        self.at += word.len();
        match self.peek() {
            Some(b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_') => {
                Err(What::Syntax("a value is expected here"))
            }
            _ => Ok(value),
        }
    }

    pub(super) fn read_number(&mut self) -> Result<Span, What> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let leading_zero = self.peek() == Some(b'0');
        if self.skip_digits()? > 1 && leading_zero {
            self.at = start;
            return Err(What::Syntax("a number must not start with 0"));
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.skip_digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.skip_digits()?;
        }
        if matches!(self.peek(), Some(b'a'..=b'z' | b'A'..=b'Z' | b'.' | b'_')) {
            return Err(What::Syntax("this is no number"));
        }
        let mark = self.document.mark();
        self.document.add(&self.text[start..self.at]);
        Ok(self.document.span_since(mark))
    }

    fn skip_digits(&mut self) -> Result<usize, What> {
        let digits = self.text[self.at..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        self.at += digits;
        if digits == 0 {
            return Err(What::Syntax("a digit is expected here"));
        }
        Ok(digits)
    }

    pub(super) fn read_string(&mut self) -> Result<Span, What> {
        let mark = self.document.mark();
        self.at += 1;
        loop {
            let rest = &self.text[self.at..];
            let Some(length) = memchr2(b'"', b'\\', rest) else {
                return Err(What::Syntax("this string is not closed"));
            };
            let plain = &rest[..length];
            if let Some(position) = plain.iter().position(|byte| *byte < 0x20) {
                self.at += position;
                return Err(What::Syntax(
                    "a control character must be escaped in a string",
                ));
            }
            self.document.add(plain);
            self.at += length + 1;
            if rest[length] == b'"' {
                return Ok(self.document.span_since(mark));
            }
            self.read_escape()?;
        }
    }

    fn read_escape(&mut self) -> Result<(), What> {
        let decoded = match self.peek() {
            Some(byte @ (b'"' | b'\\' | b'/')) => byte,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0C,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                self.at += 1;
                return self.read_unicode();
            }
            _ => return Err(What::Syntax("this is no escape")),
        };
        self.at += 1;
        self.document.add(&[decoded]);
        Ok(())
    }

    fn read_unicode(&mut self) -> Result<(), What> {
        let unit = self.read_unit()?;
        let mut code = unit;
        if (0xD800..0xDC00).contains(&unit) && self.text[self.at..].starts_with(b"\\u") {
            let back = self.at;
            self.at += 2;
            let partner = self.read_unit()?;
            if (0xDC00..0xE000).contains(&partner) {
                code = 0x10000 + ((unit - 0xD800) << 10) + (partner - 0xDC00);
            } else {
                self.at = back;
            }
        }
        match char::from_u32(code) {
            Some(letter) => self
                .document
                .add(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            None => self.document.add(&surrogate(code)),
        }
        Ok(())
    }

    fn read_unit(&mut self) -> Result<u32, What> {
        let digits = self.text.get(self.at..self.at + 4).unwrap_or_default();
        let mut unit = 0;
        for byte in digits {
            let digit = char::from(*byte).to_digit(16);
            unit = unit << 4 | digit.ok_or(What::Syntax("`\\u` takes four hex digits"))?;
        }
        if digits.is_empty() {
            return Err(What::Syntax("`\\u` takes four hex digits"));
        }
        self.at += 4;
        Ok(unit)
    }
}
