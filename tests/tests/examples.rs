//! `examples/`, as a reader of the README would run them.

use anyhow::Result;
use cloister_tests::{Project, Sandbox};

fn applies_plans_empty_and_is_destroyed(example: &str) -> Result<()> {
    let sandbox = Sandbox::start()?;
    let project = Project::example(&sandbox, example)?;
    project.get()?.success();
    project.apply()?.success();
    project.plan()?.success();
    project.destroy()?.success();
    Ok(())
}

#[test]
fn the_quickstart_applies_plans_empty_and_is_destroyed() -> Result<()> {
    applies_plans_empty_and_is_destroyed("quickstart")
}

#[test]
fn the_firewall_applies_plans_empty_and_is_destroyed() -> Result<()> {
    applies_plans_empty_and_is_destroyed("firewall")
}

#[test]
fn many_accounts_apply_plan_empty_and_are_destroyed() -> Result<()> {
    applies_plans_empty_and_is_destroyed("multi-account")
}
