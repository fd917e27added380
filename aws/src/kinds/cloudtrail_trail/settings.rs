//! What a trail is to be, what it is, and how the two compare.

use cloister_composite::{Input, PartError, PartKind, Tags};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{
    Trail,
    selectors::{BasicSelector, EventSelector},
};
use crate::{
    kinds::{arn::Arn, settled::settled, tags::settable},
    session::Aws,
};

/// The settings that `cloudtrail:UpdateTrail` writes.
pub(super) const OF_THE_TRAIL: &[&str] = &[
    "bucket",
    "prefix",
    "kms_key_arn",
    "log_group_arn",
    "log_role_arn",
    "multi_region",
    "organization",
    "file_validation",
    "global_events",
];

/// The settings that `cloudtrail:PutEventSelectors` writes.
pub(super) const OF_THE_SELECTORS: &[&str] = &["selectors", "basic_selectors"];

/// What a trail is to be. What is absent is as CloudTrail's API makes new trails.
#[expect(
    clippy::struct_excessive_bools,
    reason = "four switches are what CloudTrail has"
)]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrailDesired {
    /// Its name.
    pub name: String,
    /// The bucket that takes the log files.
    pub bucket: Input<String>,
    /// What their keys begin with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix: Option<String>,
    /// The key that encrypts them; S3's own encryption if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kms_key_arn: Option<Input<Arn>>,
    /// The log group that takes the events as well, without the `:*` that CloudTrail writes behind it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_group_arn: Option<Input<Arn>>,
    /// The role as which CloudTrail writes there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_role_arn: Option<Input<Arn>>,
    /// Whether it records all regions.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub multi_region: bool,
    /// Whether it records all accounts of the organization.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub organization: bool,
    /// Whether CloudTrail delivers digests by which changed log files are found out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub file_validation: bool,
    /// Whether it records the events of global services, such as IAM; absent means yes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub global_events: Option<bool>,
    /// Whether it records at all.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub logging: bool,
    /// Which events it records, whole; absent means all management events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selectors: Vec<EventSelector>,
    /// The older form of selectors, which take the place of `selectors`; absent means all management events.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub basic_selectors: Vec<BasicSelector>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

/// A trail as CloudTrail describes it.
#[expect(
    clippy::struct_excessive_bools,
    reason = "six switches are what CloudTrail shows"
)]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrailObserved {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The region in which it was made.
    pub home_region: String,
    /// The bucket that takes the log files.
    pub bucket: String,
    /// What their keys begin with.
    pub prefix: Option<String>,
    /// The topic that is told of each log file.
    pub sns_topic_arn: Option<String>,
    /// The key that encrypts them.
    pub kms_key_arn: Option<String>,
    /// The log group that takes the events as well, without the `:*` that CloudTrail writes behind it.
    pub log_group_arn: Option<String>,
    /// The role as which CloudTrail writes there.
    pub log_role_arn: Option<String>,
    /// Whether it records all regions.
    pub multi_region: bool,
    /// Whether it records all accounts of the organization.
    pub organization: bool,
    /// Whether CloudTrail delivers digests by which changed log files are found out.
    pub file_validation: bool,
    /// Whether it records the events of global services.
    pub global_events: bool,
    /// Whether it looks for unusual activity.
    pub insights: bool,
    /// Whether it records at all.
    pub logging: bool,
    /// S3's error code, if the latest delivery failed.
    pub latest_delivery_error: Option<String>,
    /// Which events it records, by advanced selectors.
    pub selectors: Vec<EventSelector>,
    /// Which events it records, by basic selectors.
    pub basic_selectors: Vec<BasicSelector>,
    /// All its tags.
    pub tags: Tags,
}

/// The observed trail in the shape of the desired one, without what equals the state of new trails.
pub(super) fn settings(observed: &TrailObserved) -> TrailDesired {
    let arn = |arn: &Option<String>| arn.clone().map(|arn| Input::Known(Arn::from(arn)));
    let usual = [BasicSelector::usual()];
    let basic = if observed.basic_selectors == usual {
        Vec::new()
    } else {
        observed.basic_selectors.clone()
    };
    TrailDesired {
        name: observed.name.clone(),
        bucket: observed.bucket.clone().into(),
        prefix: observed.prefix.clone(),
        kms_key_arn: arn(&observed.kms_key_arn),
        log_group_arn: arn(&observed.log_group_arn),
        log_role_arn: arn(&observed.log_role_arn),
        multi_region: observed.multi_region,
        organization: observed.organization,
        file_validation: observed.file_validation,
        global_events: (!observed.global_events).then_some(false),
        logging: observed.logging,
        selectors: observed.selectors.clone(),
        basic_selectors: basic,
        tags: settable(&observed.tags),
    }
}

/// What a new trail has, for settings that spell it out.
pub(super) fn defaults() -> Value {
    json!({
        "multi_region": false,
        "organization": false,
        "file_validation": false,
        "global_events": true,
        "logging": false,
        "selectors": [],
        "basic_selectors": [BasicSelector::usual()],
    })
}

/// The trail as it is after all settings were written: reading it back at once could show it as it was before.
pub(super) fn made(
    aws: &Aws,
    desired: &TrailDesired,
    arn: String,
) -> Result<TrailObserved, PartError> {
    let default = desired.selectors.is_empty() && desired.basic_selectors.is_empty();
    Ok(TrailObserved {
        name: desired.name.clone(),
        arn,
        home_region: aws.region().to_owned(),
        bucket: settled(&desired.bucket, Trail::KIND, "bucket")?.clone(),
        prefix: desired.prefix.clone(),
        sns_topic_arn: None,
        kms_key_arn: settled_arn(desired.kms_key_arn.as_ref(), "kms_key_arn")?,
        log_group_arn: settled_arn(desired.log_group_arn.as_ref(), "log_group_arn")?,
        log_role_arn: settled_arn(desired.log_role_arn.as_ref(), "log_role_arn")?,
        multi_region: desired.multi_region,
        organization: desired.organization,
        file_validation: desired.file_validation,
        global_events: desired.global_events.unwrap_or(true),
        insights: false,
        logging: desired.logging,
        latest_delivery_error: None,
        selectors: desired.selectors.clone(),
        basic_selectors: if default {
            vec![BasicSelector::usual()]
        } else {
            desired.basic_selectors.clone()
        },
        tags: desired.tags.clone(),
    })
}

/// An ARN that may come from another part, as text.
pub(super) fn settled_arn(
    input: Option<&Input<Arn>>,
    name: &str,
) -> Result<Option<String>, PartError> {
    let arn = input.map(|arn| settled(arn, Trail::KIND, name));
    Ok(arn.transpose()?.map(ToString::to_string))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use super::*;

    fn new_trail() -> TrailObserved {
        TrailObserved {
            name: "audit".to_owned(),
            arn: "arn:aws:cloudtrail:eu-central-1:111122223333:trail/audit".to_owned(),
            home_region: "eu-central-1".to_owned(),
            bucket: "logs".to_owned(),
            prefix: None,
            sns_topic_arn: None,
            kms_key_arn: None,
            log_group_arn: None,
            log_role_arn: None,
            multi_region: false,
            organization: false,
            file_validation: false,
            global_events: true,
            insights: false,
            logging: false,
            latest_delivery_error: None,
            selectors: Vec::new(),
            basic_selectors: vec![BasicSelector::usual()],
            tags: Tags::new(),
        }
    }

    fn shown(observed: &TrailObserved, desired: &Value) -> Value {
        Trail::align(desired, serde_json::to_value(settings(observed)).unwrap())
    }

    #[test]
    fn a_new_trail_has_no_settings_but_its_name_and_its_bucket() {
        let bare = json!({"name": "audit", "bucket": "logs"});
        assert_eq!(shown(&new_trail(), &bare), bare);
    }

    #[test]
    fn settings_that_spell_out_the_state_of_new_trails_show_no_difference() {
        let mut spelled = defaults();
        spelled["name"] = json!("audit");
        spelled["bucket"] = json!("logs");
        assert_eq!(shown(&new_trail(), &spelled), spelled);
    }

    #[test]
    fn basic_selectors_that_somebody_put_show() {
        let less = BasicSelector {
            read_write_type: "WriteOnly".to_owned(),
            ..BasicSelector::usual()
        };
        let observed = TrailObserved {
            basic_selectors: vec![less.clone()],
            ..new_trail()
        };
        assert_eq!(settings(&observed).basic_selectors, [less]);
    }
}
