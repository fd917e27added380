//! `kms:alias`: a name for a key. The key behind it changes in place, the name does not.

use std::collections::BTreeMap;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, Outputs, PartError, PartKind,
    outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settled::{answered, settled};
use crate::{calls::Operation, session::Aws};

const CREATE: Operation = Operation::once("kms:CreateAlias");
const LIST: Operation = Operation::read("kms:ListAliases");
const DESCRIBE: Operation = Operation::read("kms:DescribeKey");
const UPDATE: Operation = Operation::idempotent("kms:UpdateAlias");
const DELETE: Operation = Operation::idempotent("kms:DeleteAlias");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE, LIST, DESCRIBE, UPDATE, DELETE]];

/// A KMS alias.
#[derive(Debug)]
pub struct KmsAlias;

/// What an alias is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KmsAliasDesired {
    /// Its name, with the `alias/` in front.
    pub name: String,
    /// The id of the key that it names.
    pub target_key_id: Input<String>,
}

/// An alias as KMS describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KmsAliasObserved {
    /// Its name, with the `alias/` in front.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The id of the key that it names.
    pub target_key_id: String,
    /// The ARN of that key.
    pub target_key_arn: String,
}

#[async_trait]
impl PartKind for KmsAlias {
    const KIND: &'static str = "kms:alias";
    const REPLACED_BY: &'static [&'static str] = &["name"];
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = KmsAliasDesired;
    type Observed = KmsAliasObserved;
    type Disposal = ();

    fn id(observed: &KmsAliasObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &KmsAliasObserved) -> Outputs {
        outputs([
            ("arn", observed.arn.clone()),
            ("name", observed.name.clone()),
        ])
    }

    fn settings(observed: &KmsAliasObserved) -> KmsAliasDesired {
        KmsAliasDesired {
            name: observed.name.clone(),
            target_key_id: observed.target_key_id.clone().into(),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        settings.get("name")?.as_str().map(str::to_owned)
    }

    /// An alias takes no tags, so the key behind it says whose it is: another key's alias is not found.
    async fn find(
        aws: &Aws,
        finding: Finding<'_, KmsAliasDesired>,
    ) -> Result<Option<KmsAliasObserved>, PartError> {
        let Some(name) = finding.settings.get("name").and_then(Value::as_str) else {
            return Ok(None);
        };
        let wanted = finding
            .desired
            .and_then(|desired| desired.target_key_id.known());
        let found = read_alias(aws, name).await?;
        Ok(found.filter(|alias| wanted.is_none_or(|key| names(alias, key))))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, KmsAliasDesired>,
    ) -> Result<KmsAliasObserved, PartError> {
        let name = making.desired.name.as_str();
        let key = settled(&making.desired.target_key_id, Self::KIND, "target_key_id")?;
        let request = aws.kms().create_alias().alias_name(name).target_key_id(key);
        let made = aws.call(CREATE, name, || request.clone().send()).await;
        match made {
            // Our own create of a moment ago, whose answer was lost.
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                let found = read_alias(aws, name).await?;
                return found
                    .filter(|alias| names(alias, key))
                    .ok_or_else(|| error.about("name"));
            }
            answer => answer?,
        };
        Ok(KmsAliasObserved {
            name: name.to_owned(),
            arn: aws.arn("kms", name),
            target_key_id: key.rsplit('/').next().unwrap_or(key).to_owned(),
            target_key_arn: if key.starts_with("arn:") {
                key.clone()
            } else {
                aws.arn("kms", &format!("key/{key}"))
            },
        })
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<KmsAliasObserved>>, PartError> {
        match ids {
            [_, _, ..] => read_aliases(aws, ids).await,
            _ => read_each(ids, |name| async move { read_alias(aws, &name).await }).await,
        }
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, KmsAliasDesired, KmsAliasObserved>,
    ) -> Result<(), PartError> {
        if !changing.touches("target_key_id") {
            return Ok(());
        }
        let name = changing.observed.name.as_str();
        let key = settled(&changing.desired.target_key_id, Self::KIND, "target_key_id")?;
        let request = aws.kms().update_alias().alias_name(name).target_key_id(key);
        aws.call(UPDATE, name, || request.clone().send())
            .await
            .map(|_| ())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, KmsAliasObserved, ()>,
    ) -> Result<(), PartError> {
        let name = deleting.observed.name.as_str();
        let request = aws.kms().delete_alias().alias_name(name);
        match aws.call(DELETE, name, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}

/// Several aliases: `kms:ListAliases` tells a hundred of them in one call, in most accounts all. Those that it does not
/// tell at once are asked for by themselves, rather than paging through thousands.
async fn read_aliases(
    aws: &Aws,
    names: &[String],
) -> Result<Vec<Option<KmsAliasObserved>>, PartError> {
    let request = aws.kms().list_aliases().limit(100);
    let answer = aws.call(LIST, "aliases", || request.clone().send()).await?;
    let listed: BTreeMap<String, String> = answer
        .aliases
        .unwrap_or_default()
        .into_iter()
        .filter_map(|alias| Some((alias.alias_name?, alias.target_key_id?)))
        .collect();
    let is_whole = !answer.truncated;
    read_each(names, |name| {
        let key = listed.get(&name).cloned();
        async move {
            match key {
                Some(key) => Ok(Some(alias_of(aws, &name, &key))),
                None if is_whole => Ok(None),
                None => read_alias(aws, &name).await,
            }
        }
    })
    .await
}

fn alias_of(aws: &Aws, name: &str, key: &str) -> KmsAliasObserved {
    KmsAliasObserved {
        name: name.to_owned(),
        arn: aws.arn("kms", name),
        target_key_id: key.to_owned(),
        target_key_arn: aws.arn("kms", &format!("key/{key}")),
    }
}

/// `kms:DescribeKey` takes the alias's name: one call, where `kms:ListAliases` pages through all of them.
async fn read_alias(aws: &Aws, name: &str) -> Result<Option<KmsAliasObserved>, PartError> {
    let request = aws.kms().describe_key().key_id(name);
    let answer = match aws.call(DESCRIBE, name, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let metadata = answered(answer.key_metadata, DESCRIBE.api, "KeyMetadata")?;
    Ok(Some(KmsAliasObserved {
        name: name.to_owned(),
        arn: aws.arn("kms", name),
        target_key_id: metadata.key_id,
        target_key_arn: answered(metadata.arn, DESCRIBE.api, "Arn")?,
    }))
}

fn names(alias: &KmsAliasObserved, key: &str) -> bool {
    key == alias.target_key_id || key == alias.target_key_arn
}
