//! The fields of flow log records and the form of their values.

/// A field of flow log records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowField {
    /// As formats and patterns spell it.
    pub name: &'static str,
    pub form: Form,
}

/// What the text of a field stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Text,
    /// A whole number; patterns match it as a number.
    Number,
    Address,
    /// `ACCEPT` or `REJECT`.
    Action,
    /// `OK`, `NODATA` or `SKIPDATA`.
    Status,
}

use Form::{Action, Address, Number, Status, Text};

/// Every field that AWS documents, by version.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
pub const FLOW_FIELDS: [FlowField; 42] = [
    // Version 2, in the order of the default format.
    field("version", Number),
    field("account-id", Text),
    field("interface-id", Text),
    field("srcaddr", Address),
    field("dstaddr", Address),
    field("srcport", Number),
    field("dstport", Number),
    field("protocol", Number),
    field("packets", Number),
    field("bytes", Number),
    field("start", Number),
    field("end", Number),
    field("action", Action),
    field("log-status", Status),
    // Version 3.
    field("vpc-id", Text),
    field("subnet-id", Text),
    field("instance-id", Text),
    field("tcp-flags", Number),
    field("type", Text),
    field("pkt-srcaddr", Address),
    field("pkt-dstaddr", Address),
    // Version 4.
    field("region", Text),
    field("az-id", Text),
    field("sublocation-type", Text),
    field("sublocation-id", Text),
    // Version 5.
    field("pkt-src-aws-service", Text),
    field("pkt-dst-aws-service", Text),
    field("flow-direction", Text),
    field("traffic-path", Number),
    // Version 7.
    field("ecs-cluster-arn", Text),
    field("ecs-cluster-name", Text),
    field("ecs-container-instance-arn", Text),
    field("ecs-container-instance-id", Text),
    field("ecs-container-id", Text),
    field("ecs-second-container-id", Text),
    field("ecs-service-name", Text),
    field("ecs-task-definition-arn", Text),
    field("ecs-task-arn", Text),
    field("ecs-task-id", Text),
    // Version 8.
    field("reject-reason", Text),
    // Version 9.
    field("resource-id", Text),
    // Version 10.
    field("encryption-status", Number),
];

/// How many of the fields make the default format: those of version 2.
pub(super) const DEFAULT_FIELDS: usize = 14;

/// The form of a field; what no version here knows is text.
pub(super) fn form_of(name: &str) -> Form {
    known(name).map_or(Text, |field| field.form)
}

pub(super) fn known(name: &str) -> Option<&'static FlowField> {
    FLOW_FIELDS.iter().find(|field| field.name == name)
}

const fn field(name: &'static str, form: Form) -> FlowField {
    FlowField { name, form }
}
