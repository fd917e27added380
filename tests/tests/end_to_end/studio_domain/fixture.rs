//! A domain that stands, and who looks at it.

use std::collections::BTreeSet;

use cloister_tests::rig::{Aws, DOMAIN_ADDRESS, Project, Resource, Sandbox};
use serde_json::{Value, json};

/// Every live object of the account but the roles that AWS makes for its own services: they belong to the account, and
/// every other domain in it needs them.
pub(super) fn census(sandbox: &Sandbox) -> BTreeSet<String> {
    let mut found = sandbox.census();
    found.retain(|object| !object.starts_with("iam:service-linked-role "));
    found
}

/// An applied domain, and who looks at it.
pub(super) struct Standing<'a> {
    pub(super) project: Project<'a>,
    pub(super) aws: Aws<'a>,
    pub(super) state: Value,
}

impl<'a> Standing<'a> {
    /// Makes a domain, of which the next plan is empty.
    #[track_caller]
    pub(super) fn of(sandbox: &'a Sandbox, config: &Resource) -> Self {
        let project = sandbox.project().file("main.tf", config.to_string());
        project.apply().succeeded();
        project.plans_nothing();
        let state = project.state(DOMAIN_ADDRESS);
        Self {
            project,
            aws: sandbox.aws(),
            state: state.expect("the domain is in the state"),
        }
    }

    /// An attribute as the last apply of [`Self::of`] left it.
    #[track_caller]
    pub(super) fn attribute(&self, name: &str) -> &str {
        self.state[name].as_str().expect("the attribute is a text")
    }

    /// The id of a part, such as `network/vpc`.
    #[track_caller]
    pub(super) fn id(&self, part: &str) -> &str {
        let id = &self.state["parts"][part]["id"];
        id.as_str().unwrap_or_else(|| panic!("`{part}` has an id"))
    }

    /// Makes a call about the domain.
    #[track_caller]
    pub(super) fn on_domain(&self, operation: &str, mut parameters: Value) -> Value {
        parameters["DomainId"] = json!(self.attribute("domain_id"));
        self.aws.call("sagemaker", operation, &parameters)
    }
}
