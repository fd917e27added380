//! What a run left, so that two runs can be compared though ids differ.

use std::{collections::BTreeMap, sync::OnceLock};

use regex_lite::Regex;
use serde_json::{Value, json};

use crate::rig::{OF_THE_ACCOUNT, Project, Sandbox};

/// What a run left in the account and in the state, without ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Left {
    /// How often an object is there that looks the same but for its id.
    objects: BTreeMap<String, usize>,
    /// Parts by key, with the status of their composite.
    state: Vec<Value>,
}

/// In what a run differs from another one.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// Objects of a kind, name and tags that should not be there.
    pub(super) orphans: Vec<String>,
    /// Objects that are there more often than they should be.
    pub(super) twins: Vec<String>,
    /// Objects that should be there.
    pub(super) missing: Vec<String>,
    /// Whether the states differ, and how.
    pub(super) state: Option<String>,
}

impl Left {
    /// What is there.
    pub(super) fn of(sandbox: &Sandbox, project: &Project<'_>) -> Self {
        let mut objects = BTreeMap::new();
        for object in objects_of(sandbox) {
            *objects.entry(object).or_default() += 1;
        }
        Self {
            objects,
            state: state_of(project),
        }
    }

    /// What is there, besides what should be and instead of it.
    pub(super) fn differences(&self, expected: &Self) -> Differences {
        let mut found = Differences::default();
        let times = |of: &Self, object: &str| of.objects.get(object).copied().unwrap_or_default();
        for (object, count) in &self.objects {
            let wanted = times(expected, object);
            let list = if wanted == 0 {
                &mut found.orphans
            } else {
                &mut found.twins
            };
            list.extend((wanted..*count).map(|_| object.clone()));
        }
        for (object, wanted) in &expected.objects {
            let lacking = (times(self, object)..*wanted).map(|_| object.clone());
            found.missing.extend(lacking);
        }
        if self.state != expected.state {
            let [is, should] = [self, expected].map(|one| json!(one.state).to_string());
            found.state = Some(format!("the state holds\n{is}\ninstead of\n{should}"));
        }
        found
    }
}

impl Differences {
    pub(super) fn are_none(&self) -> bool {
        self.orphans.is_empty()
            && self.twins.is_empty()
            && self.missing.is_empty()
            && self.state.is_none()
    }

    /// All of them, with the number of each sort first.
    pub(super) fn told(&self) -> String {
        let counted = |what: &str, list: &[String]| match list.len() {
            0 => None,
            count => Some(format!("{count} {what}: {}", list.join(", "))),
        };
        let lists = [
            counted("orphans", &self.orphans),
            counted("twins", &self.twins),
            counted("missing", &self.missing),
        ];
        let told: Vec<_> = lists
            .into_iter()
            .flatten()
            .chain(self.state.clone())
            .collect();
        told.join("; ")
    }
}

fn objects_of(sandbox: &Sandbox) -> impl Iterator<Item = String> {
    let objects = sandbox.objects().into_iter();
    let told = objects.map(|(kind, mut object)| {
        let id = object["id"].take();
        let [name, tags, state] = ["name", "tags", "state"].map(|fact| object[fact].take());
        let tags: BTreeMap<_, _> = tags.as_object().into_iter().flatten().collect();
        let facts = json!([name, tags, state]);
        format!("{kind} {} {facts}", id.as_str().unwrap_or_default())
    });
    told.filter(|object| !OF_THE_ACCOUNT.iter().any(|of| object.starts_with(of)))
        .map(|object| without_ids(&object))
}

/// Parts as the state holds them. Terraform is not asked: it would take longer than everything else here.
fn state_of(project: &Project<'_>) -> Vec<Value> {
    let Some(text) = project.text("terraform.tfstate") else {
        return Vec::new();
    };
    let state: Value = serde_json::from_str(&text).expect("a state is JSON");
    let resources = state["resources"].as_array().into_iter().flatten();
    let instances = resources.flat_map(|one| one["instances"].as_array().into_iter().flatten());
    instances.map(|one| told(&one["attributes"])).collect()
}

fn told(attributes: &Value) -> Value {
    let parts = attributes["parts"].as_object().into_iter().flatten();
    let parts: BTreeMap<_, _> = parts
        .map(|(key, part)| {
            let settings = part["settings"].as_str().map(without_ids);
            (key, json!([part["kind"], part["id"].is_string(), settings]))
        })
        .collect();
    json!([attributes["status"], parts])
}

/// The same text for objects that differ by id only.
fn without_ids(text: &str) -> String {
    static IDS: OnceLock<Regex> = OnceLock::new();
    let ids = IDS.get_or_init(|| {
        let uuid = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}";
        let pattern = format!(
            r"{uuid}|\b(d|app|space)-[a-z0-9]{{12,}}\b|-[0-9a-f]{{8,17}}\b|AROA[A-Z0-9]{{16,}}"
        );
        Regex::new(&pattern).expect("the pattern is one")
    });
    ids.replace_all(text, "-#").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(objects: &[&str]) -> Left {
        let mut counted = BTreeMap::new();
        for object in objects {
            *counted.entry(without_ids(object)).or_default() += 1;
        }
        Left {
            objects: counted,
            state: Vec::new(),
        }
    }

    #[test]
    fn objects_that_differ_by_id_only_are_the_same() {
        let one = left(&[
            "ec2:vpc vpc-0123456789abcdef0 [null]",
            "kms:key 15724ad0-96d2-4e99-9341-723b9e823d05",
        ]);
        let other = left(&[
            "ec2:vpc vpc-fedcba98765432100 [null]",
            "kms:key 00000000-96d2-4e99-9341-723b9e823d05",
        ]);
        assert!(one.differences(&other).are_none());
    }

    #[test]
    fn orphans_twins_and_what_is_missing_are_told_apart() {
        let is = left(&[
            "ec2:vpc vpc-0123456789abcdef0",
            "ec2:vpc vpc-1123456789abcdef0",
            "iam:role x",
        ]);
        let should = left(&["ec2:vpc vpc-0123456789abcdef0", "iam:role y"]);
        let found = is.differences(&should);
        assert_eq!(found.twins, ["ec2:vpc vpc-#"]);
        assert_eq!(found.orphans, ["iam:role x"]);
        assert_eq!(found.missing, ["iam:role y"]);
        assert_eq!(
            found.told(),
            "1 orphans: iam:role x; 1 twins: ec2:vpc vpc-#; 1 missing: iam:role y"
        );
    }
}
