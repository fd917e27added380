//! Families of CloudTrail events: which sources can hold a record at all.

use std::collections::BTreeSet;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

/// S3 calls on objects are data events: no event history holds them.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html>
const S3_DATA_EVENTS: [&str; 27] = [
    "AbortMultipartUpload",
    "CompleteMultipartUpload",
    "CopyObject",
    "CreateMultipartUpload",
    "CreateSession",
    "DeleteObject",
    "DeleteObjectTagging",
    "DeleteObjects",
    "GetObject",
    "GetObjectAcl",
    "GetObjectAttributes",
    "GetObjectLegalHold",
    "GetObjectRetention",
    "GetObjectTagging",
    "GetObjectTorrent",
    "HeadObject",
    "ListMultipartUploads",
    "ListObjectVersions",
    "ListObjects",
    "ListParts",
    "PutObject",
    "PutObjectAcl",
    "PutObjectLegalHold",
    "PutObjectRetention",
    "PutObjectTagging",
    "SelectObjectContent",
    "UploadPart",
];

/// Global services record in one region whatever region the caller works in.
/// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-concepts.html#cloudtrail-concepts-global-service-events>
const GLOBAL_SOURCES: [&str; 4] = [
    "cloudfront.amazonaws.com",
    "iam.amazonaws.com",
    "organizations.amazonaws.com",
    "route53.amazonaws.com",
];
const GLOBAL_REGION: &str = "us-east-1";

/// CloudTrail's event categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub enum Category {
    Management,
    Data,
    NetworkActivity,
}

/// Events that a source holds or lacks together: one category of one service.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Family {
    pub category: Category,
    /// `s3.amazonaws.com`; `None` if the pattern names no single service.
    pub event_source: Option<String>,
}

impl Family {
    /// The family whose records `pattern` asks for.
    ///
    /// Without `eventCategory`, a pattern whose event names are all S3 object
    /// calls asks for data events, any other for management events.
    pub fn of_pattern(pattern: &Value) -> Family {
        let sources = exact(pattern, "eventSource");
        let event_source = match sources.as_slice() {
            [one] => Some((*one).to_owned()),
            _ => None,
        };
        Family {
            category: category_of(pattern, event_source.as_deref()),
            event_source,
        }
    }

    /// The pattern that every record of the family matches.
    pub fn pattern(&self) -> Value {
        let mut pattern = json!({ "eventCategory": [self.category.to_string()] });
        if let Some(source) = &self.event_source {
            pattern["eventSource"] = json!([source]);
        }
        pattern
    }

    /// Whether records of this family reach the event history of `region`.
    pub(crate) fn is_recorded_in(&self, region: &str) -> bool {
        let global = self
            .event_source
            .as_deref()
            .is_some_and(|s| GLOBAL_SOURCES.contains(&s));
        !global || region == GLOBAL_REGION
    }
}

impl fmt::Display for Category {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Category::Management => "Management",
            Category::Data => "Data",
            Category::NetworkActivity => "NetworkActivity",
        })
    }
}

impl fmt::Display for Family {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let category = match self.category {
            Category::Management => "management events",
            Category::Data => "data events",
            Category::NetworkActivity => "network activity events",
        };
        match &self.event_source {
            Some(source) => write!(out, "{category} of {source}"),
            None => out.write_str(category),
        }
    }
}

fn category_of(pattern: &Value, event_source: Option<&str>) -> Category {
    let named: BTreeSet<&str> = exact(pattern, "eventCategory").into_iter().collect();
    if named.contains("Management") {
        return Category::Management;
    }
    if named.contains("Data") {
        return Category::Data;
    }
    if named.contains("NetworkActivity") {
        return Category::NetworkActivity;
    }
    let names = exact(pattern, "eventName");
    let on_objects = !names.is_empty() && names.iter().all(|name| S3_DATA_EVENTS.contains(name));
    match event_source {
        Some("s3.amazonaws.com") if on_objects => Category::Data,
        _ => Category::Management,
    }
}

/// The alternatives of a top-level field, if all of them are exact texts.
fn exact<'a>(pattern: &'a Value, field: &str) -> Vec<&'a str> {
    let Some(alternatives) = pattern.get(field).and_then(Value::as_array) else {
        return Vec::new();
    };
    let texts: Option<Vec<&str>> = alternatives.iter().map(Value::as_str).collect();
    texts.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_belongs_to_the_family_it_asks_for() {
        let s3 = "s3.amazonaws.com";
        let cases = [
            (
                json!({"eventSource": [s3], "eventName": ["CreateBucket"]}),
                "management events of s3.amazonaws.com",
            ),
            (
                json!({"eventSource": [s3], "eventName": ["PutObject"]}),
                "data events of s3.amazonaws.com",
            ),
            (
                json!({"eventSource": [s3], "eventName": ["PutObject", "CreateBucket"]}),
                "management events of s3.amazonaws.com",
            ),
            (
                json!({"eventSource": [s3], "eventName": [{"prefix": "Put"}]}),
                "management events of s3.amazonaws.com",
            ),
            (json!({"eventCategory": ["Data"]}), "data events"),
            (
                json!({"eventCategory": ["NetworkActivity"], "eventSource": ["kms.amazonaws.com"]}),
                "network activity events of kms.amazonaws.com",
            ),
            (json!({"eventName": ["PutObject"]}), "management events"),
        ];
        for (pattern, expected) in cases {
            assert_eq!(
                Family::of_pattern(&pattern).to_string(),
                expected,
                "{pattern}"
            );
        }
    }
}
