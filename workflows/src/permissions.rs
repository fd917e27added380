//! `cloister permissions`: least-privilege policies for who plans and who applies, from what a plan or a state shows.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cloister_aws::{Composed, Permissions, permissions};
use serde_json::json;

use crate::composed;
use crate::console;
use crate::failure::{Exit, Failure};

pub(crate) const HELP: &str = "\
Examples:
  From a plan, before anything exists:
    terraform plan -out plan.tfplan
    terraform show -json plan.tfplan | cloister permissions --role apply -

  From what stands, both roles at once:
    terraform show -json | cloister permissions -

What is printed for a role is a list of policy documents, each small enough for a managed policy: attach
all of them. The plan role reads only. The apply role makes, changes and destroys, and is narrowed by
names and by the tag `cloister:composite`. What other resources of the configuration need is not in them.

Exit codes:
  0  the policies were printed
  2  wrong usage, or a file that is neither a plan nor a state";

/// AWS's limit for a managed policy, white space aside:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const LONGEST_MANAGED: usize = 6144;

#[derive(Debug, Args)]
pub(crate) struct PermissionsArgs {
    /// What `terraform show -json` prints of a plan or a state, or a state file; `-` reads standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Print the documents of one role only.
    #[arg(long, value_enum)]
    role: Option<Role>,
    /// The partition of the account.
    #[arg(long, default_value = "aws", value_parser = ["aws", "aws-cn", "aws-us-gov"])]
    partition: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Role {
    /// Who plans and refreshes.
    Plan,
    /// Who applies and destroys.
    Apply,
}

/// Runs `cloister permissions`.
pub(crate) fn run(args: &PermissionsArgs) -> Result<Exit, Failure> {
    let composites: Vec<Composed> = composed::read(Path::new(&args.file))?;
    if composites.is_empty() {
        return Err(Failure::wrong_usage(format!(
            "`{}` shows no composite whose parts are known",
            args.file.display()
        ))
        .hint(
            "plan with resources of `cloister`, and give what `terraform show -json PLAN` prints",
        ));
    }
    let found = permissions(&args.partition, &composites);
    let documents =
        |grants: &[cloister_aws::Grant]| json!(Permissions::documents(grants, LONGEST_MANAGED));
    let (plan, apply) = (documents(&found.plan), documents(&found.apply));
    let shown = match args.role {
        Some(Role::Plan) => plan,
        Some(Role::Apply) => apply,
        None => json!({"plan": plan, "apply": apply}),
    };
    console::result(&format!("{shown:#}\n"))?;
    Ok(Exit::AllWell)
}
