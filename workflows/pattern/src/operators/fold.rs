//! `equals-ignore-case`: AWS's notion of case, which is not symmetric.
//!
//! Each character of the *pattern* may appear as its lower or as its upper
//! form, whole (`ß` also as `SS`). The value is not folded: pattern `s` does
//! not take `ſ`, though pattern `ſ` takes `S`.

use crate::json::text::{Piece, pieces};

/// A text, character by character in both cases.
///
/// The two forms of a character never start or end alike, so that matching
/// one after the other needs no way back.
#[derive(Clone, Debug)]
pub(crate) struct Folded {
    text: Box<[u8]>,
    letters: Vec<[Box<[u8]>; 2]>,
}

impl Folded {
    pub(crate) fn new(text: &[u8]) -> Self {
        let mut letters = Vec::new();
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => letters.extend(text.chars().map(both_cases)),
                Piece::Surrogate(bytes) => letters.push([bytes.into(), bytes.into()]),
            }
        }
        Self {
            text: text.into(),
            letters,
        }
    }

    pub(crate) fn equals(&self, found: &[u8]) -> bool {
        self.strip_start(found) == Some(&[])
    }

    pub(crate) fn starts(&self, found: &[u8]) -> bool {
        self.strip_start(found).is_some()
    }

    pub(crate) fn ends(&self, found: &[u8]) -> bool {
        let mut letters = self.letters.iter().rev();
        letters
            .try_fold(found, |rest, [lower, upper]| {
                rest.strip_suffix(&**lower)
                    .or_else(|| rest.strip_suffix(&**upper))
            })
            .is_some()
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    fn strip_start<'a>(&self, found: &'a [u8]) -> Option<&'a [u8]> {
        self.letters.iter().try_fold(found, |rest, [lower, upper]| {
            rest.strip_prefix(&**lower)
                .or_else(|| rest.strip_prefix(&**upper))
        })
    }
}

fn both_cases(letter: char) -> [Box<[u8]>; 2] {
    let lower: String = letter.to_lowercase().collect();
    let upper: String = letter.to_uppercase().collect();
    [lower, upper].map(|form| form.into_bytes().into_boxed_slice())
}

#[cfg(test)]
mod tests {
    use super::Folded;

    #[test]
    fn each_character_may_stand_in_either_case() {
        for (pattern, text, expected) in [
            ("AlPha", "aLPHA", true),
            ("alpha", "alphas", false),
            ("straße", "STRASSE", true),
            ("STRASSE", "straße", false),
            ("\u{17f}", "S", true),
            ("s", "\u{17f}", false),
            ("\u{2c65}", "\u{23a}", true),
            ("\u{10428}", "\u{10400}", true),
            ("", "", true),
        ] {
            let folded = Folded::new(pattern.as_bytes());
            assert_eq!(folded.equals(text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn starts_and_ends_fold_too() {
        let folded = Folded::new("aß".as_bytes());
        assert!(folded.starts("ASSx".as_bytes()) && !folded.starts(b"xASS"));
        assert!(folded.ends("xAß".as_bytes()) && !folded.ends(b"ASSx"));
        assert!(Folded::new(b"").ends(b"x"));
    }
}
