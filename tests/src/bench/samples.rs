//! What the sandbox tells of the calls of a run: how long each took, and what it was about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::effort::Sample;
use crate::rig::{Sandbox, Timed};

/// The calls among `calls` that changed something, with what they were about.
///
/// The list of calls has their times, CloudTrail what was asked and answered.
pub(super) fn samples(sandbox: &Sandbox, calls: &[Timed]) -> Vec<Sample> {
    let mut mentions = mentions(sandbox);
    calls
        .iter()
        .filter(|timed| timed.call.writes() && timed.call.error.is_none())
        .map(|timed| Sample {
            operation: timed.call.operation.clone(),
            mentions: mentions.remove(&timed.call.request_id).unwrap_or_default(),
            delay: timed.delay,
            done: timed.done,
            over: timed.over,
        })
        .collect()
}

/// Every text in the requests and answers of all writes, by request id.
fn mentions(sandbox: &Sandbox) -> BTreeMap<String, BTreeSet<String>> {
    let writes = json!([{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]);
    let mut page = json!({"LookupAttributes": writes});
    let mut found = BTreeMap::new();
    loop {
        let answer = sandbox.aws().call("cloudtrail", "lookup_events", &page);
        for event in answer["Events"].as_array().into_iter().flatten() {
            let text = event["CloudTrailEvent"].as_str().unwrap_or_default();
            let event: Value = serde_json::from_str(text).expect("an event is JSON");
            let id = event["requestID"].as_str().unwrap_or_default().to_owned();
            let texts: &mut BTreeSet<String> = found.entry(id).or_default();
            collect(&event["requestParameters"], texts);
            collect(&event["responseElements"], texts);
        }
        match &answer["NextToken"] {
            Value::Null => return found,
            token => page["NextToken"] = token.clone(),
        }
    }
}

fn collect(value: &Value, texts: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => {
            texts.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(fields) => fields.values().for_each(|field| collect(field, texts)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_however_deep() {
        let mut texts = BTreeSet::new();
        collect(
            &json!({"a": [{"b": "x"}, 1], "c": {"d": "y"}, "e": null}),
            &mut texts,
        );
        assert_eq!(texts.into_iter().collect::<Vec<_>>(), ["x", "y"]);
    }
}
