//! A domain that stands, and who looks at it.

use std::collections::{BTreeMap, BTreeSet};

use cloister_tests::rig::{
    Aws, DOMAIN_ADDRESS, HOME_ACCOUNT, OF_THE_ACCOUNT, Project, Resource, Sandbox,
};
use serde_json::{Value, json};

/// Every live object of the account but those that are the account's own.
pub(crate) fn census(sandbox: &Sandbox) -> BTreeSet<String> {
    census_of(sandbox, HOME_ACCOUNT)
}

/// The same of another account.
pub(crate) fn census_of(sandbox: &Sandbox, account: &str) -> BTreeSet<String> {
    let mut found = sandbox.census_of(account);
    found.retain(|object| !OF_THE_ACCOUNT.iter().any(|of| object.starts_with(of)));
    found
}

/// How many objects of each kind the account holds.
pub(crate) fn count(sandbox: &Sandbox) -> BTreeMap<String, usize> {
    let mut count = BTreeMap::new();
    for object in census(sandbox) {
        let (kind, _) = object.split_once(' ').expect("a kind and an id");
        *count.entry(kind.to_owned()).or_default() += 1;
    }
    count
}

/// Lets an account have the users of two domains: the plan of a domain under a new name counts those that stand, and
/// cannot know that they will go.
pub(crate) fn room_for_two(sandbox: &Sandbox) {
    sandbox.quotas(&json!({"sagemaker:user-profile": 4}));
}

/// What makes objects, by how often it did, from some call on; the anchor is no object of a domain.
pub(super) type Creates = BTreeMap<String, usize>;

pub(super) fn creates(sandbox: &Sandbox, from: usize) -> Creates {
    let mut found = Creates::new();
    for call in sandbox.calls().split_off(from) {
        let (_, name) = call.operation.split_once(':').unwrap_or_default();
        let is_cut = call.faulted.as_deref() == Some("cut");
        if name.starts_with("Create") && call.error.is_none() && !is_cut {
            *found.entry(call.operation).or_default() += 1;
        }
    }
    found
}

/// Applies once more after a create that was cut short, as its diagnostics advise.
#[track_caller]
pub(super) fn go_on(project: &Project<'_>) {
    if project.state(DOMAIN_ADDRESS).is_some() {
        project.terraform(&["untaint", DOMAIN_ADDRESS]).succeeded();
    }
    project.apply().succeeded();
    project.plans_nothing();
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

    /// Applies another configuration in place, after which the plan is empty.
    #[track_caller]
    pub(super) fn change(&mut self, config: &Resource) {
        self.want(config);
        let plan = self.project.saved_plan();
        assert_eq!(plan.change(DOMAIN_ADDRESS).actions(), "update");
        self.project.apply_saved().succeeded();
        self.project.plans_nothing();
        self.look();
    }

    /// Takes a new look at the state.
    #[track_caller]
    pub(super) fn look(&mut self) {
        let state = self.project.state(DOMAIN_ADDRESS);
        self.state = state.expect("the domain is in the state");
    }

    /// An attribute as the last apply left it.
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

    /// Writes another configuration.
    pub(super) fn want(&self, config: &Resource) {
        self.project.write("main.tf", config.to_string());
    }

    /// Makes a call about the domain.
    #[track_caller]
    pub(super) fn on_domain(&self, operation: &str, mut parameters: Value) -> Value {
        parameters["DomainId"] = json!(self.attribute("domain_id"));
        self.aws.call("sagemaker", operation, &parameters)
    }
}
