//! Reads trails: all of them described in one call, then what each of them records.

use std::collections::BTreeMap;

use aws_sdk_cloudtrail::types as cloudtrail;
use cloister_composite::{PartError, Tags};

use super::{
    selectors::{parse_basic, parse_selector},
    settings::TrailObserved,
};
use crate::{calls::Operation, kinds::settled::answered, session::Aws};

const DESCRIBE: Operation = Operation::read("cloudtrail:DescribeTrails");
const GET_STATUS: Operation = Operation::read("cloudtrail:GetTrailStatus");
const GET_SELECTORS: Operation = Operation::read("cloudtrail:GetEventSelectors");
const LIST_TAGS: Operation = Operation::read("cloudtrail:ListTags");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE, GET_STATUS, GET_SELECTORS, LIST_TAGS];

/// ARNs per call. <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_ListTags.html>
const TAGGED_AT_ONCE: usize = 20;

/// What CloudTrail writes behind the ARN of a log group.
const ANY_STREAM: &str = ":*";

pub(super) async fn read_trail(aws: &Aws, name: &str) -> Result<Option<TrailObserved>, PartError> {
    let mut found = read_trails(aws, &[name.to_owned()]).await?;
    Ok(found.pop().flatten())
}

/// The trails of these names that have their home in this region; an unknown name is left out of the answer.
pub(super) async fn read_trails(
    aws: &Aws,
    names: &[String],
) -> Result<Vec<Option<TrailObserved>>, PartError> {
    let request = aws
        .cloudtrail()
        .describe_trails()
        .set_trail_name_list(Some(names.to_vec()))
        .include_shadow_trails(false);
    let subject = names.join(", ");
    let answer = aws
        .call(DESCRIBE, &subject, || request.clone().send())
        .await?;
    let described = answer.trail_list.unwrap_or_default();
    let arns: Vec<String> = described
        .iter()
        .filter_map(|trail| trail.trail_arn.clone())
        .collect();
    let mut tags = read_tags(aws, &arns).await?;
    let mut found = BTreeMap::new();
    for trail in described {
        let tags = trail.trail_arn.as_ref().and_then(|arn| tags.remove(arn));
        if let Some(trail) = observed(aws, trail, tags.unwrap_or_default()).await? {
            found.insert(trail.name.clone(), trail);
        }
    }
    Ok(names.iter().map(|name| found.get(name).cloned()).collect())
}

/// What each trail records; `None` if it was deleted meanwhile.
async fn observed(
    aws: &Aws,
    trail: cloudtrail::Trail,
    tags: Tags,
) -> Result<Option<TrailObserved>, PartError> {
    let arn = answered(trail.trail_arn, DESCRIBE.api, "TrailARN")?;
    let request = aws.cloudtrail().get_trail_status().name(&arn);
    let status = match aws.call(GET_STATUS, &arn, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let request = aws.cloudtrail().get_event_selectors().trail_name(&arn);
    let answer = aws.call(GET_SELECTORS, &arn, || request.clone().send());
    let selectors = match answer.await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let advanced = selectors.advanced_event_selectors.unwrap_or_default();
    let basic = selectors.event_selectors.unwrap_or_default();
    Ok(Some(TrailObserved {
        name: answered(trail.name, DESCRIBE.api, "Name")?,
        home_region: answered(trail.home_region, DESCRIBE.api, "HomeRegion")?,
        bucket: answered(trail.s3_bucket_name, DESCRIBE.api, "S3BucketName")?,
        prefix: filled(trail.s3_key_prefix),
        sns_topic_arn: filled(trail.sns_topic_arn),
        kms_key_arn: filled(trail.kms_key_id),
        log_group_arn: filled(trail.cloud_watch_logs_log_group_arn).map(bare),
        log_role_arn: filled(trail.cloud_watch_logs_role_arn),
        multi_region: trail.is_multi_region_trail.unwrap_or(false),
        organization: trail.is_organization_trail.unwrap_or(false),
        file_validation: trail.log_file_validation_enabled.unwrap_or(false),
        global_events: trail.include_global_service_events.unwrap_or(true),
        insights: trail.has_insight_selectors.unwrap_or(false),
        logging: answered(status.is_logging, GET_STATUS.api, "IsLogging")?,
        latest_delivery_error: filled(status.latest_delivery_error),
        selectors: advanced.into_iter().map(parse_selector).collect(),
        basic_selectors: basic.into_iter().map(parse_basic).collect(),
        tags,
        arn,
    }))
}

async fn read_tags(aws: &Aws, arns: &[String]) -> Result<BTreeMap<String, Tags>, PartError> {
    let mut all = BTreeMap::new();
    for some in arns.chunks(TAGGED_AT_ONCE) {
        let mut next = None;
        loop {
            let request = aws
                .cloudtrail()
                .list_tags()
                .set_resource_id_list(Some(some.to_vec()))
                .set_next_token(next);
            let subject = some.join(", ");
            let answer = aws.call(LIST_TAGS, &subject, || request.clone().send());
            let page = match answer.await {
                // One of them was deleted meanwhile: what is left of it shows that.
                Err(error) if error.is_not_found() => break,
                answer => answer?,
            };
            for resource in page.resource_tag_list.unwrap_or_default() {
                let arn = answered(resource.resource_id, LIST_TAGS.api, "ResourceId")?;
                let tags: &mut Tags = all.entry(arn).or_default();
                let listed = resource.tags_list.unwrap_or_default().into_iter();
                tags.extend(listed.map(|tag| (tag.key, tag.value.unwrap_or_default())));
            }
            next = page.next_token;
            if next.is_none() {
                break;
            }
        }
    }
    Ok(all)
}

/// CloudTrail says `""` of what was taken away.
fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn bare(arn: String) -> String {
    match arn.strip_suffix(ANY_STREAM) {
        Some(bare) => bare.to_owned(),
        None => arn,
    }
}

/// The ARN of a log group as CloudTrail takes it.
pub(super) fn with_any_stream(arn: &str) -> String {
    format!("{arn}{ANY_STREAM}")
}
