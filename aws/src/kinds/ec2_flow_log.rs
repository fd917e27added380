//! `ec2:flow-log`: the record of a VPC's traffic. All of it is for good but its tags.

use async_trait::async_trait;
use aws_sdk_ec2::types::{
    Filter, FlowLog, FlowLogsResourceType, LogDestinationType, ResourceType, TrafficType,
};
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, OutputName, Outputs, PartError, PartKind,
    Readiness, Tags, outputs,
};
use serde::{Deserialize, Serialize};

use super::{
    arn::Arn,
    ec2::{find_tagged, judge_unsuccessful, put_tags, read_by_id, tag_specifications, tags_of},
    settled::{answered, not_yet_seen, settled},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeFlowLogs");
const CREATE: Operation = Operation::idempotent("ec2:CreateFlowLogs");
const DELETE: Operation = Operation::idempotent("ec2:DeleteFlowLogs");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[DESCRIBE, CREATE, DELETE]];

/// A VPC's flow log.
#[derive(Debug)]
pub struct Ec2FlowLog;

impl Ec2FlowLog {
    /// The flow log's id.
    pub const ID: OutputName<String> = OutputName::new("id");
}

/// What a flow log is to be; it names exactly one of `log_group_arn` and `bucket_arn`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2FlowLogDesired {
    /// The VPC whose traffic it records.
    pub vpc_id: Input<String>,
    /// `ACCEPT`, `REJECT` or `ALL`.
    pub traffic_type: String,
    /// The log group that takes the records, without `:*` at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_group_arn: Option<Input<Arn>>,
    /// The bucket, with or without a folder, that takes the records.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bucket_arn: Option<Input<Arn>>,
    /// The role that writes to a log group; a bucket takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role_arn: Option<Input<Arn>>,
    /// The fields of a record: `${version} ${vpc-id} ...`.
    pub format: String,
    /// Over how many seconds packets make one record: 60 or 600.
    pub aggregation_seconds: i32,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A flow log as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2FlowLogObserved {
    /// The flow log's id.
    pub id: String,
    /// `ACTIVE`, or `CREATING` at first.
    pub status: String,
    /// `SUCCESS` or `FAILED`, once records were delivered.
    pub deliver_logs_status: Option<String>,
    /// Why records are not delivered.
    pub deliver_logs_error_message: Option<String>,
    /// The VPC, subnet or network interface whose traffic it records.
    pub resource_id: String,
    /// `ACCEPT`, `REJECT` or `ALL`.
    pub traffic_type: String,
    /// `cloud-watch-logs`, `s3` or `kinesis-data-firehose`.
    pub destination_type: String,
    /// The ARN of what takes the records, without `:*` at its end.
    pub destination: String,
    /// The role that writes the records.
    pub role_arn: Option<String>,
    /// The fields of a record.
    pub format: String,
    /// Over how many seconds packets make one record.
    pub aggregation_seconds: i32,
    /// All its tags.
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2FlowLog {
    const KIND: &'static str = "ec2:flow-log";
    const REPLACED_BY: &'static [&'static str] = &[
        "vpc_id",
        "traffic_type",
        "log_group_arn",
        "bucket_arn",
        "role_arn",
        "format",
        "aggregation_seconds",
    ];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Token;

    type Context = Aws;
    type Desired = Ec2FlowLogDesired;
    type Observed = Ec2FlowLogObserved;
    type Disposal = ();

    fn id(observed: &Ec2FlowLogObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2FlowLogObserved) -> Outputs {
        outputs([(Self::ID.name(), observed.id.clone())])
    }

    fn settings(observed: &Ec2FlowLogObserved) -> Ec2FlowLogDesired {
        let to = |kind: &LogDestinationType| {
            let destination = Some(&observed.destination);
            let destination = destination.filter(|_| observed.destination_type == kind.as_str());
            destination.map(|arn| Arn::from(arn.as_str()).into())
        };
        Ec2FlowLogDesired {
            vpc_id: observed.resource_id.clone().into(),
            traffic_type: observed.traffic_type.clone(),
            log_group_arn: to(&LogDestinationType::CloudWatchLogs),
            bucket_arn: to(&LogDestinationType::S3),
            role_arn: observed
                .role_arn
                .as_deref()
                .map(|arn| Arn::from(arn).into()),
            format: observed.format.clone(),
            aggregation_seconds: observed.aggregation_seconds,
            tags: settable(&observed.tags),
        }
    }

    fn readiness(observed: &Ec2FlowLogObserved) -> Readiness {
        match observed.status.as_str() {
            "ACTIVE" => Readiness::Ready,
            _ => Readiness::Pending,
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2FlowLogDesired>,
    ) -> Result<Option<Ec2FlowLogObserved>, PartError> {
        let describe = |filters| describe_flow_logs(aws, filters);
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2FlowLogDesired>,
    ) -> Result<Ec2FlowLogObserved, PartError> {
        let desired = making.desired;
        let vpc = settled(&desired.vpc_id, Self::KIND, "vpc_id")?;
        let destination = Destination::of(desired)?;
        let role = desired.role_arn.as_ref();
        let role = role
            .map(|role| settled(role, Self::KIND, "role_arn").map(ToString::to_string))
            .transpose()?;
        let request = aws
            .ec2()
            .create_flow_logs()
            .resource_ids(vpc)
            .resource_type(FlowLogsResourceType::Vpc)
            .traffic_type(TrafficType::from(desired.traffic_type.as_str()))
            .log_destination_type(destination.kind.clone())
            .log_destination(destination.arn.as_str())
            .set_deliver_logs_permission_arn(role.clone())
            .log_format(&desired.format)
            .max_aggregation_interval(desired.aggregation_seconds)
            .client_token(making.token)
            .set_tag_specifications(tag_specifications(&ResourceType::VpcFlowLog, &desired.tags));
        let answer = aws
            .call(CREATE, vpc, || request.clone().send())
            .await
            .map_err(not_yet_seen)?;
        judge_unsuccessful(CREATE, vpc, answer.unsuccessful)
            .map_err(|error| error.about(destination.setting))?;
        let ids = answer.flow_log_ids.unwrap_or_default();
        Ok(Ec2FlowLogObserved {
            id: answered(ids.into_iter().next(), CREATE.api, "FlowLogIds")?,
            status: "ACTIVE".to_owned(),
            deliver_logs_status: None,
            deliver_logs_error_message: None,
            resource_id: vpc.clone(),
            traffic_type: desired.traffic_type.clone(),
            destination_type: destination.kind.as_str().to_owned(),
            destination: destination.arn.to_string(),
            role_arn: role,
            format: desired.format.clone(),
            aggregation_seconds: desired.aggregation_seconds,
            tags: desired.tags.clone(),
        })
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<Ec2FlowLogObserved>>, PartError> {
        let describe = |filters| describe_flow_logs(aws, filters);
        read_by_id(ids, "flow-log-id", id_of, describe).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2FlowLogDesired, Ec2FlowLogObserved>,
    ) -> Result<(), PartError> {
        let observed = changing.observed;
        put_tags(aws, &observed.id, &observed.tags, &changing.desired.tags).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2FlowLogObserved, ()>,
    ) -> Result<(), PartError> {
        let id = deleting.observed.id.as_str();
        let request = aws.ec2().delete_flow_logs().flow_log_ids(id);
        let answer = match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => return Ok(()),
            answer => answer?,
        };
        match judge_unsuccessful(DELETE, id, answer.unsuccessful) {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer,
        }
    }
}

fn id_of(observed: &Ec2FlowLogObserved) -> &str {
    &observed.id
}

/// What takes the records.
struct Destination<'a> {
    kind: LogDestinationType,
    arn: &'a Arn,
    setting: &'static str,
}

impl<'a> Destination<'a> {
    fn of(desired: &'a Ec2FlowLogDesired) -> Result<Self, PartError> {
        let (kind, arn, setting) = match (&desired.log_group_arn, &desired.bucket_arn) {
            (Some(arn), None) => (LogDestinationType::CloudWatchLogs, arn, "log_group_arn"),
            (None, Some(arn)) => (LogDestinationType::S3, arn, "bucket_arn"),
            _ => {
                return Err(PartError::bug(
                    Ec2FlowLog::KIND,
                    "it takes exactly one of `log_group_arn` and `bucket_arn`",
                ));
            }
        };
        Ok(Self {
            kind,
            arn: settled(arn, Ec2FlowLog::KIND, setting)?,
            setting,
        })
    }
}

async fn describe_flow_logs(
    aws: &Aws,
    filters: Vec<Filter>,
) -> Result<Vec<Ec2FlowLogObserved>, PartError> {
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let request = aws
            .ec2()
            .describe_flow_logs()
            .set_filter(Some(filters.clone()))
            .set_next_token(token);
        let page = aws
            .call(DESCRIBE, "flow logs", || request.clone().send())
            .await?;
        for flow_log in page.flow_logs.unwrap_or_default() {
            found.push(observed(flow_log)?);
        }
        token = page.next_token;
        if token.is_none() {
            return Ok(found);
        }
    }
}

fn observed(flow_log: FlowLog) -> Result<Ec2FlowLogObserved, PartError> {
    let api = DESCRIBE.api;
    let text = |value: Option<&str>, name: &str| answered(value.map(str::to_owned), api, name);
    let destination = text(flow_log.log_destination(), "LogDestination")?;
    Ok(Ec2FlowLogObserved {
        traffic_type: text(
            flow_log.traffic_type().map(TrafficType::as_str),
            "TrafficType",
        )?,
        destination_type: text(
            flow_log
                .log_destination_type()
                .map(LogDestinationType::as_str),
            "LogDestinationType",
        )?,
        destination: destination.trim_end_matches(":*").to_owned(),
        id: answered(flow_log.flow_log_id, api, "FlowLogId")?,
        status: answered(flow_log.flow_log_status, api, "FlowLogStatus")?,
        deliver_logs_status: flow_log.deliver_logs_status,
        deliver_logs_error_message: flow_log.deliver_logs_error_message,
        resource_id: answered(flow_log.resource_id, api, "ResourceId")?,
        role_arn: flow_log.deliver_logs_permission_arn,
        format: answered(flow_log.log_format, api, "LogFormat")?,
        aggregation_seconds: answered(
            flow_log.max_aggregation_interval,
            api,
            "MaxAggregationInterval",
        )?,
        tags: tags_of(flow_log.tags),
    })
}
