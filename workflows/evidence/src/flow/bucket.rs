//! Flow records that a flow log delivers to S3.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::columns::Columns;
use super::text::scan_text;
use crate::error::EvidenceError;
use crate::readers::TrailReader;
use crate::rounds::{Rounds, delivered_at};
use crate::scan::{Findings, Scanner};

/// A file holds the records that end within five minutes from the time in its key.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-path.html>
const FILE_SPAN: SignedDuration = SignedDuration::from_mins(5);

/// Which objects are those of one flow log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowObjects {
    pub bucket: String,
    /// What stands before `AWSLogs`, without slashes at its ends.
    pub prefix: String,
    pub account: String,
    pub region: String,
    pub flow_log_id: String,
    /// Whether folders are named like `year=2026`.
    pub hive: bool,
}

/// The files of one flow log, read in rounds: each round reads only what was delivered since.
#[derive(Debug)]
pub struct FlowBucket {
    objects: FlowObjects,
    from: Timestamp,
    rounds: Rounds,
    format: Arc<Columns>,
}

impl FlowBucket {
    /// Files whose records end at `from` or later are wanted; their header lines win over `format`.
    pub fn new(
        objects: FlowObjects,
        from: Timestamp,
        format: Columns,
        scanner: Arc<Scanner>,
    ) -> Self {
        FlowBucket {
            objects,
            from,
            rounds: Rounds::new(scanner),
            format: Arc::new(format),
        }
    }

    /// Reads what was delivered since the last round and returns all findings so far.
    pub async fn catch_up(&mut self, reader: &impl TrailReader) -> Result<Findings, EvidenceError> {
        let FlowObjects { bucket, .. } = &self.objects;
        let earliest = self.from.checked_sub(FILE_SPAN).unwrap_or(Timestamp::MIN);
        let folder = self.objects.folder();
        let after = format!("{folder}{}", self.objects.day(earliest));
        let keys = reader.list(bucket, &folder, &after).await;
        let keys = keys.map_err(|source| EvidenceError::FlowLog {
            name: self.objects.flow_log_id.clone(),
            source,
        })?;
        let marker = format!("_{}_", self.objects.flow_log_id);
        let recent = |key: &str| delivered_at(key).is_none_or(|time| time > earliest);
        let wanted = keys
            .into_iter()
            .filter(|key| key.contains(&marker) && recent(key))
            .collect();
        let format = Arc::clone(&self.format);
        let scan = move |scanner: &Scanner, file: &Arc<str>, bytes: &[u8]| {
            scan_text(scanner, file, bytes, Some(&format))
        };
        Ok(self.rounds.catch_up(reader, bucket, wanted, scan).await)
    }
}

impl FlowObjects {
    /// The folder of the days.
    fn folder(&self) -> String {
        let FlowObjects {
            account, region, ..
        } = self;
        let prefix = match self.prefix.as_str() {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        if self.hive {
            format!(
                "{prefix}AWSLogs/aws-account-id={account}/aws-service=vpcflowlogs/aws-region={region}/"
            )
        } else {
            format!("{prefix}AWSLogs/{account}/vpcflowlogs/{region}/")
        }
    }

    fn day(&self, time: Timestamp) -> String {
        let layout = if self.hive {
            "year=%Y/month=%m/day=%d"
        } else {
            "%Y/%m/%d"
        };
        time.strftime(layout).to_string()
    }
}
