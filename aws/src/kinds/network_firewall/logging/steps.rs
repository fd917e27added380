//! From the destinations that are to those that are wanted, one change at a time.

use super::LogDestinationObserved;

/// The whole lists to put, one after the other. Each differs from the one before it by one destination: gone, new, or
/// with another place; a destination of another sort is one gone and one new.
/// <https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_UpdateLoggingConfiguration.html>
pub(super) fn steps(
    found: &[LogDestinationObserved],
    wanted: &[LogDestinationObserved],
) -> Vec<Vec<LogDestinationObserved>> {
    let mut steps = Vec::new();
    let mut now = found.to_vec();
    for old in found
        .iter()
        .filter(|old| !wanted.iter().any(|new| same_sort(old, new)))
    {
        now.retain(|one| one != old);
        steps.push(now.clone());
    }
    for new in wanted.iter().filter(|new| !found.contains(new)) {
        match now.iter_mut().find(|one| same_sort(one, new)) {
            Some(old) => old.clone_from(new),
            None => now.push(new.clone()),
        }
        steps.push(now.clone());
    }
    steps
}

fn same_sort(one: &LogDestinationObserved, other: &LogDestinationObserved) -> bool {
    one.log_type == other.log_type && one.destination_type == other.destination_type
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn to(text: &str) -> LogDestinationObserved {
        let mut parts = text.split(' ').map(str::to_owned);
        let mut next = || parts.next().expect("three words");
        LogDestinationObserved {
            log_type: next(),
            destination_type: next(),
            destination: BTreeMap::from([("place".to_owned(), next())]),
        }
    }

    fn all(texts: &[&str]) -> Vec<LogDestinationObserved> {
        texts.iter().map(|text| to(text)).collect()
    }

    #[test]
    fn each_step_changes_one_destination() {
        for (found, wanted, expected) in [
            (&[][..], &[][..], vec![]),
            (&["ALERT Logs a"], &["ALERT Logs a"], vec![]),
            (
                &[],
                &["ALERT Logs a", "FLOW Logs f"],
                vec![&["ALERT Logs a"][..], &["ALERT Logs a", "FLOW Logs f"]],
            ),
            (
                &["ALERT Logs a", "FLOW Logs f"],
                &[],
                vec![&["FLOW Logs f"], &[]],
            ),
            (
                &["ALERT Logs a", "FLOW Logs f"],
                &["ALERT Logs b", "FLOW Logs f"],
                vec![&["ALERT Logs b", "FLOW Logs f"]],
            ),
            (
                &["ALERT S3 a", "TLS Logs t"],
                &["ALERT Logs a", "FLOW Logs f"],
                vec![
                    &["TLS Logs t"],
                    &[],
                    &["ALERT Logs a"],
                    &["ALERT Logs a", "FLOW Logs f"],
                ],
            ),
        ] {
            let expected: Vec<_> = expected.into_iter().map(all).collect();
            assert_eq!(
                steps(&all(found), &all(wanted)),
                expected,
                "{found:?} {wanted:?}"
            );
        }
    }
}
