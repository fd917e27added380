//! What changes in place, what people's work forbids for a while, and what makes another domain.

use cloister_tests::rig::{DOMAIN_ADDRESS, Resource, Sandbox, filtered, studio_domain};
use serde_json::{Value, json};

use super::fixture::{Standing, census, room_for_two};

/// A change of config, and the settings at which its plan has to show it.
struct Step {
    what: &'static str,
    change: fn(Resource, &Standing<'_>) -> Resource,
    shown: &'static [&'static str],
}

/// A security group that somebody else made in the domain's VPC.
fn group(it: &Standing<'_>) -> String {
    let group =
        json!({"GroupName": "databases", "Description": "d", "VpcId": it.attribute("vpc_id")});
    let made = it.aws.call("ec2", "create_security_group", &group);
    let id = made["GroupId"].as_str().expect("a group has an id");
    id.to_owned()
}

const STEPS: [Step; 12] = [
    Step {
        what: "a zone",
        change: |it, _| it.with("network", THREE_ZONES),
        shown: &[
            "domain: subnet_ids",
            "endpoints/ecr-api: subnet_ids",
            "endpoints/ecr-dkr: subnet_ids",
            "endpoints/kms: subnet_ids",
            "endpoints/logs: subnet_ids",
            "endpoints/monitoring: subnet_ids",
            "endpoints/s3: route_table_ids",
            "endpoints/sagemaker-api: subnet_ids",
            "endpoints/sagemaker-runtime: subnet_ids",
            "endpoints/servicecatalog: subnet_ids",
            "endpoints/ssm: subnet_ids",
            "endpoints/sts: subnet_ids",
            "endpoints/studio: subnet_ids",
            "network/us-east-1c/studio: (new)",
            "network/us-east-1c/studio/routes: (new)",
            "network/us-east-1c/studio/table: (new)",
            "policies/guardrails: policy",
        ],
    },
    Step {
        what: "an endpoint",
        change: |it, _| it.with("endpoints", "{ secretsmanager = {} }"),
        shown: &["endpoints/secretsmanager: (new)"],
    },
    Step {
        what: "no such endpoint",
        change: |it, _| it.with("endpoints", "{ ssm = { enabled = false } }"),
        shown: &["endpoints/secretsmanager: (gone)", "endpoints/ssm: (gone)"],
    },
    Step {
        what: "a profile and a space",
        change: |it, _| it.with("profiles", THREE_PROFILES),
        shown: &[
            "profiles/alice/spaces/notes: (new)",
            "profiles/carol: (new)",
        ],
    },
    Step {
        what: "another persona",
        change: |it, _| it.with("profiles", PROMOTED),
        shown: &[
            "profiles/alice/spaces/notes: ebs_gb",
            "profiles/bob: execution_role",
            "profiles/carol: (gone)",
        ],
    },
    Step {
        what: "a persona's policy and team",
        change: |it, _| it.with("personas", PERSONAS),
        shown: &[
            "profiles/alice: tags/team",
            "profiles/alice/spaces/notes: tags/team",
            "profiles/bob: tags/team",
            "roles/data-scientist: tags/team",
            "roles/data-scientist/policies: inline",
        ],
    },
    Step {
        what: "security groups",
        change: |it, standing| it.with("security_group_ids", format!("[{:?}]", group(standing))),
        shown: &[
            "domain: space_settings",
            "domain: user_settings",
            "policies/guardrails: policy",
        ],
    },
    Step {
        what: "no security groups",
        change: |it, _| it.without("security_group_ids"),
        shown: &[
            "domain: space_settings",
            "domain: user_settings",
            "policies/guardrails: policy",
        ],
    },
    Step {
        what: "the idle timeout",
        change: |it, _| it.with("studio", "{ idle_timeout_minutes = 60 }"),
        shown: &["domain: user_settings"],
    },
    Step {
        what: "guardrails",
        change: |it, _| it.with("guardrails", r#"{ instance_types = ["ml.t3.*"] }"#),
        shown: &["policies/guardrails: policy"],
    },
    Step {
        what: "a data bucket",
        change: |it, _| it.with("data_buckets", r#"["acme-data"]"#),
        shown: &[
            "endpoints/s3: policy",
            "roles/data-scientist/policies: inline",
            "roles/mlops/policies: inline",
        ],
    },
    Step {
        what: "what a destroy keeps",
        change: |it, _| it.with("home_efs", r#""retain""#),
        shown: &["anchor: keeps"],
    },
];

const THREE_ZONES: &str = r#"{
    cidr               = "10.20.0.0/16"
    availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
  }"#;
const THREE_PROFILES: &str = r#"{
    alice = { persona = "data-scientist", spaces = { notes = {} } }
    bob   = { persona = "mlops" }
    carol = { persona = "mlops" }
  }"#;
const PROMOTED: &str = r#"{
    alice = { persona = "data-scientist", spaces = { notes = { volume_gb = 20 } } }
    bob   = { persona = "data-scientist" }
  }"#;
const PERSONAS: &str = r#"{
    data-scientist = {
      team = "blue"
      additional_policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Allow", Action = "sns:Publish", Resource = "arn:aws:sns:us-east-1:111122223333:done" }]
      })
    }
    mlops = {}
  }"#;

/// What stays whatever changes in place, and what others refer to: the plan knows it.
const STAYS: [&str; 7] = [
    "arn",
    "domain_id",
    "flow_log_id",
    "home_efs_id",
    "key_arns",
    "url",
    "vpc_id",
];

#[test]
fn nearly_everything_changes_in_place() {
    let sandbox = Sandbox::start();
    sandbox.quotas(&json!({"sagemaker:user-profile": 3}));
    let mut config = studio_domain();
    let mut standing = Standing::of(&sandbox, &config);
    let made = standing.state.clone();
    for Step {
        what,
        change,
        shown,
    } in &STEPS
    {
        config = change(config, &standing);
        standing.want(&config);
        let plan = standing.project.saved_plan();
        let planned = plan.change(DOMAIN_ADDRESS);
        assert_eq!(planned.actions(), "update", "{what}");
        assert_eq!(planned.parts(), *shown, "{what}");
        for same in STAYS {
            assert_eq!(planned.after()[same], made[same], "{what}: {same}");
        }
        standing.project.apply_saved().succeeded();
        standing.project.plans_nothing();
    }
    standing.look();
    for same in STAYS {
        assert_eq!(standing.state[same], made[same], "{same}");
    }
}

#[test]
fn the_list_of_domains_that_are_let_through_changes_in_place() {
    let sandbox = Sandbox::start();
    let behind = |domains: &str| {
        let network = format!(
            r#"{{ cidr = "10.20.0.0/16", az_count = 1, egress = "firewall", allowed_domains = {domains} }}"#
        );
        studio_domain().with("network", network)
    };
    let standing = Standing::of(&sandbox, &behind(r#"[".lib.test"]"#));
    standing.want(&behind(r#"[".lib.test", "mirror.example.net"]"#));
    let plan = standing.project.saved_plan();
    let change = plan.change(DOMAIN_ADDRESS);
    assert_eq!(change.actions(), "update");
    assert_eq!(change.parts(), ["network/firewall/rules: rules"]);
    standing.project.apply_saved().succeeded();
    standing.project.plans_nothing();
}

#[test]
fn a_change_that_running_apps_forbid_names_them() {
    let sandbox = Sandbox::start();
    let standing = Standing::of(&sandbox, &studio_domain());
    let app = json!({"UserProfileName": "alice", "AppType": "KernelGateway", "AppName": "kernel"});
    standing.on_domain("create_app", app.clone());
    standing.want(&studio_domain().with("studio", "{ source_identity = false }"));
    let refused = standing.project.apply();
    refused.failed();
    filtered(|| insta::assert_snapshot!("apps_run", refused.diagnostics()));
    standing.on_domain("delete_app", app);
    standing.project.apply().succeeded();
    standing.project.plans_nothing();
}

#[test]
fn another_name_or_other_addresses_make_another_domain() {
    let sandbox = Sandbox::start();
    room_for_two(&sandbox);
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let replaced = |config: &Resource| {
        standing.want(config);
        let plan = standing.project.saved_plan();
        let change = plan.change(DOMAIN_ADDRESS);
        assert_eq!(change.actions(), "delete, create");
        assert_eq!(change.after().get("home_efs_id"), None::<&Value>);
    };
    replaced(&studio_domain().with("name", r#""cloister-test-other""#));
    replaced(&studio_domain().with("network", r#"{ cidr = "10.30.0.0/16" }"#));
    let said = standing.project.plan();
    let said = &said.succeeded().stdout;
    assert!(said.contains("# forces replacement"), "{said}");
    standing.project.apply_saved().succeeded();
    standing.project.plans_nothing();
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}
