//! Narrow readers for evidence and live checks: what exists, what lies in a bucket, what CloudTrail recorded.

mod objects;
mod observe;
mod trail;

pub use objects::{ObjectPage, ObjectSummary, get_object, list_objects};
pub use observe::{observable_kinds, observe};
pub use trail::{LookupAttribute, LookupPage, TrailEvent, lookup_events};
