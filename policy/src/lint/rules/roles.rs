//! What leads from one role to another.

use crate::actions::matches_name;
use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed};

use crate::{PrincipalKind, Principals};

pub(in crate::lint) const L7: Rule = Rule {
    id: "L7",
    title: "PassRole that leads to a more powerful role",
    wrong: "Who may pass any role, or any whose name matches, takes the rights of the strongest role that the service may assume.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
    check: Check::Bundle(passes_any_role),
};

pub(in crate::lint) const L8: Rule = Rule {
    id: "L8",
    title: "Presigned URL for anybody's profile",
    wrong: "Who may create the URL of every user profile or notebook signs in as everybody else.",
    source: "https://docs.aws.amazon.com/sagemaker/latest/dg/security_iam_id-based-policy-examples.html",
    check: Check::Statement(signs_in_as_anyone),
};

/// Rights that make a role worth taking over.
const POWERFUL: [&str; 6] = ["*", "*:*", "iam:*", "sagemaker:*", "s3:*", "kms:*"];

const PRESIGNED: [(&str, &str); 2] = [
    ("sagemaker:CreatePresignedDomainUrl", "user-profile"),
    (
        "sagemaker:CreatePresignedNotebookInstanceUrl",
        "notebook-instance",
    ),
];

fn passes_any_role(scene: &Scene<'_>) -> Vec<Finding> {
    let passing = scene.statements().filter_map(|at| passes(&at));
    let strong = scene.statements().filter_map(|at| strong_role(scene, &at));
    passing.chain(strong).collect()
}

fn passes(at: &At<'_>) -> Option<Finding> {
    if !at.allows() || !at.place().is_of_caller() || !names_pass_role(at) {
        return None;
    }
    let wide: Vec<&String> = at
        .resource_patterns()
        .iter()
        .filter(|r| is_wide(r))
        .collect();
    let widest = wide.iter().find(|pattern| is_every_role(pattern));
    let to_one_service = at.needs("iam:PassedToService");
    let reason = match (widest, to_one_service) {
        (Some(_), false) => "Any role may be passed to any service.".to_owned(),
        (Some(_), true) => "Any role that trusts the service may be passed to it.".to_owned(),
        (None, _) if wide.is_empty() => return None,
        (None, _) => format!(
            "Every role that matches {} may be passed, also one made later.",
            listed(&wide)
        ),
    };
    let mend = if to_one_service {
        "Name the roles that may be passed, without wildcards."
    } else {
        "Name the roles that may be passed, and the service in `StringEquals` on `iam:PassedToService`."
    };
    let finding = match (widest, to_one_service) {
        (Some(_), false) => at.error(reason, mend),
        (Some(_), true) => at.warning(reason, mend),
        (None, _) => at.warning(reason, mend).guessed(),
    };
    Some(finding.at(at.path("Resource")))
}

/// Whether `iam:PassRole` is meant. `*` and `iam:*` are an administrator's, who
/// needs no role to be passed.
fn names_pass_role(at: &At<'_>) -> bool {
    at.action_patterns()
        .iter()
        .any(|pattern| matches_name("iam:pass*", pattern) && matches_name(pattern, "iam:PassRole"))
}

fn is_every_role(pattern: &str) -> bool {
    pattern.rsplit([':', '/']).next() == Some("*")
}

fn is_wide(pattern: &str) -> bool {
    let name = pattern.rsplit(':').next().unwrap_or(pattern);
    name.contains(['*', '?'])
}

/// A role of the bundle that a service may assume and that may do almost anything.
fn strong_role(scene: &Scene<'_>, at: &At<'_>) -> Option<Finding> {
    let Place::Trust { role: Some(role) } = at.place() else {
        return None;
    };
    if !at.allows() || !trusts_sagemaker(at) {
        return None;
    }
    let is_own =
        |other: &At<'_>| matches!(other.place(), Place::Identity { of: Some(of) } if of == role);
    let grants: Vec<String> = scene
        .statements()
        .filter(|other| is_own(other) && is_strong(other))
        .flat_map(|other| other.action_patterns().to_vec())
        .filter(|pattern| is_powerful(pattern))
        .collect();
    if grants.is_empty() {
        return None;
    }
    let reason = format!(
        "`{role}` may do {} on every resource, and whoever may pass it to SageMaker can use it from a notebook or a job.",
        listed(grants)
    );
    let mend = "Give what runs in SageMaker a role of its own with less, and let this one not trust the service.";
    Some(at.warning(reason, mend).guessed().at(at.path("Principal")))
}

fn trusts_sagemaker(at: &At<'_>) -> bool {
    let Some(Principals::Principal(set)) = &at.statement.principals else {
        return false;
    };
    set.names()
        .any(|(kind, name)| kind == PrincipalKind::Service && name.starts_with("sagemaker."))
}

fn is_strong(at: &At<'_>) -> bool {
    let everywhere = at.resource_patterns().iter().any(|pattern| pattern == "*");
    at.allows() && everywhere && at.tests().next().is_none()
}

fn is_powerful(pattern: &str) -> bool {
    POWERFUL
        .iter()
        .any(|name| name.eq_ignore_ascii_case(pattern))
}

fn signs_in_as_anyone(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.allows()
        || !at.place().is_of_caller()
        || matches!(at.place(), Place::ServiceControl | Place::Boundary { .. })
    {
        return Vec::new();
    }
    let open: Vec<&(&str, &str)> = PRESIGNED
        .iter()
        .filter(|(action, kind)| names(at, action) && reaches_every(at, kind))
        .collect();
    if open.is_empty() || is_own_only(at) {
        return Vec::new();
    }
    let reason = format!(
        "{} is allowed for every {}, so its holder signs in as anybody.",
        listed(open.iter().map(|(action, _)| action)),
        listed(open.iter().map(|(_, kind)| kind)),
    );
    let mend = "Name the profiles in `Resource`, or add a condition on `sagemaker:ResourceTag` that only the caller's own meet.";
    let is_written = |(action, _): &&(&str, &str)| {
        let mut written = at.action_patterns().iter();
        written.any(|pattern| pattern.eq_ignore_ascii_case(action))
    };
    let finding = if open.iter().any(is_written) {
        at.error(reason, mend)
    } else {
        // `sagemaker:*` may well be an administrator's.
        at.warning(reason, mend).guessed()
    };
    vec![finding.at(at.path("Resource"))]
}

/// Whether a pattern for SageMaker names the action. `*` is an administrator's.
fn names(at: &At<'_>, action: &str) -> bool {
    at.action_patterns().iter().any(|pattern| {
        let prefix = pattern.split_once(':').map_or("", |(prefix, _)| prefix);
        prefix.eq_ignore_ascii_case("sagemaker") && matches_name(pattern, action)
    })
}

fn reaches_every(at: &At<'_>, kind: &str) -> bool {
    at.resource_patterns().iter().any(|pattern| {
        let resource = pattern.splitn(6, ':').nth(5).unwrap_or(pattern);
        let after_kind = resource.strip_prefix(kind);
        resource == "*"
            || after_kind.is_some_and(|rest| rest.chars().all(|c| matches!(c, '/' | '*')))
    })
}

/// Whether a condition ties the resource to the caller.
fn is_own_only(at: &At<'_>) -> bool {
    at.tests().any(|test| {
        let key = test.key.to_ascii_lowercase();
        key.contains("resourcetag/") && test.fails_without_key() && test.null().is_none()
    })
}
