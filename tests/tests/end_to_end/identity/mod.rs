//! One name, one composite: whoever comes second waits or is refused, and never makes a twin.

mod anchor;
mod haste;
mod refused;

use std::collections::BTreeSet;

use cloister_tests::rig::{
    ADDRESS, BUCKET, DOMAIN, DOMAIN_ADDRESS, Project, Resource, Sandbox, anchor, locked_bucket,
    studio_domain,
};

use crate::studio_domain::fixture::{census, room_for_two};

/// A composite that a test is about.
pub(super) struct Subject {
    pub(super) config: Resource,
    pub(super) address: &'static str,
    pub(super) anchor: String,
}

/// A locked bucket and a Studio domain: what can be named, and what AWS names.
pub(super) fn subjects() -> [Subject; 2] {
    let bucket = Subject {
        config: locked_bucket(),
        address: ADDRESS,
        anchor: anchor(BUCKET),
    };
    let domain = Subject {
        config: studio_domain(),
        address: DOMAIN_ADDRESS,
        anchor: format!("/cloister/secure_studio_domain/{DOMAIN}"),
    };
    [bucket, domain]
}

impl Subject {
    /// A folder with a state of its own, in an account that has room for twins.
    pub(super) fn project<'a>(&self, sandbox: &'a Sandbox) -> Project<'a> {
        room_for_two(sandbox);
        sandbox.project().file("main.tf", self.config.to_string())
    }

    /// What an account holds once it is applied, in a folder that has it in its state.
    pub(super) fn applied<'a>(&self, sandbox: &'a Sandbox) -> (Project<'a>, BTreeSet<String>) {
        let project = self.project(sandbox);
        project.apply().succeeded();
        (project, census(sandbox))
    }
}

/// The calls that were to change something, from some call on, with the code of those that were refused.
pub(super) fn writes(sandbox: &Sandbox, from: usize) -> Vec<(String, Option<String>)> {
    let calls = sandbox.calls().split_off(from);
    let writes = calls.into_iter().filter(cloister_tests::rig::Call::writes);
    writes.map(|call| (call.operation, call.error)).collect()
}

/// The only write of a run that meets another's anchor: to make its own, which is refused.
pub(super) fn refused_anchor() -> Vec<(String, Option<String>)> {
    vec![(
        "ssm:PutParameter".to_owned(),
        Some("ParameterAlreadyExists".to_owned()),
    )]
}
