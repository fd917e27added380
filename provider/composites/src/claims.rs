//! What claims about the policies of buckets and keys have in common.

use cloister_policy::{
    Conditions, Document, Operator, QualifiedOperator, Statement,
    access::{Attached, Policies},
    actions::{Service, Table},
    matches_text,
    prove::{Callers, Claim, Counterexample},
};

/// There is no bucket policy yet when it is asked for.
const BEFORE_THE_BUCKET: &str = "s3:CreateBucket";

/// The actions that stand for others in counterexamples, since everybody knows what they do.
const TELLING: [&str; 4] = [
    "kms:Decrypt",
    "kms:PutKeyPolicy",
    "s3:GetObject",
    "s3:PutBucketPolicy",
];

/// The name of policies that allow everything, in place of those that callers may have.
const OWN_POLICIES: &str = "the principal's own policies";

/// The claim about those of the names that can be of this account, over TLS: what others may do is up to their
/// accounts, too. `None` if there are none.
pub(crate) fn by_those_at_home(account: &str, names: &[String], claim: Claim) -> Option<Claim> {
    let is_here = |name: &&String| {
        let pattern = name.split(':').nth(4);
        pattern.is_some_and(|pattern| matches_text(pattern, account))
    };
    let names: Vec<String> = names.iter().filter(is_here).cloned().collect();
    let mut given = when(Operator::Bool, "aws:SecureTransport", ["true"]);
    let here = Operator::StringEquals.into();
    given.add(here, "aws:PrincipalAccount", [account.to_owned()]);
    (!names.is_empty()).then_some(Claim {
        callers: Callers::Named(names),
        given,
        ..claim
    })
}

pub(crate) fn when(
    operator: impl Into<QualifiedOperator>,
    key: &str,
    values: impl IntoIterator<Item = impl ToString>,
) -> Conditions {
    let mut conditions = Conditions::none();
    let values = values.into_iter().map(|value| value.to_string());
    conditions.add(operator.into(), key, values);
    conditions
}

/// None of the values; nothing, where there are none.
pub(crate) fn unless(operator: Operator, key: &str, values: Vec<String>) -> Conditions {
    let mut conditions = Conditions::none();
    if !values.is_empty() {
        conditions.add(operator.into(), key, values);
    }
    conditions
}

/// An exception for every account is none that anybody can mean: such requests stay in question.
pub(crate) fn of_one_account(names: &[String]) -> impl Iterator<Item = String> {
    let named = names.iter().filter(|name| account_of(name).is_some());
    named.cloned()
}

/// A resource's policy, asked by somebody whose own policies allow everything.
pub(crate) fn with_own_policies(name: &str, policy: Document) -> Policies {
    let everything = Statement::allow("").action("*").resource("*");
    let attached = |name: &str, document| Attached {
        name: name.to_owned(),
        document,
    };
    Policies {
        identity: vec![attached(OWN_POLICIES, Document::of([everything]))],
        resource: Some(attached(name, policy)),
        ..Policies::default()
    }
}

pub(crate) fn actions_on(
    service: &str,
    resource_type: &str,
) -> impl Iterator<Item = String> + use<> {
    let service = Table::builtin().service(service);
    let actions = service.into_iter().flat_map(Service::actions);
    let mut names: Vec<String> = actions
        .filter(|action| action.takes(resource_type))
        .map(|action| action.to_string())
        .filter(|name| name != BEFORE_THE_BUCKET)
        .collect();
    names.sort_by_key(|name| !TELLING.contains(&name.as_str()));
    names.into_iter()
}

pub(crate) fn matches_any(patterns: &[&str], action: &str) -> bool {
    patterns.iter().any(|pattern| matches_text(pattern, action))
}

/// The account in an ARN or the id of an account; `None` where it has wildcards.
pub(crate) fn account_of(name: &str) -> Option<String> {
    let account = name.split(':').nth(4).unwrap_or(name);
    let is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| account.to_owned())
}

/// A counterexample for a diagnostic: lines that start with a space are left as they are.
pub(crate) fn preformatted(found: &Counterexample) -> String {
    let text = found.to_string();
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
