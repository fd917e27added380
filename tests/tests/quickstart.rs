//! `examples/quickstart`, as a reader of the README would run it.

use anyhow::Result;
use cloister_tests::{Project, Sandbox};

#[test]
fn the_quickstart_applies_plans_empty_and_is_destroyed() -> Result<()> {
    let sandbox = Sandbox::start()?;
    let project = Project::example(&sandbox, "quickstart")?;
    project.apply()?.success();
    project.plan()?.success();
    project.destroy()?.success();
    Ok(())
}
