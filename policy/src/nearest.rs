//! Finds the name that a misspelt one was probably meant to be.

/// Longer texts are no misspelling of a field or operator.
const LONGEST: usize = 64;

/// The candidate that differs in case only, or else by at most two edits.
pub(crate) fn nearest<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    if name.len() > LONGEST {
        return None;
    }
    let name = name.to_ascii_lowercase();
    candidates
        .into_iter()
        .map(|candidate| (edits(&name, &candidate.to_ascii_lowercase()), candidate))
        // Two edits turn any two-letter name into any other.
        .filter(|(edits, candidate)| *edits <= 2 && *edits < candidate.len() / 2)
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance, one row at a time.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.chars().enumerate() {
        let mut diagonal = index;
        row[0] = index + 1;
        for (column, other) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(row[column] + 1).min(diagonal + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_what_was_meant() {
        let known = ["Sid", "Effect", "Action", "NotAction", "Resource"];
        for (name, expected) in [
            ("Actions", Some("Action")),
            ("action", Some("Action")),
            ("Efect", Some("Effect")),
            ("Resorces", Some("Resource")),
            ("SID", Some("Sid")),
            ("Id", None),
            ("Comment", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
