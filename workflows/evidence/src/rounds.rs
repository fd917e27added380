//! The objects of a bucket read in rounds: each object once, several at a time.

use std::collections::HashSet;
use std::sync::Arc;

use futures::stream::{self, StreamExt};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::readers::TrailReader;
use crate::scan::{Findings, Scanner};

/// Each read holds one object of up to 100 MB and, for a trail, its inflated text.
const FILES_AT_A_TIME: usize = 6;

/// What was read of a bucket so far.
#[derive(Debug)]
pub(crate) struct Rounds {
    scanner: Arc<Scanner>,
    read: HashSet<String>,
    findings: Findings,
    /// Faults of keys that a later round may read after all.
    unread: Vec<String>,
}

impl Rounds {
    pub(crate) fn new(scanner: Arc<Scanner>) -> Self {
        let findings = scanner.nothing();
        Rounds {
            scanner,
            read: HashSet::new(),
            findings,
            unread: Vec::new(),
        }
    }

    /// Reads those of `keys` that no round has read, and returns all findings so far.
    pub(crate) async fn catch_up<S>(
        &mut self,
        reader: &impl TrailReader,
        bucket: &str,
        keys: Vec<String>,
        scan: S,
    ) -> Findings
    where
        S: Fn(&Scanner, &Arc<str>, &[u8]) -> Findings + Clone + Send + 'static,
    {
        let keys: Vec<String> = keys
            .into_iter()
            .filter(|key| !self.read.contains(key))
            .collect();
        let reads = keys.into_iter().map(|key| async move {
            let bytes = reader.get(bucket, &key).await;
            (key, bytes)
        });
        let mut files = stream::iter(reads).buffer_unordered(FILES_AT_A_TIME);
        self.unread.clear();
        while let Some((key, bytes)) = files.next().await {
            let file: Arc<str> = format!("s3://{bucket}/{key}").into();
            match bytes {
                Ok(bytes) => {
                    let found = scan_aside(&self.scanner, file, bytes, scan.clone()).await;
                    self.findings.merge(found, &self.scanner);
                    self.read.insert(key);
                }
                Err(error) => self.unread.push(format!("{file}: {error}")),
            }
        }
        let mut findings = self.findings.clone();
        findings.tally.files += self.unread.len() as u64;
        self.unread
            .iter()
            .for_each(|fault| findings.tally.fault(fault.clone()));
        findings.tally.faults.sort();
        findings
    }
}

/// The time in keys like `ACCOUNT_CloudTrail_REGION_YYYYMMDDTHHmmZ_UNIQUE.json.gz`.
pub(crate) fn delivered_at(key: &str) -> Option<Timestamp> {
    let stamp = last_segment(key).rsplit('_').nth(1)?.strip_suffix('Z')?;
    let time = DateTime::strptime("%Y%m%dT%H%M", stamp).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

pub(crate) fn last_segment(folder: &str) -> &str {
    folder
        .trim_end_matches('/')
        .rsplit('/')
        .next()
        .unwrap_or_default()
}

/// Inflating and matching would hold up the other reads, so it has a thread of its own.
async fn scan_aside<S>(scanner: &Arc<Scanner>, file: Arc<str>, bytes: Vec<u8>, scan: S) -> Findings
where
    S: Fn(&Scanner, &Arc<str>, &[u8]) -> Findings + Send + 'static,
{
    let aside = Arc::clone(scanner);
    let name = Arc::clone(&file);
    match tokio::task::spawn_blocking(move || scan(&aside, &name, &bytes)).await {
        Ok(findings) => findings,
        Err(error) => scanner.unread(format!("{file}: reading it stopped: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_tell_when_they_were_delivered() {
        let cases = [
            (
                "p/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/02/111122223333_CloudTrail_eu-west-1_20260102T0305Z_AbCdEfGh01234567.json.gz",
                Some("2026-01-02T03:05:00Z"),
            ),
            (
                "AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/02/111122223333_vpcflowlogs_eu-west-1_fl-0a1b2c3d4e5f67890_20260102T0305Z_fe123456.log.gz",
                Some("2026-01-02T03:05:00Z"),
            ),
            ("AWSLogs/111122223333/CloudTrail/", None),
        ];
        for (key, expected) in cases {
            let found = delivered_at(key).map(|time| time.to_string());
            assert_eq!(found.as_deref(), expected, "{key}");
        }
    }
}
