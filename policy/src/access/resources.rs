//! `Resource` and `NotResource`, and ARN patterns in conditions, compiled.

use crate::access::facts::Facts;
use crate::access::pattern::{Case, Pattern, Piece, Reading, pieces, push_text};
use crate::{Effect, Resources};

/// An ARN with wildcards, part by part: no wildcard of the first five parts
/// reaches across a colon, and neither does the value of a variable.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>
#[derive(Debug)]
pub(super) enum ArnPattern {
    Anything,
    Parts(Box<[Pattern]>),
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
        if parts.len() == 1 && parts[0].is_anything() {
            return Self::Anything;
        }
        parts.resize_with(PARTS, || Pattern::of(vec![Piece::Many]));
        Self::Parts(parts.into_boxed_slice())
    }

    /// Reads the value of an ARN operator; `None` where it is no ARN.
    pub(super) fn of_condition(text: &str, variables: bool) -> Option<Self> {
        let parts = split(text, variables);
        (parts.len() == PARTS).then(|| Self::Parts(parts.into_boxed_slice()))
    }

    /// Whether the request has a value for every variable.
    pub(super) fn is_resolved(&self, facts: &Facts<'_>) -> bool {
        match self {
            Self::Anything => true,
            Self::Parts(parts) => parts.iter().all(|part| part.is_resolved(facts)),
        }
    }

    /// Whether the ARN in these parts matches; `None` is no ARN.
    pub(super) fn matches(&self, arn: Option<&[&str; PARTS]>, facts: &Facts<'_>) -> bool {
        match (self, arn) {
            (Self::Anything, _) => true,
            (Self::Parts(_), None) => false,
            (Self::Parts(patterns), Some(parts)) => (patterns.iter().zip(parts))
                .all(|(pattern, part)| pattern.matches(part, facts, Case::Matters)),
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
    /// A pattern with a variable that the request lacks never matches. AWS
    /// calls such a statement invalid, so a missing variable in `NotResource`
    /// must not turn an Allow into one for everything.
    pub(super) fn matches(&self, facts: &Facts<'_>, effect: Effect) -> bool {
        let arn = facts.resource.as_ref();
        let named = self.patterns.iter().any(|pattern| {
            pattern.matches(arn, facts)
                || (self.all_but && effect == Effect::Allow && !pattern.is_resolved(facts))
        });
        named != self.all_but
    }
}

/// The parts of an ARN pattern: six or fewer.
fn split(text: &str, variables: bool) -> Vec<Pattern> {
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
    parts.into_iter().map(Pattern::of).collect()
}

fn push(parts: &mut [Vec<Piece>], piece: Piece) {
    let Some(part) = parts.last_mut() else { return };
    match piece {
        Piece::Text(text) if text.is_empty() => {}
        Piece::Text(text) => push_text(part, &text),
        piece => part.push(piece),
    }
}
