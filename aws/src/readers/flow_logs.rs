//! Flow logs as EC2 describes them, and the events of log groups that they deliver to.

use aws_sdk_ec2::types::{DestinationFileFormat, Filter, FlowLog, LogDestinationType};
use cloister_composite::PartError;
use jiff::Timestamp;

use crate::{calls::Operation, session::Aws};

const DESCRIBE: Operation = Operation::read("ec2:DescribeFlowLogs");
const FILTER: Operation = Operation::read("logs:FilterLogEvents");

/// Flow logs per page, the most that EC2 gives.
const PAGE: i32 = 1000;

/// A flow log: what it records, and where its records go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowLogSummary {
    /// Its id.
    pub id: String,
    /// The VPC, subnet or network interface whose traffic it records.
    pub resource_id: String,
    /// `ALL`, `ACCEPT` or `REJECT`.
    pub traffic_type: String,
    /// The longest time that one record covers.
    pub aggregation_seconds: i64,
    /// The fields of its records, such as `${srcaddr} ${dstaddr}`; none stands for the default format.
    pub format: Option<String>,
    /// When it was made; its settings are those of that time, for they cannot be changed.
    pub created: Timestamp,
    /// Why EC2 could not deliver, if it could not.
    pub delivery_error: Option<String>,
    /// Where the records go.
    pub destination: FlowLogDestination,
}

/// Where the records of a flow log go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FlowLogDestination {
    /// A log group, by name, and the account that owns it, where EC2 says so.
    LogGroup {
        name: String,
        account: Option<String>,
    },
    /// A bucket.
    Bucket {
        name: String,
        /// What stands before `AWSLogs`, without slashes at its ends.
        prefix: String,
        /// Whether folders are named like `year=2026`.
        hive: bool,
        /// Whether the files are Parquet, not text.
        parquet: bool,
    },
    /// Something that cannot be read back, such as a Firehose stream.
    Other(String),
}

/// The flow logs one of whose settings, such as `resource-id` or `flow-log-id`, has one of these values.
pub async fn describe_flow_logs(
    aws: &Aws,
    setting: &str,
    values: &[String],
) -> Result<Vec<FlowLogSummary>, PartError> {
    let filter = Filter::builder().name(setting);
    let filter = filter.set_values(Some(values.to_vec())).build();
    let subject = values.join(", ");
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .ec2()
            .describe_flow_logs()
            .filter(filter.clone())
            .max_results(PAGE)
            .set_next_token(next);
        let page = aws
            .call(DESCRIBE, &subject, || request.clone().send())
            .await?;
        for flow_log in page.flow_logs.unwrap_or_default() {
            found.push(summary(flow_log)?);
        }
        next = page.next_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// One page of log events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEventPage {
    /// The events; a page may have none although others follow.
    pub events: Vec<LogEventSummary>,
    /// What to pass to get the next page, if there is one.
    pub next: Option<String>,
}

/// One event of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEventSummary {
    /// Its id.
    pub id: String,
    /// The stream that holds it.
    pub stream: String,
    /// Its text.
    pub message: String,
}

/// One page of the events of a log group between `start` and `end`.
pub async fn filter_log_events(
    aws: &Aws,
    group: &str,
    start: Timestamp,
    end: Timestamp,
    next: Option<&str>,
) -> Result<LogEventPage, PartError> {
    let request = aws
        .logs()
        .filter_log_events()
        .log_group_name(group)
        // CloudWatch Logs knows no time before 1970.
        .start_time(start.as_millisecond().max(0))
        .end_time(end.as_millisecond())
        .set_next_token(next.map(str::to_owned));
    let page = aws.call(FILTER, group, || request.clone().send()).await?;
    let events = page
        .events
        .unwrap_or_default()
        .into_iter()
        .map(
            |event| match (event.event_id, event.log_stream_name, event.message) {
                (Some(id), Some(stream), Some(message)) => Ok(LogEventSummary {
                    id,
                    stream,
                    message,
                }),
                _ => Err(PartError::bug(
                    FILTER.api,
                    "an event lacks `eventId`, `logStreamName` or `message`",
                )),
            },
        )
        .collect::<Result<Vec<_>, _>>()?;
    Ok(LogEventPage {
        events,
        next: page.next_token,
    })
}

fn summary(flow_log: FlowLog) -> Result<FlowLogSummary, PartError> {
    let missing = |field: &str| PartError::bug(DESCRIBE.api, format!("a flow log lacks `{field}`"));
    let failed = flow_log.deliver_logs_status.as_deref() == Some("FAILED");
    let created = flow_log
        .creation_time
        .and_then(|time| Timestamp::from_second(time.secs()).ok());
    Ok(FlowLogSummary {
        destination: destination(&flow_log).ok_or_else(|| missing("LogDestination"))?,
        id: flow_log.flow_log_id.ok_or_else(|| missing("FlowLogId"))?,
        resource_id: flow_log.resource_id.ok_or_else(|| missing("ResourceId"))?,
        traffic_type: flow_log
            .traffic_type
            .ok_or_else(|| missing("TrafficType"))?
            .as_str()
            .to_owned(),
        aggregation_seconds: flow_log
            .max_aggregation_interval
            .ok_or_else(|| missing("MaxAggregationInterval"))?
            .into(),
        format: flow_log.log_format,
        created: created.ok_or_else(|| missing("CreationTime"))?,
        delivery_error: failed.then(|| {
            let error = flow_log.deliver_logs_error_message;
            error.unwrap_or_else(|| "AWS does not say why".to_owned())
        }),
    })
}

fn destination(flow_log: &FlowLog) -> Option<FlowLogDestination> {
    let arn = flow_log.log_destination.as_deref();
    match &flow_log.log_destination_type {
        Some(LogDestinationType::S3) => {
            let path = arn?.splitn(6, ':').nth(5)?;
            let (name, prefix) = path.split_once('/').unwrap_or((path, ""));
            let options = flow_log.destination_options.as_ref();
            let format = options.and_then(|options| options.file_format.clone());
            Some(FlowLogDestination::Bucket {
                name: name.to_owned(),
                prefix: prefix.trim_matches('/').to_owned(),
                hive: options.and_then(|options| options.hive_compatible_partitions) == Some(true),
                parquet: format == Some(DestinationFileFormat::Parquet),
            })
        }
        Some(LogDestinationType::CloudWatchLogs) | None => {
            let mut parts = arn.into_iter().flat_map(|arn| arn.splitn(7, ':'));
            let account = parts.nth(4).map(str::to_owned);
            let named = parts.nth(1).map(|name| name.trim_end_matches(":*"));
            let name = flow_log.log_group_name.as_deref().or(named)?;
            Some(FlowLogDestination::LogGroup {
                name: name.to_owned(),
                account,
            })
        }
        Some(_) => arn.map(|arn| FlowLogDestination::Other(arn.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_are_read_from_their_arns() {
        let group = |name: &str, account: Option<&str>| FlowLogDestination::LogGroup {
            name: name.to_owned(),
            account: account.map(str::to_owned),
        };
        let bucket = |prefix: &str| FlowLogDestination::Bucket {
            name: "flows".to_owned(),
            prefix: prefix.to_owned(),
            hive: false,
            parquet: false,
        };
        let stream = "arn:aws:firehose:eu-west-1:111122223333:deliverystream/flows";
        let cases = [
            ("s3", Some("arn:aws:s3:::flows"), None, Some(bucket(""))),
            (
                "s3",
                Some("arn:aws-cn:s3:::flows/a/b/"),
                None,
                Some(bucket("a/b")),
            ),
            (
                "cloud-watch-logs",
                Some("arn:aws:logs:eu-west-1:111122223333:log-group:/vpc/flows:*"),
                None,
                Some(group("/vpc/flows", Some("111122223333"))),
            ),
            (
                "cloud-watch-logs",
                None,
                Some("flows"),
                Some(group("flows", None)),
            ),
            (
                "kinesis-data-firehose",
                Some(stream),
                None,
                Some(FlowLogDestination::Other(stream.to_owned())),
            ),
            ("s3", None, None, None),
        ];
        for (kind, arn, name, expected) in cases {
            let flow_log = FlowLog::builder()
                .log_destination_type(kind.into())
                .set_log_destination(arn.map(str::to_owned))
                .set_log_group_name(name.map(str::to_owned))
                .build();
            assert_eq!(destination(&flow_log), expected, "{kind} {arn:?}");
        }
    }
}
