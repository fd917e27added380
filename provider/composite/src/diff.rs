//! The difference between settings that are wanted and settings that are observed.

use serde_json::Value;

use crate::setting::Setting;

/// The names of the top-level settings that differ, foreign ones included.
pub fn changed_settings(desired: &Value, observed: &Value) -> Vec<String> {
    let (Value::Object(desired), Value::Object(observed)) = (desired, observed) else {
        return Vec::new();
    };
    let mut changed: Vec<String> = desired
        .iter()
        .filter(|(name, value)| observed.get(*name) != Some(value))
        .map(|(name, _)| name.clone())
        .chain(
            observed
                .keys()
                .filter(|name| !desired.contains_key(*name))
                .cloned(),
        )
        .collect();
    changed.sort();
    changed
}

/// Shows observed settings the way they were written: what is as wanted stands there in the wanted words, references
/// included; what is not stands there raw; what is foreign is added.
pub fn view(written: &Setting, settled: &Value, observed: &Value) -> Setting {
    if settled == observed {
        return written.clone();
    }
    match (written, settled, observed) {
        (Setting::Map(written), Value::Object(settled), Value::Object(observed)) => Setting::Map(
            observed
                .iter()
                .map(|(name, value)| {
                    let shown = match (written.get(name), settled.get(name)) {
                        (Some(written), Some(settled)) => view(written, settled, value),
                        _ => Setting::literal(value),
                    };
                    (name.clone(), shown)
                })
                .collect(),
        ),
        (Setting::List(written), Value::Array(settled), Value::Array(observed)) => {
            Setting::List(view_list(written, settled, observed))
        }
        _ => Setting::literal(observed),
    }
}

/// Elements that are equal to a wanted one keep its words wherever they stand; the others are compared in place.
fn view_list(written: &[Setting], settled: &[Value], observed: &[Value]) -> Vec<Setting> {
    let same_length = settled.len() == observed.len();
    observed
        .iter()
        .enumerate()
        .map(|(index, value)| {
            let equal = settled.iter().position(|settled| settled == value);
            match equal.and_then(|index| written.get(index)) {
                Some(written) => written.clone(),
                None if same_length => match (written.get(index), settled.get(index)) {
                    (Some(written), Some(settled)) => view(written, settled, value),
                    _ => Setting::literal(value),
                },
                None => Setting::literal(value),
            }
        })
        .collect()
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        input::{Output, OutputName},
        key::PartKey,
    };

    const ARN: OutputName<String> = OutputName::new("arn");

    fn check(observed: &Value, expected: &str) {
        let arn = Output::new(PartKey::parse("key").unwrap(), &ARN).to_string();
        let written = Setting::of(&json!({
            "arn": arn, "list": ["a", {"b": arn}], "mode": "on",
        }))
        .unwrap();
        let settled = written.settle(&|_, _| Some("KEY".into())).unwrap();
        assert_eq!(
            view(&written, &settled, observed).render().unwrap(),
            expected
        );
    }

    #[test]
    fn only_what_differs_is_raw() {
        let same = json!({"arn": "KEY", "list": ["a", {"b": "KEY"}], "mode": "on"});
        check(
            &same,
            r#"{"arn":"${key.arn}","list":["a",{"b":"${key.arn}"}],"mode":"on"}"#,
        );
        let drifted = json!({"arn": "KEY", "list": ["a", {"b": "OTHER"}], "mode": "off"});
        check(
            &drifted,
            r#"{"arn":"${key.arn}","list":["a",{"b":"OTHER"}],"mode":"off"}"#,
        );
    }

    #[test]
    fn foreign_and_missing_members_show() {
        check(
            &json!({"arn": "KEY", "list": [{"b": "KEY"}], "new": 1}),
            r#"{"arn":"${key.arn}","list":[{"b":"${key.arn}"}],"new":1}"#,
        );
    }

    #[test]
    fn changed_names_cover_both_sides() {
        assert_eq!(
            changed_settings(&json!({"a": 1, "b": 2}), &json!({"a": 1, "b": 3, "c": 4})),
            ["b", "c"]
        );
        assert_eq!(changed_settings(&json!({"a": 1}), &json!({})), ["a"]);
    }
}
