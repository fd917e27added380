//! Attributes that come from parts: what a plan knows of them before the apply.

use std::collections::BTreeMap;

use cloister_composite::{PartKey, PartsState, PlannedId, PlannedPart, Setting};
use cloister_framework::Value;

use super::state::exposed_value;

/// Outputs that AWS gives an object for good.
const LASTING: [&str; 5] = ["arn", "home_efs_id", "id", "name", "url"];

/// The parts as they are, and as they are planned.
#[derive(Clone, Copy)]
pub(super) struct Outlook<'a> {
    pub(super) prior: &'a PartsState,
    pub(super) planned: &'a BTreeMap<PartKey, PlannedPart>,
}

impl Outlook<'_> {
    /// The id of a part that stays.
    fn id(&self, part: &PartKey) -> Option<&str> {
        let before = self.prior.get(part)?.id.as_deref()?;
        let stays = matches!(&self.planned.get(part)?.id, PlannedId::Known(id) if id == before);
        stays.then_some(before)
    }

    /// Whether an output of a part is the same after the apply.
    fn keeps(&self, part: &PartKey, output: &str) -> bool {
        let settings = |parts: &PartsState| parts.get(part).map(|part| part.settings.clone());
        let unchanged = || {
            let planned = self.planned.get(part);
            planned.is_some_and(|planned| planned.settings == settings(self.prior))
        };
        self.id(part).is_some() && (LASTING.contains(&output) || unchanged())
    }

    /// An attribute as far as it is known before the apply: what others take from it changes only where it does.
    pub(super) fn exposed(&self, setting: &Setting, before: Option<&Value>) -> Value {
        match setting {
            Setting::List(items) => {
                let items = items.iter().map(|item| self.exposed_item(item, before));
                Value::List(items.collect())
            }
            Setting::Map(fields) => Value::map(fields.iter().map(|(name, field)| {
                let before = before.and_then(|before| before.entries()?.get(name));
                (name.clone(), self.exposed(field, before))
            })),
            leaf => known(leaf).unwrap_or_else(|| {
                let references = leaf.references();
                let keeps = |(part, output): &(&PartKey, &str)| self.keeps(part, output);
                match before.filter(|before| !before.is_null()) {
                    Some(before) if !references.is_empty() && references.iter().all(keeps) => {
                        before.clone()
                    }
                    _ => Value::Unknown,
                }
            }),
        }
    }

    /// An item of a list. Its place may be another than before, so that it is told by the id of its part alone.
    fn exposed_item(&self, item: &Setting, before: Option<&Value>) -> Value {
        let listed = |id: &str| {
            let before = before.and_then(Value::elements).unwrap_or_default();
            before.contains(&Value::string(id))
        };
        known(item).unwrap_or_else(|| match item.references()[..] {
            [(part, "id")] => self
                .id(part)
                .filter(|id| listed(id))
                .map_or(Value::Unknown, Value::string),
            _ => Value::Unknown,
        })
    }
}

/// The value of what refers to no part.
fn known(leaf: &Setting) -> Option<Value> {
    let settled = leaf.settle(&|_, _| None).ok()?;
    Some(exposed_value(&settled))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use cloister_composite::PartState;

    use super::*;

    fn key(name: &str) -> PartKey {
        PartKey::parse(name).unwrap()
    }

    /// Three parts: one stays as it is, one changes in place, one is made anew.
    fn with_outlook(check: impl Fn(Outlook<'_>)) {
        let prior: PartsState = ["kept", "changed", "anew"]
            .map(|name| {
                let part = PartState {
                    kind: "ec2:subnet".to_owned(),
                    id: Some(format!("subnet-{name}")),
                    settings: "{}".to_owned(),
                };
                (key(name), part)
            })
            .into();
        let planned = prior.iter().map(|(key, part)| {
            let id = match key.as_str() {
                "anew" => PlannedId::Unknown,
                _ => PlannedId::Known(part.id.clone().unwrap()),
            };
            let settings = match key.as_str() {
                "changed" => r#"{"tags":{}}"#,
                _ => "{}",
            };
            let planned = PlannedPart {
                kind: part.kind.clone(),
                id,
                settings: Some(settings.to_owned()),
            };
            (key.clone(), planned)
        });
        check(Outlook {
            prior: &prior,
            planned: &planned.collect(),
        });
    }

    /// The mark of another part's output, as blueprints write it.
    fn output(part: &str, name: &str) -> String {
        format!("\u{F8F0}{part}.{name}\u{F8F1}")
    }

    #[test]
    fn an_attribute_stays_known_where_its_parts_stay() {
        with_outlook(|outlook| {
            let before = Value::string("before");
            for (part, name, expected) in [
                ("kept", "id", before.clone()),
                ("kept", "dns_name", before.clone()),
                ("changed", "arn", before.clone()),
                ("changed", "dns_name", Value::Unknown),
                ("anew", "id", Value::Unknown),
            ] {
                let setting = Setting::of(&output(part, name)).unwrap();
                let shown = outlook.exposed(&setting, Some(&before));
                assert_eq!(shown, expected, "{part} {name}");
            }
        });
    }

    #[test]
    fn lists_and_maps_are_known_member_by_member() {
        with_outlook(|outlook| {
            let ids = Setting::of(&[
                output("anew", "id"),
                output("changed", "id"),
                output("kept", "id"),
            ]);
            let before = ["subnet-kept", "subnet-changed"].map(Value::string);
            assert_eq!(
                outlook.exposed(&ids.unwrap(), Some(&Value::List(before.into()))),
                Value::List(vec![
                    Value::Unknown,
                    Value::string("subnet-changed"),
                    Value::string("subnet-kept"),
                ])
            );
            let names = ["kept", "anew", "literal"];
            let map = BTreeMap::from([
                ("kept", output("kept", "dns_name")),
                ("anew", output("anew", "dns_name")),
                ("literal", "said".to_owned()),
            ]);
            let before = names.map(|name| (name, Value::string("before")));
            assert_eq!(
                outlook.exposed(&Setting::of(&map).unwrap(), Some(&Value::map(before))),
                Value::map([
                    ("kept", Value::string("before")),
                    ("anew", Value::Unknown),
                    ("literal", Value::string("said")),
                ])
            );
        });
    }
}
