//! AWS's wildcards: `*` is any run of characters, `?` is any one.

use crate::arn::segments;

/// Whether `text` matches `pattern`, case included. Allocates nothing.
pub fn matches_text(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // After the latest `*`: the rest of the pattern, and the text it may still swallow.
    let mut retry = None;
    loop {
        let mut rest = pattern.clone();
        match (rest.next(), text.clone().next()) {
            (Some('*'), _) => {
                retry = Some((rest.clone(), text.clone()));
                pattern = rest;
                continue;
            }
            (Some(wanted), Some(found)) if wanted == '?' || wanted == found => {
                pattern = rest;
                text.next();
                continue;
            }
            (None, None) => return true,
            _ => {}
        }
        let Some((after_star, swallowed)) = &mut retry else {
            return false;
        };
        if swallowed.next().is_none() {
            return false;
        }
        (pattern, text) = (after_star.clone(), swallowed.clone());
    }
}

/// Whether `arn` matches `pattern` as `ArnLike` compares: part by part, so
/// that no wildcard of the first five parts reaches across a colon.
///
/// What has fewer than six parts is no ARN and matches nothing.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN>
pub fn matches_arn(pattern: &str, arn: &str) -> bool {
    let (Some(patterns), Some(parts)) = (segments(pattern), segments(arn)) else {
        return false;
    };
    patterns
        .iter()
        .zip(parts)
        .all(|(pattern, part)| matches_text(pattern, part))
}
