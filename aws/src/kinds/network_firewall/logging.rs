//! `network-firewall:logging`: where a firewall's logs go, all of them. AWS takes one change of one destination a call.

mod steps;

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_networkfirewall::types::{
    LogDestinationConfig, LogDestinationType, LogType, LoggingConfiguration,
};
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, Outputs, PartError, PartKind, outputs,
    read_each,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::steps::steps;
use super::common::unbuilt;
use crate::{
    calls::Operation,
    kinds::{
        arn::Arn,
        natural_key::natural_name,
        restate::restate_set,
        settled::{not_yet_seen, settled},
    },
    session::Aws,
};

const DESCRIBE: Operation = Operation::read("network-firewall:DescribeLoggingConfiguration");
const UPDATE: Operation = Operation::idempotent("network-firewall:UpdateLoggingConfiguration");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[DESCRIBE, UPDATE]];

/// Where CloudWatch Logs has the name of its log group.
const LOG_GROUP: &str = "logGroup";
const CLOUD_WATCH: &str = "CloudWatchLogs";

/// The logging of a firewall.
#[derive(Debug)]
pub struct FirewallLogging;

/// What the logging is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirewallLoggingDesired {
    /// The firewall's ARN.
    pub firewall_arn: Input<Arn>,
    /// Where its logs go, one destination for each type of log.
    pub destinations: Vec<LogDestination>,
}

/// Where one type of log goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogDestination {
    /// `ALERT`, `FLOW` or `TLS`.
    pub log_type: String,
    /// The name of the log group. A destination of another sort, which somebody else set, shows here with its type in
    /// front: `S3:bucket`.
    pub log_group: Input<String>,
}

/// The logging as Network Firewall describes it; there is none without a destination.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FirewallLoggingObserved {
    /// The firewall's ARN.
    pub firewall_arn: String,
    /// Where its logs go.
    pub destinations: Vec<LogDestinationObserved>,
}

/// Where one type of log goes, as Network Firewall describes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LogDestinationObserved {
    /// `ALERT`, `FLOW` or `TLS`.
    pub log_type: String,
    /// `CloudWatchLogs`, `S3` or `KinesisDataFirehose`.
    pub destination_type: String,
    /// The log group, the bucket with its prefix, or the stream.
    pub destination: BTreeMap<String, String>,
}

#[async_trait]
impl PartKind for FirewallLogging {
    const KIND: &'static str = "network-firewall:logging";
    const REPLACED_BY: &'static [&'static str] = &["firewall_arn"];
    const JOURNAL: Journal = Journal::NaturalKey;

    type Context = Aws;
    type Desired = FirewallLoggingDesired;
    type Observed = FirewallLoggingObserved;
    type Disposal = ();

    fn id(observed: &FirewallLoggingObserved) -> String {
        observed.firewall_arn.clone()
    }

    fn outputs(observed: &FirewallLoggingObserved) -> Outputs {
        outputs([("firewall_arn", observed.firewall_arn.clone())])
    }

    fn settings(observed: &FirewallLoggingObserved) -> FirewallLoggingDesired {
        let destinations = observed.destinations.iter();
        FirewallLoggingDesired {
            firewall_arn: Arn::from(observed.firewall_arn.as_str()).into(),
            destinations: destinations.map(LogDestinationObserved::shown).collect(),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        natural_name(settings, "firewall_arn")
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "destinations");
        observed
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, FirewallLoggingDesired>,
    ) -> Result<Option<FirewallLoggingObserved>, PartError> {
        match Self::natural_id(finding.settings) {
            Some(arn) => read_logging(aws, &arn).await,
            None => Ok(None),
        }
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, FirewallLoggingDesired>,
    ) -> Result<FirewallLoggingObserved, PartError> {
        let arn = settled(&making.desired.firewall_arn, Self::KIND, "firewall_arn")?;
        let wanted = wanted(making.desired)?;
        let found = read_logging(aws, arn.as_str()).await?;
        let found = found.map(|found| found.destinations).unwrap_or_default();
        put(aws, arn.as_str(), &found, &wanted)
            .await
            .map_err(not_yet_seen)?;
        Ok(FirewallLoggingObserved {
            firewall_arn: arn.to_string(),
            destinations: wanted,
        })
    }

    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<FirewallLoggingObserved>>, PartError> {
        read_each(ids, |arn| async move { read_logging(aws, &arn).await }).await
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, FirewallLoggingDesired, FirewallLoggingObserved>,
    ) -> Result<(), PartError> {
        let observed = changing.observed;
        let wanted = wanted(changing.desired)?;
        put(aws, &observed.firewall_arn, &observed.destinations, &wanted).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, FirewallLoggingObserved, ()>,
    ) -> Result<(), PartError> {
        let observed = deleting.observed;
        match put(aws, &observed.firewall_arn, &observed.destinations, &[]).await {
            Err(error) if error.is_not_found() => Ok(()),
            answer => answer,
        }
    }
}

/// Takes all logs from a firewall that is to be deleted, which AWS refuses while there are some.
pub(super) async fn remove_logging(aws: &Aws, arn: &str) -> Result<(), PartError> {
    match read_logging(aws, arn).await? {
        Some(found) => put(aws, arn, &found.destinations, &[]).await,
        None => Ok(()),
    }
}

async fn read_logging(aws: &Aws, arn: &str) -> Result<Option<FirewallLoggingObserved>, PartError> {
    let request = aws.networkfirewall().describe_logging_configuration();
    let request = request.firewall_arn(arn);
    let answer = match aws.call(DESCRIBE, arn, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let configuration = answer.logging_configuration;
    let configs = configuration.map(|logging| logging.log_destination_configs);
    let mut destinations: Vec<LogDestinationObserved> = configs
        .unwrap_or_default()
        .into_iter()
        .map(LogDestinationObserved::of)
        .collect();
    destinations.sort();
    Ok((!destinations.is_empty()).then(|| FirewallLoggingObserved {
        firewall_arn: arn.to_owned(),
        destinations,
    }))
}

async fn put(
    aws: &Aws,
    arn: &str,
    found: &[LogDestinationObserved],
    wanted: &[LogDestinationObserved],
) -> Result<(), PartError> {
    for step in steps(found, wanted) {
        let configs = step
            .into_iter()
            .map(LogDestinationObserved::config)
            .collect::<Result<Vec<_>, _>>()?;
        let logging = LoggingConfiguration::builder()
            .set_log_destination_configs(Some(configs))
            .build()
            .map_err(unbuilt)?;
        let request = aws.networkfirewall().update_logging_configuration();
        let request = request.firewall_arn(arn).logging_configuration(logging);
        aws.call(UPDATE, arn, || request.clone().send())
            .await
            .map_err(|error| error.about("destinations"))?;
    }
    Ok(())
}

/// The wanted destinations, settled and sorted.
fn wanted(desired: &FirewallLoggingDesired) -> Result<Vec<LogDestinationObserved>, PartError> {
    let mut wanted = desired
        .destinations
        .iter()
        .map(|destination| {
            let group = settled(
                &destination.log_group,
                FirewallLogging::KIND,
                "destinations",
            )?;
            Ok(LogDestinationObserved {
                log_type: destination.log_type.clone(),
                destination_type: CLOUD_WATCH.to_owned(),
                destination: BTreeMap::from([(LOG_GROUP.to_owned(), group.clone())]),
            })
        })
        .collect::<Result<Vec<_>, PartError>>()?;
    wanted.sort();
    Ok(wanted)
}

impl LogDestinationObserved {
    fn of(config: LogDestinationConfig) -> Self {
        Self {
            log_type: config.log_type.as_str().to_owned(),
            destination_type: config.log_destination_type.as_str().to_owned(),
            destination: config.log_destination.into_iter().collect(),
        }
    }

    fn config(self) -> Result<LogDestinationConfig, PartError> {
        LogDestinationConfig::builder()
            .log_type(LogType::from(self.log_type.as_str()))
            .log_destination_type(LogDestinationType::from(self.destination_type.as_str()))
            .set_log_destination(Some(self.destination.into_iter().collect()))
            .build()
            .map_err(unbuilt)
    }

    fn shown(&self) -> LogDestination {
        let place: Vec<&str> = self.destination.values().map(String::as_str).collect();
        let place = place.join("/");
        let log_group = if self.destination_type == CLOUD_WATCH {
            place
        } else {
            format!("{}:{place}", self.destination_type)
        };
        LogDestination {
            log_type: self.log_type.clone(),
            log_group: log_group.into(),
        }
    }
}
