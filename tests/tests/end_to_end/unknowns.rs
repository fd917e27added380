//! What config does not know at plan reaches the settings that depend on it, and no others.

use cloister_tests::rig::{ADDRESS, Sandbox, filtered, locked_bucket};

const NETWORK: &str = r#"
resource "terraform_data" "network" {
  input = { endpoint = var.s3_endpoint_id, team = "blue", days = 30, name = "cloister-test-data" }
}
"#;

fn from_network(attribute: &str) -> String {
    format!("terraform_data.network.output.{attribute}")
}

#[test]
fn only_the_settings_that_unknowns_reach_are_unknown() {
    let cases = [
        (
            "endpoint",
            locked_bucket().with(
                "vpc_endpoint_ids",
                format!("[{}]", from_network("endpoint")),
            ),
        ),
        (
            "tag",
            locked_bucket().with("tags", format!("{{ team = {} }}", from_network("team"))),
        ),
        (
            "rule",
            locked_bucket().with(
                "lifecycle_rules",
                format!(
                    r#"[{{ id = "tidy", expire_days = {} }}]"#,
                    from_network("days")
                ),
            ),
        ),
        ("name", locked_bucket().with("name", from_network("name"))),
    ];
    let sandbox = Sandbox::start();
    for (what, config) in cases {
        let project = sandbox
            .project()
            .file("network.tf", NETWORK)
            .file("main.tf", config.to_string());
        let plan = project.saved_plan();
        filtered(|| {
            insta::assert_json_snapshot!(
                format!("unknown_{what}"),
                plan.change(ADDRESS).unknown()["parts"]
            );
        });
        project.apply_saved().succeeded();
        project.plans_nothing();
        project.destroy().succeeded();
    }
}

#[test]
fn an_endpoint_that_becomes_unknown_changes_one_policy_in_place() {
    let config = locked_bucket().with(
        "vpc_endpoint_ids",
        format!("[{}]", from_network("endpoint")),
    );
    let sandbox = Sandbox::start();
    let project = sandbox
        .project()
        .file("network.tf", NETWORK)
        .file("main.tf", config.to_string());
    project.apply().succeeded();
    project.write(
        "network.tf",
        NETWORK.replace("var.s3_endpoint_id", r#""vpce-0123456789abcdef0""#),
    );
    let plan = project.saved_plan();
    let change = plan.change(ADDRESS);
    assert_eq!(
        (change.actions().as_str(), change.parts()),
        ("update", vec!["bucket/policy: (unknown)".to_owned()])
    );
    project.apply_saved().succeeded();
    project.plans_nothing();
}
