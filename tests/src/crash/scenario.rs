//! What is swept: each command of a composite's life.

use std::fmt;

use crate::rig::{ADDRESS, DOMAIN_ADDRESS, Resource, locked_bucket, studio_domain};

/// A short lease, so that a run that was killed is soon taken to be dead.
pub(super) const PROVIDER: &str = "provider \"cloister\" {\n  lease = \"2s\"\n}\n";

/// What is done to a composite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Apply, with nothing there.
    Create,
    /// Apply a configuration that changes several parts.
    Update,
    /// Destroy.
    Destroy,
}

/// One command of one composite.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// What is done.
    pub command: Command,
    /// To what, in one word.
    pub composite: &'static str,
    /// Its address in the configuration.
    pub address: &'static str,
    pub(super) config: fn() -> Resource,
    pub(super) changed: fn() -> Resource,
}

/// Everything that is swept.
pub const SCENARIOS: [Scenario; 6] = [
    bucket(Command::Create),
    bucket(Command::Update),
    bucket(Command::Destroy),
    domain(Command::Create),
    domain(Command::Update),
    domain(Command::Destroy),
];

const fn bucket(command: Command) -> Scenario {
    Scenario {
        command,
        composite: "bucket",
        address: ADDRESS,
        config: locked_bucket,
        changed: changed_bucket,
    }
}

const fn domain(command: Command) -> Scenario {
    Scenario {
        command,
        composite: "domain",
        address: DOMAIN_ADDRESS,
        config: firewalled_domain,
        changed: changed_domain,
    }
}

fn changed_bucket() -> Resource {
    locked_bucket()
        .with(
            "administrators",
            r#"[var.administrator_arn, "arn:aws:iam::111122223333:role/Auditor"]"#,
        )
        .with(
            "lifecycle_rules",
            r#"[{ id = "tidy", prefix = "tmp/", expire_days = 7 }]"#,
        )
        .with("own_key", "{ rotation_period_days = 180 }")
        .with("tags", r#"{ team = "blue" }"#)
}

fn firewalled_domain() -> Resource {
    studio_domain().with("network", network(r#"".lib.test""#))
}

/// Another destination, another endpoint, a persona that changes, a user who comes, one who goes, and one who changes.
fn changed_domain() -> Resource {
    studio_domain()
        .with("network", network(r#"".lib.test", ".pkg.test""#))
        .with("endpoints", "{ secretsmanager = {} }")
        .with(
            "personas",
            r#"{
    data-scientist = { team = "blue" }
    mlops = {}
  }"#,
        )
        .with(
            "profiles",
            r#"{
    alice = { persona = "mlops" }
    carol = { persona = "data-scientist", spaces = { notes = {} } }
  }"#,
        )
}

fn network(allowed: &str) -> String {
    format!(
        r#"{{
    cidr               = "10.20.0.0/16"
    availability_zones = ["us-east-1a", "us-east-1b"]
    egress             = "firewall"
    allowed_domains    = [{allowed}]
  }}"#
    )
}

impl Scenario {
    /// The arguments of the command.
    pub(super) fn arguments(&self) -> [&'static str; 2] {
        match self.command {
            Command::Create | Command::Update => ["apply", "-auto-approve"],
            Command::Destroy => ["destroy", "-auto-approve"],
        }
    }
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let command = match self.command {
            Command::Create => "create",
            Command::Update => "update",
            Command::Destroy => "destroy",
        };
        write!(f, "{command}-{}", self.composite)
    }
}
