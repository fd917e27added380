//! `iam:policy`: a managed policy in its default version. Name, path and description stay; the document changes by a
//! new version.
//!
//! AWS's own policies are read as well: checks look at them.

mod read;
mod write;

use async_trait::async_trait;
use aws_sdk_iam::types::Policy;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Journal, Making, OutputName, Outputs, PartError,
    PartKind, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    read::{described, read_policy},
    write::{about_document, check_length, delete_policy, put_document, put_tags},
};
use super::{
    arn::Arn,
    iam_tags::sdk_tags,
    natural_key::{go_on_with, natural_name},
    restate::{restate, restate_policy},
    settled::answered,
    tags::{holds, settable},
};
use crate::{calls::Operation, session::Aws};

/// Where IAM puts a policy for which nothing is said.
const USUAL_PATH: &str = "/";

const CREATE: Operation = Operation::once("iam:CreatePolicy");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE], read::CALLS, write::CALLS];

/// A managed policy of the account.
#[derive(Debug)]
pub struct IamPolicy;

impl IamPolicy {
    /// The policy's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The policy's name, known to be taken once the policy is made.
    pub const NAME: OutputName<String> = OutputName::new("name");
}

/// What a managed policy is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IamPolicyDesired {
    /// Its name, which is taken in the whole account, whatever the path.
    pub name: String,
    /// Its path, such as `/team/`; absent means `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its document, whole.
    pub policy: Value,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A managed policy as IAM describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamPolicyObserved {
    /// The policy's name.
    pub name: String,
    /// The policy's path, such as `/team/`.
    pub path: String,
    /// The policy's ARN.
    pub arn: String,
    /// What it is for.
    pub description: String,
    /// The version in force, such as `v1`.
    pub version_id: String,
    /// The document of that version.
    pub policy: Value,
    /// How many users, groups and roles it is attached to.
    pub attachment_count: Option<i32>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for IamPolicy {
    const KIND: &'static str = "iam:policy";
    const REPLACED_BY: &'static [&'static str] = &["name", "path", "description"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = IamPolicyDesired;
    type Observed = IamPolicyObserved;
    type Disposal = ();

    fn id(observed: &IamPolicyObserved) -> String {
        observed.arn.clone()
    }

    fn outputs(observed: &IamPolicyObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::NAME.name(), observed.name.clone()),
        ])
    }

    fn settings(observed: &IamPolicyObserved) -> IamPolicyDesired {
        IamPolicyDesired {
            name: observed.name.clone(),
            path: Some(observed.path.clone()).filter(|path| path != USUAL_PATH),
            description: Some(observed.description.clone()).filter(|text| !text.is_empty()),
            policy: observed.policy.clone(),
            tags: settable(&observed.tags),
        }
    }

    fn align(desired: &Value, observed: Value) -> Value {
        let defaults = json!({"path": USUAL_PATH, "description": ""});
        let mut shown = restate(desired, observed, &defaults);
        restate_policy(desired, &mut shown, "policy");
        shown
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, IamPolicyDesired>,
    ) -> Result<Option<IamPolicyObserved>, PartError> {
        let Some(name) = natural_name(finding.settings, "name") else {
            return Ok(None);
        };
        let path = finding.settings.get("path").and_then(Value::as_str);
        let found = read_policy(aws, &arn_of(aws, path, &name)).await?;
        Ok(found.filter(|policy| holds(&policy.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, IamPolicyDesired>,
    ) -> Result<IamPolicyObserved, PartError> {
        let desired = making.desired;
        check_length(&desired.name, &desired.policy)?;
        match create_policy(aws, desired).await {
            Ok(policy) => made(policy, desired),
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                let arn = arn_of(aws, desired.path.as_deref(), &desired.name);
                go_on_with::<Self>(aws, desired, &arn, error.about("name")).await
            }
            Err(error) => Err(about_document(error)),
        }
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<IamPolicyObserved>>, PartError> {
        read_each(ids, |arn| async move { read_policy(aws, &arn).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, IamPolicyDesired, IamPolicyObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        if changing.touches("policy") {
            put_document(aws, &observed.arn, &desired.policy).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, observed, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, IamPolicyObserved, ()>,
    ) -> Result<(), PartError> {
        delete_policy(aws, &deleting.observed.arn).await
    }
}

/// The ARN of the account's policy of this name.
fn arn_of(aws: &Aws, path: Option<&str>, name: &str) -> String {
    format!(
        "arn:{}:iam::{}:policy{}{name}",
        aws.partition().id,
        aws.account_id(),
        path.unwrap_or(USUAL_PATH),
    )
}

async fn create_policy(aws: &Aws, desired: &IamPolicyDesired) -> Result<Policy, PartError> {
    let name = desired.name.as_str();
    let request = aws
        .iam()
        .create_policy()
        .policy_name(name)
        .set_path(desired.path.clone())
        .set_description(desired.description.clone())
        .policy_document(desired.policy.to_string())
        .set_tags(Some(sdk_tags(&desired.tags)?));
    let answer = aws.call(CREATE, name, || request.clone().send()).await?;
    answered(answer.policy, CREATE.api, "Policy")
}

/// The policy as it was made: IAM may not know it everywhere yet, so it is not read back.
fn made(policy: Policy, desired: &IamPolicyDesired) -> Result<IamPolicyObserved, PartError> {
    let described = described(policy, desired.policy.clone(), CREATE.api)?;
    Ok(IamPolicyObserved {
        description: desired.description.clone().unwrap_or_default(),
        tags: desired.tags.clone(),
        ..described
    })
}
