//! What judging needs to know of one CloudTrail record, and where the record was read.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One CloudTrail record that matched a step's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub id: Option<String>,
    pub request_id: Option<String>,
    /// When the call completed, to the second.
    pub time: Timestamp,
    pub name: String,
    pub source: String,
    pub region: Option<String>,
    /// Who called: the role of a session, else the ARN or service of the caller.
    pub principal: Option<String>,
    pub error_code: Option<String>,
    pub vpc_endpoint_id: Option<String>,
    pub place: Place,
}

/// Where a record stands, exactly enough to find it again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// File path, S3 address, or the name of the API that returned the record.
    pub file: String,
    /// Byte offset of the record in the inflated file.
    pub offset: u64,
    /// Number of the record in the file, counted from 0.
    pub index: u64,
}

/// A record that lacks what every CloudTrail record has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a CloudTrail record: {0}")]
pub struct NoEvent(pub String);

impl Event {
    /// Reads the JSON text of one record.
    pub fn parse(record: &[u8], place: Place) -> Result<Event, NoEvent> {
        let fields: Fields =
            serde_json::from_slice(record).map_err(|error| NoEvent(error.to_string()))?;
        let time = fields
            .event_time
            .parse()
            .map_err(|_| NoEvent(format!("`eventTime` is `{}`", fields.event_time)))?;
        Ok(Event {
            principal: fields.user_identity.and_then(Identity::principal),
            id: fields.event_id,
            request_id: fields.request_id,
            time,
            name: fields.event_name.unwrap_or_default(),
            source: fields.event_source.unwrap_or_default(),
            region: fields.aws_region,
            error_code: fields.error_code,
            vpc_endpoint_id: fields.vpc_endpoint_id,
            place,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fields {
    event_time: String,
    event_name: Option<String>,
    event_source: Option<String>,
    aws_region: Option<String>,
    #[serde(rename = "eventID")]
    event_id: Option<String>,
    #[serde(rename = "requestID")]
    request_id: Option<String>,
    error_code: Option<String>,
    vpc_endpoint_id: Option<String>,
    user_identity: Option<Identity>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    arn: Option<String>,
    principal_id: Option<String>,
    invoked_by: Option<String>,
    session_context: Option<SessionContext>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SessionContext {
    session_issuer: Option<SessionIssuer>,
}

#[derive(Deserialize)]
struct SessionIssuer {
    arn: Option<String>,
}

impl Identity {
    /// The role behind a session is the principal: session names differ from call to call.
    fn principal(self) -> Option<String> {
        self.session_context
            .and_then(|context| context.session_issuer)
            .and_then(|issuer| issuer.arn)
            .or(self.arn)
            .or(self.invoked_by)
            .or(self.principal_id)
    }
}
