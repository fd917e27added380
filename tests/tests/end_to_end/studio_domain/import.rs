//! A domain that stands in the account comes back into an empty state.

use cloister_tests::rig::{DOMAIN, DOMAIN_ADDRESS, HOME_ACCOUNT, Resource, Sandbox, studio_domain};

use super::fixture::Standing;

/// A domain with nearly everything that can be said of one.
fn elaborate() -> Resource {
    studio_domain()
        .with(
            "network",
            r#"{
    cidr               = "10.20.0.0/16"
    availability_zones = ["us-east-1b", "us-east-1c"]
    egress             = "nat"
    capacity           = { users = 40, job_instances = 10 }
  }"#,
        )
        .with(
            "endpoints",
            r#"{
    secretsmanager = {}
    ssm            = { enabled = false }
    sts = {
      policy = jsonencode({
        Version   = "2012-10-17"
        Statement = [{ Effect = "Allow", Principal = "*", Action = "sts:GetCallerIdentity", Resource = "*" }]
      })
    }
  }"#,
        )
        .with("flow_logs", "{ retention_days = 30, aggregation_seconds = 600 }")
        .with(
            "keys",
            "{ rotation_period_days = 180, deletion_window_days = 7 }",
        )
        .with(
            "personas",
            r#"{
    analyst = { based_on = "data-scientist", team = "blue", max_session_seconds = 7200 }
    mlops   = {}
  }"#,
        )
        .with(
            "profiles",
            r#"{
    alice = {
      persona = "analyst"
      spaces = {
        notes = {}
        code  = { app_type = "CodeEditor", volume_gb = 20 }
      }
    }
    bob = { persona = "mlops", team = "red" }
  }"#,
        )
        .with(
            "studio",
            r#"{ idle_timeout_minutes = 60, docker = true, docker_trusted_accounts = ["111122223333"], hidden_tools = ["JumpStart"] }"#,
        )
        .with(
            "guardrails",
            r#"{ instance_types = ["ml.t3.*", "ml.m5.large"], network_isolation = true }"#,
        )
        .with("data_buckets", r#"["acme-data"]"#)
        .with("sign_in", r#"{ source_cidrs = ["203.0.113.0/24"] }"#)
        .with("iam", r#"{ path = "/studio/", name_prefix = "acme-" }"#)
        .with("tags", r#"{ team = "blue" }"#)
}

#[test]
fn an_import_into_an_empty_state_plans_nothing() {
    let sandbox = Sandbox::start();
    for config in [
        elaborate(),
        studio_domain().with("name", r#""cloister-test-plain""#),
    ] {
        let mut standing = Standing::of(&sandbox, &config);
        let name = standing.attribute("name").to_owned();
        let made = standing.state.clone();
        for id in [format!("{HOME_ACCOUNT}/us-east-1/{name}"), name] {
            standing.project.remove("terraform.tfstate");
            standing.project.import(DOMAIN_ADDRESS, &id).succeeded();
            standing.project.plans_nothing();
            standing.look();
            assert_eq!(standing.state, made, "{id}");
        }
        standing.project.destroy().succeeded();
    }
}

#[test]
fn a_domain_that_stands_already_is_not_taken_over() {
    let sandbox = Sandbox::start();
    let standing = Standing::of(&sandbox, &studio_domain());
    let before = sandbox.census();
    standing.project.remove("terraform.tfstate");
    let refused = standing.project.apply();
    refused.failed();
    let told = refused.diagnostics();
    let id = format!("{HOME_ACCOUNT}/us-east-1/{DOMAIN}");
    assert!(told.contains(&id), "{told}");
    assert_eq!(sandbox.census(), before);
}
