//! Whether two patterns can mean the same thing: some text matches both.

use crate::arn::segments;

/// Whether some text matches both patterns, in which `*` is any run of
/// characters and `?` is any one.
pub fn texts_overlap(left: &str, right: &str) -> bool {
    let right: Vec<char> = right.chars().collect();
    // reachable[n]: what of `left` was read so far can be matched by `right[..n]`.
    let mut reachable = vec![false; right.len() + 1];
    reachable[0] = true;
    swallow_stars(&right, &mut reachable);
    for letter in left.chars() {
        reachable = stepped(letter, &right, &reachable);
        swallow_stars(&right, &mut reachable);
    }
    reachable[right.len()]
}

/// Whether some ARN matches both patterns, part by part. A pattern without
/// colons, such as `*`, is compared as a whole.
pub fn arns_overlap(left: &str, right: &str) -> bool {
    match (segments(left), segments(right)) {
        (Some(left), Some(right)) => left.iter().zip(right).all(|(l, r)| texts_overlap(l, r)),
        _ => texts_overlap(left, right),
    }
}

/// What can be reached after one more letter of the left pattern.
fn stepped(letter: char, right: &[char], reachable: &[bool]) -> Vec<bool> {
    let mut next = vec![false; reachable.len()];
    if letter == '*' {
        // It may stand for nothing, or for whatever the right pattern wants.
        let first = reachable.iter().position(|reached| *reached);
        if let Some(first) = first {
            next[first..].fill(true);
        }
        return next;
    }
    for (index, wanted) in right.iter().enumerate() {
        if !reachable[index] {
            continue;
        }
        match wanted {
            '*' => next[index] = true,
            '?' => next[index + 1] = true,
            wanted if letter == '?' || *wanted == letter => next[index + 1] = true,
            _ => {}
        }
    }
    next
}

/// A star of the right pattern may stand for nothing.
fn swallow_stars(right: &[char], reachable: &mut [bool]) {
    for (index, wanted) in right.iter().enumerate() {
        if reachable[index] && *wanted == '*' {
            reachable[index + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_overlap_where_a_text_matches_both() {
        for (left, right, expected) in [
            ("", "", true),
            ("a", "a", true),
            ("a", "b", false),
            ("a*", "*b", true),
            ("a*c", "b*", false),
            ("*", "", true),
            ("?", "", false),
            ("a?c", "*b*", true),
            ("a?c", "a??c", false),
            ("*a*", "*b*", true),
            ("ab", "a?", true),
            ("**", "?", true),
        ] {
            assert_eq!(texts_overlap(left, right), expected, "{left} {right}");
            assert_eq!(texts_overlap(right, left), expected, "{right} {left}");
        }
    }

    #[test]
    fn arns_overlap_part_by_part() {
        for (left, right, expected) in [
            ("*", "arn:aws:s3:::logs/*", true),
            ("arn:aws:s3:::logs", "arn:*:s3:::*/*", false),
            ("arn:aws:s3:::logs/a", "arn:*:s3:::*/*", true),
            ("arn:aws:s3:::*", "arn:*:s3:::*/*", true),
            ("arn:*:iam::1:role/a", "arn:aws:s3:::*", false),
        ] {
            assert_eq!(arns_overlap(left, right), expected, "{left} {right}");
        }
    }
}
