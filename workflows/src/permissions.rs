//! `cloister permissions`: least-privilege policies for who plans and who applies, from what a plan or a state shows.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use cloister_aws::{Composed, Partition, Permissions, permissions};
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

A role gets a list of policy documents, each small enough for a managed policy: attach all of
them. The plan role reads only. The apply role makes, changes and destroys, and is narrowed by
names and by the tag `cloister:composite`. Other resources of the configuration are not in them.

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
    /// The account whose roles are meant, where there are composites in several.
    #[arg(long, value_name = "ID")]
    account: Option<String>,
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
    let composites = of_one_account(composites, args.account.as_deref())?;
    let region = composites.first().map_or("", |one| one.region.as_str());
    let partition = Partition::of_region(region).unwrap_or(Partition::standard());
    let found = permissions(partition.id, &composites);
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

/// Roles belong to an account: what stands in several would otherwise be allowed in each of them.
fn of_one_account(all: Vec<Composed>, wanted: Option<&str>) -> Result<Vec<Composed>, Failure> {
    let accounts: BTreeSet<String> = all.iter().map(|one| one.account.clone()).collect();
    let named = Vec::from_iter(accounts.clone()).join(", ");
    let account = match (wanted, accounts.first()) {
        (_, None) => {
            let message = "there is no composite whose parts are known";
            let hint = "plan with resources of `cloister`, and give what `terraform show -json PLAN` prints";
            return Err(Failure::wrong_usage(message).hint(hint));
        }
        (Some(wanted), _) if !accounts.contains(wanted) => {
            let message = format!("no composite is in account `{wanted}`");
            return Err(Failure::wrong_usage(message).hint(format!("there are some in: {named}")));
        }
        (None, Some(_)) if accounts.len() > 1 => {
            let message = format!("the composites are in several accounts: {named}");
            return Err(Failure::wrong_usage(message).hint("name one with `--account`"));
        }
        (Some(wanted), _) => wanted.to_owned(),
        (None, Some(only)) => only.clone(),
    };
    Ok(all
        .into_iter()
        .filter(|one| one.account == account)
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn composed(account: &str) -> Composed {
        Composed {
            account: account.into(),
            region: "eu-west-1".into(),
            tag: String::new(),
            parts: Vec::new(),
        }
    }

    #[test]
    fn one_account_is_meant_or_has_to_be_named() {
        for (accounts, wanted, expected) in [
            (&[][..], None, None),
            (&["1"], None, Some(1)),
            (&["1", "1"], Some("1"), Some(2)),
            (&["1", "2"], None, None),
            (&["1", "2"], Some("2"), Some(1)),
            (&["1", "2"], Some("3"), None),
        ] {
            let all = accounts.iter().map(|account| composed(account)).collect();
            let found = of_one_account(all, wanted).ok().map(|found| found.len());
            assert_eq!(found, expected, "{accounts:?} {wanted:?}");
        }
    }
}
