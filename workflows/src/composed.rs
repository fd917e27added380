//! Composites as Terraform shows them: in a plan, in a state, or in a state file.

use std::io::Read;
use std::path::Path;

use cloister_aws::{Composed, PartShown};
use serde_json::Value;

use crate::failure::Failure;

/// What the names of our resources begin with.
const PREFIX: &str = "cloister_";

/// Reads a file, or standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<Composed>, Failure> {
    let text = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .read_to_string(&mut text)
            .map_err(|error| {
                Failure::wrong_usage(format!("standard input cannot be read: {error}"))
            })?;
        text
    } else {
        std::fs::read_to_string(path).map_err(|error| {
            Failure::wrong_usage(format!("`{}` cannot be read: {error}", path.display()))
        })?
    };
    parse(&text).ok_or_else(|| {
        Failure::wrong_usage(format!(
            "{} is neither what `terraform show -json` prints nor a state file",
            named(path)
        ))
        .hint("run `terraform show -json PLAN > FILE` and give that file")
    })
}

fn named(path: &Path) -> String {
    if path == Path::new("-") {
        return "standard input".to_owned();
    }
    format!("`{}`", path.display())
}

/// All composites of a document, before and after a change; `None` for a document that is none of Terraform's.
fn parse(text: &str) -> Option<Vec<Composed>> {
    let document: Value = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    if let Some(resources) = document.get("resources").and_then(Value::as_array) {
        for resource in resources {
            let instances = resource["instances"].as_array().into_iter().flatten();
            found.extend(
                instances.filter_map(|one| composed(&resource["type"], &one["attributes"])),
            );
        }
        return Some(found);
    }
    document.get("format_version")?;
    let changes = document["resource_changes"]
        .as_array()
        .into_iter()
        .flatten();
    for change in changes {
        let kind = &change["type"];
        let sides = ["before", "after"].map(|side| &change["change"][side]);
        found.extend(sides.into_iter().filter_map(|side| composed(kind, side)));
    }
    if found.is_empty() {
        in_module(&document["values"]["root_module"], &mut found);
    }
    found.dedup();
    Some(found)
}

fn in_module(module: &Value, found: &mut Vec<Composed>) {
    let resources = module["resources"].as_array().into_iter().flatten();
    found.extend(resources.filter_map(|one| composed(&one["type"], &one["values"])));
    for child in module["child_modules"].as_array().into_iter().flatten() {
        in_module(child, found);
    }
}

fn composed(kind: &Value, values: &Value) -> Option<Composed> {
    let composite = kind.as_str()?.strip_prefix(PREFIX)?;
    let id = values["id"].as_str()?;
    let [account, region, name] = id.split('/').collect::<Vec<_>>().try_into().ok()?;
    let parts = values["parts"].as_object()?;
    let part = |part: &Value| {
        let settings = part["settings"].as_str().map(serde_json::from_str);
        Some(PartShown {
            kind: part["kind"].as_str()?.to_owned(),
            id: part["id"].as_str().map(str::to_owned),
            settings: settings.and_then(Result::ok).unwrap_or(Value::Null),
        })
    };
    Some(Composed {
        account: account.to_owned(),
        region: region.to_owned(),
        tag: format!("{composite}/{region}/{name}"),
        parts: parts.values().filter_map(part).collect(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_plan_a_state_and_a_state_file_show_the_same() {
        let values = json!({
            "id": "111122223333/eu-west-1/data",
            "parts": {
                "bucket": {"kind": "s3:bucket", "id": null, "settings": r#"{"name":"data"}"#},
                "policy": {"kind": "s3:bucket-policy", "settings": null},
            },
        });
        let resource = json!({"type": "cloister_s3_locked_bucket", "values": values});
        let plan = json!({"format_version": "1.2", "resource_changes": [
            {"type": "cloister_s3_locked_bucket", "change": {"before": null, "after": values}},
            {"type": "null_resource", "change": {"before": null, "after": {}}},
        ]});
        let state = json!({"format_version": "1.0", "values": {"root_module": {
            "child_modules": [{"resources": [resource]}],
        }}});
        let file = json!({"version": 4, "resources": [
            {"type": "cloister_s3_locked_bucket", "instances": [{"attributes": values}]},
        ]});
        let part = |kind: &str, settings: Value| PartShown {
            kind: kind.into(),
            id: None,
            settings,
        };
        let expected = vec![Composed {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            tag: "s3_locked_bucket/eu-west-1/data".into(),
            parts: vec![
                part("s3:bucket", json!({"name": "data"})),
                part("s3:bucket-policy", Value::Null),
            ],
        }];
        for document in [plan, state, file] {
            assert_eq!(parse(&document.to_string()), Some(expected.clone()));
        }
        assert_eq!(parse("{}"), None);
        assert_eq!(parse("no JSON"), None);
    }
}
