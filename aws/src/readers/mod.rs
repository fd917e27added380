//! Narrow readers for plans, evidence and live checks: what exists, what lies in a bucket, what CloudTrail recorded.

mod facts;
mod flow_logs;
mod objects;
mod observe;
mod quotas;
mod tagged;
mod trail;

/// Every call that a plan makes before it looks at any part.
pub(crate) const PLAN_CALLS: &[&[crate::calls::Operation]] = &[facts::CALLS, quotas::CALLS];

pub use facts::{DomainFact, Facts, Inquiry, SubnetFact, facts};
pub use flow_logs::{
    FlowLogDestination, FlowLogSummary, LogEventPage, LogEventSummary, describe_flow_logs,
    filter_log_events,
};
pub use objects::{ObjectPage, ObjectSummary, get_object, list_objects};
pub use observe::{observable_kinds, observe};
pub use quotas::{Counted, Room};
pub use tagged::{TaggedObject, standing, tagged_in_iam, tagged_objects};
pub use trail::{LookupAttribute, LookupPage, TrailEvent, lookup_events};
