//! Least privilege: what who plans and who applies must be allowed to call, made from the table that the kinds call
//! through.

mod names;
mod scope;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use self::{
    names::Names,
    scope::{IMPLIED, rows_of},
};
use crate::{
    calls::{Effect, Operation},
    kinds::calls_of,
    readers::PLAN_CALLS,
};

/// A part as plans and states show it.
#[derive(Debug, Clone, PartialEq)]
pub struct PartShown {
    /// Its kind, such as `s3:bucket`.
    pub kind: String,
    /// Its id, once it is known.
    pub id: Option<String>,
    /// Its settings; null while they are unknown.
    pub settings: Value,
}

/// A composite as a plan or a state shows it.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// The 12-digit account id.
    pub account: String,
    /// The region.
    pub region: String,
    /// The value of its tag `cloister:composite`: `TYPE/REGION/NAME`.
    pub tag: String,
    /// Its parts.
    pub parts: Vec<PartShown>,
}

/// One statement that allows something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// What may be called.
    pub actions: BTreeSet<String>,
    /// On what, as ARNs with wildcards.
    pub resources: BTreeSet<String>,
    /// Under which condition: the JSON of a statement's `Condition`; empty for none.
    pub condition: String,
}

/// What the two roles need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Permissions {
    /// To plan and to refresh: nothing that changes anything.
    pub plan: Vec<Grant>,
    /// To apply and to destroy; planning included.
    pub apply: Vec<Grant>,
}

/// What the roles need for these composites, which are of one account.
pub fn permissions(partition: &str, composites: &[Composed]) -> Permissions {
    let kinds: BTreeSet<&str> = composites
        .iter()
        .flat_map(|one| one.parts.iter().map(|part| part.kind.as_str()))
        .collect();
    let names = Names::of(partition, composites);
    let of_kinds = kinds.into_iter().flat_map(calls_of);
    let of_plans = PLAN_CALLS.iter().flat_map(|group| group.iter());
    let all: Vec<&Operation> = of_kinds.chain(of_plans).collect();
    let reads = |call: &&&Operation| call.effect == Effect::Read;
    Permissions {
        plan: grants(all.iter().filter(reads).copied(), &names),
        apply: grants(all.iter().copied(), &names),
    }
}

/// One statement for all that is allowed on the same things under the same condition.
fn grants<'a>(calls: impl Iterator<Item = &'a Operation>, names: &Names) -> Vec<Grant> {
    let mut actions: BTreeSet<&str> = calls.map(|call| call.iam_action).collect();
    let implied = IMPLIED.iter().filter(|(call, _)| actions.contains(call));
    let implied: Vec<&str> = implied.flat_map(|(_, also)| also.iter().copied()).collect();
    actions.extend(implied);
    let mut by_scope: BTreeMap<(BTreeSet<String>, String), BTreeSet<String>> = BTreeMap::new();
    for action in actions {
        for row in rows_of(action) {
            let resources: BTreeSet<String> = row.on.iter().flat_map(|on| names.arns(on)).collect();
            if resources.is_empty() {
                continue;
            }
            let scope = (resources, names.condition(row.when));
            by_scope.entry(scope).or_default().insert(action.to_owned());
        }
    }
    let grant = |((resources, condition), actions)| Grant {
        actions,
        resources,
        condition,
    };
    by_scope.into_iter().map(grant).collect()
}

impl Permissions {
    /// The statements as policy documents of at most `longest` characters, unless one statement alone has more.
    pub fn documents(grants: &[Grant], longest: usize) -> Vec<Value> {
        let mut documents: Vec<Value> = Vec::new();
        let mut taken = 0;
        for end in 1..=grants.len() {
            let grown = Self::document(&grants[taken..end]);
            let fits = grown.to_string().len() <= longest;
            match documents.last_mut() {
                Some(last) if fits => *last = grown,
                _ => {
                    taken = end - 1;
                    documents.push(Self::document(&grants[taken..end]));
                }
            }
        }
        documents
    }

    /// The policy document of some statements.
    fn document(grants: &[Grant]) -> Value {
        let statement = |grant: &Grant| {
            let mut fields = Map::new();
            fields.insert("Effect".into(), json!("Allow"));
            fields.insert("Action".into(), json!(grant.actions));
            fields.insert("Resource".into(), json!(grant.resources));
            if let Ok(condition) = serde_json::from_str(&grant.condition) {
                fields.insert("Condition".into(), condition);
            }
            Value::Object(fields)
        };
        let statements: Vec<Value> = grants.iter().map(statement).collect();
        json!({"Version": "2012-10-17", "Statement": statements})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket() -> Composed {
        let part = |kind: &str, settings: Value| PartShown {
            kind: kind.into(),
            id: None,
            settings,
        };
        Composed {
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            tag: "s3_locked_bucket/eu-west-1/data".into(),
            parts: vec![
                PartShown {
                    id: Some("/cloister/s3_locked_bucket/data".into()),
                    ..part("ssm:parameter", Value::Null)
                },
                part("s3:bucket", json!({"name": "data"})),
                part("kms:key", Value::Null),
                part("kms:alias", json!({"name": "alias/data"})),
            ],
        }
    }

    fn allowed<'a>(grants: &'a [Grant], action: &str) -> Vec<&'a Grant> {
        let grants = grants.iter();
        grants
            .filter(|grant| grant.actions.contains(action))
            .collect()
    }

    #[test]
    fn what_plans_changes_nothing_and_names_what_it_reads() {
        let found = permissions("aws", &[bucket()]);
        let changing = ["Create", "Put", "Delete", "Update", "Tag", "Schedule"];
        for grant in &found.plan {
            for action in &grant.actions {
                let name = action.split(':').nth(1).unwrap_or_default();
                assert!(
                    !changing.iter().any(|verb| name.starts_with(verb)),
                    "{action}"
                );
            }
        }
        let reading = allowed(&found.plan, "s3:GetEncryptionConfiguration");
        assert_eq!(reading.len(), 1);
        assert_eq!(
            reading[0].resources,
            BTreeSet::from(["arn:aws:s3:::data".to_owned()])
        );
    }

    #[test]
    fn who_applies_may_destroy_only_what_carries_the_tags() {
        let found = permissions("aws", &[bucket()]);
        let grants = allowed(&found.apply, "kms:ScheduleKeyDeletion");
        assert_eq!(grants.len(), 1);
        assert_eq!(
            grants[0].condition,
            r#"{"StringEquals":{"aws:ResourceTag/cloister:composite":["s3_locked_bucket/eu-west-1/data"]}}"#
        );
        assert!(allowed(&found.plan, "kms:ScheduleKeyDeletion").is_empty());
    }

    #[test]
    fn what_has_no_name_yet_is_any_of_its_kind() {
        let mut unknown = bucket();
        unknown.parts[1].settings = Value::Null;
        let found = permissions("aws-cn", &[unknown]);
        let grants = allowed(&found.apply, "s3:PutBucketPolicy");
        assert!(grants.is_empty(), "no part of that kind");
        let grants = allowed(&found.apply, "s3:DeleteBucket");
        assert_eq!(
            grants[0].resources,
            BTreeSet::from(["arn:aws-cn:s3:::*".to_owned()])
        );
    }

    #[test]
    fn documents_are_no_longer_than_they_may_be_and_hold_everything() {
        let found = permissions("aws", &[bucket()]);
        for (longest, several) in [(100_000, false), (1500, true)] {
            let documents = Permissions::documents(&found.apply, longest);
            assert_eq!(documents.len() > 1, several);
            let statements = |one: &Value| one["Statement"].as_array().map_or(0, Vec::len);
            let total: usize = documents.iter().map(statements).sum();
            assert_eq!(total, found.apply.len());
            assert!(documents.iter().all(|one| one.to_string().len() <= longest));
        }
    }

    #[test]
    fn every_call_has_a_scope() {
        let all = crate::kinds::kinds();
        for kind in all.names().chain([all.anchor_kind()]) {
            for call in calls_of(kind) {
                assert!(!rows_of(call.iam_action).is_empty(), "{}", call.iam_action);
            }
        }
    }
}
