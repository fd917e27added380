//! Records of a trail in S3: which keys can hold the time asked for, and reading them.

use std::collections::VecDeque;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::error::EvidenceError;
use crate::readers::{TrailReader, Unreachable};
use crate::rounds::{Rounds, delivered_at, last_segment};
use crate::scan::{Findings, Scanner};

/// The folder that CloudTrail puts below a trail's prefix.
const ROOT: &str = "AWSLogs";
/// Folders of an account that hold records; digests and insights are something else.
const RECORD_FOLDERS: [&str; 2] = ["CloudTrail", "CloudTrail-NetworkActivity"];
/// A key carries the delivery time, rounded to five minutes.
const KEY_ROUNDING: SignedDuration = SignedDuration::from_mins(5);

/// Where a trail delivers: `s3://BUCKET/PREFIX`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailLocation {
    pub bucket: String,
    /// Without slashes at its ends; may reach down to an account or region below `AWSLogs`.
    pub prefix: String,
}

/// A trail that is read in rounds: each round reads only what was delivered since.
#[derive(Debug)]
pub struct Trail {
    location: TrailLocation,
    from: Timestamp,
    rounds: Rounds,
}

impl FromStr for TrailLocation {
    type Err = EvidenceError;

    fn from_str(text: &str) -> Result<Self, EvidenceError> {
        let no_location = || EvidenceError::NoS3Location(text.to_owned());
        let path = text.strip_prefix("s3://").ok_or_else(no_location)?;
        let (bucket, prefix) = path.split_once('/').unwrap_or((path, ""));
        if bucket.is_empty() {
            return Err(no_location());
        }
        let prefix = prefix.trim_matches('/').to_owned();
        Ok(TrailLocation {
            bucket: bucket.to_owned(),
            prefix,
        })
    }
}

impl fmt::Display for TrailLocation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "s3://{}", self.bucket)?;
        match self.prefix.as_str() {
            "" => Ok(()),
            prefix => write!(out, "/{prefix}"),
        }
    }
}

impl Trail {
    /// A trail of which records not older than `from` are wanted.
    pub fn new(location: TrailLocation, from: Timestamp, scanner: Arc<Scanner>) -> Self {
        Trail {
            location,
            from,
            rounds: Rounds::new(scanner),
        }
    }

    /// Reads what was delivered since the last round and returns all findings so far.
    pub async fn catch_up(&mut self, reader: &impl TrailReader) -> Result<Findings, EvidenceError> {
        let wanted = self.wanted_keys(reader).await?;
        let bucket = &self.location.bucket;
        let scan = |scanner: &Scanner, file: &Arc<str>, bytes: &[u8]| scanner.scan(file, bytes);
        Ok(self.rounds.catch_up(reader, bucket, wanted, scan).await)
    }

    async fn wanted_keys(&self, reader: &impl TrailReader) -> Result<Vec<String>, EvidenceError> {
        let mut wanted = Vec::new();
        for region in self.regions(reader).await? {
            let first_day = self.earliest_key().strftime("%Y/%m/%d").to_string();
            // Keys sort by time: listing from the first day on leaves older years unlisted.
            let after = format!("{region}{first_day}");
            let keys = reader.list(&self.location.bucket, &region, &after).await;
            let keys = keys.map_err(|error| self.unlisted(error))?;
            wanted.extend(keys.into_iter().filter(|key| self.is_wanted(key)));
        }
        Ok(wanted)
    }

    fn is_wanted(&self, key: &str) -> bool {
        let recent = delivered_at(key).is_none_or(|time| time >= self.earliest_key());
        key.ends_with(".json.gz") && recent
    }

    /// A file holds records older than its key, never younger.
    fn earliest_key(&self) -> Timestamp {
        self.from
            .checked_sub(KEY_ROUNDING)
            .unwrap_or(Timestamp::MIN)
    }

    /// The folders of every account and region below the location.
    async fn regions(&self, reader: &impl TrailReader) -> Result<Vec<String>, EvidenceError> {
        let mut regions = Vec::new();
        let mut open = VecDeque::from([start(&self.location.prefix)]);
        while let Some(folder) = open.pop_front() {
            match level(&folder) {
                Level::Days => regions.push(folder),
                Level::Account => {
                    open.extend(RECORD_FOLDERS.map(|records| format!("{folder}{records}/")));
                }
                Level::Above => {
                    let below = reader.list_folders(&self.location.bucket, &folder).await;
                    let below = below.map_err(|error| self.unlisted(error))?;
                    open.extend(below.into_iter().filter(|folder| is_on_the_way(folder)));
                }
            }
        }
        Ok(regions)
    }

    fn unlisted(&self, source: Unreachable) -> EvidenceError {
        EvidenceError::Trail {
            location: self.location.to_string(),
            source,
        }
    }
}

/// How far down a folder is.
enum Level {
    /// The root, an organisation, or the records of an account: what is below must be listed.
    Above,
    Account,
    /// A region, or a day within: its keys are listed.
    Days,
}

fn start(prefix: &str) -> String {
    match prefix {
        "" => format!("{ROOT}/"),
        _ if prefix.split('/').any(|segment| segment == ROOT) => format!("{prefix}/"),
        _ => format!("{prefix}/{ROOT}/"),
    }
}

fn level(folder: &str) -> Level {
    let segment = last_segment(folder);
    if is_account(segment) {
        Level::Account
    } else if segment == ROOT || is_organisation(segment) || RECORD_FOLDERS.contains(&segment) {
        Level::Above
    } else {
        Level::Days
    }
}

/// Below the root only accounts and organisations lead on, below `CloudTrail` every region does.
fn is_on_the_way(folder: &str) -> bool {
    let segment = last_segment(folder);
    let parent = last_segment(&folder[..folder.len() - segment.len() - 1]);
    RECORD_FOLDERS.contains(&parent) || is_account(segment) || is_organisation(segment)
}

fn is_account(segment: &str) -> bool {
    segment.len() == 12 && segment.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_organisation(segment: &str) -> bool {
    segment.starts_with("o-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locations_are_buckets_with_an_optional_prefix() {
        let cases = [
            ("s3://trail", Some(("trail", ""))),
            ("s3://trail/", Some(("trail", ""))),
            ("s3://trail/a/b/", Some(("trail", "a/b"))),
            ("trail/a", None),
            ("s3:///a", None),
        ];
        for (text, expected) in cases {
            let found = text.parse::<TrailLocation>().ok();
            let found = found
                .as_ref()
                .map(|l| (l.bucket.as_str(), l.prefix.as_str()));
            assert_eq!(found, expected, "{text}");
        }
    }
}
