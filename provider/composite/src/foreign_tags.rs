//! Tags of others that the user wants left alone.

use serde_json::Value;

/// Says of a tag key whether it is to be left alone.
pub(crate) type Ignored<'a> = &'a (dyn Fn(&str) -> bool + Send + Sync);

/// The observed settings without the tags that are left alone.
pub(crate) fn without_ignored(mut observed: Value, ignored: Ignored<'_>) -> Value {
    if let Some(Value::Object(tags)) = observed.get_mut("tags") {
        tags.retain(|key, _| !ignored(key));
    }
    observed
}

/// The wanted settings with the observed tags that are left alone, so that a write of the whole set keeps them.
pub(crate) fn with_ignored(mut wanted: Value, observed: &Value, ignored: Ignored<'_>) -> Value {
    let Some(Value::Object(kept)) = observed.get("tags") else {
        return wanted;
    };
    if let Some(Value::Object(tags)) = wanted.get_mut("tags") {
        let kept = kept.iter().filter(|(key, _)| ignored(key));
        tags.extend(kept.map(|(key, value)| (key.clone(), value.clone())));
        tags.sort_keys();
    }
    wanted
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn ignored_tags_neither_show_nor_get_lost() {
        let ignored = |key: &str| key.starts_with("audit:");
        let observed = json!({"tags": {"audit:seen": "1", "team": "b"}});
        assert_eq!(
            without_ignored(observed.clone(), &ignored),
            json!({"tags": {"team": "b"}})
        );
        assert_eq!(
            with_ignored(json!({"tags": {"team": "a"}}), &observed, &ignored),
            json!({"tags": {"audit:seen": "1", "team": "a"}})
        );
        assert_eq!(with_ignored(json!({}), &observed, &ignored), json!({}));
    }
}
