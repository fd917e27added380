//! From nothing to a domain that people work in, and back to nothing.

use cloister_tests::rig::{Sandbox, studio_domain};
use serde_json::json;

use super::fixture::{Standing, census};

#[test]
fn a_domain_is_made_and_destroyed_without_a_trace() {
    let sandbox = Sandbox::start();
    let before = census(&sandbox);
    let standing = Standing::of(&sandbox, &studio_domain());
    let domain = standing.on_domain("describe_domain", json!({}));
    assert_eq!(
        json!([
            domain["Status"],
            domain["VpcId"],
            domain["HomeEfsFileSystemId"]
        ]),
        json!([
            "InService",
            standing.id("network/vpc"),
            standing.attribute("home_efs_id")
        ])
    );
    standing.project.destroy().succeeded();
    assert_eq!(census(&sandbox), before);
}
