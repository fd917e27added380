//! Opening the AWS account that a run looks at.

use cloister_aws::{Accounts, Environment, Settings, Target};
use cloister_runner::Account;

use crate::cli::VerifyArgs;
use crate::failure::Failure;

/// A session with the settings of the flags, the environment and the profile, in the AWS provider's order.
pub(crate) async fn open(args: &VerifyArgs) -> Result<Account, Failure> {
    let settings = Settings {
        region: args.region.clone(),
        profile: args.profile.clone(),
        ..Settings::default()
    };
    let accounts = Accounts::open(settings, Environment::from_process())
        .map_err(|error| Failure::wrong_usage(error.to_string()))?;
    let session = accounts.session(&Target::default()).await.map_err(|error| {
        Failure::broken(error.to_string())
            .hint("set credentials as for the AWS CLI (`--profile`, `AWS_PROFILE`), or use `--offline`")
    })?;
    Ok(Account::new(session))
}
