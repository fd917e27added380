//! What this crate asks of an AWS account: a few calls, answered by `cloister-aws`.

use std::future::Future;

use jiff::Timestamp;

/// AWS did not answer, or refused to; the text names call, subject and request id.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unreachable(pub String);

/// Reads the objects of a trail's bucket.
pub trait TrailReader: Sync {
    /// The folders directly below `prefix`, each ending with a slash.
    fn list_folders(
        &self,
        bucket: &str,
        prefix: &str,
    ) -> impl Future<Output = Result<Vec<String>, Unreachable>> + Send;

    /// All keys below `prefix` that sort after `after`.
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        after: &str,
    ) -> impl Future<Output = Result<Vec<String>, Unreachable>> + Send;

    /// The bytes of one object.
    fn get(
        &self,
        bucket: &str,
        key: &str,
    ) -> impl Future<Output = Result<Vec<u8>, Unreachable>> + Send;
}

/// Reads the event history of one region.
pub trait HistoryReader: Sync {
    fn region(&self) -> &str;

    /// One page of events between two times, newest first.
    fn lookup(
        &self,
        attribute: Option<&LookupAttribute>,
        from: Timestamp,
        until: Timestamp,
        page: Option<String>,
    ) -> impl Future<Output = Result<HistoryPage, Unreachable>> + Send;
}

/// The one attribute that a lookup may filter by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookupAttribute {
    pub key: LookupKey,
    pub value: String,
}

/// The attributes that patterns can make use of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LookupKey {
    EventName,
    EventSource,
}

/// Reads the events of log groups in CloudWatch Logs.
pub trait LogReader: Sync {
    /// One page of the events of a group whose timestamps lie between two times.
    fn events(
        &self,
        group: &str,
        from: Timestamp,
        until: Timestamp,
        page: Option<String>,
    ) -> impl Future<Output = Result<LogPage, Unreachable>> + Send;
}

/// One page of a log group.
#[derive(Clone, Debug, Default)]
pub struct LogPage {
    pub events: Vec<LogEvent>,
    pub next: Option<String>,
}

/// One event of a log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEvent {
    pub id: String,
    pub stream: String,
    pub message: String,
}

/// One page of event history.
#[derive(Clone, Debug, Default)]
pub struct HistoryPage {
    /// `CloudTrailEvent` of each event: the JSON text of the record.
    pub records: Vec<String>,
    pub next: Option<String>,
}
