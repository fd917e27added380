//! Which requests carry which condition keys, as far as AWS documents it.
//!
//! Where nothing is documented, a key may have any value in any request: a
//! proof then covers requests that cannot be made, which is no harm.

use crate::access::Caller;

/// Keys whose values follow from the caller or the resource: not free to choose.
const DERIVED: [&str; 8] = [
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalisawsservice",
    "aws:principalservicename",
    "aws:principalservicenameslist",
    "aws:principaltype",
    "aws:resourceaccount",
    "aws:username",
];

/// Keys of calls that a service makes as itself, and of no others.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcearn>
const OF_SERVICES: [&str; 4] = [
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
];

/// Keys of callers that have an account. Those after `/` are tags.
const OF_PRINCIPALS: [&str; 11] = [
    "aws:federatedprovider",
    "aws:multifactorauthage",
    "aws:multifactorauthpresent",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:principaltag",
    "aws:sourceidentity",
    "aws:tokenissuetime",
    "aws:calledvia",
    "aws:calledviafirst",
    "aws:userid",
];

/// Whether the evaluation fills the key in from the rest of the request.
pub(super) fn is_derived(key: &str) -> bool {
    DERIVED.contains(&key)
}

/// Whether a request of this caller can carry the key at all.
pub(super) fn can_have(caller: &Caller, key: &str) -> bool {
    let name = key.split('/').next().unwrap_or(key);
    match caller {
        Caller::Service(_) => !OF_PRINCIPALS.contains(&name),
        Caller::Anonymous => !OF_PRINCIPALS.contains(&name) && !OF_SERVICES.contains(&name),
        Caller::Root { .. } | Caller::User(_) | Caller::Role { .. } | Caller::Federated(_) => {
            !OF_SERVICES.contains(&name)
        }
    }
}

/// Whether one request can have these values: what came through a service
/// says both through which and that it did.
pub(super) fn is_possible<'v>(values: impl Fn(&str) -> Option<&'v [String]>) -> bool {
    let called_via = values("aws:calledvia").is_some_and(|via| !via.is_empty());
    let via_service = values("aws:viaawsservice");
    !(called_via && via_service.is_some_and(|via| via == ["false"]))
}
