//! The Studio domain's blueprint as a reviewer reads it: what there is in every form, what its policies come to, and the
//! way back from what the anchor remembers.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod common;

use std::collections::BTreeMap;

use cloister_composite::{Blueprint, Observations, PartKey};
use cloister_composites::{Composite, Imported, studio_domain::SecureStudioDomain};
use cloister_framework::Attr;
use cloister_policy::lint::{Bundle, EndpointType, Place, Severity, check};
use common::{observed, site, text};
use serde_json::{Value, json};

fn config(settings: &Value) -> SecureStudioDomain {
    let mut whole = json!({
        "name": "lab",
        "administrators": ["arn:aws:iam::111122223333:role/Admin"],
        "home_efs": "retain",
    });
    let fields = whole.as_object_mut().unwrap();
    fields.extend(settings.as_object().unwrap().clone());
    serde_json::from_value(whole).unwrap()
}

fn network(zones: &[&str], egress: &str) -> Value {
    json!({"cidr": "10.20.0.0/16", "availability_zones": zones, "egress": egress})
}

fn minimal() -> SecureStudioDomain {
    config(&json!({
        "network": network(&["eu-central-1a", "eu-central-1b"], "none"),
        "profiles": {"ana": {"persona": "data-scientist"}},
    }))
}

/// Everything that can be said, in three zones behind a firewall.
fn full() -> SecureStudioDomain {
    let mut network = network(
        &["eu-central-1a", "eu-central-1b", "eu-central-1c"],
        "firewall",
    );
    network["allowed_domains"] = json!([".lib.test", "mirror.example.net"]);
    config(&json!({
        "home_efs": "delete",
        "logs": "delete",
        "network": network,
        "endpoints": {"secretsmanager": {}, "ssm": {"enabled": false}},
        "flow_logs": {"retention_days": 30, "aggregation_seconds": 600},
        "keys": {"rotation_period_days": 180, "deletion_window_days": 7},
        "personas": {
            "data-scientist": {"team": "blue"},
            "reviewer": {"based_on": "read-only", "max_session_seconds": 7200},
        },
        "profiles": {
            "ana": {"persona": "data-scientist", "spaces": {"lab": {"volume_gb": 20}}},
            "Ben.1": {"persona": "reviewer", "team": "red"},
        },
        "studio": {"idle_timeout_minutes": 60, "docker": true, "jump_start": true},
        "data_buckets": ["acme-data"],
        "guardrails": {"instance_types": ["ml.t3.*"], "network_isolation": true},
        "sign_in": {"source_cidrs": ["198.51.100.0/24"]},
        "iam": {
            "path": "/studio/",
            "permissions_boundary_arn": "arn:aws:iam::111122223333:policy/Boundary",
            "name_prefix": "acme-",
        },
    }))
}

/// In a network that others made, with endpoints of its own.
fn guest() -> SecureStudioDomain {
    config(&json!({
        "existing_network": {
            "vpc_id": "vpc-0123456789abcdef0",
            "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0123456789abcdef1"],
            "route_table_ids": ["rtb-0123456789abcdef0"],
        },
        "profiles": {"ana": {"persona": "mlops"}},
    }))
}

fn blueprint(config: &SecureStudioDomain) -> Blueprint {
    SecureStudioDomain::blueprint(config, &site())
        .unwrap()
        .unwrap()
}

fn keys(config: &SecureStudioDomain) -> Vec<String> {
    let parts = blueprint(config).parts;
    parts
        .values()
        .map(|part| format!("{} ({})", part.key, part.kind))
        .collect()
}

#[test]
fn a_minimal_domain_reads_well() {
    insta::assert_snapshot!(text(&blueprint(&minimal())));
}

/// Parts stand in users' state files: keys and kinds are never changed.
#[test]
fn keys_and_kinds_of_parts_are_frozen() {
    insta::assert_debug_snapshot!("everything", keys(&full()));
    insta::assert_debug_snapshot!("guest", keys(&guest()));
}

/// The parts of the way out, in the order that leaves no unfiltered moment.
#[test]
fn a_firewall_stands_before_anything_can_leave() {
    let mut blueprint = blueprint(&full());
    let is_egress = |key: &PartKey| {
        let key = key.as_str();
        key.starts_with("network/firewall") || key.starts_with("network/eu-central-1a/")
    };
    blueprint.parts.retain(|key, _| is_egress(key));
    blueprint.exposed.clear();
    insta::assert_snapshot!(text(&blueprint));
}

/// Each policy document of a blueprint with its place; marks of what is to be made become names of nothing.
fn documents(blueprint: &Blueprint) -> Bundle {
    let output = |part: &PartKey, name: &str| Some(made(part, name));
    let mut bundle = Bundle::default();
    for part in blueprint.parts.values() {
        let settings = part.desired.settle(&output).unwrap();
        let mut add = |name: &str, place: Place, document: &Value| {
            let name = format!("{} {name}", part.key);
            bundle = std::mem::take(&mut bundle).with(&name, place, &document.to_string());
        };
        match part.kind {
            "kms:key" => add("policy", Place::Key { name: None }, &settings["policy"]),
            "iam:policy" => add("policy", Place::Identity { of: None }, &settings["policy"]),
            "iam:role" => add("trust", Place::Trust { role: None }, &settings["trust"]),
            "iam:role-policies" => {
                let of = settings["role"].as_str().map(str::to_owned);
                for (name, document) in settings["inline"].as_object().unwrap() {
                    add(name, Place::Identity { of: of.clone() }, document);
                }
            }
            "ec2:vpc-endpoint" if !settings["policy"].is_null() => {
                let is_gateway = settings["endpoint_type"] == "Gateway";
                let place = Place::VpcEndpoint {
                    id: None,
                    service: None,
                    endpoint_type: Some(if is_gateway {
                        EndpointType::Gateway
                    } else {
                        EndpointType::Interface
                    }),
                };
                add("policy", place, &settings["policy"]);
            }
            _ => {}
        }
    }
    bundle
}

fn made(part: &PartKey, name: &str) -> String {
    let key = part.as_str();
    match (key.split('/').next(), name) {
        (Some("keys"), "arn") => {
            "arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555".into()
        }
        (Some("policies"), "arn") => "arn:aws:iam::111122223333:policy/made".into(),
        (Some("roles"), "arn") => "arn:aws:iam::111122223333:role/made".into(),
        (Some("endpoints"), "id") => "vpce-0123456789abcdef0".into(),
        (Some("groups"), "id") => "sg-0123456789abcdef0".into(),
        (Some("network"), "id") if key == "network/vpc" => "vpc-0123456789abcdef0".into(),
        (Some("network"), "id") => "subnet-0123456789abcdef0".into(),
        _ => format!("{key}-{name}"),
    }
}

#[test]
fn every_policy_of_every_form_passes_the_linter() {
    for config in [minimal(), full(), guest()] {
        let bundle = documents(&blueprint(&config));
        let found: Vec<String> = check(&bundle)
            .into_iter()
            .filter(|it| it.severity == Severity::Error || !it.heuristic)
            .map(|finding| format!("{finding:?}"))
            .collect();
        assert!(found.is_empty(), "{}", found.join("\n"));
    }
}

#[test]
fn every_promise_of_every_form_is_kept() {
    for config in [minimal(), full(), guest()] {
        let found = SecureStudioDomain::check(&config, &site());
        assert!(found.is_empty(), "{found:?}");
    }
}

#[test]
fn an_import_recovers_the_config_that_the_anchor_remembers() {
    for config in [minimal(), full(), guest()] {
        let blueprint = blueprint(&config);
        let recipe = blueprint.recipe.clone();
        let sketched = SecureStudioDomain::sketch("lab", recipe.as_ref()).unwrap();
        assert_eq!(self::blueprint(&sketched), blueprint);
        let found = observed(&blueprint);
        let imported = Imported {
            name: "lab",
            found: &found,
            kept: &blueprint.kept,
            recipe: recipe.as_ref(),
        };
        let recovered = SecureStudioDomain::recover(&imported).unwrap();
        assert_eq!(self::blueprint(&recovered), blueprint);
    }
}

#[test]
fn without_a_domain_or_a_recipe_there_is_nothing_to_import() {
    let recipe = blueprint(&minimal()).recipe;
    let imported = Imported {
        name: "lab",
        found: &Observations::new(),
        kept: &BTreeMap::new(),
        recipe: recipe.as_ref(),
    };
    assert!(SecureStudioDomain::recover(&imported).is_none());
    assert!(SecureStudioDomain::sketch("lab", None).is_none());
}

#[test]
fn what_decides_which_parts_there_are_leaves_the_blueprint_open() {
    let changes: [fn(&mut SecureStudioDomain); 5] = [
        |config| config.name = Attr::Unknown,
        |config| config.network = Attr::Unknown,
        |config| config.endpoints = Attr::Unknown,
        |config| config.profiles = Attr::Unknown,
        |config| config.personas = Attr::Unknown,
    ];
    for change in changes {
        let mut config = minimal();
        change(&mut config);
        let open = SecureStudioDomain::blueprint(&config, &site()).unwrap();
        assert!(open.is_none());
        assert!(SecureStudioDomain::check(&config, &site()).is_empty());
    }
}
