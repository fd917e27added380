//! What allows beside policies: the grants of a key, and access control lists of a bucket.

use cloister_policy::Arn;
use cloister_policy::access::Layer;

use super::gather::Walk;
use super::objects::{Bucket, ObjectRef, Seen};
use super::resource::bucket_of;
use crate::file::Unreadable;

/// What a grant may allow.
/// <https://docs.aws.amazon.com/kms/latest/developerguide/grants.html#terms-grant-operations>
const GRANTABLE: [&str; 17] = [
    "CreateGrant",
    "Decrypt",
    "DeriveSharedSecret",
    "DescribeKey",
    "Encrypt",
    "GenerateDataKey",
    "GenerateDataKeyPair",
    "GenerateDataKeyPairWithoutPlaintext",
    "GenerateDataKeyWithoutPlaintext",
    "GenerateMac",
    "GetPublicKey",
    "ReEncryptFrom",
    "ReEncryptTo",
    "RetireGrant",
    "Sign",
    "Verify",
    "VerifyMac",
];

/// Whether a denial for want of an Allow in this layer can be undone from beside: nothing overrides an organization's
/// policies, an endpoint's, or an explicit Deny.
pub(crate) fn may_override(layer: Layer) -> bool {
    !matches!(
        layer,
        Layer::ServiceControl | Layer::ResourceControl | Layer::Endpoint | Layer::Trust
    )
}

/// Notes why the request may be allowed although no policy does.
pub(super) fn gather(walk: &mut Walk<'_>, action: &str, resource: &str) {
    let Ok(arn) = Arn::parse(resource) else {
        return;
    };
    match arn.service.as_str() {
        "kms" if is_grantable(action) && !walk.is_assumed_none(Unreadable::Grants) => {
            walk.found.beside =
                Some("a grant of the key may allow it, and grants are not read".to_owned());
        }
        "s3" if arn.account.is_empty() => lists_of_bucket(walk, bucket_of(&arn)),
        _ => {}
    }
}

/// Access control lists have no effect where the bucket's owner owns every object.
fn lists_of_bucket(walk: &mut Walk<'_>, bucket: &str) {
    walk.found.beside = match walk.look::<Bucket>(&ObjectRef::new("s3:bucket", bucket)) {
        Seen::Object(bucket) => {
            walk.found.resource_account.get_or_insert(bucket.account_id);
            let enforced = bucket.ownership.as_deref() == Some("BucketOwnerEnforced");
            (!enforced).then(|| {
                "access control lists are in force on the bucket, and are not read".to_owned()
            })
        }
        Seen::Unreadable(why) => Some(format!(
            "access control lists may be in force on the bucket: {why}"
        )),
        Seen::Absent | Seen::Unseen => None,
    };
}

fn is_grantable(action: &str) -> bool {
    let name = action.split_once(':').map_or(action, |(_, name)| name);
    GRANTABLE
        .iter()
        .any(|known| known.eq_ignore_ascii_case(name))
}
