//! From a flow log as EC2 describes it to what judging and reading need of it.

use cloister_aws::{Aws, FlowLogDestination, FlowLogSummary};
use cloister_evidence::{Columns, FlowObjects};
use cloister_workflow::{FlowLog, Traffic};
use jiff::SignedDuration;

use crate::cloud::{Delivery, FoundFlowLog};

/// What `found` records, and how to read it with the credentials of `aws`.
pub(crate) fn described(found: FlowLogSummary, aws: &Aws) -> FoundFlowLog {
    let format: Result<Columns, String> = match &found.format {
        None => Ok(Columns::default()),
        Some(format) => format
            .parse()
            .map_err(|error: cloister_evidence::NoFormat| error.to_string()),
    };
    let delivery = delivery(&found, aws.account_id(), aws.region());
    let problem = found
        .delivery_error
        .clone()
        .or_else(|| delivery.as_ref().err().cloned())
        .or_else(|| format.as_ref().err().cloned());
    FoundFlowLog {
        log: FlowLog {
            traffic: match found.traffic_type.as_str() {
                "ACCEPT" => Traffic::Accept,
                "REJECT" => Traffic::Reject,
                _ => Traffic::All,
            },
            id: found.id,
            resource_id: found.resource_id,
            aggregation: SignedDuration::from_secs(found.aggregation_seconds),
            created: found.created,
            problem,
        },
        // Lines that cannot be told apart are not read.
        delivery: delivery.ok().filter(|_| format.is_ok()),
        format: format.unwrap_or_default(),
    }
}

/// Where the records lie, or why they cannot be read there.
fn delivery(found: &FlowLogSummary, account: &str, region: &str) -> Result<Delivery, String> {
    match &found.destination {
        FlowLogDestination::LogGroup {
            name,
            account: Some(owner),
        } if owner != account => Err(format!(
            "log group `{name}` is in account `{owner}`, and the credentials are of account `{account}`"
        )),
        FlowLogDestination::LogGroup { name, .. } => Ok(Delivery::LogGroup(name.clone())),
        FlowLogDestination::Bucket { parquet: true, .. } => Err(
            "it writes Parquet, which cloister does not read; make a flow log with `FileFormat` `plain-text`"
                .to_owned(),
        ),
        FlowLogDestination::Bucket {
            name, prefix, hive, ..
        } => Ok(Delivery::Bucket(FlowObjects {
            bucket: name.clone(),
            prefix: prefix.clone(),
            account: account.to_owned(),
            region: region.to_owned(),
            flow_log_id: found.id.clone(),
            hive: *hive,
        })),
        FlowLogDestination::Other(arn) => Err(format!("`{arn}` cannot be read back")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_read_where_it_can_be() {
        let group = |account: &str| FlowLogDestination::LogGroup {
            name: "flows".to_owned(),
            account: Some(account.to_owned()),
        };
        let bucket = |parquet: bool| FlowLogDestination::Bucket {
            name: "flows".to_owned(),
            prefix: "a".to_owned(),
            hive: true,
            parquet,
        };
        let cases = [
            (group("111122223333"), Ok("log group flows")),
            (group("444455556666"), Err("in account `444455556666`")),
            (
                bucket(false),
                Ok("bucket flows a 111122223333 eu-west-1 fl-1 true"),
            ),
            (bucket(true), Err("writes Parquet")),
            (
                FlowLogDestination::Other("arn:x".to_owned()),
                Err("`arn:x` cannot be read back"),
            ),
        ];
        for (destination, expected) in cases {
            let found = FlowLogSummary {
                id: "fl-1".to_owned(),
                resource_id: "vpc-1".to_owned(),
                traffic_type: "ALL".to_owned(),
                aggregation_seconds: 60,
                format: None,
                created: jiff::Timestamp::UNIX_EPOCH,
                delivery_error: None,
                destination,
            };
            let found =
                delivery(&found, "111122223333", "eu-west-1").map(|delivery| match delivery {
                    Delivery::LogGroup(name) => format!("log group {name}"),
                    Delivery::Bucket(at) => format!(
                        "bucket {} {} {} {} {} {}",
                        at.bucket, at.prefix, at.account, at.region, at.flow_log_id, at.hive
                    ),
                });
            match (&found, expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected),
                (Err(found), Err(expected)) => assert!(found.contains(expected), "{found}"),
                _ => panic!("{found:?}, not {expected:?}"),
            }
        }
    }
}
