//! Whom a statement names.

use crate::actions::matches_name;
use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, Test, listed};
use crate::wildcard::matches_text;
use crate::{PrincipalKind, PrincipalSet, Principals};

const PRINCIPAL: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html";

pub(in crate::lint) const L6: Rule = Rule {
    id: "L6",
    title: "Account as principal where a role was meant",
    wrong: "The root ARN of an account stands for everyone in it whose own policies allow the action, not for its root user.",
    source: PRINCIPAL,
    check: Check::Statement(names_the_account),
};

pub(in crate::lint) const L26: Rule = Rule {
    id: "L26",
    title: "`NotPrincipal`",
    wrong: "An Allow for all but some is for the whole world; a Deny has to list session and account of whom it spares.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html",
    check: Check::Statement(not_principal),
};

pub(in crate::lint) const L27: Rule = Rule {
    id: "L27",
    title: "Anyone may, without condition",
    wrong: "`Principal: *` in an Allow is every caller of every account, and whoever has no credentials.",
    source: PRINCIPAL,
    check: Check::Statement(anyone),
};

pub(in crate::lint) const L28: Rule = Rule {
    id: "L28",
    title: "Role that strangers may assume",
    wrong: "A trust policy for anyone, or for every user of an identity provider, leaves only the permissions as a fence.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html",
    check: Check::Statement(trusts_strangers),
};

pub(in crate::lint) const L29: Rule = Rule {
    id: "L29",
    title: "Service trusted on behalf of anyone (confused deputy)",
    wrong: "A service principal acts for all of its customers; without `aws:SourceArn` or `aws:SourceAccount` another account can make it act on this resource.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html",
    check: Check::Statement(confused_deputy),
};

/// Keys that say who the caller is or where it comes from.
const OF_CALLER: [&str; 24] = [
    "aws:Principal*",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceIdentity",
    "aws:SourceIp",
    "aws:SourceOrg*",
    "aws:SourceVpc*",
    "aws:VpcSourceIp",
    "aws:Vpce*",
    "aws:userid",
    "aws:username",
    "kms:CallerAccount",
    "lambda:EventSourceToken",
    "lambda:FunctionUrlAuthType",
    "lambda:SourceFunctionArn",
    "s3:DataAccessPoint*",
    "saml:*",
    "sns:Endpoint",
    "sts:ExternalId",
    "*:sub",
    "*:aud",
    "*:amr",
    "*:oaud",
    "ec2:SourceInstanceArn",
];

/// Keys that say on whose behalf a service acts; in the context of an encryption, the service names what it encrypts.
const OF_SOURCE: [&str; 5] = [
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "kms:EncryptionContext:aws:*:arn",
];

/// Services whose principal acts for one account only, or whose source cannot be named.
const WITHOUT_SOURCE: [&str; 4] = [
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "pods.eks.amazonaws.com",
    "edgelambda.amazonaws.com",
];

fn names_the_account(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let is_delegation = at.action_patterns().iter().any(|pattern| {
        let (_, name) = pattern.split_once(':').unwrap_or(("", pattern));
        name == "*"
    });
    // An account whose principals a condition names is a way to name them that outlives them.
    let names_them = limits(at, &["aws:PrincipalArn"]);
    if !at.allows() || !at.place().grants_to_principals() || is_delegation || names_them {
        return Vec::new();
    }
    let accounts = aws_names(at).filter(|name| is_account(name));
    accounts
        .map(|name| {
            let reason = format!(
                "`{name}` is everyone in the account whose own policies allow the action, not one role.",
            );
            let mend = "Name the roles that are meant, by their ARNs.";
            let finding = match at.place() {
                Place::Trust { .. } => at.note(reason, mend),
                _ => at.warning(reason, mend),
            };
            finding.guessed().at(at.path("Principal"))
        })
        .collect()
}

fn is_account(name: &str) -> bool {
    let is_id = name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
    is_id || matches_text("arn:*:iam::*:root", name)
}

fn not_principal(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !matches!(at.statement.principals, Some(Principals::NotPrincipal(_))) {
        return Vec::new();
    }
    let finding = if at.allows() {
        at.error(
            "This allows the whole world but the principals named.",
            "Name in `Principal` who may.",
        )
    } else {
        at.warning(
            "`NotPrincipal` in a Deny hits a named role too, unless its sessions and its account are listed as well.",
            "Write `\"Principal\": \"*\"` with `ArnNotLike` on `aws:PrincipalArn`.",
        )
    };
    vec![finding.at(at.path("NotPrincipal"))]
}

fn anyone(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let is_open = matches!(
        at.place(),
        Place::Bucket { .. } | Place::Key { .. } | Place::Resource
    );
    if !is_open || !at.allows() || !is_for_anyone(at) || limits(at, &OF_CALLER) {
        return Vec::new();
    }
    let reason = "Every caller of every account may do this, and whoever has no credentials.";
    let mend = "Name who may, or add a condition such as `StringEquals` on `aws:PrincipalOrgID`.";
    vec![at.error(reason, mend).at(at.path("Principal"))]
}

fn trusts_strangers(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !matches!(at.place(), Place::Trust { .. }) || !at.allows() {
        return Vec::new();
    }
    if is_for_anyone(at) && !limits(at, &OF_CALLER) {
        let reason = "Anyone in any account may assume this role.";
        let mend =
            "Name who may, or add a condition such as `StringEquals` on `aws:PrincipalOrgID`.";
        return vec![at.error(reason, mend).at(at.path("Principal"))];
    }
    let providers = names(at).filter(|(kind, name)| {
        *kind == PrincipalKind::Federated && name.contains(":oidc-provider/")
    });
    let with_subject = limits(at, &["*:sub", "*:amr", "*:oaud"]);
    providers
        .filter(|_| !with_subject)
        .map(|(_, provider)| {
            let reason =
                format!("Every identity that `{provider}` vouches for may assume this role.");
            let host = provider
                .split_once(":oidc-provider/")
                .map_or("", |(_, host)| host);
            let mend =
                format!("Add a condition on `{host}:sub` that names whose identity it is for.");
            at.error(reason, mend).at(at.path("Condition"))
        })
        .collect()
}

fn confused_deputy(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.allows() || !at.place().grants_to_principals() || limits(at, &OF_SOURCE) {
        return Vec::new();
    }
    let services: Vec<&str> = names(at)
        .filter(|(kind, name)| *kind == PrincipalKind::Service && !WITHOUT_SOURCE.contains(name))
        .map(|(_, name)| name)
        .collect();
    if services.is_empty() {
        return Vec::new();
    }
    let reason = format!(
        "{} may do this for any customer of the service, not only for this account.",
        listed(&services)
    );
    let mend = "Add `StringEquals` on `aws:SourceAccount`, and `ArnLike` on `aws:SourceArn` where the source is known.";
    let finding = match at.place() {
        // Not every service sends the keys when it assumes a role.
        Place::Trust { .. } => at.note(reason, mend),
        _ => at.warning(reason, mend),
    };
    vec![finding.guessed().at(at.path("Principal"))]
}

/// Whether a condition lets only requests with listed values of such a key pass.
fn limits(at: &At<'_>, patterns: &[&str]) -> bool {
    at.tests()
        .filter(|test| test.null().is_none() && !test.is_negated() && test.fails_without_key())
        .filter(|test| test.values.iter().any(|value| value != "*"))
        .any(|test| names_key(&test, patterns))
}

fn names_key(test: &Test<'_>, patterns: &[&str]) -> bool {
    patterns
        .iter()
        .any(|pattern| matches_name(pattern, test.key))
}

fn is_for_anyone(at: &At<'_>) -> bool {
    match &at.statement.principals {
        Some(Principals::Principal(PrincipalSet::Anyone)) => true,
        Some(Principals::Principal(_)) => aws_names(at).any(|name| name == "*"),
        _ => false,
    }
}

fn aws_names<'a>(at: &At<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    names(at)
        .filter(|(kind, _)| *kind == PrincipalKind::Aws)
        .map(|(_, name)| name)
}

/// The principals of `Principal`; none for `NotPrincipal`.
fn names<'a>(at: &At<'a>) -> impl Iterator<Item = (PrincipalKind, &'a str)> + use<'a> {
    let set = match &at.statement.principals {
        Some(Principals::Principal(set)) => Some(set),
        _ => None,
    };
    set.into_iter().flat_map(PrincipalSet::names)
}
