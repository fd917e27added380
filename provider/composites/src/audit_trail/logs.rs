//! The log group to which a trail writes as well, and the role as which CloudTrail does so.

use std::collections::BTreeMap;

use cloister_aws::{
    Arn, IamRole, IamRoleDesired, IamRolePolicies, IamRolePoliciesDesired, LogGroup,
    LogGroupDesired,
};
use cloister_composite::{Builder, Identity, Input, PartKey, Tags, derived_name, unknown_mark};
use cloister_framework::Attr;
use cloister_policy::{Document, Principal, Statement};
use serde_json::Value;

use super::{
    archive::{Archive, log_group_name},
    config::{AuditTrail, CloudWatchLogs},
    policy::CLOUDTRAIL,
};
use crate::{
    composite::Imported,
    recovered::{days, string},
    symbols::text,
};

const ROLE: &str = "logs/role";
/// The part without which the role may do nothing.
pub(crate) const ROLE_POLICIES: &str = "logs/role/policies";

/// The periods for which CloudWatch Logs keeps events.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>
pub(crate) const RETENTIONS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

/// Where a trail writes beside its bucket.
pub(crate) struct LogTarget {
    pub(crate) group: Input<Arn>,
    pub(crate) role: Input<Arn>,
}

/// The name of the log group, if there is one.
pub(crate) fn group_name(config: &AuditTrail, name: &str) -> Option<String> {
    (!config.cloud_watch_logs.is_null()).then(|| log_group_name(name))
}

/// Lays out the group, the role and its policies; `None` if no log group is asked for.
pub(crate) fn lay_out(
    parts: &mut Builder,
    config: &AuditTrail,
    identity: &Identity,
    archive: &Archive,
    key_arn: &Input<Arn>,
) -> Option<LogTarget> {
    let logs = config.cloud_watch_logs.known()?;
    let group_arn = archive.log_group_arn.as_deref()?;
    let group = parts
        .part::<LogGroup>(
            "logs",
            &LogGroupDesired {
                name: if logs.retention_days.is_unknown() {
                    unknown_mark()
                } else {
                    log_group_name(&identity.name)
                },
                kms_key_arn: Some(key_arn.clone()),
                retention_days: logs
                    .retention_days
                    .into_known()
                    .and_then(|days| i32::try_from(days).ok()),
                tags: Tags::new(),
            },
        )
        .from("retention_days", "cloud_watch_logs.retention_days");
    let group = group.output(&LogGroup::ARN).into();
    let role = role(parts, logs, identity, group_arn);
    Some(LogTarget { group, role })
}

fn role(
    parts: &mut Builder,
    logs: &CloudWatchLogs,
    identity: &Identity,
    group_arn: &str,
) -> Input<Arn> {
    let key = PartKey::parse(ROLE).expect("a lower-case path is a part key");
    let role = parts
        .part::<IamRole>(
            ROLE,
            &IamRoleDesired {
                name: derived_name("cloister-audit-trail", identity, &key),
                path: text(&logs.role_path).filter(|path| path != "/"),
                trust: trust().to_value(),
                boundary_arn: text(&logs.role_boundary_arn).map(|arn| Arn::from(arn).into()),
                description: Some(format!(
                    "Writes the events of the trail {} to its log group",
                    identity.name
                )),
                max_session_seconds: None,
                tags: Tags::new(),
            },
        )
        .from("path", "cloud_watch_logs.role_path")
        .from("boundary_arn", "cloud_watch_logs.role_boundary_arn");
    let (name, arn) = (role.output(&IamRole::NAME), role.output(&IamRole::ARN));
    let inline = BTreeMap::from([("write".to_owned(), permissions(group_arn).to_value())]);
    let _ = parts.part::<IamRolePolicies>(
        ROLE_POLICIES,
        &IamRolePoliciesDesired {
            role: name.into(),
            inline,
            attached: Vec::new(),
        },
    );
    arn.into()
}

/// CloudTrail, which says for no trail that it assumes a role: a condition on `aws:SourceArn` would keep it out. The role
/// is handed to it by `iam:PassRole` only.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html>
pub(crate) fn trust() -> Document {
    Document::of([Statement::allow("AllowCloudTrail")
        .principal(Principal::service(CLOUDTRAIL))
        .action("sts:AssumeRole")])
}

/// Writing to the trail's own group.
pub(crate) fn permissions(group_arn: &str) -> Document {
    Document::of([Statement::allow("WriteEvents")
        .actions(["logs:CreateLogStream", "logs:PutLogEvents"])
        .resource(format!("{group_arn}:log-stream:*"))])
}

/// The settings that would have made this group and its role; null without a group.
pub(crate) fn recover(imported: &Imported<'_>) -> Attr<CloudWatchLogs> {
    let settings = |part: &str| {
        let found = imported.found.iter().find(|(key, _)| key.as_str() == part);
        found.map_or(&Value::Null, |(_, found)| &found.settings)
    };
    let (group, role) = (settings("logs"), settings(ROLE));
    if group.is_null() {
        return Attr::Null;
    }
    Attr::Known(CloudWatchLogs {
        retention_days: days(group, "/retention_days"),
        role_path: string(role, "/path"),
        role_boundary_arn: string(role, "/boundary_arn"),
    })
}
