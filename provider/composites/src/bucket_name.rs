//! What S3 allows as the name of a bucket.

/// Why S3 refuses a name; `None` if it does not.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html>
pub(crate) fn refusal(name: &str) -> Option<String> {
    let rules: [(bool, &str); 5] = [
        (
            !(3..=63).contains(&name.len()),
            "it has to have 3 to 63 characters",
        ),
        (
            !name
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b)),
            "it may hold lower-case letters, digits, dots and hyphens only",
        ),
        (
            !(starts_well(name) && ends_well(name)),
            "it has to begin and end with a letter or digit",
        ),
        (name.contains(".."), "it may not hold two dots in a row"),
        (is_address(name), "it may not look like an IP address"),
    ];
    if let Some((_, why)) = rules.iter().find(|(broken, _)| *broken) {
        return Some((*why).to_owned());
    }
    let reserved = RESERVED_PREFIXES
        .iter()
        .find(|prefix| name.starts_with(**prefix));
    if let Some(prefix) = reserved {
        return Some(format!("the prefix `{prefix}` is reserved"));
    }
    let reserved = RESERVED_SUFFIXES
        .iter()
        .find(|suffix| name.ends_with(**suffix));
    reserved.map(|suffix| format!("the suffix `{suffix}` is reserved"))
}

const RESERVED_PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const RESERVED_SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

fn starts_well(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn ends_well(name: &str) -> bool {
    name.ends_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
}

fn is_address(name: &str) -> bool {
    name.parse::<std::net::Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn names_follow_the_rules_of_s3() {
        for good in ["abc", "logs-2026", "a.b.c", "1a2", &"a".repeat(63)] {
            assert_eq!(refusal(good), None, "{good}");
        }
        for (bad, why) in [
            ("ab", "3 to 63"),
            (&*"a".repeat(64), "3 to 63"),
            ("Logs", "lower-case"),
            ("my_logs", "lower-case"),
            ("-logs", "begin and end"),
            ("logs.", "begin and end"),
            ("a..b", "two dots"),
            ("192.168.5.4", "IP address"),
            ("xn--logs", "`xn--`"),
            ("logs-s3alias", "`-s3alias`"),
        ] {
            let refusal = refusal(bad).unwrap_or_default();
            assert!(refusal.contains(why), "{bad}: {refusal}");
        }
    }
}
