//! The policy of what is asked about: of a bucket, of a key, or the trust policy of a role.

use cloister_policy::Arn;
use cloister_policy::access::Layer;

use super::gather::Walk;
use super::objects::{Assumable, Bucket, ObjectRef, Policied, Seen};
use crate::file::Unreadable;

/// Services whose resources have no policy of their own, but for roles, which are assumed through STS.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html>
const WITHOUT_RESOURCE_POLICIES: [&str; 4] = ["autoscaling", "cloudwatch", "ec2", "iam"];

/// Adds the policy of the resource.
pub(super) fn gather(walk: &mut Walk<'_>, action: &str, resource: &str) {
    let Ok(arn) = Arn::parse(resource) else {
        return; // `*`: there is no resource.
    };
    if walk.found.resource_account.is_none() && !arn.account.is_empty() {
        walk.found.resource_account = Some(arn.account.clone());
    }
    match (arn.service.as_str(), service_of(action)) {
        ("s3", _) if arn.account.is_empty() => of_bucket(walk, action, bucket_of(&arn)),
        ("kms", _) if arn.resource.starts_with("key/") => of_key(walk, resource),
        ("iam", "sts") if arn.resource.starts_with("role/") => of_role(walk, resource),
        (service, _) if WITHOUT_RESOURCE_POLICIES.contains(&service) => {}
        (service, _) => {
            let why = format!("the policies of resources of `{service}` are not read");
            walk.unreadable(Unreadable::Resource, Layer::Resource, why);
        }
    }
}

/// The bucket of `arn:aws:s3:::BUCKET` or `arn:aws:s3:::BUCKET/KEY`.
pub(super) fn bucket_of(arn: &Arn) -> &str {
    arn.resource
        .split_once('/')
        .map_or(&arn.resource, |(bucket, _)| bucket)
}

fn of_bucket(walk: &mut Walk<'_>, action: &str, bucket: &str) {
    if action.eq_ignore_ascii_case("s3:CreateBucket") {
        return; // There is no bucket yet whose policy could bear on it.
    }
    let wanted = ObjectRef::new("s3:bucket-policy", bucket);
    match walk.look::<Policied>(&wanted) {
        Seen::Object(found) => {
            let name = format!("policy of bucket {bucket}");
            walk.found.policies.resource = walk.attached(Layer::Resource, name, &found.policy);
        }
        Seen::Absent => bucket_exists(walk, bucket),
        Seen::Unreadable(why) => walk.unread(Layer::Resource, why),
        Seen::Unseen => {}
    }
}

/// A bucket without policy and no bucket look the same to who asks for the policy.
fn bucket_exists(walk: &mut Walk<'_>, bucket: &str) {
    let wanted = ObjectRef::new("s3:bucket", bucket);
    match walk.look::<Bucket>(&wanted) {
        Seen::Object(_) | Seen::Unseen => {}
        Seen::Absent => walk.found.absent = Some(wanted),
        Seen::Unreadable(why) => walk.unread(Layer::Resource, why),
    }
}

fn of_key(walk: &mut Walk<'_>, arn: &str) {
    let wanted = ObjectRef::new("kms:key", arn);
    match walk.look::<Policied>(&wanted) {
        Seen::Object(key) => {
            let name = format!("policy of key {arn}");
            walk.found.policies.resource = walk.attached(Layer::Resource, name, &key.policy);
            for (tag, value) in &key.tags {
                walk.derive(&format!("aws:ResourceTag/{tag}"), value);
            }
        }
        Seen::Absent => walk.found.absent = Some(wanted),
        Seen::Unreadable(why) => walk.unread(Layer::Resource, why),
        Seen::Unseen => {}
    }
}

fn of_role(walk: &mut Walk<'_>, arn: &str) {
    let wanted = ObjectRef::new("iam:role", arn);
    match walk.look::<Assumable>(&wanted) {
        Seen::Object(role) => {
            let name = format!("trust policy of role {arn}");
            walk.found.policies.resource = walk.attached(Layer::Trust, name, &role.trust_policy);
            for (tag, value) in &role.tags {
                walk.derive(&format!("aws:ResourceTag/{tag}"), value);
                walk.derive(&format!("iam:ResourceTag/{tag}"), value);
            }
        }
        Seen::Absent => walk.found.absent = Some(wanted),
        Seen::Unreadable(why) => walk.unread(Layer::Trust, why),
        Seen::Unseen => {}
    }
}

fn service_of(action: &str) -> &str {
    action
        .split_once(':')
        .map_or(action, |(service, _)| service)
}
