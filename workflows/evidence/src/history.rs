//! Records of the event history: one lookup per attribute that the queries need.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::error::EvidenceError;
use crate::query::Query;
use crate::readers::{HistoryReader, LookupAttribute, LookupKey};
use crate::scan::{Findings, Scanner};

/// Event history reaches back this far.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html>
pub const HISTORY_REACH: SignedDuration = SignedDuration::from_hours(90 * 24);

/// Looks up every record between two times that a query may match.
pub async fn scan_history(
    reader: &impl HistoryReader,
    scanner: &Scanner,
    from: Timestamp,
    until: Timestamp,
) -> Result<Findings, EvidenceError> {
    let mut findings = scanner.nothing();
    for attribute in lookups(scanner.queries()) {
        let name: Arc<str> = name_of(reader.region(), attribute.as_ref()).into();
        let mut page = None;
        loop {
            let found = reader
                .lookup(attribute.as_ref(), from, until, page)
                .await
                .map_err(|source| EvidenceError::History {
                    region: reader.region().to_owned(),
                    source,
                })?;
            for record in &found.records {
                let mut read = scanner.scan(&name, record.as_bytes());
                read.tally.files = 0;
                findings.merge(read, scanner);
            }
            findings.tally.files += 1;
            page = found.next;
            if page.is_none() {
                break;
            }
        }
    }
    Ok(findings)
}

/// The fewest lookups that reach every query; `None` stands for a lookup of everything.
///
/// A lookup takes one attribute and the API answers twice per second, so an
/// exact event name, else an exact source, saves minutes in a busy account.
fn lookups(queries: &[Query]) -> Vec<Option<LookupAttribute>> {
    let mut attributes = BTreeSet::new();
    for query in queries {
        match best_attributes(&query.pattern.to_json()) {
            Some(best) => attributes.extend(best.into_iter().map(Some)),
            None => return vec![None],
        }
    }
    attributes.into_iter().collect()
}

fn best_attributes(pattern: &str) -> Option<Vec<LookupAttribute>> {
    let pattern: Value = serde_json::from_str(pattern).ok()?;
    let exact = |field: &str, key: LookupKey| -> Option<Vec<LookupAttribute>> {
        let alternatives = pattern.get(field)?.as_array()?;
        let texts = alternatives.iter().map(|one| one.as_str());
        texts
            .map(|text| {
                Some(LookupAttribute {
                    key,
                    value: text?.to_owned(),
                })
            })
            .collect()
    };
    exact("eventName", LookupKey::EventName)
        .or_else(|| exact("eventSource", LookupKey::EventSource))
}

fn name_of(region: &str, attribute: Option<&LookupAttribute>) -> String {
    match attribute {
        None => format!("LookupEvents {region}"),
        Some(LookupAttribute { key, value }) => format!("LookupEvents {region} {key:?}={value}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cloister_pattern::Pattern;

    #[test]
    fn lookups_take_the_narrowest_attribute_of_each_query() {
        let cases: [(&str, &[&str], &[&str]); 4] = [
            (
                "names",
                &[r#"{"eventName":["A","B"],"eventSource":["s"]}"#],
                &["EventName=A", "EventName=B"],
            ),
            (
                "source",
                &[r#"{"eventName":[{"prefix":"A"}],"eventSource":["s"]}"#],
                &["EventSource=s"],
            ),
            (
                "same twice",
                &[r#"{"eventName":["A"]}"#, r#"{"eventName":["A"]}"#],
                &["EventName=A"],
            ),
            (
                "one takes all",
                &[r#"{"eventName":["A"]}"#, r#"{"errorCode":["x"]}"#],
                &["all"],
            ),
        ];
        for (name, patterns, expected) in cases {
            let queries: Vec<Query> = patterns
                .iter()
                .map(|text| Query {
                    pattern: Pattern::parse(text).expect("a pattern"),
                    keep: 1,
                })
                .collect();
            let found: Vec<String> = lookups(&queries)
                .iter()
                .map(|attribute| match attribute {
                    Some(LookupAttribute { key, value }) => format!("{key:?}={value}"),
                    None => "all".to_owned(),
                })
                .collect();
            assert_eq!(found, expected, "{name}");
        }
    }
}
