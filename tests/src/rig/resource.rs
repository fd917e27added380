//! The configuration of a composite, of which a test states only what matters to it.

use std::fmt;

/// The name of the bucket in tests: each test has a sandbox of its own.
pub const BUCKET: &str = "cloister-test-data";
/// The address of the bucket in tests.
pub const ADDRESS: &str = "cloister_s3_locked_bucket.data";

/// A resource in HCL.
#[derive(Debug, Clone)]
pub struct Resource {
    kind: &'static str,
    label: &'static str,
    attributes: Vec<(&'static str, String)>,
    blocks: Vec<(&'static str, &'static str)>,
}

/// A bucket behind the sandbox's endpoint that can be destroyed, objects and all.
pub fn locked_bucket() -> Resource {
    Resource {
        kind: "cloister_s3_locked_bucket",
        label: "data",
        attributes: Vec::new(),
        blocks: Vec::new(),
    }
    .with("name", format!("{BUCKET:?}"))
    .with("vpc_endpoint_ids", "[var.s3_endpoint_id]")
    .with("administrators", "[var.administrator_arn]")
    .with("force_destroy", "true")
    .with("deletion_protection", "false")
}

/// The name of the trail in tests.
pub const TRAIL: &str = "cloister-test-audit";
/// The address of the trail in tests.
pub const TRAIL_ADDRESS: &str = "cloister_audit_trail.audit";

/// A trail that can be destroyed, log files and all.
pub fn audit_trail() -> Resource {
    Resource {
        kind: "cloister_audit_trail",
        label: "audit",
        attributes: Vec::new(),
        blocks: Vec::new(),
    }
    .with("name", format!("{TRAIL:?}"))
    .with("administrators", "[var.administrator_arn]")
    .with("force_destroy", "true")
    .with("deletion_protection", "false")
}

/// The name of the domain in tests.
pub const DOMAIN: &str = "cloister-test-studio";
/// The address of the domain in tests.
pub const DOMAIN_ADDRESS: &str = "cloister_secure_studio_domain.studio";

/// A domain over two zones with no way out and two users, which can be destroyed with all that it holds.
pub fn studio_domain() -> Resource {
    Resource {
        kind: "cloister_secure_studio_domain",
        label: "studio",
        attributes: Vec::new(),
        blocks: Vec::new(),
    }
    .with("name", format!("{DOMAIN:?}"))
    .with("administrators", "[var.administrator_arn]")
    .with("network", r#"{ cidr = "10.20.0.0/16" }"#)
    .with(
        "profiles",
        r#"{
    alice = { persona = "data-scientist" }
    bob   = { persona = "mlops" }
  }"#,
    )
    .with("home_efs", r#""delete""#)
    .with("logs", r#""delete""#)
    .with("deletion_protection", "false")
}

impl Resource {
    /// The same domain with a way out behind a firewall, to one name.
    #[must_use]
    pub fn behind_firewall(self) -> Self {
        let network = r#"{
    cidr            = "10.20.0.0/16"
    egress          = "firewall"
    allowed_domains = [".lib.test"]
  }"#;
        self.with("network", network)
    }

    /// The same resource under another label.
    #[must_use]
    pub fn labelled(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    /// Sets an attribute to an expression, in place of what it was.
    #[must_use]
    pub fn with(mut self, name: &'static str, expression: impl Into<String>) -> Self {
        let expression = expression.into();
        match self.attributes.iter_mut().find(|(given, _)| *given == name) {
            Some((_, given)) => *given = expression,
            None => self.attributes.push((name, expression)),
        }
        self
    }

    /// Adds a block.
    #[must_use]
    pub fn block(mut self, name: &'static str, body: &'static str) -> Self {
        self.blocks.push((name, body));
        self
    }

    /// Leaves an attribute out.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.attributes.retain(|(given, _)| *given != name);
        self
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "resource {:?} {:?} {{", self.kind, self.label)?;
        for (name, expression) in &self.attributes {
            writeln!(f, "  {name} = {expression}")?;
        }
        for (name, body) in &self.blocks {
            writeln!(f, "  {name} {{\n    {body}\n  }}")?;
        }
        writeln!(f, "}}")
    }
}
