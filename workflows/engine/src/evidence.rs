//! What judging is given: observed objects, matched records, and what the sources can show.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::Objects;
use crate::event::Event;
use crate::family::Family;
use crate::flow::FlowEvidence;
use crate::length::Length;

/// Everything one round of judging looks at.
#[derive(Clone, Debug)]
pub struct Evidence {
    /// When the run began: what happens later is not asked about.
    pub as_of: Timestamp,
    /// When the live objects were observed.
    pub observed_at: Timestamp,
    /// Where windows begin that no step bounds.
    pub since: Timestamp,
    /// How long a record may take to arrive.
    pub delivery_lag: Length,
    /// What was observed, by id of the `live` step.
    pub observations: BTreeMap<String, Observation>,
    /// What was observed for `access` steps, by object.
    pub objects: Objects,
    /// Records that match, by id of the `cloudtrail` step.
    pub records: BTreeMap<String, Records>,
    /// What flow logs show, by id of the `flow_logs` step.
    pub flows: BTreeMap<String, FlowEvidence>,
    /// Calls that changed what is logged.
    pub logging_changes: Vec<Event>,
    pub sources: Vec<Source>,
}

/// An AWS object as a `live` or `access` check finds it.
#[derive(Clone, Debug, PartialEq)]
pub enum Observation {
    Found(serde_json::Value),
    Absent,
    /// AWS did not let us look; the text says which permission is missing.
    Unreadable(String),
}

/// The records that match one step's pattern.
#[derive(Clone, Debug, PartialEq)]
pub struct Records<R = Event> {
    /// Without duplicates; any order.
    pub events: Vec<R>,
    /// How many more matched than were kept.
    pub left_out: u64,
}

/// One source of records and how far it can be relied on.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// How the user named it: a path, an S3 address, `LookupEvents in REGION`.
    pub name: String,
    pub kind: SourceKind,
    /// Records older than this were not read; `None` if nothing was skipped.
    pub from: Option<Timestamp>,
    /// When reading began: what was delivered later is not in it.
    pub read_at: Timestamp,
    pub files: u64,
    pub records: u64,
    /// What could not be read, each with its place; any of it makes absence unprovable.
    pub faults: Vec<String>,
    /// Families of which this source held at least one record.
    pub shows: BTreeSet<Family>,
    /// The region of `LookupEvents`; other sources have it in their records.
    pub region: Option<String>,
}

/// What kind of source it is, which decides what it can hold and prove.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    /// Files on disk: any kind of record, never proven complete, nothing more arrives.
    Folder,
    /// The bucket of a trail: any kind of event.
    Trail,
    /// Event history: management events of one region and the last 90 days.
    LookupEvents,
    /// A VPC flow log, read where it delivers to.
    FlowLog,
}

impl<R> Default for Records<R> {
    fn default() -> Self {
        Records {
            events: Vec::new(),
            left_out: 0,
        }
    }
}
