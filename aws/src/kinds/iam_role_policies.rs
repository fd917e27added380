//! `iam:role-policies`: all policies of one role, inline and attached. A policy that somebody adds is a difference.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, Outputs, PartError, PartKind,
    outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    iam_document::{length, says},
    iam_policies::{Holder, read_policies},
    natural_key::natural_name,
    restate::{restate_policy, restate_set},
    settled::{not_yet_seen, settled},
};
use crate::{calls::Operation, session::Aws};

/// How long all inline policies of a role may be together, white space not counted, and how many managed ones it may
/// have where the account has no higher quota.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const LONGEST_INLINE: usize = 10_240;
const MOST_ATTACHED: usize = 10;

/// The inline policy that keeps everything out while what the role is used for is taken down.
const FREEZE: &str = "cloister-freeze";

const PUT: Operation = Operation::idempotent("iam:PutRolePolicy");
const DELETE: Operation = Operation::idempotent("iam:DeleteRolePolicy");
const ATTACH: Operation = Operation::idempotent("iam:AttachRolePolicy");
const DETACH: Operation = Operation::idempotent("iam:DetachRolePolicy");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[PUT, DELETE, ATTACH, DETACH]];

/// The policies of a role.
#[derive(Debug)]
pub struct IamRolePolicies;

/// What the policies are to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IamRolePoliciesDesired {
    /// The role's name.
    pub role: Input<String>,
    /// Its inline policies by name, each whole.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub inline: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attached: Vec<Input<String>>,
}

/// The policies as IAM returns them; they are there as long as the role is, be it empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IamRolePoliciesObserved {
    /// The role's name.
    pub role: String,
    /// Its inline policies by name.
    pub inline: BTreeMap<String, Value>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached: BTreeSet<String>,
}

/// How the policies go.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IamRolePoliciesDisposal {
    /// A document that denies: put as inline policy `cloister-freeze` before anything is deleted, so that nobody goes
    /// on working with the role meanwhile. It goes with the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub freeze: Option<Value>,
}

#[async_trait]
impl PartKind for IamRolePolicies {
    const KIND: &'static str = "iam:role-policies";
    const REPLACED_BY: &'static [&'static str] = &["role"];
    const JOURNAL: Journal = Journal::NaturalKey;
    const PREPARES: bool = true;

    type Context = Aws;
    type Desired = IamRolePoliciesDesired;
    type Observed = IamRolePoliciesObserved;
    type Disposal = IamRolePoliciesDisposal;

    fn id(observed: &IamRolePoliciesObserved) -> String {
        observed.role.clone()
    }

    fn outputs(observed: &IamRolePoliciesObserved) -> Outputs {
        outputs([("role", observed.role.clone())])
    }

    fn settings(observed: &IamRolePoliciesObserved) -> IamRolePoliciesDesired {
        IamRolePoliciesDesired {
            role: observed.role.clone().into(),
            inline: observed.inline.clone(),
            attached: observed.attached.iter().cloned().map(Input::from).collect(),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "role")
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "attached");
        let wanted = desired.get("inline").and_then(Value::as_object);
        let shown = observed.get_mut("inline");
        if let (Some(wanted), Some(shown)) = (wanted, shown) {
            for name in wanted.keys() {
                restate_policy(&desired["inline"], shown, name);
            }
        }
        observed
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, IamRolePoliciesDesired>,
    ) -> Result<Option<IamRolePoliciesObserved>, PartError> {
        match Self::natural_id(finding.settings) {
            Some(role) => read_role_policies(aws, &role).await,
            None => Ok(None),
        }
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, IamRolePoliciesDesired>,
    ) -> Result<IamRolePoliciesObserved, PartError> {
        let wanted = Wanted::of(making.desired)?;
        wanted.check_size()?;
        let found = read_role_policies(aws, wanted.role).await?;
        let observed = found.ok_or_else(|| unseen(wanted.role))?;
        write(aws, &wanted, &observed).await?;
        Ok(IamRolePoliciesObserved {
            role: wanted.role.to_owned(),
            inline: wanted.inline.clone(),
            attached: wanted.attached,
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<IamRolePoliciesObserved>>, PartError> {
        read_each(
            ids,
            |role| async move { read_role_policies(aws, &role).await },
        )
        .await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, IamRolePoliciesDesired, IamRolePoliciesObserved>,
    ) -> Result<(), PartError> {
        let wanted = Wanted::of(changing.desired)?;
        wanted.check_size()?;
        write(aws, &wanted, changing.observed).await
    }

    async fn before_delete(
        aws: &Aws,
        deleting: Deleting<'_, IamRolePoliciesObserved, IamRolePoliciesDisposal>,
    ) -> Result<(), PartError> {
        match &deleting.disposal.freeze {
            Some(document) => freeze(aws, deleting.observed, document).await,
            None => Ok(()),
        }
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, IamRolePoliciesObserved, IamRolePoliciesDisposal>,
    ) -> Result<(), PartError> {
        remove_all(aws, deleting.observed).await
    }
}

/// Takes from the role what it holds; what denies goes last.
async fn remove_all(aws: &Aws, held: &IamRolePoliciesObserved) -> Result<(), PartError> {
    let role = held.role.as_str();
    for arn in &held.attached {
        detach(aws, role, arn).await?;
    }
    for name in held.inline.keys().filter(|name| *name != FREEZE) {
        delete_inline(aws, role, name).await?;
    }
    match held.inline.get(FREEZE) {
        Some(_) => delete_inline(aws, role, FREEZE).await,
        None => Ok(()),
    }
}

/// Takes from a role that is to be deleted what a list did not show when its policies went, and says what there was.
pub(super) async fn remove_forgotten(aws: &Aws, role: &str) -> Result<Vec<String>, PartError> {
    let Some(held) = read_role_policies(aws, role).await? else {
        return Ok(Vec::new());
    };
    remove_all(aws, &held).await?;
    Ok(held.inline.into_keys().chain(held.attached).collect())
}

/// The desired policies, settled.
struct Wanted<'a> {
    role: &'a str,
    inline: &'a BTreeMap<String, Value>,
    attached: BTreeSet<String>,
}

impl<'a> Wanted<'a> {
    fn of(desired: &'a IamRolePoliciesDesired) -> Result<Self, PartError> {
        let attached = desired
            .attached
            .iter()
            .map(|arn| settled(arn, IamRolePolicies::KIND, "attached").cloned())
            .collect::<Result<_, _>>()?;
        Ok(Self {
            role: settled(&desired.role, IamRolePolicies::KIND, "role")?,
            inline: &desired.inline,
            attached,
        })
    }

    /// IAM would take the policies one by one until one is too much, and then leave the role with half of them.
    fn check_size(&self) -> Result<(), PartError> {
        let total: usize = self.inline.values().map(length).sum();
        if total <= LONGEST_INLINE {
            return Ok(());
        }
        let lengths: Vec<String> = self
            .inline
            .iter()
            .map(|(name, document)| format!("`{name}` {}", length(document)))
            .collect();
        let message = format!(
            "the inline policies have {total} characters without white space, and a role can hold {LONGEST_INLINE}: {}",
            lengths.join(", ")
        );
        Err(PartError::new(ErrorClass::Refused, PUT.iam_action, self.role, message).about("inline"))
    }
}

async fn read_role_policies(
    aws: &Aws,
    role: &str,
) -> Result<Option<IamRolePoliciesObserved>, PartError> {
    let found = read_policies(aws, Holder::Role(role)).await?;
    Ok(found.map(|policies| IamRolePoliciesObserved {
        role: role.to_owned(),
        inline: policies.inline,
        attached: policies.attached,
    }))
}

/// Brings the role from what is observed to what is wanted.
///
/// Something denied may be denied by a policy that is about to be replaced, so that the new ones come first, unless
/// there is no room for both.
async fn write(
    aws: &Aws,
    wanted: &Wanted<'_>,
    observed: &IamRolePoliciesObserved,
) -> Result<(), PartError> {
    let foreign: Vec<&String> = observed
        .inline
        .keys()
        .filter(|name| !wanted.inline.contains_key(*name))
        .collect();
    let mut both = observed.inline.clone();
    both.extend(wanted.inline.clone());
    if both.values().map(length).sum::<usize>() <= LONGEST_INLINE {
        put_wanted(aws, wanted, observed).await?;
        delete_each(aws, wanted.role, &foreign).await?;
    } else {
        delete_each(aws, wanted.role, &foreign).await?;
        put_wanted(aws, wanted, observed).await?;
    }
    let missing = wanted.attached.difference(&observed.attached);
    let surplus = observed.attached.difference(&wanted.attached);
    if wanted.attached.union(&observed.attached).count() <= MOST_ATTACHED {
        attach_each(aws, wanted.role, missing).await?;
        detach_each(aws, wanted.role, surplus).await
    } else {
        detach_each(aws, wanted.role, surplus).await?;
        attach_each(aws, wanted.role, missing).await
    }
}

/// Puts what differs; policies that shrink make room for those that grow.
async fn put_wanted(
    aws: &Aws,
    wanted: &Wanted<'_>,
    observed: &IamRolePoliciesObserved,
) -> Result<(), PartError> {
    let mut differing: Vec<(&String, &Value)> = wanted
        .inline
        .iter()
        .filter(|(name, document)| {
            let found = observed.inline.get(*name);
            !found.is_some_and(|found| says(found, document))
        })
        .collect();
    differing.sort_by_key(|(name, document)| {
        let before = observed.inline.get(*name).map_or(0, length);
        length(document).cast_signed() - before.cast_signed()
    });
    for (name, document) in differing {
        put_inline(aws, wanted.role, name, document).await?;
    }
    Ok(())
}

/// Puts the document that denies; where there is no room for one more, it takes the longest policy's place.
async fn freeze(
    aws: &Aws,
    observed: &IamRolePoliciesObserved,
    document: &Value,
) -> Result<(), PartError> {
    if observed.inline.values().any(|other| says(other, document)) {
        return Ok(());
    }
    let others = observed.inline.iter().filter(|(name, _)| *name != FREEZE);
    let taken: usize = others.clone().map(|(_, other)| length(other)).sum();
    let longest = others.max_by_key(|(_, other)| length(other));
    let name = match longest {
        Some((longest, _)) if taken + length(document) > LONGEST_INLINE => longest,
        _ => FREEZE,
    };
    put_inline(aws, &observed.role, name, document).await
}

/// The role was made a moment ago, and IAM does not know it everywhere yet.
fn unseen(role: &str) -> PartError {
    let message = "the role does not exist, or is not seen everywhere yet";
    PartError::new(ErrorClass::Propagation, PUT.iam_action, role, message)
}

async fn put_inline(aws: &Aws, role: &str, name: &str, document: &Value) -> Result<(), PartError> {
    let request = aws
        .iam()
        .put_role_policy()
        .role_name(role)
        .policy_name(name)
        .policy_document(document.to_string());
    aws.call(PUT, role, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| not_yet_seen(error).about("inline"))
}

async fn delete_each(aws: &Aws, role: &str, names: &[&String]) -> Result<(), PartError> {
    for name in names {
        delete_inline(aws, role, name).await?;
    }
    Ok(())
}

async fn delete_inline(aws: &Aws, role: &str, name: &str) -> Result<(), PartError> {
    let request = aws.iam().delete_role_policy().role_name(role);
    let request = request.policy_name(name);
    match aws.call(DELETE, role, || request.clone().send()).await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}

async fn attach_each(
    aws: &Aws,
    role: &str,
    arns: impl Iterator<Item = &String>,
) -> Result<(), PartError> {
    for arn in arns {
        let request = aws.iam().attach_role_policy().role_name(role);
        let request = request.policy_arn(arn);
        aws.call(ATTACH, role, || request.clone().send())
            .await
            .map_err(|error| not_yet_seen(error).about("attached"))?;
    }
    Ok(())
}

async fn detach_each(
    aws: &Aws,
    role: &str,
    arns: impl Iterator<Item = &String>,
) -> Result<(), PartError> {
    for arn in arns {
        detach(aws, role, arn).await?;
    }
    Ok(())
}

async fn detach(aws: &Aws, role: &str, arn: &str) -> Result<(), PartError> {
    let request = aws.iam().detach_role_policy().role_name(role);
    let request = request.policy_arn(arn);
    match aws.call(DETACH, role, || request.clone().send()).await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}
