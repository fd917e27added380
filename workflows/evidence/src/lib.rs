//! cloister-evidence: where records of CloudTrail and of VPC flow logs come from, and scanning them once for many patterns.
//!
//! It never judges: it says which records match, where they stand, and what
//! it could not read. Whoever judges must not take a source with faults for
//! complete.
//!
//! Read first: [`Query`] (what is looked for), [`Findings`] (what was found
//! and what was not readable), and the sources: [`scan_folder`], [`Trail`],
//! [`scan_history`] for CloudTrail; [`scan_flow_folder`], [`FlowBucket`],
//! [`scan_flow_group`] for flow logs.

mod error;
mod flow;
mod folder;
mod history;
mod inflate;
mod query;
mod readers;
mod records;
mod rounds;
mod scan;
mod span;
mod trail;

pub use error::EvidenceError;
pub use flow::{
    Columns, FLOW_FIELDS, FlowBucket, FlowField, FlowForm, FlowGroup, FlowObjects, NoFormat,
    scan_flow_folder, scan_flow_group,
};
pub use folder::scan_folder;
pub use history::{HISTORY_REACH, scan_history};
pub use query::{Hit, Hits, Query};
pub use readers::{
    HistoryPage, HistoryReader, LogEvent, LogPage, LogReader, LookupAttribute, LookupKey,
    TrailReader, Unreachable,
};
pub use scan::{Findings, Scanner, Tally};
pub use trail::{Trail, TrailLocation};
