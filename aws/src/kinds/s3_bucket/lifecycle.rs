//! Lifecycle rules: to S3's form and back.

use aws_sdk_s3::types::{
    self as s3, AbortIncompleteMultipartUpload, ExpirationStatus, LifecycleExpiration,
    LifecycleRuleFilter, NoncurrentVersionExpiration, NoncurrentVersionTransition,
    TransitionStorageClass,
};
use cloister_composite::{PartError, PartKind};
use serde_json::Value;

use super::{
    S3Bucket,
    settings::{LifecycleRule, Transition},
};

/// A rule as S3 takes it.
pub(super) fn sdk_rule(rule: &LifecycleRule) -> Result<s3::LifecycleRule, PartError> {
    let made = s3::LifecycleRule::builder()
        .id(&rule.id)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(&rule.prefix).build())
        .set_expiration(
            rule.expire_days
                .map(|days| LifecycleExpiration::builder().days(number(days)).build()),
        )
        .set_noncurrent_version_expiration(rule.noncurrent_expire_days.map(|days| {
            NoncurrentVersionExpiration::builder()
                .noncurrent_days(number(days))
                .build()
        }))
        .set_abort_incomplete_multipart_upload(rule.abort_multipart_days.map(|days| {
            AbortIncompleteMultipartUpload::builder()
                .days_after_initiation(number(days))
                .build()
        }))
        .set_transitions(some(rule.transitions.iter().map(sdk_transition).collect()))
        .set_noncurrent_version_transitions(some(
            rule.noncurrent_transitions
                .iter()
                .map(sdk_noncurrent_transition)
                .collect(),
        ));
    made.build()
        .map_err(|error| PartError::bug(S3Bucket::KIND, error.to_string()))
}

/// A rule as S3 returns it. What the form of [`LifecycleRule`] cannot say is named in `beyond`, so that it shows.
#[expect(
    deprecated,
    reason = "rules from before there were filters still carry their prefix so"
)]
pub(super) fn parse_rule(rule: s3::LifecycleRule) -> LifecycleRule {
    let mut beyond = Vec::new();
    if rule.status != ExpirationStatus::Enabled {
        beyond.push("status Disabled".to_owned());
    }
    let prefix = parse_filter(rule.filter, rule.prefix, &mut beyond);
    let expiration = rule
        .expiration
        .unwrap_or_else(|| LifecycleExpiration::builder().build());
    if expiration.date.is_some() {
        beyond.push("expiration on a date".to_owned());
    }
    if expiration.expired_object_delete_marker == Some(true) {
        beyond.push("expired delete markers".to_owned());
    }
    let noncurrent = rule.noncurrent_version_expiration;
    if noncurrent
        .as_ref()
        .is_some_and(|old| old.newer_noncurrent_versions.is_some())
    {
        beyond.push("newer versions kept".to_owned());
    }
    let abort = rule.abort_incomplete_multipart_upload;
    LifecycleRule {
        id: rule.id.unwrap_or_default(),
        prefix,
        expire_days: expiration.days.and_then(days).filter(|days| *days > 0),
        noncurrent_expire_days: noncurrent
            .and_then(|old| old.noncurrent_days)
            .and_then(days),
        abort_multipart_days: abort
            .and_then(|abort| abort.days_after_initiation)
            .and_then(days),
        transitions: parse_transitions(rule.transitions.unwrap_or_default(), &mut beyond),
        noncurrent_transitions: parse_noncurrent(
            rule.noncurrent_version_transitions.unwrap_or_default(),
            &mut beyond,
        ),
        beyond,
    }
}

/// Rules by name: S3 keeps no order that means anything.
pub(super) fn sorted(mut rules: Vec<LifecycleRule>) -> Vec<LifecycleRule> {
    rules.sort_by(|one, other| one.id.cmp(&other.id));
    rules
}

/// Puts the observed rules in the order of the desired ones; rules that nobody asked for come last.
pub(super) fn in_order_of(desired: &Value, mut observed: Value) -> Value {
    let wanted: Vec<Value> = desired["lifecycle"]
        .as_array()
        .map(|rules| rules.iter().map(|rule| rule["id"].clone()).collect())
        .unwrap_or_default();
    if let Some(rules) = observed.get_mut("lifecycle").and_then(Value::as_array_mut) {
        rules.sort_by_key(|rule| {
            wanted
                .iter()
                .position(|id| *id == rule["id"])
                .unwrap_or(usize::MAX)
        });
    }
    observed
}

fn parse_filter(
    filter: Option<LifecycleRuleFilter>,
    old_prefix: Option<String>,
    beyond: &mut Vec<String>,
) -> String {
    let Some(filter) = filter else {
        return old_prefix.unwrap_or_default();
    };
    let and = filter.and;
    let tags = filter.tag.is_some() || and.as_ref().is_some_and(|and| and.tags.is_some());
    let sizes = filter.object_size_greater_than.is_some()
        || filter.object_size_less_than.is_some()
        || and.as_ref().is_some_and(|and| {
            and.object_size_greater_than.is_some() || and.object_size_less_than.is_some()
        });
    if tags {
        beyond.push("filter by tag".to_owned());
    }
    if sizes {
        beyond.push("filter by size".to_owned());
    }
    filter
        .prefix
        .or(and.and_then(|and| and.prefix))
        .or(old_prefix)
        .unwrap_or_default()
}

fn parse_transitions(
    transitions: Vec<s3::Transition>,
    beyond: &mut Vec<String>,
) -> Vec<Transition> {
    let mut parsed = Vec::new();
    for transition in transitions {
        match (transition.days.and_then(days), transition.storage_class) {
            (Some(days), Some(class)) => parsed.push(Transition {
                days,
                storage_class: class.as_str().to_owned(),
            }),
            _ => beyond.push("transition on a date".to_owned()),
        }
    }
    parsed
}

fn parse_noncurrent(
    transitions: Vec<NoncurrentVersionTransition>,
    beyond: &mut Vec<String>,
) -> Vec<Transition> {
    let mut parsed = Vec::new();
    for transition in transitions {
        if transition.newer_noncurrent_versions.is_some() {
            beyond.push("newer versions not moved".to_owned());
        }
        if let (Some(days), Some(class)) = (
            transition.noncurrent_days.and_then(days),
            transition.storage_class,
        ) {
            parsed.push(Transition {
                days,
                storage_class: class.as_str().to_owned(),
            });
        }
    }
    parsed
}

fn sdk_transition(transition: &Transition) -> s3::Transition {
    s3::Transition::builder()
        .days(number(transition.days))
        .storage_class(TransitionStorageClass::from(
            transition.storage_class.as_str(),
        ))
        .build()
}

fn sdk_noncurrent_transition(transition: &Transition) -> NoncurrentVersionTransition {
    NoncurrentVersionTransition::builder()
        .noncurrent_days(number(transition.days))
        .storage_class(TransitionStorageClass::from(
            transition.storage_class.as_str(),
        ))
        .build()
}

fn number(days: u32) -> i32 {
    i32::try_from(days).unwrap_or(i32::MAX)
}

fn days(number: i32) -> Option<u32> {
    u32::try_from(number).ok()
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use aws_sdk_s3::types::Tag;
    use serde_json::json;

    use super::*;

    fn rule() -> LifecycleRule {
        LifecycleRule {
            id: "old".into(),
            prefix: "logs/".into(),
            expire_days: Some(400),
            noncurrent_expire_days: Some(30),
            abort_multipart_days: Some(7),
            transitions: vec![Transition {
                days: 90,
                storage_class: "GLACIER".into(),
            }],
            noncurrent_transitions: vec![Transition {
                days: 10,
                storage_class: "STANDARD_IA".into(),
            }],
            beyond: Vec::new(),
        }
    }

    #[test]
    fn a_rule_survives_the_way_to_s3_and_back() {
        for rule in [
            rule(),
            LifecycleRule {
                id: "bare".into(),
                expire_days: Some(1),
                ..LifecycleRule::default()
            },
        ] {
            assert_eq!(parse_rule(sdk_rule(&rule).unwrap()), rule);
        }
    }

    #[test]
    fn what_the_form_cannot_say_is_named() {
        let mut foreign = sdk_rule(&rule()).unwrap();
        foreign.status = ExpirationStatus::Disabled;
        let tag = Tag::builder().key("k").value("v").build().unwrap();
        foreign.filter = Some(LifecycleRuleFilter::builder().tag(tag).build());
        assert_eq!(
            parse_rule(foreign).beyond,
            ["status Disabled", "filter by tag"]
        );
    }

    #[test]
    fn the_order_of_rules_is_no_difference() {
        let desired = json!({"lifecycle": [{"id": "b"}, {"id": "a"}]});
        let observed = json!({"lifecycle": [{"id": "a"}, {"id": "x"}, {"id": "b"}]});
        assert_eq!(
            in_order_of(&desired, observed),
            json!({"lifecycle": [{"id": "b"}, {"id": "a"}, {"id": "x"}]})
        );
    }
}
