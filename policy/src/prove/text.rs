//! Which texts a set of wildcard patterns can tell apart.
//!
//! Two texts that match the same patterns get the same answer from every
//! policy that tests them with these patterns only. All patterns are run side
//! by side over every text at once, as one automaton, so that the classes are
//! complete: none is missed because nobody thought of an example for it.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

/// More states than this are a set of patterns that multiplies: `*a*b*c*` ten times over.
const MOST_STATES: usize = 20_000;

/// A wildcard pattern, ready to run beside others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern(Vec<Token>);

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Token {
    Letter(char),
    /// Any digit: `#` in shapes.
    Digit,
    /// `?`
    One(Reach),
    /// `*`
    Many(Reach),
}

/// How far a wildcard reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Anything,
    /// In the first five parts of an ARN.
    NoColon,
}

impl Pattern {
    /// A pattern for the whole text.
    pub(super) fn text(pattern: &str) -> Self {
        Self(tokens(pattern, |_| Reach::Anything))
    }

    /// A pattern for an ARN, part by part.
    pub(super) fn arn(pattern: &str) -> Self {
        Self(tokens(pattern, |colons| {
            if colons < 5 {
                Reach::NoColon
            } else {
                Reach::Anything
            }
        }))
    }

    /// A text without wildcards.
    pub(super) fn literal(text: &str) -> Self {
        Self(text.chars().map(Token::Letter).collect())
    }

    /// What texts of some kind look like: `#` is a digit.
    pub(super) fn shape(shape: &str) -> Self {
        let digits = |token| match token {
            Token::Letter('#') => Token::Digit,
            other => other,
        };
        Self(Self::text(shape).0.into_iter().map(digits).collect())
    }
}

/// The tokens; `${*}`, `${?}` and `${$}` stand for the character in them.
fn tokens(pattern: &str, reach: impl Fn(usize) -> Reach) -> Vec<Token> {
    let mut tokens = Vec::new();
    let (mut rest, mut colons) = (pattern, 0);
    while let Some(letter) = rest.chars().next() {
        let escaped = ["${*}", "${?}", "${$}"]
            .into_iter()
            .find(|escape| rest.starts_with(escape));
        if let Some(escape) = escaped {
            tokens.extend(escape.chars().nth(2).map(Token::Letter));
            rest = &rest[escape.len()..];
            continue;
        }
        colons += usize::from(letter == ':');
        tokens.push(match letter {
            '*' => Token::Many(reach(colons)),
            '?' => Token::One(reach(colons)),
            letter => Token::Letter(letter),
        });
        rest = &rest[letter.len_utf8()..];
    }
    tokens
}

/// The shortest text of every class among the texts of `shape`; `None` where
/// there are too many to try.
pub(super) fn classes(shape: &Pattern, patterns: &BTreeSet<Pattern>) -> Option<Vec<String>> {
    let automaton = Automaton::new(shape, patterns);
    let start = automaton.start();
    let mut seen = HashSet::from([start.clone()]);
    let mut queue = VecDeque::from([(start, String::new())]);
    let mut found: BTreeMap<Vec<bool>, String> = BTreeMap::new();
    while let Some((state, text)) = queue.pop_front() {
        if let Some(class) = automaton.class(&state) {
            found.entry(class).or_insert_with(|| text.clone());
        }
        for letter in automaton.letters(&state) {
            let next = automaton.step(&state, letter);
            if automaton.is_dead(&next) || !seen.insert(next.clone()) {
                continue;
            }
            if seen.len() > MOST_STATES {
                return None;
            }
            queue.push_back((next, format!("{text}{letter}")));
        }
    }
    let mut texts: Vec<String> = found.into_values().collect();
    texts.sort();
    Some(texts)
}

/// All patterns side by side; the first one is the shape.
struct Automaton {
    /// The tokens of all patterns in a row, each pattern followed by its end.
    tokens: Vec<Option<Token>>,
    /// Where each pattern starts.
    starts: Vec<usize>,
    /// Where each pattern ends.
    ends: Vec<usize>,
    /// A letter and a digit that no pattern names.
    others: Vec<char>,
}

/// The positions that are reached, one bit each.
type State = Vec<u64>;

impl Automaton {
    fn new(shape: &Pattern, patterns: &BTreeSet<Pattern>) -> Self {
        let (mut tokens, mut starts, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for pattern in [shape].into_iter().chain(patterns) {
            starts.push(tokens.len());
            tokens.extend(pattern.0.iter().copied().map(Some));
            ends.push(tokens.len());
            tokens.push(None);
        }
        Self {
            others: others(&tokens),
            tokens,
            starts,
            ends,
        }
    }

    fn start(&self) -> State {
        let mut state = vec![0; self.tokens.len().div_ceil(64)];
        for start in &self.starts {
            self.reach(&mut state, *start);
        }
        state
    }

    fn step(&self, state: &State, letter: char) -> State {
        let mut next = vec![0; state.len()];
        for (position, token) in self.waiting(state) {
            if token.takes(letter) {
                let stays = matches!(token, Token::Many(_));
                self.reach(&mut next, position + usize::from(!stays));
            }
        }
        next
    }

    /// Nothing that follows has the shape.
    fn is_dead(&self, state: &State) -> bool {
        (0..=self.ends[0]).all(|position| !has(state, position))
    }

    /// The letters that the shape lets follow and that lead to different states: those that some position waits for,
    /// and one that stands for all others.
    fn letters(&self, state: &State) -> Vec<char> {
        let mut named = BTreeSet::from([':']);
        let mut shape = Vec::new();
        for (position, token) in self.waiting(state) {
            if position < self.ends[0] {
                shape.push(token);
            }
            if let Token::Letter(letter) = token {
                named.insert(letter);
            }
        }
        let fits = |letter: &char| shape.iter().any(|token| token.takes(*letter));
        let letters = self.others.iter().copied().chain(named);
        letters.filter(fits).collect()
    }

    /// Which patterns match what has been read; `None` if it lacks the shape.
    fn class(&self, state: &State) -> Option<Vec<bool>> {
        let mut ends = self.ends.iter().map(|end| has(state, *end));
        ends.next()?.then(|| ends.collect())
    }

    /// The positions that wait for a letter, in order.
    fn waiting(&self, state: &State) -> impl Iterator<Item = (usize, Token)> {
        let words = state.iter().enumerate();
        let bits = words.flat_map(|(index, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                let bit = rest.trailing_zeros();
                rest &= rest.checked_sub(1)?;
                Some(index * 64 + bit as usize)
            })
        });
        bits.filter_map(|position| Some((position, self.tokens[position]?)))
    }

    /// Marks a position, and those behind it that need no further letter.
    fn reach(&self, state: &mut State, mut position: usize) {
        loop {
            state[position / 64] |= 1 << (position % 64);
            if !matches!(self.tokens[position], Some(Token::Many(_))) {
                return;
            }
            position += 1;
        }
    }
}

impl Token {
    fn takes(self, letter: char) -> bool {
        match self {
            Self::Letter(wanted) => wanted == letter,
            Self::Digit => letter.is_ascii_digit(),
            Self::One(Reach::Anything) | Self::Many(Reach::Anything) => true,
            Self::One(Reach::NoColon) | Self::Many(Reach::NoColon) => letter != ':',
        }
    }
}

fn has(state: &State, bit: usize) -> bool {
    state[bit / 64] & (1 << (bit % 64)) != 0
}

/// A letter and a digit that no pattern names, which stand for all others. Where all digits are named, there is none
/// to stand for.
fn others(tokens: &[Option<Token>]) -> Vec<char> {
    let is_named = |letter: &char| tokens.contains(&Some(Token::Letter(*letter)));
    let mut letters = "xyzqwkjvubnghXYZQWKJVUBNGH~!"
        .chars()
        .chain('\u{4e00}'..'\u{9f00}');
    let mut digits = ('0'..='9').rev();
    let letter = letters.find(|letter| !is_named(letter));
    let digit = digits.find(|digit| !is_named(digit));
    letter.into_iter().chain(digit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{matches_arn, matches_text};

    fn found(shape: &str, patterns: &[&str]) -> Vec<String> {
        let patterns = patterns
            .iter()
            .map(|pattern| Pattern::text(pattern))
            .collect();
        classes(&Pattern::shape(shape), &patterns).expect("few states")
    }

    #[test]
    fn every_class_has_its_shortest_text() {
        for (shape, patterns, expected) in [
            // The expected texts stand for their classes; which text is found is not the point.
            ("?*", &["abc"][..], &["abc", "x"][..]),
            ("?*", &["a*", "*b"], &["a", "ab", "b", "x"]),
            ("?*", &["a*", "ab*", "abc"], &["a", "ab", "abc", "x"]),
            ("logs/?*", &["logs/*", "*"], &["logs/x"]),
            ("logs/?*", &["data/*"], &["logs/x"]),
            (
                "logs/?*",
                &["logs/a?", "logs/??"],
                &["logs/ax", "logs/x", "logs/xx"],
            ),
            ("####", &["12??", "1234"], &["1200", "1234", "9999"]),
            ("?*", &["a${*}"], &["a*", "x"]),
            ("vpce-?*", &["vpce-1", "x"], &["vpce-1", "vpce-y"]),
            ("*", &["?*"], &["", "x"]),
        ] {
            let found = found(shape, patterns);
            assert_eq!(
                found.len(),
                expected.len(),
                "{shape} {patterns:?}: {found:?}"
            );
            let class = |text: &str| -> Vec<bool> {
                let matches = |pattern: &&str| {
                    matches_text(
                        &pattern.replace("${*}", "\u{1}"),
                        &text.replace('*', "\u{1}"),
                    )
                };
                patterns.iter().map(matches).collect()
            };
            let of = |texts: &[String]| -> BTreeSet<Vec<bool>> {
                texts.iter().map(|text| class(text)).collect()
            };
            let expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(of(&found), of(&expected), "{shape} {patterns:?}: {found:?}");
        }
    }

    #[test]
    fn parts_of_arns_keep_their_wildcards_to_themselves() {
        let patterns = ["arn:aws:s3:*::a", "arn:aws:*:::a"];
        let set = patterns
            .iter()
            .map(|pattern| Pattern::arn(pattern))
            .collect();
        let found = classes(&Pattern::text("arn:aws:*"), &set).expect("few states");
        let class = |text: &String| patterns.map(|pattern| matches_arn(pattern, text));
        let classes: BTreeSet<[bool; 2]> = found.iter().map(class).collect();
        assert_eq!(classes.len(), found.len());
        assert_eq!(classes.len(), 4, "each, both and none: {found:?}");
    }

    #[test]
    fn patterns_that_multiply_are_given_up_on() {
        let letters: Vec<String> = ('a'..='j')
            .map(|letter| format!("*{letter}*{letter}*"))
            .collect();
        let set = letters
            .iter()
            .map(|pattern| Pattern::text(pattern))
            .collect();
        assert_eq!(classes(&Pattern::text("*"), &set), None);
    }
}
