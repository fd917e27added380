//! What the objects of Network Firewall share: names and ARNs, tags, names that are taken, deletes that take a while.

use aws_sdk_networkfirewall::{error::BuildError, types::Tag};
use cloister_composite::{ErrorClass, PartError, PartKind, Tags};

use crate::{
    calls::Operation,
    kinds::{natural_key::go_on, tags::difference},
    session::Aws,
};

const TAG: Operation = Operation::idempotent("network-firewall:TagResource");
const UNTAG: Operation = Operation::idempotent("network-firewall:UntagResource");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[TAG, UNTAG]];

/// The status of what is on its way out.
pub(super) const DELETING: &str = "DELETING";

/// An id as the API takes it: a name, or an ARN.
pub(super) struct Named {
    pub(super) name: Option<String>,
    pub(super) arn: Option<String>,
}

impl Named {
    pub(super) fn by(id: &str) -> Self {
        let id = Some(id.to_owned());
        if id.as_deref().is_some_and(|id| id.starts_with("arn:")) {
            Self {
                name: None,
                arn: id,
            }
        } else {
            Self {
                name: id,
                arn: None,
            }
        }
    }
}

/// A request that could not be put together from what was given.
#[expect(clippy::needless_pass_by_value, reason = "`map_err` hands it over")]
pub(super) fn unbuilt(error: BuildError) -> PartError {
    PartError::bug("network-firewall", error.to_string())
}

pub(super) fn tags_of(tags: Option<Vec<Tag>>) -> Tags {
    tags.unwrap_or_default()
        .into_iter()
        .map(|tag| (tag.key, tag.value))
        .collect()
}

/// Tags as the API takes them, which is none rather than an empty list.
pub(super) fn sdk_tags(tags: &Tags) -> Result<Option<Vec<Tag>>, PartError> {
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect::<Result<Vec<_>, _>>()
        .map_err(unbuilt)?;
    Ok(Some(tags).filter(|tags| !tags.is_empty()))
}

pub(super) async fn put_tags(
    aws: &Aws,
    arn: &str,
    observed: &Tags,
    desired: &Tags,
) -> Result<(), PartError> {
    let (set, removed) = difference(desired, observed);
    if let Some(tags) = sdk_tags(&set)? {
        let request = aws.networkfirewall().tag_resource().resource_arn(arn);
        let request = request.set_tags(Some(tags));
        aws.call(TAG, arn, || request.clone().send()).await?;
    }
    if !removed.is_empty() {
        let request = aws.networkfirewall().untag_resource().resource_arn(arn);
        let request = request.set_tag_keys(Some(removed));
        aws.call(UNTAG, arn, || request.clone().send()).await?;
    }
    Ok(())
}

/// What a create that was refused comes to where the name may be taken: by a leftover of this very part, which is gone
/// on with, or by one that is still being deleted, which is waited for.
///
/// The API has no error code for a name that is taken, so that looking tells.
/// <https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_CreateFirewall.html>
pub(super) async fn meet<K>(
    aws: &Aws,
    desired: &K::Desired,
    name: &str,
    refusal: PartError,
    status: fn(&K::Observed) -> &str,
) -> Result<K::Observed, PartError>
where
    K: PartKind<Context = Aws>,
{
    if !matches!(
        refusal.class,
        ErrorClass::AlreadyExists | ErrorClass::Exhausted | ErrorClass::Refused
    ) {
        return Err(refusal);
    }
    let found = K::read(aws, &[name.to_owned()]).await?;
    match found.into_iter().next().flatten() {
        None => Err(refusal),
        Some(found) if status(&found) == DELETING => {
            Err(still_deleting(&refusal.operation, name, "it"))
        }
        Some(_) => go_on::<K>(aws, desired, refusal).await,
    }
}

/// Something is on its way out: the delete, or what comes in its place, has to be tried again.
pub(super) fn still_deleting(api: &str, name: &str, what: &str) -> PartError {
    let message = format!("AWS is still deleting {what}");
    PartError::new(ErrorClass::Busy, api, name, message)
}

/// AWS says that something uses it, and not how much.
pub(super) fn in_use(mut error: PartError, users: Option<i32>, what: &str) -> PartError {
    if let Some(users) = users.filter(|users| *users > 0 && error.class == ErrorClass::Busy) {
        error.message = format!("{} It is used by {users} {what}.", error.message);
    }
    error
}

/// A text that is left out where it is empty.
pub(super) fn said(text: &str) -> Option<String> {
    Some(text.to_owned()).filter(|text| !text.is_empty())
}
