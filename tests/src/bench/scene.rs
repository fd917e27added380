//! What is measured: the composites, and the sandbox that has room for them.

use serde_json::json;

use crate::rig::{Resource, Sandbox, locked_bucket, studio_domain};

/// A domain over three zones behind a firewall, with twelve interface endpoints and five users.
pub fn firewall_domain() -> Resource {
    studio_domain()
        .with(
            "network",
            r#"{
    cidr               = "10.20.0.0/16"
    availability_zones = ["us-east-1a", "us-east-1b", "us-east-1c"]
    egress             = "firewall"
    allowed_domains    = [".lib.test"]
  }"#,
        )
        // The eleven usual ones and one more.
        .with("endpoints", "{ events = {} }")
        .with(
            "profiles",
            r#"{
    ada  = { persona = "data-scientist" }
    bob  = { persona = "mlops" }
    cleo = { persona = "data-scientist" }
    dan  = { persona = "data-scientist" }
    eve  = { persona = "mlops" }
  }"#,
        )
}

/// Lets an account have the users of that domain.
pub fn room_for_its_users(sandbox: &Sandbox) {
    sandbox.quotas(&json!({"sagemaker:user-profile": 10}));
}

/// A locked bucket in each of these accounts, by one provider.
pub fn bucket_in_each(accounts: &[String]) -> String {
    let bucket = locked_bucket()
        .labelled("each")
        .with("for_each", format!("toset({accounts:?})"))
        .with("name", r#""cloister-bench-${each.key}""#)
        .with("account", "{ id = each.key }")
        .with(
            "administrators",
            r#"["arn:aws:iam::${each.key}:role/CloisterProvisioner"]"#,
        );
    format!(
        r#"
provider "cloister" {{
  account_role_arn = "arn:aws:iam::{{account}}:role/CloisterProvisioner"
}}

{bucket}"#
    )
}
