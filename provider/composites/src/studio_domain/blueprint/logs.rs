//! What is recorded: flow logs of all traffic, and the groups that hold logs.

use cloister_aws::{
    Ec2FlowLog, Ec2FlowLogDesired, IamRole, IamRoleDesired, IamRolePolicies,
    IamRolePoliciesDesired, LogGroup, LogGroupDesired, LogGroupDisposal,
};
use cloister_composite::{Builder, Input, Tags, unknown_mark};
use cloister_framework::Attr;
use std::collections::BTreeMap;

use super::{Draft, arn, network::Lines, roles, wire};
use crate::studio_domain::{
    config::FlowLogs,
    policies::{Home, trust},
};

/// The part whose records every lab reads.
pub(super) const FLOW_LOG: &str = "network/flow-log";
const FLOW_LOGS: &str = "logs/flow";
/// The group of the firewall's alerts and flows.
pub(super) const FIREWALL_LOGS: &str = "logs/firewall";
const ROLE: &str = "roles/flow-log";

/// Every field that the labs read, and those with which an answer is found:
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>.
const FORMAT: &str = "${version} ${account-id} ${interface-id} ${srcaddr} ${dstaddr} ${srcport} ${dstport} ${protocol} \
                      ${packets} ${bytes} ${start} ${end} ${action} ${log-status} ${vpc-id} ${subnet-id} ${az-id} \
                      ${tcp-flags} ${type} ${pkt-srcaddr} ${pkt-dstaddr} ${pkt-src-aws-service} \
                      ${pkt-dst-aws-service} ${flow-direction} ${traffic-path}";

/// How long records are kept unless the user says otherwise.
const RETENTION_DAYS: u32 = 365;
/// AWS's finest: a lab need not wait ten minutes for a record.
const AGGREGATION_SECONDS: u32 = 60;

pub(super) fn lay_out(parts: &mut Builder, draft: &Draft<'_>, lines: &Lines) {
    if !draft.shape.flow_logs {
        for name in ["flow_log_group", "flow_log_id"] {
            parts.expose(name, &None::<String>);
        }
        return;
    }
    let logs = flow_logs(draft);
    let group = group(parts, draft, FLOW_LOGS, "flow-logs");
    parts.expose("flow_log_group", &group);
    let group_arn = format!(
        "arn:{}:logs:{}:{}:log-group:{}",
        draft.site.partition,
        draft.site.region,
        draft.site.account,
        group_name(draft, "flow-logs"),
    );
    let role = delivery_role(parts, draft, &group_arn);
    let flow_log = parts
        .part::<Ec2FlowLog>(
            FLOW_LOG,
            &Ec2FlowLogDesired {
                vpc_id: lines.vpc_id.clone(),
                traffic_type: "ALL".to_owned(),
                log_group_arn: Some(Input::Known(group_arn.into())),
                bucket_arn: None,
                role_arn: Some(arn(&role)),
                format: match &logs.format {
                    Attr::Null => FORMAT.to_owned(),
                    Attr::Unknown => unknown_mark(),
                    Attr::Known(format) => format.clone(),
                },
                aggregation_seconds: logs
                    .aggregation_seconds
                    .or(AGGREGATION_SECONDS)
                    .into_known()
                    .and_then(|it| i32::try_from(it).ok())
                    .unwrap_or(60),
                tags: Tags::new(),
            },
        )
        .after(FLOW_LOGS, "records need a group")
        .after(
            &format!("{ROLE}/policies"),
            "delivery needs its permissions",
        )
        .from("", "flow_logs");
    let id = wire(&flow_log.output(&Ec2FlowLog::ID));
    parts.expose("flow_log_id", &id);
}

fn flow_logs(draft: &Draft<'_>) -> FlowLogs {
    draft
        .shape
        .config
        .flow_logs
        .known()
        .cloned()
        .unwrap_or_default()
}

/// A log group; gives its name.
pub(super) fn group(
    parts: &mut Builder,
    draft: &Draft<'_>,
    key: &str,
    name: &str,
) -> Input<String> {
    let logs = flow_logs(draft);
    let group = parts
        .part::<LogGroup>(
            key,
            &LogGroupDesired {
                name: group_name(draft, name),
                kms_key_arn: match &logs.kms_key_arn {
                    Attr::Null => None,
                    Attr::Unknown => Some(Input::Unknown),
                    Attr::Known(arn) => Some(Input::Known(arn.clone().into())),
                },
                retention_days: logs
                    .retention_days
                    .or(RETENTION_DAYS)
                    .into_known()
                    .and_then(|days| i32::try_from(days).ok()),
                tags: Tags::new(),
            },
        )
        .disposal(&LogGroupDisposal {
            retain: draft.shape.keeps_logs,
        })
        .from("", "flow_logs")
        .from("retention_days", "flow_logs.retention_days")
        .from("kms_key_arn", "flow_logs.kms_key_arn");
    wire(&group.output(&LogGroup::NAME))
}

/// Readable and the same for every run: a retained group is taken up again by the next domain of this name.
fn group_name(draft: &Draft<'_>, name: &str) -> String {
    format!("/cloister/studio/{}/{name}", draft.shape.name)
}

fn delivery_role(parts: &mut Builder, draft: &Draft<'_>, group_arn: &str) -> Input<String> {
    let desired = IamRoleDesired {
        description: Some(format!(
            "Delivers the flow logs of Studio domain {}",
            draft.shape.name
        )),
        ..roles::role(
            draft,
            ROLE,
            "flow-log",
            trust::flow_logs(&Home::of(draft.site)).to_value(),
        )
    };
    let role = parts
        .part::<IamRole>(ROLE, &desired)
        .from("", "flow_logs")
        .from("boundary_arn", "iam.permissions_boundary_arn");
    let (arn, role_name) = (
        wire(&role.output(&IamRole::ARN)),
        wire(&role.output(&IamRole::NAME)),
    );
    let _ = parts.part::<IamRolePolicies>(
        &format!("{ROLE}/policies"),
        &IamRolePoliciesDesired {
            role: role_name,
            inline: BTreeMap::from([(
                "deliver".to_owned(),
                trust::flow_log_delivery(group_arn).to_value(),
            )]),
            attached: Vec::new(),
        },
    );
    arn
}
