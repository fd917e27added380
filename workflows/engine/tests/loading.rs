//! What the writer of a workflow file reads when something is wrong with it.

use std::collections::BTreeMap;

use cloister_workflow::{InputValue, Workflow};

fn refusal(text: &str) -> String {
    match Workflow::load("lab.yaml", text) {
        Ok(_) => "accepted".to_owned(),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn every_problem_of_a_file_is_shown_at_its_place() {
    insta::assert_snapshot!(refusal(include_str!("faults/everything.yaml")));
}

#[test]
fn files_that_are_no_workflow_are_refused() {
    let cases = [
        ("empty", ""),
        ("a list", "- id: a\n"),
        ("no steps", "id: a\ntitle: A\nsteps: []\n"),
        ("steps is no list", "id: a\ntitle: A\nsteps: {}\n"),
        ("tab", "id: a\n\ttitle: A\n"),
        ("open bracket", "id: a\ntitle: A\nsteps: [\n"),
        ("two documents", "id: a\n---\nid: b\n"),
        (
            "a step that needs itself",
            "id: a\ntitle: A\nsteps:\n  - id: x\n    title: X\n    needs: [x]\n    check: {manual: {question: Q}}\n",
        ),
        ("merge key", "id: a\n<<: {title: A}\n"),
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|(name, text)| format!("## {name}\n{}", refusal(text)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

const INPUTS: &str = r#"id: inputs
title: Inputs
inputs:
  bucket:
    description: Name of the bucket
    pattern: "[a-z-]+"
  ids:
    description: Ids of the endpoints
    type: list
    pattern: "vpce-[0-9a-f]+"
  block:
    description: An address block
    default: 10.0.0.0/8
steps:
  - id: one
    title: One
    check:
      cloudtrail:
        pattern:
          requestParameters: {bucketName: ["${inputs.bucket}"], key: [{prefix: "x-${inputs.bucket}/"}]}
          vpcEndpointId: ["${inputs.ids}", {anything-but: ["${inputs.ids}"]}]
          sourceIPAddress: [{cidr: "${inputs.block}"}]
          literal: ["$${inputs.bucket}"]
"#;

fn bound(inputs: &[(&str, &str)]) -> String {
    let workflow = Workflow::load("lab.yaml", INPUTS).expect("a good file");
    let given: BTreeMap<String, InputValue> = inputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), InputValue::Text((*value).to_owned())))
        .collect();
    match workflow.bind(&given) {
        Ok(plan) => {
            let (_, proof) = plan.record_proofs().next().expect("one step");
            proof.pattern.to_json() + "\n"
        }
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn inputs_fill_patterns_or_are_refused() {
    let cases: [(&str, &[(&str, &str)]); 5] = [
        (
            "all given",
            &[("bucket", "data"), ("ids", "vpce-1, vpce-2")],
        ),
        (
            "one missing, one unknown",
            &[("bucket", "data"), ("idz", "vpce-1")],
        ),
        ("none given", &[]),
        ("wrong form", &[("bucket", "Data!"), ("ids", "vpce-1,x")]),
        (
            "a value that makes no pattern",
            &[("bucket", "data"), ("ids", "vpce-1"), ("block", "10.0.0.0")],
        ),
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|(name, inputs)| format!("## {name}\n{}", bound(inputs)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn live_kinds_must_be_known() {
    let text = "id: a\ntitle: A\nsteps:\n  - id: x\n    title: X\n    check: {live: {kind: s3:buckt, id: b, pattern: {a: [1]}}}\n";
    let workflow = Workflow::load("lab.yaml", text).expect("a good file");
    let problems = workflow
        .check_live_kinds(&["s3:bucket", "kms:key"])
        .expect_err("no such kind");
    insta::assert_snapshot!(problems.to_string());
}

#[test]
fn the_schemas_are_as_published() {
    insta::assert_json_snapshot!("workflow_schema", cloister_workflow::workflow_schema());
    insta::assert_json_snapshot!("report_schema", cloister_workflow::report_schema());
    insta::assert_json_snapshot!("access_schema", cloister_workflow::access_schema());
    insta::assert_json_snapshot!(
        "access_answer_schema",
        cloister_workflow::access_answer_schema()
    );
}

#[test]
fn the_labs_fit_the_published_schema() {
    let text = include_str!("../../labs/locked-bucket.yaml");
    let schema =
        serde_json::to_value(cloister_workflow::workflow_schema()).expect("a schema is JSON");
    let lab: serde_json::Value = serde_saphyr::from_str(text).expect("a lab is YAML");
    if let Err(error) = jsonschema::validate(&schema, &lab) {
        panic!("{error} at {}", error.instance_path());
    }
}

#[test]
fn what_is_wrong_with_an_access_check_is_shown_at_its_place() {
    insta::assert_snapshot!(refusal(include_str!("faults/access.yaml")));
}

const ACCESS: &str = r#"id: access
title: Access
inputs:
  role:
    description: ARN of a role
  objects:
    description: ARNs of objects
    type: list
  address:
    description: An address
    default: 192.0.2.1
steps:
  - id: one
    title: One
    check:
      access:
        principal: ${inputs.role}
        action: [s3:GetObject, s3:PutObject]
        resource: ["${inputs.objects}", "arn:aws:s3:::b/c"]
        context: {"aws:SourceIp": "${inputs.address}", "aws:TagKeys": [a, 1], "aws:SourceArn": null}
        expect: deny
"#;

fn bound_access(inputs: &[(&str, &str)]) -> String {
    let workflow = Workflow::load("lab.yaml", ACCESS).expect("a good file");
    let given: BTreeMap<String, InputValue> = inputs
        .iter()
        .map(|(name, value)| ((*name).to_owned(), InputValue::Text((*value).to_owned())))
        .collect();
    match workflow.bind(&given) {
        Ok(plan) => format!("{:#?}\n", plan.access_proofs().next().expect("one step")),
        Err(problems) => problems.to_string(),
    }
}

#[test]
fn inputs_fill_access_checks_or_are_refused() {
    let role = ("role", "arn:aws:iam::111122223333:role/data");
    let cases: [(&str, &[(&str, &str)]); 4] = [
        (
            "all given",
            &[role, ("objects", "arn:aws:s3:::b/a,arn:aws:s3:::b/b")],
        ),
        (
            "no role",
            &[("role", "data"), ("objects", "arn:aws:s3:::b/a")],
        ),
        (
            "a bucket among objects",
            &[role, ("objects", "arn:aws:s3:::b")],
        ),
        (
            "many objects in one",
            &[role, ("objects", "arn:aws:s3:::b/*")],
        ),
    ];
    let shown: Vec<String> = cases
        .iter()
        .map(|(name, inputs)| format!("## {name}\n{}", bound_access(inputs)))
        .collect();
    insta::assert_snapshot!(shown.join("\n"));
}
