//! Records of VPC flow logs: lines of fields, in files, buckets and log groups.

mod bucket;
mod columns;
mod fields;
mod folder;
mod group;
mod line;
mod text;

pub use bucket::{FlowBucket, FlowObjects};
pub use columns::{Columns, NoFormat};
pub use fields::{FLOW_FIELDS, FlowField, Form as FlowForm};
pub use folder::scan_flow_folder;
pub use group::{FlowGroup, scan_flow_group};
