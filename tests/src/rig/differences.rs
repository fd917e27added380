//! Which parts and settings a plan changes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

/// Each part and setting that differs between `before` and `after` of a change, as `part: setting`; tags by name.
/// `(new)`, `(gone)` and `(unknown)` stand for all settings of a part.
pub(crate) fn differences(change: &Value) -> Vec<String> {
    let parts = |side: &str| object(&change[side]["parts"]);
    let (before, after) = (parts("before"), parts("after"));
    if change["after_unknown"]["parts"] == true {
        return vec!["(unknown)".to_owned()];
    }
    let unknown = &change["after_unknown"]["parts"];
    union(&before, &after)
        .into_iter()
        .flat_map(|key| {
            let settings = match (before.get(key), after.get(key)) {
                (Some(before), Some(after)) => of_part(before, after, &unknown[key]),
                (None, _) => vec!["(new)".to_owned()],
                (_, None) => vec!["(gone)".to_owned()],
            };
            settings
                .into_iter()
                .map(move |setting| format!("{key}: {setting}"))
        })
        .collect()
}

fn of_part(before: &Value, after: &Value, unknown: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if unknown["id"] == true || before["id"] != after["id"] {
        found.push("id".to_owned());
    }
    if unknown["settings"] == true {
        found.push("(unknown)".to_owned());
        return found;
    }
    let (before, after) = (settings(before), settings(after));
    for name in union(&before, &after) {
        match (before.get(name), after.get(name)) {
            (before, after) if before == after => {}
            (before, after) if name == "tags" => {
                let side = |tags: Option<&Value>| tags.map(object).unwrap_or_default();
                let (before, after) = (side(before), side(after));
                let tags = union(&before, &after)
                    .into_iter()
                    .filter(|tag| before.get(*tag) != after.get(*tag));
                found.extend(tags.map(|tag| format!("tags/{tag}")));
            }
            _ => found.push(name.clone()),
        }
    }
    found
}

fn settings(part: &Value) -> Map<String, Value> {
    let text = part["settings"].as_str().expect("settings are a text");
    object(&serde_json::from_str(text).expect("settings are JSON"))
}

fn object(value: &Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap_or_default()
}

fn union<'a>(one: &'a Map<String, Value>, other: &'a Map<String, Value>) -> BTreeSet<&'a String> {
    one.keys().chain(other.keys()).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::differences;

    #[test]
    fn every_difference_is_named_once() {
        let part = |id: &str, settings: &str| json!({"kind": "k", "id": id, "settings": settings});
        for (before, after, unknown, expected) in [
            (
                part("1", r#"{"a":1}"#),
                part("1", r#"{"a":1}"#),
                json!({}),
                &[][..],
            ),
            (
                part("1", r#"{"a":1,"b":2}"#),
                part("1", r#"{"a":2}"#),
                json!({}),
                &["p: a", "p: b"],
            ),
            (
                part("1", r#"{"tags":{"x":"1","y":"1"}}"#),
                part("1", r#"{"tags":{"x":"2","y":"1"}}"#),
                json!({}),
                &["p: tags/x"],
            ),
            (
                part("1", "{}"),
                json!({"kind": "k"}),
                json!({"id": true, "settings": true}),
                &["p: id", "p: (unknown)"],
            ),
        ] {
            let change = json!({
                "before": {"parts": {"p": before}},
                "after": {"parts": {"p": after}},
                "after_unknown": {"parts": {"p": unknown}},
            });
            assert_eq!(differences(&change), expected, "{change}");
        }
        let gone = json!({"before": {"parts": {"p": part("1", "{}")}}, "after": {"parts": {"q": part("1", "{}")}}});
        assert_eq!(differences(&gone), ["p: (gone)", "q: (new)"]);
    }
}
