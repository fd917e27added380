//! What is wrong with a domain, where, and what to do: as Terraform's user reads it.

mod apply;
mod plan;

use cloister_tests::rig::Outcome;

/// What a command that has to fail tells.
#[track_caller]
fn told(what: &str, outcome: &Outcome) -> String {
    format!("=== {what}\n{}\n", outcome.failed().diagnostics())
}
