//! `Resource` and `NotResource`, and ARN patterns in conditions, compiled.

use crate::Resources;
use crate::access::facts::Facts;
use crate::access::pattern::{Case, Pattern, Piece, Reading, after_piece, pieces, push_text};

/// An ARN with wildcards.
#[derive(Debug)]
pub(super) enum ArnPattern {
    Anything,
    Parts {
        parts: Box<[Pattern]>,
        /// Where a wildcard reaches over a colon; see [`Far`].
        far: Option<Far>,
    },
}

/// A pattern of a `Resource` element in which a `*` is the last character of
/// one of the first five parts: it "can expand to match beyond the colon
/// boundaries", while all other wildcards keep to their part. The ARN
/// operators of conditions know nothing of the kind.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
#[derive(Debug)]
pub(super) struct Far {
    pieces: Vec<(Piece, Reach)>,
    colons: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    Part,
    Anything,
}

/// The resources that a statement is about.
#[derive(Debug)]
pub(super) struct ResourceTest {
    patterns: Vec<ArnPattern>,
    all_but: bool,
}

const PARTS: usize = 6;

impl ArnPattern {
    /// Reads the pattern of a `Resource` element. AWS completes an ARN of
    /// fewer than six parts with `*`.
    fn of_resource(text: &str, variables: bool) -> Self {
        let mut parts = split(text, variables);
        if let [part] = parts.as_slice()
            && matches!(part.as_slice(), [Piece::Many])
        {
            return Self::Anything;
        }
        let far = Far::of(split(text, variables));
        parts.resize_with(PARTS, || vec![Piece::Many]);
        Self::Parts {
            parts: parts.into_iter().map(Pattern::of).collect(),
            far,
        }
    }

    /// Reads the value of an ARN operator; `None` where it is no ARN.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>
    pub(super) fn of_condition(text: &str, variables: bool) -> Option<Self> {
        let parts = split(text, variables);
        (parts.len() == PARTS).then(|| Self::Parts {
            parts: parts.into_iter().map(Pattern::of).collect(),
            far: None,
        })
    }

    /// Whether the ARN in these parts matches, part by part; `None` is no ARN.
    pub(super) fn matches_parts(&self, arn: Option<&[&str; PARTS]>, facts: &Facts<'_>) -> bool {
        match (self, arn) {
            (Self::Anything, _) => true,
            (Self::Parts { .. }, None) => false,
            (Self::Parts { parts, .. }, Some(found)) => (parts.iter().zip(found))
                .all(|(pattern, part)| pattern.matches(part, facts, Case::Matters)),
        }
    }

    /// Whether the resource of the request matches.
    fn matches_resource(&self, facts: &Facts<'_>) -> bool {
        if self.matches_parts(facts.resource.as_ref(), facts) {
            return true;
        }
        match self {
            Self::Parts { far: Some(far), .. } => far.matches(&facts.request.resource, facts),
            Self::Parts { far: None, .. } | Self::Anything => false,
        }
    }
}

impl ResourceTest {
    /// Compiles a statement's field.
    pub(super) fn of(resources: &Resources, variables: bool) -> Self {
        let patterns = resources.patterns().iter();
        Self {
            patterns: patterns
                .map(|text| ArnPattern::of_resource(text, variables))
                .collect(),
            all_but: matches!(resources, Resources::NotResource(_)),
        }
    }

    /// Whether the statement is about the resource of the request.
    ///
    /// A pattern with a variable that the request lacks matches no resource, in
    /// `NotResource` too, which then covers everything.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value>
    pub(super) fn matches(&self, facts: &Facts<'_>) -> bool {
        let named = (self.patterns.iter()).any(|pattern| pattern.matches_resource(facts));
        named != self.all_but
    }
}

impl Far {
    fn of(parts: Vec<Vec<Piece>>) -> Option<Self> {
        let colons = parts.len() - 1;
        let ends_in_star = |part: &Vec<Piece>| matches!(part.last(), Some(Piece::Many));
        if !parts.iter().take(PARTS - 1).any(ends_in_star) {
            return None;
        }
        let mut pieces = Vec::new();
        for (index, part) in parts.into_iter().enumerate() {
            let last = part.len().saturating_sub(1);
            if index > 0 {
                pieces.push((Piece::Text(":".to_owned()), Reach::Part));
            }
            pieces.extend(part.into_iter().enumerate().map(|(place, piece)| {
                let is_far = index == PARTS - 1 || (place == last && matches!(piece, Piece::Many));
                let reach = if is_far { Reach::Anything } else { Reach::Part };
                (piece, reach)
            }));
        }
        Some(Self { pieces, colons })
    }

    /// Goes back to the latest `*`, and from one that has met a colon it may
    /// not pass to the latest one that may pass it.
    fn matches(&self, arn: &str, facts: &Facts<'_>) -> bool {
        // Without a colon to spare, part by part has said it all.
        if arn.matches(':').count() <= self.colons {
            return false;
        }
        let (mut at, mut rest) = (0, arn);
        let mut near: Option<(usize, &str)> = None;
        let mut far: Option<(usize, &str)> = None;
        loop {
            match self.pieces.get(at) {
                Some((Piece::Many, reach)) => {
                    at += 1;
                    near = (*reach == Reach::Part).then_some((at, rest));
                    if *reach == Reach::Anything {
                        far = Some((at, rest));
                    }
                    continue;
                }
                Some((Piece::One, Reach::Part)) if rest.starts_with(':') => {}
                Some((piece, _)) => {
                    if let Some(after) = after_piece(piece, rest, facts, Case::Matters) {
                        (at, rest) = (at + 1, after);
                        continue;
                    }
                }
                None if rest.is_empty() => return true,
                None => {}
            }
            near = near.and_then(|(after, text)| Some((after, past(text, Reach::Part)?)));
            if near.is_none() {
                far = far.and_then(|(after, text)| Some((after, past(text, Reach::Anything)?)));
            }
            match near.or(far) {
                Some(retry) => (at, rest) = retry,
                None => return false,
            }
        }
    }
}

/// The text after the next character, which a `*` of this reach swallows.
fn past(text: &str, reach: Reach) -> Option<&str> {
    let letter = text.chars().next()?;
    (reach == Reach::Anything || letter != ':').then(|| &text[letter.len_utf8()..])
}

/// The parts of an ARN pattern: six or fewer.
fn split(text: &str, variables: bool) -> Vec<Vec<Piece>> {
    let reading = Reading {
        variables,
        wildcards: true,
    };
    let mut parts = vec![Vec::new()];
    for piece in pieces(text, reading) {
        let Piece::Text(text) = &piece else {
            push(&mut parts, piece);
            continue;
        };
        let mut rest = text.as_str();
        while parts.len() < PARTS
            && let Some((before, after)) = rest.split_once(':')
        {
            push(&mut parts, Piece::Text(before.to_owned()));
            parts.push(Vec::new());
            rest = after;
        }
        push(&mut parts, Piece::Text(rest.to_owned()));
    }
    parts
}

fn push(parts: &mut [Vec<Piece>], piece: Piece) {
    let Some(part) = parts.last_mut() else { return };
    match piece {
        Piece::Text(text) if text.is_empty() => {}
        Piece::Text(text) => push_text(part, &text),
        piece => part.push(piece),
    }
}
