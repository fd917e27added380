//! Patterns with wildcards and policy variables, compiled once.

use crate::access::facts::{Facts, Key};

/// How the text of a pattern is to be read.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    /// `${…}` are policy variables: documents of version 2012-10-17.
    pub(super) variables: bool,
    /// `*` and `?` stand for other characters.
    pub(super) wildcards: bool,
}

/// A text with wildcards and variables.
#[derive(Debug)]
pub(super) struct Pattern(Shape);

/// The shapes that nearly all patterns have, and the rest.
#[derive(Debug)]
enum Shape {
    Anything,
    Exactly(Box<str>),
    StartsWith(Box<str>),
    Pieces(Box<[Piece]>),
}

/// One part of a pattern.
#[derive(Debug)]
pub(super) enum Piece {
    Text(String),
    /// `*`
    Many,
    /// `?`
    One,
    Variable(Variable),
}

/// `${key}` or `${key, 'default'}`.
#[derive(Debug)]
pub(super) struct Variable {
    key: Key,
    default: Option<Box<str>>,
}

/// How letters are compared.
#[derive(Clone, Copy)]
pub(super) enum Case {
    Matters,
    Ignored,
}

impl Pattern {
    /// Reads a pattern.
    pub(super) fn read(text: &str, reading: Reading) -> Self {
        Self::of(pieces(text, reading))
    }

    /// The pattern that these pieces make.
    pub(super) fn of(pieces: Vec<Piece>) -> Self {
        Self(match pieces.as_slice() {
            [] => Shape::Exactly("".into()),
            [Piece::Many] => Shape::Anything,
            [Piece::Text(text)] => Shape::Exactly(text.as_str().into()),
            [Piece::Text(text), Piece::Many] => Shape::StartsWith(text.as_str().into()),
            _ => Shape::Pieces(pieces.into_boxed_slice()),
        })
    }

    /// Whether `text` matches; never, where a variable has no value.
    pub(super) fn matches(&self, text: &str, facts: &Facts<'_>, case: Case) -> bool {
        match &self.0 {
            Shape::Anything => true,
            Shape::Exactly(wanted) => case.equal(wanted.as_bytes(), text.as_bytes()),
            Shape::StartsWith(wanted) => {
                let start = text.as_bytes().get(..wanted.len());
                start.is_some_and(|start| case.equal(wanted.as_bytes(), start))
            }
            Shape::Pieces(pieces) => glob(pieces, text, facts, case),
        }
    }

    /// Whether `text` is the pattern's text, in any case of any script. Wildcards
    /// have no place here.
    pub(super) fn equals_ignoring_case(&self, text: &str, facts: &Facts<'_>) -> bool {
        let found = text.chars().flat_map(char::to_lowercase);
        match &self.0 {
            Shape::Exactly(wanted) => wanted.chars().flat_map(char::to_lowercase).eq(found),
            Shape::Pieces(pieces) => {
                let texts = pieces.iter().map(|piece| match piece {
                    Piece::Text(text) => Some(text.as_str()),
                    Piece::Variable(variable) => variable.value(facts),
                    Piece::Many | Piece::One => None,
                });
                let wanted = texts.clone().flatten().flat_map(str::chars);
                texts.into_iter().all(|text| text.is_some())
                    && wanted.flat_map(char::to_lowercase).eq(found)
            }
            Shape::Anything | Shape::StartsWith(_) => false,
        }
    }
}

impl Case {
    fn equal(self, one: &[u8], other: &[u8]) -> bool {
        match self {
            Self::Matters => one == other,
            Self::Ignored => one.eq_ignore_ascii_case(other),
        }
    }
}

impl Variable {
    /// `KEY` or `KEY, 'DEFAULT'`; what is malformed is a key that no request has.
    fn read(text: &str) -> Self {
        let (key, default) = match text.split_once(',') {
            Some((key, default)) => (key, Some(default.trim())),
            None => (text, None),
        };
        let quoted = default.map(|default| default.strip_prefix('\'')?.strip_suffix('\''));
        let key = match quoted {
            Some(None) => "",
            _ => key.trim(),
        };
        Self {
            key: Key::named(key),
            default: quoted.flatten().map(Into::into),
        }
    }

    /// A key with several values has no place in a pattern.
    fn value<'a>(&'a self, facts: &'a Facts<'_>) -> Option<&'a str> {
        facts.values(&self.key).only().or(self.default.as_deref())
    }
}

/// Takes a pattern's text apart. Texts next to each other are one.
pub(super) fn pieces(text: &str, reading: Reading) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let variable = rest.strip_prefix("${").filter(|_| reading.variables);
        if let Some((name, after)) = variable.and_then(|inner| inner.split_once('}')) {
            match name {
                "*" | "?" | "$" => push_text(&mut pieces, name),
                name => pieces.push(Piece::Variable(Variable::read(name))),
            }
            rest = after;
            continue;
        }
        let (letter, after) = rest.split_at(next.len_utf8());
        match next {
            '*' if reading.wildcards => {
                if !matches!(pieces.last(), Some(Piece::Many)) {
                    pieces.push(Piece::Many);
                }
            }
            '?' if reading.wildcards => pieces.push(Piece::One),
            _ => push_text(&mut pieces, letter),
        }
        rest = after;
    }
    pieces
}

pub(super) fn push_text(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        Some(Piece::Text(known)) => known.push_str(text),
        _ => pieces.push(Piece::Text(text.to_owned())),
    }
}

/// Backtracks to the latest `*` only, which is enough: what stands before it
/// has matched as early as it can. Allocates nothing.
fn glob(pieces: &[Piece], text: &str, facts: &Facts<'_>, case: Case) -> bool {
    let (mut at, mut rest) = (0, text);
    // After the latest `*`: the next piece, and the text it may still swallow.
    let mut retry: Option<(usize, &str)> = None;
    loop {
        if let Some(Piece::Many) = pieces.get(at) {
            at += 1;
            retry = Some((at, rest));
            continue;
        }
        match pieces
            .get(at)
            .map(|piece| after_piece(piece, rest, facts, case))
        {
            Some(Some(after)) => {
                (at, rest) = (at + 1, after);
                continue;
            }
            None if rest.is_empty() => return true,
            Some(None) | None => {}
        }
        let Some((after_star, swallowed)) = retry else {
            return false;
        };
        // Nothing more to swallow: the pieces after the star do not fit anywhere.
        let Some(next) = swallowed.chars().next() else {
            return false;
        };
        let swallowed = &swallowed[next.len_utf8()..];
        retry = Some((after_star, swallowed));
        (at, rest) = (after_star, swallowed);
    }
}

/// What is left of `text` after a piece that it starts with.
pub(super) fn after_piece<'t>(
    piece: &Piece,
    text: &'t str,
    facts: &Facts<'_>,
    case: Case,
) -> Option<&'t str> {
    let wanted = match piece {
        Piece::Text(wanted) => wanted.as_str(),
        // A value is compared as it is: wildcards in it are letters.
        Piece::Variable(variable) => variable.value(facts)?,
        Piece::One => {
            let letter = text.chars().next()?;
            return Some(&text[letter.len_utf8()..]);
        }
        Piece::Many => return Some(text),
    };
    let start = text.as_bytes().get(..wanted.len())?;
    case.equal(wanted.as_bytes(), start)
        .then(|| &text[wanted.len()..])
}
