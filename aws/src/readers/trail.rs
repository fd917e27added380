//! CloudTrail's own list of recent events: management events of the last 90 days, without any trail.

use aws_sdk_cloudtrail::types::{self as cloudtrail, LookupAttributeKey};
use aws_smithy_types::DateTime;
use cloister_composite::PartError;
use jiff::Timestamp;

use crate::{calls::Operation, session::Aws};

const LOOKUP: Operation = Operation::read("cloudtrail:LookupEvents");

/// Events per page, the most that CloudTrail gives.
const PAGE: i32 = 50;

/// What CloudTrail can look for, one at a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupAttribute {
    /// One event.
    EventId(String),
    /// One API, such as `CreateBucket`.
    EventName(String),
    /// One service, such as `s3.amazonaws.com`.
    EventSource(String),
    /// One resource, by name.
    ResourceName(String),
    /// One kind of resource, such as `AWS::S3::Bucket`.
    ResourceType(String),
    /// One user.
    Username(String),
    /// One access key.
    AccessKeyId(String),
    /// `true` or `false`.
    ReadOnly(String),
}

/// One page of events, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupPage {
    /// The events.
    pub events: Vec<TrailEvent>,
    /// What to pass to get the next page, if there is one.
    pub next: Option<String>,
}

/// One recorded event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailEvent {
    /// Its id.
    pub id: String,
    /// The record, as JSON text.
    pub record: String,
}

/// One page of the events between `start` and `end`; CloudTrail gives two pages per second and account.
pub async fn lookup_events(
    aws: &Aws,
    attribute: Option<&LookupAttribute>,
    start: Timestamp,
    end: Timestamp,
    next: Option<&str>,
) -> Result<LookupPage, PartError> {
    let request = aws
        .cloudtrail()
        .lookup_events()
        .set_lookup_attributes(
            attribute
                .map(|attribute| sdk_attribute(attribute).map(|one| vec![one]))
                .transpose()?,
        )
        .start_time(DateTime::from_secs(start.as_second()))
        .end_time(DateTime::from_secs(end.as_second()))
        .max_results(PAGE)
        .set_next_token(next.map(str::to_owned));
    let page = aws
        .call(LOOKUP, "events", || request.clone().send())
        .await?;
    let events = page
        .events
        .unwrap_or_default()
        .into_iter()
        .map(|event| match (event.event_id, event.cloud_trail_event) {
            (Some(id), Some(record)) => Ok(TrailEvent { id, record }),
            _ => Err(PartError::bug(
                LOOKUP.api,
                "an event lacks `EventId` or `CloudTrailEvent`",
            )),
        })
        .collect::<Result<Vec<_>, _>>()?;
    Ok(LookupPage {
        events,
        next: page.next_token,
    })
}

fn sdk_attribute(attribute: &LookupAttribute) -> Result<cloudtrail::LookupAttribute, PartError> {
    let (key, value) = match attribute {
        LookupAttribute::EventId(value) => (LookupAttributeKey::EventId, value),
        LookupAttribute::EventName(value) => (LookupAttributeKey::EventName, value),
        LookupAttribute::EventSource(value) => (LookupAttributeKey::EventSource, value),
        LookupAttribute::ResourceName(value) => (LookupAttributeKey::ResourceName, value),
        LookupAttribute::ResourceType(value) => (LookupAttributeKey::ResourceType, value),
        LookupAttribute::Username(value) => (LookupAttributeKey::Username, value),
        LookupAttribute::AccessKeyId(value) => (LookupAttributeKey::AccessKeyId, value),
        LookupAttribute::ReadOnly(value) => (LookupAttributeKey::ReadOnly, value),
    };
    cloudtrail::LookupAttribute::builder()
        .attribute_key(key)
        .attribute_value(value)
        .build()
        .map_err(|error| PartError::bug(LOOKUP.api, error.to_string()))
}
