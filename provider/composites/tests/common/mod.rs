//! What tests of blueprints share: a place, a blueprint as text, and its parts as AWS would show them.

use std::collections::BTreeMap;

use cloister_composite::{Blueprint, Observation, Observations, Part, PartKey, Readiness, Tags};
use cloister_composites::Site;
use serde_json::Value;

pub(crate) fn site() -> Site {
    Site {
        account: "111122223333".into(),
        region: "eu-central-1".into(),
        partition: "aws".into(),
        owner: "terraform".into(),
        tags: Some(Tags::from([("team".into(), "a".into())])),
        deletion_protection: true,
    }
}

/// The blueprint as text: each part with its order and its settings, then what the resource shows and keeps.
pub(crate) fn text(blueprint: &Blueprint) -> String {
    let part = |part: &Part| {
        let settings = part
            .desired
            .render()
            .map_or("(unknown)".to_owned(), |text| pretty(&text));
        let after = part
            .after
            .iter()
            .map(|after| format!("after {}: {}\n", after.part, after.why));
        let needs = part.needs().into_iter().map(|key| format!("needs {key}\n"));
        let lines: String = needs.chain(after).collect();
        format!("{} ({})\n{lines}{settings}\n", part.key, part.kind)
    };
    let parts: Vec<String> = blueprint.parts.values().map(part).collect();
    let kept = serde_json::to_string(&blueprint.kept).unwrap();
    let exposed = blueprint
        .exposed
        .iter()
        .map(|(name, setting)| format!("{name} = {}\n", setting.render().unwrap()));
    let exposed: String = exposed.collect();
    format!("{}\n{exposed}kept {kept}\n", parts.join("\n"))
}

fn pretty(text: &str) -> String {
    let value: Value = serde_json::from_str(text).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

/// The parts as AWS would describe them once made.
pub(crate) fn observed(blueprint: &Blueprint) -> Observations {
    let output = |part: &PartKey, name: &str| Some(format!("{part}-{name}"));
    let observation = |part: &Part| Observation {
        id: part.key.to_string(),
        outputs: BTreeMap::new(),
        settings: part.desired.settle(&output).unwrap(),
        live: Value::Null,
        readiness: Readiness::Ready,
    };
    blueprint
        .parts
        .values()
        .map(|part| (part.key.clone(), observation(part)))
        .collect()
}
