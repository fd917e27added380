//! `wildcard`: texts in which `*` stands for any run of characters.

use memchr::memmem;

use crate::error::Problem;

/// A text with wildcards, split at them.
#[derive(Clone, Debug)]
pub(crate) struct Wildcard {
    text: Box<[u8]>,
    first: Vec<u8>,
    /// What stands after each `*`.
    others: Vec<Vec<u8>>,
}

impl Wildcard {
    pub(crate) fn parse(text: &[u8]) -> Result<Self, Problem> {
        let mut parts = vec![Vec::new()];
        let mut bytes = text.iter().copied().peekable();
        while let Some(byte) = bytes.next() {
            match byte {
                b'*' if bytes.peek() == Some(&b'*') => return Err(Problem::AdjacentWildcards),
                b'*' => {
                    parts.push(Vec::new());
                    continue;
                }
                b'\\' if !matches!(bytes.peek(), Some(b'*' | b'\\')) => {
                    return Err(Problem::WildcardEscape);
                }
                _ => {}
            }
            let literal = if byte == b'\\' {
                bytes.next()
            } else {
                Some(byte)
            };
            if let Some(last) = parts.last_mut() {
                last.extend(literal);
            }
        }
        let others = parts.split_off(1);
        Ok(Self {
            text: text.into(),
            first: parts.pop().unwrap_or_default(),
            others,
        })
    }

    pub(crate) fn matches(&self, found: &[u8]) -> bool {
        let Some((last, middle)) = self.others.split_last() else {
            return found == self.first;
        };
        let Some(mut rest) = found.strip_prefix(self.first.as_slice()) else {
            return false;
        };
        for part in middle {
            let Some(position) = memmem::find(rest, part) else {
                return false;
            };
            rest = &rest[position + part.len()..];
        }
        rest.ends_with(last)
    }

    /// The texts that must occur in whatever matches.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &[u8]> {
        std::iter::once(&self.first)
            .chain(&self.others)
            .map(Vec::as_slice)
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }
}

#[cfg(test)]
mod tests {
    use super::{Problem, Wildcard};

    #[test]
    fn an_asterisk_stands_for_any_run() {
        for (wildcard, text, expected) in [
            ("a*b", "ab", true),
            ("a*b", "axxb", true),
            ("a*b", "axxbc", false),
            ("a*a", "a", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*ab*ab*", "abab", true),
            ("*ab*ab*", "aba", false),
            (r"a\*b", "a*b", true),
            (r"a\*b", "axb", false),
            (r"a\\*", r"a\xyz", true),
            (r"*\**", "x*y", true),
            ("*ba", "ababa", true),
        ] {
            let parsed = Wildcard::parse(wildcard.as_bytes()).expect("a wildcard");
            assert_eq!(
                parsed.matches(text.as_bytes()),
                expected,
                "{wildcard} {text}"
            );
        }
    }

    #[test]
    fn side_by_side_wildcards_and_other_escapes_are_refused() {
        for (wildcard, expected) in [
            ("**", Problem::AdjacentWildcards),
            (r"\***", Problem::AdjacentWildcards),
            (r"a\x", Problem::WildcardEscape),
            (r"a\", Problem::WildcardEscape),
        ] {
            assert_eq!(
                Wildcard::parse(wildcard.as_bytes()).err(),
                Some(expected),
                "{wildcard}"
            );
        }
    }
}
