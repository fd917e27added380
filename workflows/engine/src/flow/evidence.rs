//! What flow logs hold for one step, and how far each can be relied on.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};

use super::record::Flow;
use crate::evidence::{Records, Source};

/// The flow records that bear on one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FlowEvidence {
    /// Those that match the pattern.
    pub records: Records<Flow>,
    /// Those that may be answers to them.
    pub answers: Records<Flow>,
    /// What was read: the flow logs of the step's scope, and files.
    pub sources: Vec<FlowSource>,
    /// Why the account was not asked which flow logs there are, if it was not.
    pub unseen: Option<String>,
}

/// One source of flow records.
#[derive(Clone, Debug, PartialEq)]
pub struct FlowSource {
    pub source: Source,
    /// `None` for files, of which nobody says what they should hold.
    pub log: Option<FlowLog>,
    /// The fields that its records have columns for.
    pub fields: BTreeSet<String>,
    /// Its records that say `SKIPDATA`.
    pub skipped: Records<Flow>,
}

/// A flow log as AWS describes it. Its settings cannot be changed, so they hold since it was made.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-basics.html>
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowLog {
    pub id: String,
    /// The VPC, subnet or network interface whose traffic it records.
    pub resource_id: String,
    pub traffic: Traffic,
    /// The longest capture window.
    pub aggregation: SignedDuration,
    pub created: Timestamp,
    /// Why its records do not arrive where they can be read.
    pub problem: Option<String>,
}

/// Which traffic a flow log records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Traffic {
    All,
    Accept,
    Reject,
}

impl fmt::Display for Traffic {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Traffic::All => "ALL",
            Traffic::Accept => "ACCEPT",
            Traffic::Reject => "REJECT",
        })
    }
}
