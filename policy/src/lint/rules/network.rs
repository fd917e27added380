//! Conditions on where a request comes from.

use crate::lint::Finding;
use crate::lint::bundle::Place;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, Test, listed};

const GLOBAL_KEYS: &str =
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html";

pub(in crate::lint) const L5: Rule = Rule {
    id: "L5",
    title: "Network condition that is inverted or names the wrong endpoint",
    wrong: "An Allow with a negated network key grants to requests from elsewhere; a request for one service never comes through another service's endpoint.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-sourcevpce",
    check: Check::Statement(wrong_way),
};

pub(in crate::lint) const L35: Rule = Rule {
    id: "L35",
    title: "Network Deny that hits calls which services make for the caller",
    wrong: "When a service calls another for the caller, the request has lost the VPC and the endpoint, and a Deny on them refuses it.",
    source: GLOBAL_KEYS,
    check: Check::Statement(hits_services),
};

/// Where a request comes from.
const NETWORK: [&str; 5] = [
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpcSourceIp",
];

/// What tells a call that a service makes, for the caller or in its own name.
const OF_SERVICES: [&str; 12] = [
    "aws:CalledVia",
    "aws:CalledViaFirst",
    "aws:CalledViaLast",
    "aws:PrincipalIsAWSService",
    "aws:PrincipalServiceName",
    "aws:PrincipalServiceNamesList",
    "aws:SourceAccount",
    "aws:SourceArn",
    "aws:SourceOrgID",
    "aws:SourceOrgPaths",
    "aws:ViaAWSService",
    "kms:ViaService",
];

fn wrong_way(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let inverted = at.tests().filter_map(|test| inverted(at, &test));
    let endpoints = at.tests_of("aws:SourceVpce");
    let wrong = endpoints.filter_map(|test| wrong_endpoint(scene, at, &test));
    inverted.chain(wrong).collect()
}

fn inverted(at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let is_network = NETWORK.iter().any(|key| test.is_of(key));
    if !at.allows() || !is_network || !test.is_negated() {
        return None;
    }
    let reason = format!(
        "This allows requests whose `{}` is anything but {}, and requests without it.",
        test.key,
        listed(test.values)
    );
    let positive = test.operator.to_string().replace("Not", "");
    let mend = format!("Write `{positive}` here, or keep the operator and make it a Deny.");
    Some(at.error(reason, mend).at(at.path_of(test)))
}

/// A value names an endpoint of the bundle that leads to another service.
fn wrong_endpoint(scene: &Scene<'_>, at: &At<'_>, test: &Test<'_>) -> Option<Finding> {
    let asked = services(scene, at);
    let (id, service) = scene
        .documents()
        .find_map(|(placed, _)| match &placed.place {
            Place::VpcEndpoint {
                id: Some(id),
                service: Some(service),
                ..
            } if test.values.contains(id) => Some((id, service)),
            _ => None,
        })?;
    if asked.is_empty() || asked.iter().any(|asked| asked == service) {
        return None;
    }
    let reason = format!(
        "`{id}` leads to `{service}`, and no request for {} comes through it.",
        listed(asked.iter().map(|asked| format!("{asked}:*")))
    );
    let mend = format!("Name the endpoint of `{}` in its place.", asked[0]);
    Some(at.error(reason, mend).at(at.path_of(test)))
}

fn services(scene: &Scene<'_>, at: &At<'_>) -> Vec<String> {
    let actions = scene.actions(at.statement);
    let mut prefixes: Vec<String> = actions
        .iter()
        .map(|action| action.service().prefix().to_owned())
        .collect();
    prefixes.dedup();
    prefixes
}

fn hits_services(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    // A bucket's data is often meant to be out of reach for services as well.
    if !at.denies() || matches!(at.place(), Place::Bucket { .. } | Place::VpcEndpoint { .. }) {
        return Vec::new();
    }
    let mut excepting = at.tests();
    if excepting.any(|test| OF_SERVICES.iter().any(|key| test.is_of(key))) {
        return Vec::new();
    }
    at.tests()
        .filter(Test::is_negated)
        .filter(|test| test.is_of("aws:SourceVpce") || test.is_of("aws:SourceVpc"))
        .map(|test| {
            let reason = format!(
                "A call that a service makes for the caller has no `{}`, so this denies it too.",
                test.key
            );
            let mend = "Add `\"Bool\": {\"aws:ViaAWSService\": \"false\"}` unless such calls are to be denied.";
            at.warning(reason, mend).guessed().at(at.path_of(&test))
        })
        .collect()
}
