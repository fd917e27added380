//! What a plan refuses, before anything is made.

use cloister_tests::rig::{Resource, Sandbox, filtered, studio_domain};

use super::told;

fn network(given: &str) -> Resource {
    studio_domain().with("network", given)
}

fn profiles(given: &str) -> Resource {
    studio_domain().with("profiles", given)
}

/// A persona that gets this policy as well.
fn analyst(policy: &str) -> Resource {
    studio_domain()
        .with(
            "personas",
            format!(
                r#"{{ analyst = {{ based_on = "data-scientist", additional_policy = {policy} }} }}"#
            ),
        )
        .with("profiles", r#"{ alice = { persona = "analyst" } }"#)
}

/// Plans every config in one account, and tells what each is told.
fn refusals(sandbox: &Sandbox, cases: &[(&str, Resource)]) -> String {
    let before = sandbox.census();
    let project = sandbox.project();
    let told = cases.iter().map(|(what, config)| {
        project.write("main.tf", config.to_string());
        told(what, &project.plan())
    });
    let report = told.collect();
    assert_eq!(sandbox.census(), before);
    report
}

#[test]
fn a_network_that_cannot_be_is_refused() {
    let cases = [
        ("no network", studio_domain().without("network")),
        (
            "two networks",
            studio_domain().with(
                "existing_network",
                r#"{ vpc_id = "vpc-0123456789abcdef0", subnet_ids = ["subnet-0123456789abcdef0"] }"#,
            ),
        ),
        ("no range", network(r#"{ cidr = "10.20.0/16" }"#)),
        ("a range that AWS does not take", network(r#"{ cidr = "10.0.0.0/8" }"#)),
        ("a range with an address in it", network(r#"{ cidr = "10.20.3.4/16" }"#)),
        ("an address that is none", network(r#"{ cidr = "10.20.0.300/16" }"#)),
        ("too small a range", network(r#"{ cidr = "10.20.0.0/26" }"#)),
        (
            "too many users for the range",
            network(r#"{ cidr = "10.20.0.0/23", az_count = 3, egress = "nat", capacity = { users = 200 } }"#),
        ),
        (
            "subnets that overlap",
            network(
                r#"{ cidr = "10.20.0.0/16", subnets = {
    us-east-1a = { studio = "10.20.0.0/18" }
    us-east-1b = { studio = "10.20.32.0/19" }
  } }"#,
            ),
        ),
        (
            "a subnet outside the VPC, and one that is missing",
            network(
                r#"{ cidr = "10.20.0.0/16", egress = "nat", subnets = {
    us-east-1a = { studio = "10.20.0.0/18", nat = "10.21.0.0/28" }
    us-east-1b = { studio = "10.20.64.0/18" }
  } }"#,
            ),
        ),
        (
            "a subnet of a zone that is too small",
            network(r#"{ cidr = "10.20.0.0/16", subnets = { us-east-1a = { studio = "10.20.0.0/28" } } }"#),
        ),
        (
            "zones that do not exist",
            network(r#"{ cidr = "10.20.0.0/16", availability_zones = ["us-east-1a", "us-east-1z"] }"#),
        ),
        (
            "a firewall without a list",
            network(r#"{ cidr = "10.20.0.0/16", egress = "firewall" }"#),
        ),
        (
            "a list without a firewall",
            network(r#"{ cidr = "10.20.0.0/16", egress = "nat", allowed_domains = [".lib.test"] }"#),
        ),
        (
            "a list with an address of a page",
            network(r#"{ cidr = "10.20.0.0/16", egress = "firewall", allowed_domains = ["https://lib.test/simple"] }"#),
        ),
    ];
    let report = refusals(&Sandbox::start(), &cases);
    filtered(|| insta::assert_snapshot!("network", report));
}

#[test]
fn people_who_cannot_be_are_refused() {
    let cases = [
        ("no word on the homes", studio_domain().without("home_efs")),
        (
            "a persona that there is not",
            profiles(r#"{ alice = { persona = "data-scientists" } }"#),
        ),
        (
            "a name that SageMaker does not take",
            profiles(r#"{ "alice@example.com" = { persona = "mlops" } }"#),
        ),
        (
            "a user of IAM Identity Center in a domain without it",
            profiles(r#"{ alice = { persona = "mlops", sso_user = "alice" } }"#),
        ),
        (
            "IAM Identity Center without users",
            studio_domain().with("auth_mode", r#""SSO""#),
        ),
        (
            "sign-in that cannot be limited",
            profiles(r#"{ alice = { persona = "mlops", sso_user = "alice" } }"#)
                .with("auth_mode", r#""SSO""#)
                .with("sign_in", r#"{ source_cidrs = ["198.51.100.0/24"] }"#),
        ),
        (
            "sign-in from private addresses",
            studio_domain().with("sign_in", r#"{ source_cidrs = ["10.0.0.0/8"] }"#),
        ),
        ("a policy that is none", analyst(r#""Allow everything""#)),
        (
            "a policy that breaks guardrails",
            analyst(
                r#"jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Sid = "Read", Effect = "Allow", Action = "s3:GetObject", Resource = "arn:aws:s3:::acme-data/*" },
      { Sid = "Deploy", Effect = "Allow", Action = "iam:PassRole", Resource = "*" },
    ]
  })"#,
            ),
        ),
        (
            "a policy that gives everything",
            analyst(
                r#"jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })"#,
            ),
        ),
        (
            "a session as administrator",
            studio_domain().with(
                "administrators",
                r#"["arn:aws:sts::111122223333:assumed-role/PlatformAdministrator/sandbox"]"#,
            ),
        ),
    ];
    let report = refusals(&Sandbox::start(), &cases);
    filtered(|| insta::assert_snapshot!("people", report));
}

#[test]
fn what_the_place_does_not_offer_is_refused() {
    let sandbox = Sandbox::start();
    sandbox.withdraw("com.amazonaws.us-east-1.sagemaker.api", &["us-east-1b"]);
    let vpc = sandbox.seeded("vpc_id");
    let cases = [
        (
            "an endpoint service that a zone does not have",
            studio_domain(),
        ),
        (
            "an endpoint service that there is not",
            network(r#"{ cidr = "10.20.0.0/16", az_count = 1 }"#)
                .with("endpoints", "{ secretmanager = {} }"),
        ),
        (
            "a subnet that there is not",
            studio_domain().without("network").with(
                "existing_network",
                format!(r#"{{ vpc_id = "{vpc}", subnet_ids = ["subnet-0123456789abcdef0"] }}"#),
            ),
        ),
        (
            "IAM Identity Center where there is none",
            network(r#"{ cidr = "10.20.0.0/16", az_count = 1 }"#)
                .with("auth_mode", r#""SSO""#)
                .with(
                    "profiles",
                    r#"{ alice = { persona = "mlops", sso_user = "alice" } }"#,
                ),
        ),
    ];
    let report = refusals(&sandbox, &cases);
    filtered(|| insta::assert_snapshot!("place", report.replace(&vpc, "[VPC]")));
}
