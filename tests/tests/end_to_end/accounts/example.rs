//! `examples/multi-account`: three accounts, two regions, one provider block.

use std::fs;

use cloister_tests::rig::{Project, Sandbox, workspace};
use serde_json::{Value, json};

use super::{credentials::assumed, provisioner};
use crate::studio_domain::fixture::{census, census_of};

const FILES: [&str; 2] = ["main.tf", "modules/workplace/main.tf"];
const REGIONS: [&str; 2] = ["us-east-1", "eu-west-1"];

fn example(sandbox: &Sandbox) -> Project<'_> {
    let project = sandbox.project();
    project.remove("prelude.tf");
    for name in FILES {
        let file = workspace().join("examples/multi-account").join(name);
        project.write(name, fs::read(file).expect("the example is there"));
    }
    project.terraform(&["get"]).succeeded();
    project
}

fn accounts(sandbox: &Sandbox) -> Vec<String> {
    let told = sandbox.seeded("member_account_ids");
    serde_json::from_str(&told).expect("a list of account ids")
}

/// The domains and buckets of an account that lie in a region.
fn in_place(sandbox: &Sandbox, account: &str, region: &str) -> Value {
    let aws = sandbox
        .aws()
        .acting_as(&provisioner(account))
        .in_region(region);
    let domains = aws.call("sagemaker", "list_domains", &json!({}));
    let buckets = aws.call("s3", "list_buckets", &json!({"BucketRegion": region}));
    json!([
        domains["Domains"][0]["DomainName"],
        domains["Domains"][1],
        buckets["Buckets"][0]["Name"],
        buckets["Buckets"][1]
    ])
}

#[test]
fn one_module_serves_three_accounts_and_two_regions() {
    let sandbox = Sandbox::start();
    let project = example(&sandbox);
    let accounts = accounts(&sandbox);
    let home = census(&sandbox);
    let before: Vec<_> = accounts
        .iter()
        .map(|account| census_of(&sandbox, account))
        .collect();
    project.apply().succeeded();
    for account in &accounts {
        for region in REGIONS {
            let bucket = format!("cloister-multi-{account}-{region}");
            let expected = json!(["cloister-multi", null, bucket, null]);
            assert_eq!(in_place(&sandbox, account, region), expected);
        }
    }
    assert_eq!(census(&sandbox), home);

    let from = sandbox.calls().len();
    project.plans_nothing();
    assert_eq!(assumed(&sandbox, from), accounts.len());

    // An import has no config to read the account from: the id and the provider's pattern lead there.
    let (account, region) = (&accounts[1], REGIONS[1]);
    let address =
        format!("module.workplace[\"{account}/{region}\"].cloister_s3_locked_bucket.data");
    let id = format!("{account}/{region}/cloister-multi-{account}-{region}");
    project.terraform(&["state", "rm", &address]).succeeded();
    project.import(&address, &id).succeeded();
    project.plans_nothing();

    project.destroy().succeeded();
    let after: Vec<_> = accounts
        .iter()
        .map(|account| census_of(&sandbox, account))
        .collect();
    assert_eq!(after, before);
    assert_eq!(census(&sandbox), home);
}
