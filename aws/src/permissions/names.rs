//! The names and tags that policies can be narrowed to, from what composites consist of.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{
    Composed, PartShown,
    scope::{On, When},
};

/// Where the name of an object stands, by kind, and under which word scopes ask for it.
const NAMED: &[(&str, &str)] = &[
    ("cloudtrail:trail", "trail"),
    ("iam:policy", "policy"),
    ("iam:role", "role"),
    ("kms:alias", "alias"),
    ("logs:log-group", "log_group"),
    ("network-firewall:firewall", "firewall"),
    ("network-firewall:firewall-policy", "firewall"),
    ("network-firewall:rule-group", "firewall"),
    ("s3:bucket", "bucket"),
];

/// Everything that a scope can ask for.
#[derive(Debug)]
pub(super) struct Names {
    partition: String,
    /// Account and region of each composite.
    places: BTreeSet<(String, String)>,
    /// Names by word.
    words: BTreeMap<&'static str, BTreeSet<String>>,
    /// The tags of the composites.
    tags: BTreeSet<String>,
}

impl Names {
    pub(super) fn of(partition: &str, composites: &[Composed]) -> Self {
        let mut words: BTreeMap<&'static str, BTreeSet<String>> = BTreeMap::new();
        for part in composites.iter().flat_map(|one| &one.parts) {
            if let Some((word, name)) = named(part) {
                words.entry(word).or_default().insert(name);
            }
            for role in roles_in(&part.settings) {
                words.entry("passed").or_default().insert(role);
            }
        }
        Self {
            partition: partition.to_owned(),
            places: composites
                .iter()
                .map(|one| (one.account.clone(), one.region.clone()))
                .collect(),
            words,
            tags: composites.iter().map(|one| one.tag.clone()).collect(),
        }
    }

    /// The ARNs that a scope stands for.
    pub(super) fn arns(&self, on: &On) -> Vec<String> {
        let partition = &self.partition;
        match on {
            On::Everything => vec!["*".to_owned()],
            On::Regional(service, pattern) => {
                let arn = |name: &str, (account, region): &(String, String)| {
                    format!("arn:{partition}:{service}:{region}:{account}:{name}")
                };
                self.in_places(pattern, arn)
            }
            On::Global(service, pattern) => {
                let arn = |name: &str, (account, _): &(String, String)| {
                    format!("arn:{partition}:{service}::{account}:{name}")
                };
                self.in_places(pattern, arn)
            }
            On::Bare(service, pattern) => self
                .spelled(pattern)
                .iter()
                .map(|name| format!("arn:{partition}:{service}:::{name}"))
                .collect(),
            On::Arns(word) => self
                .words
                .get(word)
                .into_iter()
                .flatten()
                .cloned()
                .collect(),
        }
    }

    fn in_places(
        &self,
        pattern: &str,
        arn: impl Fn(&str, &(String, String)) -> String,
    ) -> Vec<String> {
        let names = self.spelled(pattern);
        let arn = &arn;
        let arns = names
            .iter()
            .flat_map(|name| self.places.iter().map(move |place| arn(name, place)));
        arns.collect()
    }

    /// A pattern with every name in the place of its word; any name where none is known.
    fn spelled(&self, pattern: &str) -> Vec<String> {
        let Some((before, rest)) = pattern.split_once('{') else {
            return vec![pattern.to_owned()];
        };
        let (word, after) = rest.split_once('}').unwrap_or((rest, ""));
        let names = self.words.get(word);
        let spelled = |name: &String| format!("{before}{name}{after}");
        match names {
            Some(names) if !names.is_empty() => names.iter().map(spelled).collect(),
            _ => vec![format!("{before}*{after}")],
        }
    }

    /// The JSON of a condition.
    pub(super) fn condition(&self, when: When) -> String {
        let condition = match when {
            When::Always => return String::new(),
            When::Ours => {
                json!({"StringEquals": {"aws:ResourceTag/cloister:composite": self.tags}})
            }
            When::Tagged => {
                json!({"StringEquals": {"aws:RequestTag/cloister:composite": self.tags}})
            }
            When::Passed(services) => json!({"StringEquals": {"iam:PassedToService": services}}),
            When::ForService(services) => json!({"StringEquals": {"iam:AWSServiceName": services}}),
            When::GrantForAws => json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}),
        };
        condition.to_string()
    }
}

fn named(part: &PartShown) -> Option<(&'static str, String)> {
    if part.kind == "ssm:parameter" {
        return Some(("anchor", part.id.clone()?));
    }
    let (_, word) = NAMED.iter().find(|(kind, _)| *kind == part.kind)?;
    let name = part.settings.get("name").and_then(Value::as_str);
    let path = part.settings.get("path").and_then(Value::as_str);
    let path = path.unwrap_or_default().trim_start_matches('/');
    Some((
        word,
        name.map_or("*".to_owned(), |name| format!("{path}{name}")),
    ))
}

/// The ARNs of roles that settings name as they are: roles that the user brought.
fn roles_in(settings: &Value) -> BTreeSet<String> {
    match settings {
        Value::String(text) if text.starts_with("arn:") && text.contains(":role/") => {
            BTreeSet::from([text.clone()])
        }
        Value::Array(items) => items.iter().flat_map(roles_in).collect(),
        // What policies name is nobody's to pass on.
        Value::Object(fields) => fields
            .iter()
            .filter(|(name, _)| name.contains("role"))
            .flat_map(|(_, value)| roles_in(value))
            .chain(
                fields
                    .values()
                    .filter(|value| value.is_object())
                    .flat_map(roles_in),
            )
            .collect(),
        _ => BTreeSet::new(),
    }
}
