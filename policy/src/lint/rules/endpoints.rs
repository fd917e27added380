//! Policies of VPC endpoints.

use crate::actions::{arns_overlap, texts_overlap};
use crate::lint::Finding;
use crate::lint::bundle::{EndpointType, Place, Placed};
use crate::lint::finding::Severity;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed, statements_of};
use crate::{Document, PrincipalSet, Principals};

const ENDPOINTS: &str =
    "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html";

pub(in crate::lint) const L13: Rule = Rule {
    id: "L13",
    title: "Endpoint policy without an Allow",
    wrong: "What an endpoint policy does not allow, it refuses: with Denies alone, nothing comes through.",
    source: ENDPOINTS,
    check: Check::Document(denies_only),
};

pub(in crate::lint) const L16: Rule = Rule {
    id: "L16",
    title: "Endpoint policy narrower than the roles behind it",
    wrong: "A role may do something to a resource that the endpoint lets other actions reach, and the endpoint does not let this one pass.",
    source: ENDPOINTS,
    check: Check::Bundle(narrower_than_roles),
};

pub(in crate::lint) const L34: Rule = Rule {
    id: "L34",
    title: "Principal in the policy of a gateway endpoint",
    wrong: "Gateway endpoints take `Principal: *` only; a role is named by `aws:PrincipalArn` in the condition.",
    source: "https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-s3.html",
    check: Check::Statement(names_principals),
};

fn denies_only(_: &Scene<'_>, placed: &Placed, document: &Document) -> Vec<Finding> {
    let is_endpoint = matches!(placed.place, Place::VpcEndpoint { .. });
    if !is_endpoint || statements_of(placed, document).any(|at| at.allows()) {
        return Vec::new();
    }
    vec![Finding::about(
        &placed.name,
        Severity::Error,
        "Nothing is allowed here, so the endpoint refuses every request.",
        "Add a statement that allows what may pass, before what is denied.",
    )]
}

fn names_principals(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let Place::VpcEndpoint {
        endpoint_type: Some(EndpointType::Gateway),
        ..
    } = at.place()
    else {
        return Vec::new();
    };
    let is_anyone = match &at.statement.principals {
        Some(Principals::Principal(PrincipalSet::Anyone)) | None => true,
        Some(Principals::Principal(set)) => set.names().all(|(_, name)| name == "*"),
        Some(Principals::NotPrincipal(_)) => false,
    };
    if is_anyone {
        return Vec::new();
    }
    let reason = "A gateway endpoint takes no principal but `*`, so this matches nobody, or only an account's root user.";
    let mend = "Write `\"Principal\": \"*\"` with `ArnEquals` on `aws:PrincipalArn`.";
    vec![at.error(reason, mend).at(at.path("Principal"))]
}

fn narrower_than_roles(scene: &Scene<'_>) -> Vec<Finding> {
    let endpoints = scene
        .documents()
        .filter_map(|(placed, document)| match &placed.place {
            Place::VpcEndpoint { service, .. } => Some((placed, document, service.as_deref())),
            _ => None,
        });
    endpoints
        .flat_map(|(placed, document, service)| {
            let allows: Vec<At<'_>> = statements_of(placed, document).filter(At::allows).collect();
            missing_at(scene, placed, service, &allows)
        })
        .collect()
}

fn missing_at(
    scene: &Scene<'_>,
    endpoint: &Placed,
    service: Option<&str>,
    allows: &[At<'_>],
) -> Vec<Finding> {
    let roles = scene
        .statements()
        .filter(|at| at.allows() && matches!(at.place(), Place::Identity { .. }));
    roles
        .filter_map(|role| {
            let missing = refused(scene, &role, service, allows);
            if missing.is_empty() {
                return None;
            }
            let whose = match role.place() {
                Place::Identity { of: Some(of) } => of.clone(),
                _ => role.placed.name.clone(),
            };
            let reason = format!(
                "`{whose}` may {} there by {} of `{}`, and this endpoint does not let it pass.",
                listed(&missing),
                role.label(),
                role.placed.name
            );
            let mend = "Allow it at the endpoint, or take it from the role.";
            Some(Finding::about(&endpoint.name, Severity::Warning, reason, mend).guessed())
        })
        .collect()
}

/// The actions that are written out for the role, on a resource that the
/// endpoint lets other actions reach.
fn refused<'a>(
    scene: &Scene<'_>,
    role: &At<'a>,
    service: Option<&str>,
    allows: &[At<'_>],
) -> Vec<&'a String> {
    let written = role
        .action_patterns()
        .iter()
        .filter(|name| !name.contains(['*', '?']));
    written
        .filter(|name| {
            let Some(action) = scene.table.action(name) else {
                return false;
            };
            let through_here = service.is_none_or(|service| service == action.service().prefix());
            let reached: Vec<&String> = role
                .resource_patterns()
                .iter()
                .filter(|resource| action.may_be_done_to(resource))
                .filter(|resource| reaches_by_name(allows, resource))
                .collect();
            let passes = allows
                .iter()
                .any(|at| at.covers(name) && reached.iter().any(|resource| reaches(at, resource)));
            through_here && !reached.is_empty() && !passes
        })
        .collect()
}

/// Whether the endpoint lets something reach that resource in particular. An
/// endpoint for every resource says nothing about this one.
fn reaches_by_name(allows: &[At<'_>], resource: &str) -> bool {
    let is_narrow = |at: &&At<'_>| at.resource_patterns().iter().all(|pattern| pattern != "*");
    resource != "*"
        && allows
            .iter()
            .filter(is_narrow)
            .any(|at| reaches(at, resource))
}

fn reaches(at: &At<'_>, resource: &str) -> bool {
    at.resource_patterns().iter().any(|pattern| match resource {
        "*" => texts_overlap(pattern, resource),
        _ => arns_overlap(pattern, resource),
    })
}
