//! What config does not know at plan keeps no domain from being planned and made.

use cloister_tests::rig::{Change, DOMAIN_ADDRESS, Resource, Sandbox, filtered, studio_domain};
use serde_json::Value;

/// Values of another resource, which are known only once it is made.
const ELSEWHERE: &str = r#"
resource "terraform_data" "elsewhere" {
  input = {
    cidr     = "10.20.0.0/16"
    bucket   = "acme-data"
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    admin    = var.administrator_arn
    persona  = "mlops"
    policy   = jsonencode({
      Version   = "2012-10-17"
      Statement = [{ Effect = "Allow", Action = "s3:ListAllMyBuckets", Resource = "*" }]
    })
  }
}
"#;

fn from(attribute: &str) -> String {
    format!("terraform_data.elsewhere.output.{attribute}")
}

/// The parts of which a plan does not know the settings; `*` stands for all of them.
fn unknown_parts(change: &Change<'_>) -> Vec<String> {
    match &change.unknown()["parts"] {
        Value::Bool(true) => vec!["*".to_owned()],
        parts => parts
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, part)| part["settings"] == true)
            .map(|(key, _)| key.clone())
            .collect(),
    }
}

#[test]
fn what_is_known_at_apply_only_plans_and_applies() {
    let base = studio_domain();
    let cases: [(&str, Resource, &[&str]); 6] = [
        (
            "the range of the network",
            base.clone()
                .with("network", format!("{{ cidr = {} }}", from("cidr"))),
            &["*"],
        ),
        (
            "an administrator",
            base.clone()
                .with("administrators", format!("[{}]", from("admin"))),
            &["keys/data", "keys/home", "keys/volumes"],
        ),
        (
            "a boundary",
            base.clone().with(
                "iam",
                format!("{{ permissions_boundary_arn = {} }}", from("boundary")),
            ),
            &[
                "roles/data-scientist",
                "roles/default",
                "roles/flow-log",
                "roles/mlops",
            ],
        ),
        (
            "a bucket",
            base.clone()
                .with("data_buckets", format!("[{}]", from("bucket"))),
            &[
                "endpoints/s3",
                "roles/data-scientist/policies",
                "roles/mlops/policies",
            ],
        ),
        (
            "a policy",
            base.clone()
                .with(
                    "personas",
                    format!(
                        r#"{{ analyst = {{ based_on = "data-scientist", additional_policy = {} }} }}"#,
                        from("policy")
                    ),
                )
                .with("profiles", r#"{ alice = { persona = "analyst" } }"#),
            &["roles/analyst/policies"],
        ),
        (
            "a persona",
            base.with(
                "profiles",
                format!("{{ alice = {{ persona = {} }} }}", from("persona")),
            ),
            &["*"],
        ),
    ];
    let sandbox = Sandbox::start();
    let project = sandbox.project().file("elsewhere.tf", ELSEWHERE);
    for (what, config, unknown) in cases {
        project.write("main.tf", config.to_string());
        let plan = project.saved_plan();
        assert_eq!(
            unknown_parts(&plan.change(DOMAIN_ADDRESS)),
            unknown,
            "{what}"
        );
        project.apply_saved().succeeded();
        project.plans_nothing();
        project.destroy().succeeded();
    }
}

/// What the plan could not judge is judged as soon as it is known.
#[test]
fn what_turns_out_wrong_at_apply_is_refused_before_anything_is_made() {
    let sandbox = Sandbox::start();
    let before = sandbox.census();
    let config = studio_domain().with("network", format!("{{ cidr = {} }}", from("cidr")));
    let project = sandbox
        .project()
        .file(
            "elsewhere.tf",
            ELSEWHERE.replace("10.20.0.0/16", "10.20.0.0/26"),
        )
        .file("main.tf", config.to_string());
    let refused = project.apply();
    refused.failed();
    filtered(|| insta::assert_snapshot!("wrong", refused.diagnostics()));
    assert_eq!(sandbox.census(), before);
}
