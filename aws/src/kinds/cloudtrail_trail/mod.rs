//! `cloudtrail:trail`: what is recorded, and where it is delivered. Everything but the name changes in place.

mod read;
mod selectors;
mod settings;
mod write;

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Journal, Making, OutputName, Outputs, PartError,
    PartKind, outputs,
};
use serde_json::Value;

use self::write::{CREATE, put_logging, put_selectors, put_tags, put_trail};
use super::{
    arn::Arn,
    natural_key::{go_on, natural_name},
    restate::restate,
    settled::{answered, not_yet_seen},
    tags::holds,
};
use crate::{calls::Operation, session::Aws};

pub use self::{
    selectors::{BasicResource, BasicSelector, EventSelector, FieldSelector},
    settings::{TrailDesired, TrailObserved},
};

const DELETE: Operation = Operation::idempotent("cloudtrail:DeleteTrail");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DELETE], read::CALLS, write::CALLS];

/// A trail of CloudTrail.
#[derive(Debug)]
pub struct Trail;

impl Trail {
    /// The trail's name.
    pub const NAME: OutputName<String> = OutputName::new("name");
    /// The trail's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
}

#[async_trait]
impl PartKind for Trail {
    const KIND: &'static str = "cloudtrail:trail";
    const REPLACED_BY: &'static [&'static str] = &["name"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::NaturalKey;
    const WITNESS: bool = true;

    type Context = Aws;
    type Desired = TrailDesired;
    type Observed = TrailObserved;
    type Disposal = ();

    fn id(observed: &TrailObserved) -> String {
        observed.name.clone()
    }

    fn outputs(observed: &TrailObserved) -> Outputs {
        outputs([
            (Self::NAME.name(), observed.name.clone()),
            (Self::ARN.name(), observed.arn.clone()),
        ])
    }

    fn settings(observed: &TrailObserved) -> TrailDesired {
        settings::settings(observed)
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "name")
    }

    fn align(desired: &Value, observed: Value) -> Value {
        selectors::in_order_of(desired, restate(desired, observed, &settings::defaults()))
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, TrailDesired>,
    ) -> Result<Option<TrailObserved>, PartError> {
        let Some(name) = Self::natural_id(finding.settings) else {
            return Ok(None);
        };
        let found = read::read_trail(aws, &name).await?;
        Ok(found.filter(|trail| holds(&trail.tags, finding.tags)))
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, TrailDesired>,
    ) -> Result<TrailObserved, PartError> {
        let desired = making.desired;
        let made = match write::create_trail(aws, desired).await {
            Err(error) if error.class == ErrorClass::AlreadyExists => {
                return go_on::<Self>(aws, desired, error).await;
            }
            answer => answer?,
        };
        if !desired.selectors.is_empty() || !desired.basic_selectors.is_empty() {
            put_selectors(aws, desired).await.map_err(not_yet_seen)?;
        }
        if desired.logging {
            put_logging(aws, desired).await.map_err(not_yet_seen)?;
        }
        let arn = answered(made.trail_arn, CREATE.api, "TrailARN")?;
        settings::made(aws, desired, arn)
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<TrailObserved>>, PartError> {
        read::read_trails(aws, ids).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, TrailDesired, TrailObserved>,
    ) -> Result<(), PartError> {
        let Changing {
            desired, observed, ..
        } = changing;
        let touches_any = |names: &[&str]| names.iter().any(|name| changing.touches(name));
        if touches_any(settings::OF_THE_TRAIL) {
            put_trail(aws, desired).await?;
        }
        if touches_any(settings::OF_THE_SELECTORS) {
            put_selectors(aws, desired).await?;
        }
        if changing.touches("logging") {
            put_logging(aws, desired).await?;
        }
        if changing.touches("tags") {
            put_tags(aws, observed, &desired.tags).await?;
        }
        Ok(())
    }

    async fn delete(aws: &Aws, deleting: Deleting<'_, TrailObserved, ()>) -> Result<(), PartError> {
        let name = deleting.observed.name.as_str();
        let request = aws.cloudtrail().delete_trail().name(name);
        match aws.call(DELETE, name, || request.clone().send()).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer.map(|_| ()),
        }
    }
}
