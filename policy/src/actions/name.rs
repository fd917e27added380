//! Names of actions against patterns: case makes no difference.

/// Whether `text` matches `pattern`, in which `*` is any run of characters and
/// `?` is any one. Allocates nothing; names are ASCII, so bytes will do.
pub(crate) fn matches_name(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut read) = (0, 0);
    // After the latest `*`: the rest of the pattern, and how much it has swallowed.
    let mut retry: Option<(usize, usize)> = None;
    while read < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                at += 1;
                retry = Some((at, read));
            }
            Some(wanted) if *wanted == b'?' || wanted.eq_ignore_ascii_case(&text[read]) => {
                at += 1;
                read += 1;
            }
            _ => {
                let Some((after_star, swallowed)) = &mut retry else {
                    return false;
                };
                *swallowed += 1;
                (at, read) = (*after_star, *swallowed);
            }
        }
    }
    pattern[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_match_in_any_case() {
        for (pattern, text, expected) in [
            ("", "", true),
            ("*", "", true),
            ("Get*", "getobject", true),
            ("*app", "CreateApp", true),
            ("*App", "CreateApps", false),
            ("G?tObject", "GetObject", true),
            ("*e*t*", "GetObject", true),
            ("Get", "GetObject", false),
            ("GetObject?", "GetObject", false),
            ("**a**", "BAB", true),
        ] {
            assert_eq!(matches_name(pattern, text), expected, "{pattern} {text}");
        }
    }
}
