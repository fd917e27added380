//! Ids of what is in a domain: the domain's id and names, with `|` between them.

use serde_json::Value;

/// The parts of an id, if there are as many as there should be, and none is empty.
pub(crate) fn parts<const N: usize>(id: &str) -> Option<[&str; N]> {
    let parts: Vec<&str> = id.split('|').collect();
    let parts: [&str; N] = parts.try_into().ok()?;
    parts.iter().all(|part| !part.is_empty()).then_some(parts)
}

/// `DOMAIN|NAME`.
pub(crate) fn member_id(domain_id: &str, name: &str) -> String {
    format!("{domain_id}|{name}")
}

/// The id that follows from settings with `domain_id` and `name`, once both are known.
///
/// Ids of domains begin with `d-`: the mark of a reference that is not settled does not.
pub(crate) fn natural_member_id(settings: &Value) -> Option<String> {
    let domain_id = settings.get("domain_id")?.as_str()?;
    let name = settings.get("name")?.as_str()?;
    domain_id
        .starts_with("d-")
        .then(|| member_id(domain_id, name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_id_has_its_parts_or_none() {
        for (id, expected) in [
            ("d-1|ada", Some(["d-1", "ada"])),
            ("d-1", None),
            ("d-1|", None),
            ("d-1|ada|x", None),
        ] {
            assert_eq!(parts::<2>(id), expected, "{id}");
        }
    }

    #[test]
    fn an_id_follows_from_settings_that_are_known() {
        for (settings, expected) in [
            (json!({"domain_id": "d-1", "name": "ada"}), Some("d-1|ada")),
            (json!({"domain_id": null, "name": "ada"}), None),
            (json!({"domain_id": "\u{1}unknown", "name": "ada"}), None),
            (json!({"domain_id": "d-1"}), None),
        ] {
            assert_eq!(
                natural_member_id(&settings).as_deref(),
                expected,
                "{settings}"
            );
        }
    }
}
