//! `sagemaker:space`: where an application keeps its files, for one profile or shared. It goes with its apps.

mod calls;
mod settings;

use std::time::Duration;

use async_trait::async_trait;
use aws_sdk_sagemaker::types::FeatureStatus;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, OutputName, Outputs,
    PartError, PartKind, Readiness, Tags, outputs, read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    calls::{create_space, read_space},
    settings::sdk_settings,
};
use super::{
    arn::Arn,
    natural_key::go_on,
    restate::restate,
    sagemaker::{
        app_defaults::AppResources,
        member::{member_id, natural_member_id},
        status::{self, lasting, update_failure},
        sweep::{Scope, still_there, sweep},
        tagging::put_tags,
    },
    settled::settled,
    tags::{holds, settable},
};
use crate::{calls::Operation, session::Aws};

const UPDATE: Operation = Operation::idempotent("sagemaker:UpdateSpace");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[UPDATE], calls::CALLS];
const DELETE_API: &str = "sagemaker:DeleteSpace";
const JUPYTER_LAB: &str = "JupyterLab";
const CODE_EDITOR: &str = "CodeEditor";

/// A space of Studio.
#[derive(Debug)]
pub struct StudioSpace;

impl StudioSpace {
    /// The space's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The space's name.
    pub const NAME: OutputName<String> = OutputName::new("name");
}

/// What a space is to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StudioSpaceDesired {
    /// The domain's id.
    pub domain_id: Input<String>,
    /// Its name; in the domain there is one of it, however it is capitalised.
    pub name: String,
    /// The name of the profile that owns it.
    pub owner_profile: Input<String>,
    /// `Private` or `Shared`.
    pub sharing: String,
    /// `JupyterLab` or `CodeEditor`.
    pub app_type: String,
    /// How it is called in Studio, if not by its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// The size of its volume, which can grow only; absent means what the domain gives.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ebs_gb: Option<i32>,
    /// After how many idle minutes its app is stopped; absent means as the domain says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idle_timeout_minutes: Option<i32>,
    /// What its app runs on, if not on what the domain says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resources: Option<AppResources>,
    /// Whether editors on other machines may connect: `ENABLED`, or absent for `DISABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_access: Option<String>,
    /// Never wished: a state that only a new space ends, such as `Failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Never wished: why the last update failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update_failed: Option<String>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A space as SageMaker describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudioSpaceObserved {
    /// `DOMAIN|NAME`.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The domain's id.
    pub domain_id: String,
    /// Its name.
    pub name: String,
    /// How it is called in Studio.
    pub display_name: Option<String>,
    /// `InService`, `Failed`, ...
    pub status: String,
    /// Why it failed, if it did.
    pub failure_reason: Option<String>,
    /// The profile that owns it; spaces of Studio Classic have none.
    pub owner_profile: Option<String>,
    /// `Private` or `Shared`.
    pub sharing: Option<String>,
    /// `JupyterLab`, `CodeEditor`, ...
    pub app_type: Option<String>,
    /// The size of its volume.
    pub ebs_gb: Option<i32>,
    /// After how many idle minutes its app is stopped.
    pub idle_timeout_minutes: Option<i32>,
    /// What its app runs on.
    pub resources: Option<AppResources>,
    /// Whether editors on other machines may connect.
    pub remote_access: Option<String>,
    /// Where it is found.
    pub url: Option<String>,
    /// When it was made.
    pub creation_date: Option<String>,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for StudioSpace {
    const KIND: &'static str = "sagemaker:space";
    const REPLACED_BY: &'static [&'static str] = &[
        "domain_id",
        "name",
        "owner_profile",
        "sharing",
        "app_type",
        "status",
    ];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = StudioSpaceDesired;
    type Observed = StudioSpaceObserved;
    type Disposal = ();

    fn id(observed: &StudioSpaceObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &StudioSpaceObserved) -> Outputs {
        outputs([
            (Self::ARN.name(), observed.arn.clone()),
            (Self::NAME.name(), observed.name.clone()),
        ])
    }

    fn settings(observed: &StudioSpaceObserved) -> StudioSpaceDesired {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        StudioSpaceDesired {
            domain_id: observed.domain_id.clone().into(),
            name: observed.name.clone(),
            owner_profile: text(&observed.owner_profile).into(),
            sharing: text(&observed.sharing),
            app_type: text(&observed.app_type),
            display_name: observed.display_name.clone(),
            ebs_gb: observed.ebs_gb,
            idle_timeout_minutes: observed.idle_timeout_minutes,
            resources: observed.resources.clone(),
            remote_access: observed
                .remote_access
                .clone()
                .filter(|access| access != FeatureStatus::Disabled.as_str()),
            status: lasting(&observed.status),
            update_failed: update_failure(&observed.status, observed.failure_reason.as_deref()),
            tags: settable(&observed.tags),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_member_id(settings)
    }

    /// A size that nobody wished is the domain's doing, or its user's, who may let the volume grow.
    fn align(desired: &Value, observed: Value) -> Value {
        let mut shown = restate(
            desired,
            observed,
            &json!({"remote_access": FeatureStatus::Disabled.as_str()}),
        );
        if let Some(fields) = shown.as_object_mut()
            && desired.get("ebs_gb").is_none_or(Value::is_null)
        {
            fields.remove("ebs_gb");
        }
        shown
    }

    fn readiness(observed: &StudioSpaceObserved) -> Readiness {
        status::readiness(&observed.status, observed.failure_reason.as_deref())
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, StudioSpaceDesired>,
    ) -> Result<Option<StudioSpaceObserved>, PartError> {
        let Some(id) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read_space(aws, &id).await?;
        Ok(found.filter(|space| holds(&space.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, StudioSpaceDesired>,
    ) -> Result<StudioSpaceObserved, PartError> {
        let desired = making.desired;
        match create_space(aws, desired).await {
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                let domain_id = settled(&desired.domain_id, Self::KIND, "domain_id")?;
                let leftover = read_space(aws, &member_id(domain_id, &desired.name)).await?;
                status::wait_for_end(leftover.as_ref().map(|one| one.status.as_str()), &error)?;
                go_on::<Self>(aws, desired, error).await
            }
            made => made,
        }
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<StudioSpaceObserved>>, PartError> {
        read_each(ids, |id| async move { read_space(aws, &id).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, StudioSpaceDesired, StudioSpaceObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        if changing.touches("tags") {
            put_tags(aws, &observed.arn, &desired.tags, &observed.tags).await?;
        }
        if changing.changed.iter().all(|name| name == "tags") {
            return Ok(());
        }
        let before = Self::settings(observed);
        check_kept(desired, &before, &observed.id)?;
        let mut request = aws
            .sagemaker()
            .update_space()
            .domain_id(&observed.domain_id)
            .space_name(&observed.name);
        if changing.touches("display_name") {
            let shown = desired.display_name.as_deref();
            request = request.space_display_name(shown.unwrap_or(&desired.name));
        }
        // A running app refuses these, so they are sent only where they differ.
        if changing
            .changed
            .iter()
            .any(|name| !OUTSIDE.contains(&name.as_str()))
        {
            request = request.space_settings(sdk_settings(desired, &before)?);
        }
        aws.call(UPDATE, &observed.id, || request.clone().send())
            .await
            .map(|_| ())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, StudioSpaceObserved, ()>,
    ) -> Result<(), PartError> {
        let StudioSpaceObserved {
            id,
            domain_id,
            name,
            ..
        } = deleting.observed;
        let left = sweep(aws, domain_id, Scope::Space(name)).await?;
        if left.is_empty() {
            return Ok(());
        }
        Err(still_there(DELETE_API, id, &left))
    }

    fn usual_duration() -> Duration {
        Duration::from_secs(5)
    }
}

/// Settings that `SpaceSettings` does not hold.
const OUTSIDE: [&str; 2] = ["display_name", "tags"];

/// Refuses what SageMaker keeps or cannot do.
fn check_kept(
    desired: &StudioSpaceDesired,
    before: &StudioSpaceDesired,
    id: &str,
) -> Result<(), PartError> {
    let refused = |name: &str, why: &str| {
        let error = PartError::new(ErrorClass::Refused, UPDATE.iam_action, id, why);
        Err(error.about(name))
    };
    if before.idle_timeout_minutes.is_some() && desired.idle_timeout_minutes.is_none() {
        return refused(
            "idle_timeout_minutes",
            "SageMaker keeps a space's own timeout once it is set: write down what it is to be",
        );
    }
    if let (Some(wanted), Some(size)) = (desired.ebs_gb, before.ebs_gb)
        && wanted < size
    {
        let why = format!("the volume has {size} GB and can only grow, {wanted} GB are wished");
        return refused("ebs_gb", &why);
    }
    Ok(())
}
