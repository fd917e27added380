//! What a run asks of an AWS account.

use std::future::Future;

use cloister_evidence::{HistoryReader, TrailReader, Unreachable};

/// An AWS account as a run sees it: its objects, its trail, its event history.
pub trait Cloud: TrailReader + HistoryReader {
    /// The object as it is now.
    fn observe(
        &self,
        kind: &str,
        id: &str,
    ) -> impl Future<Output = Result<Observed, Unreachable>> + Send;
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
