//! What a run asks of an AWS account.

use std::future::Future;

use cloister_evidence::{Columns, FlowObjects, HistoryReader, LogReader, TrailReader, Unreachable};
use cloister_workflow::{FlowLog, FlowScope};

/// An AWS account as a run sees it: its objects, its trail, its event history, its log groups.
pub trait Cloud: TrailReader + HistoryReader + LogReader {
    /// The object as it is now.
    fn observe(
        &self,
        kind: &str,
        id: &str,
    ) -> impl Future<Output = Result<Observed, Unreachable>> + Send;

    /// The flow logs that may hold records of the scope.
    fn flow_logs(
        &self,
        scope: &FlowScope,
    ) -> impl Future<Output = Result<FlowLogs, Unreachable>> + Send;
}

/// What looking for flow logs came to.
#[derive(Clone, Debug, PartialEq)]
pub enum FlowLogs {
    Found(Vec<FoundFlowLog>),
    Denied(Denied),
}

/// A flow log, and how to read what it wrote.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundFlowLog {
    pub log: FlowLog,
    pub format: Columns,
    /// `None` where it does not deliver to anything that can be read; `log.problem` says why.
    pub delivery: Option<Delivery>,
}

/// Where the records of a flow log lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    LogGroup(String),
    Bucket(FlowObjects),
}

/// What observing an object came to.
#[derive(Clone, Debug, PartialEq)]
pub enum Observed {
    Object(serde_json::Value),
    Absent,
    Denied(Denied),
}

/// AWS refused to show the object; the text names the permission that is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied(pub String);
