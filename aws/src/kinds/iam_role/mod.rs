//! `iam:role`: a role. Its name and its path stay; trust, boundary and all else change in place.
//!
//! Its policies are a part of their own, so that they can name what the role itself has to exist for.

mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use aws_sdk_iam::types::Role;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    read::read_role,
    write::{put_boundary, put_description, put_tags, put_trust},
};
use super::{
    arn::Arn,
    iam_policies::{Holder, read_policies},
    iam_role_policies::remove_forgotten,
    iam_tags::sdk_tags,
    natural_key::{go_on, natural_name},
    restate::{restate, restate_policy},
    settled::{answered, not_yet_seen, settled},
    tags::{holds, settable},
};
use crate::{calls::Operation, session::Aws};

/// What IAM takes where nothing is said. <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
const USUAL_PATH: &str = "/";
const USUAL_SESSION_SECONDS: i32 = 3600;

const CREATE: Operation = Operation::once("iam:CreateRole");
const DELETE: Operation = Operation::idempotent("iam:DeleteRole");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE, DELETE], read::CALLS, write::CALLS];

/// An IAM role.
#[derive(Debug)]
pub struct IamRole;

impl IamRole {
    /// The role's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The id that is never used again: `AROA…`.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The role's name, known to be taken once the role is made.
    pub const NAME: OutputName<String> = OutputName::new("name");
}

/// What a role is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IamRoleDesired {
    /// Its name.
    pub name: String,
    /// Its path, such as `/team/`; absent means `/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Who may assume it, whole.
    pub trust: Value,
    /// The ARN of the policy that limits it; absent means none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boundary_arn: Option<Input<Arn>>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long a session may last; absent means an hour.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_session_seconds: Option<i32>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A role as IAM describes it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamRoleObserved {
    /// The role's name.
    pub name: String,
    /// The role's path, such as `/team/`.
    pub path: String,
    /// The role's ARN.
    pub arn: String,
    /// The id that is never used again: `AROA…`.
    pub unique_id: String,
    /// What it is for.
    pub description: String,
    /// How long a session may last.
    pub max_session_seconds: Option<i32>,
    /// Who may assume it.
    pub trust_policy: Value,
    /// The ARN of the policy that limits it.
    pub permissions_boundary: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

/// A role with the policies that it holds.
#[derive(Debug, Serialize)]
struct WholeRole {
    #[serde(flatten)]
    role: IamRoleObserved,
    /// Its inline policies by name.
    inline_policies: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached to it.
    attached_policies: BTreeSet<String>,
}

#[async_trait]
impl PartKind for IamRole {
    const KIND: &'static str = "iam:role";
    const REPLACED_BY: &'static [&'static str] = &["name", "path"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;
    const WITNESS: bool = true;

    type Context = Aws;
    type Desired = IamRoleDesired;
    type Observed = IamRoleObserved;
    type Disposal = ();

    fn id(observed: &IamRoleObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &IamRoleObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::ID.name(), observed.unique_id.clone()),
            (Self::NAME.name(), observed.name.clone()),
        ])
    }

    fn settings(observed: &IamRoleObserved) -> IamRoleDesired {
        IamRoleDesired {
            name: observed.name.clone(),
            path: Some(observed.path.clone()).filter(|path| path != USUAL_PATH),
            trust: observed.trust_policy.clone(),
            boundary_arn: observed
                .permissions_boundary
                .as_ref()
                .map(|arn| Arn::from(arn.as_str()).into()),
            description: Some(observed.description.clone()).filter(|text| !text.is_empty()),
            max_session_seconds: observed
                .max_session_seconds
                .filter(|seconds| *seconds != USUAL_SESSION_SECONDS),
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "name")
    }

    fn align(desired: &Value, observed: Value) -> Value {
        let defaults = json!({
            "path": USUAL_PATH,
            "description": "",
            "max_session_seconds": USUAL_SESSION_SECONDS,
        });
        let mut shown = restate(desired, observed, &defaults);
        restate_policy(desired, &mut shown, "trust");
        shown
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, IamRoleDesired>,
    ) -> Result<Option<IamRoleObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_role(aws, &name).await?;
        Ok(found.filter(|role| holds(&role.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, IamRoleDesired>,
    ) -> Result<IamRoleObserved, PartError> {
        let desired = making.desired;
        match create_role(aws, desired).await {
            Ok(role) => Ok(made(role, desired)),
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                go_on::<Self>(aws, desired, error).await
            }
            // The boundary may have been made a moment ago.
            Err(error) if error.is_not_found() => Err(not_yet_seen(error).about("boundary_arn")),
            Err(error) => Err(error),
        }
    }

    /// Who looks at a role wants its policies as well; the engine has them as a part of their own.
    async fn inspect(aws: &Aws, id: &str) -> Result<Option<Value>, PartError> {
        let Some(role) = read_role(aws, id).await? else {
            return Ok(None);
        };
        let Some(policies) = read_policies(aws, Holder::Role(&role.name)).await? else {
            return Ok(None);
        };
        let whole = WholeRole {
            role,
            inline_policies: policies.inline,
            attached_policies: policies.attached,
        };
        let shown = serde_json::to_value(whole);
        shown
            .map(Some)
            .map_err(|error| PartError::bug(Self::KIND, error.to_string()))
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<IamRoleObserved>>, PartError> {
        read_each(ids, |id| async move { read_role(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, IamRoleDesired, IamRoleObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        let name = observed.name.as_str();
        // The boundary comes first: at no moment may those whom a new trust lets in have more than it allows.
        if changing.touches("boundary_arn") {
            put_boundary(aws, name, boundary(desired)?).await?;
        }
        if changing.touches("trust") {
            put_trust(aws, name, &desired.trust).await?;
        }
        if changing.touches("description") || changing.touches("max_session_seconds") {
            put_description(aws, name, desired).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, observed, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, IamRoleObserved, ()>,
    ) -> Result<(), PartError> {
        let role = deleting.observed;
        let request = aws.iam().delete_role().role_name(&role.name);
        match aws
            .call(DELETE, &role.name, || request.clone().send())
            .await
        {
            Err(error) if error.is_not_found() => Ok(()),
            Err(error) if error.class == ErrorClass::Busy => Err(held(aws, error, role).await),
            answer => answer.map(|_| ()),
        }
    }

    fn usual_duration() -> std::time::Duration {
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html: changes are not visible at once.
        std::time::Duration::from_secs(10)
    }
}

async fn create_role(aws: &Aws, desired: &IamRoleDesired) -> Result<Role, PartError> {
    let name = desired.name.as_str();
    let request = aws
        .iam()
        .create_role()
        .role_name(name)
        .set_path(desired.path.clone())
        .assume_role_policy_document(desired.trust.to_string())
        .set_permissions_boundary(boundary(desired)?.map(|arn| arn.as_str().to_owned()))
        .set_description(desired.description.clone())
        .set_max_session_duration(desired.max_session_seconds)
        .set_tags(Some(sdk_tags(&desired.tags)?));
    let answer = aws.call(CREATE, name, || request.clone().send()).await?;
    answered(answer.role, CREATE.api, "Role")
}

/// The role as it was made: IAM may not know it everywhere yet, so it is not read back.
fn made(role: Role, desired: &IamRoleDesired) -> IamRoleObserved {
    IamRoleObserved {
        name: role.role_name,
        path: role.path,
        arn: role.arn,
        unique_id: role.role_id,
        description: desired.description.clone().unwrap_or_default(),
        max_session_seconds: desired.max_session_seconds.or(Some(USUAL_SESSION_SECONDS)),
        trust_policy: desired.trust.clone(),
        permissions_boundary: desired
            .boundary_arn
            .as_ref()
            .and_then(Input::known)
            .map(ToString::to_string),
        tags: desired.tags.clone(),
    }
}

fn boundary(desired: &IamRoleDesired) -> Result<Option<&Arn>, PartError> {
    let arn = desired.boundary_arn.as_ref();
    arn.map(|arn| settled(arn, IamRole::KIND, "boundary_arn"))
        .transpose()
}

/// IAM says that policies are in the way, and not which. A list that lagged may have hidden them when they were to go:
/// they go now, and the role with the next try.
async fn held(aws: &Aws, mut error: PartError, role: &IamRoleObserved) -> PartError {
    let names: Vec<String> = match remove_forgotten(aws, &role.name).await {
        Ok(policies) => policies
            .iter()
            .map(|policy| format!("`{policy}`"))
            .collect(),
        Err(refused) => return refused,
    };
    if !names.is_empty() {
        error.message = format!("{} It holds {}.", error.message, names.join(", "));
    }
    error
}
