//! VPC flow logs: what a `flow_logs` step asks of their records, and what they show.

mod evidence;
mod opposite;
mod proof;
mod record;

pub use evidence::{FlowEvidence, FlowLog, FlowSource, Traffic};
pub use proof::{FlowProof, FlowScope};
pub(crate) use record::Tuple;
pub use record::{Flow, NoFlow};

pub(crate) use proof::{check_fields, plan_flows};
