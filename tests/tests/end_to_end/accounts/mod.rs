//! Many accounts and regions with one provider block.

mod credentials;
mod example;
mod lists;
mod moves;

use cloister_tests::rig::{MEMBER_ACCOUNT, Resource, locked_bucket};

/// A provider block that leads into every account, with further settings.
pub(crate) fn provider(settings: &str) -> String {
    format!(
        "provider \"cloister\" {{\n  account_role_arn = \"arn:aws:iam::{{account}}:role/CloisterProvisioner\"\n  {settings}\n}}\n"
    )
}

/// The role that leads into an account.
fn provisioner(account: &str) -> String {
    format!("arn:aws:iam::{account}:role/CloisterProvisioner")
}

/// The name of [`in_member`].
const IN_MEMBER: &str = "cloister-test-member";

/// A bucket in another account than the provider's.
fn in_member() -> Resource {
    locked_bucket()
        .labelled("member")
        .with("name", format!("{IN_MEMBER:?}"))
        .with("account", format!("{{ id = {MEMBER_ACCOUNT:?} }}"))
        .with(
            "administrators",
            format!("[{:?}]", provisioner(MEMBER_ACCOUNT)),
        )
}
