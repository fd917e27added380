//! What a user sees of `verify`, `labs` and `schema`: output, messages and exit codes.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

const INPUTS: &str = "labs/samples/locked-bucket/inputs.yaml";

/// Runs `cloister` in the folder of this crate, without AWS settings of the machine.
fn cloister(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_cloister"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env_clear()
        .output()
        .unwrap_or_else(|error| panic!("cloister did not start: {error}"));
    let mut shown = format!("$ cloister {}\n", arguments.join(" "));
    let code = output.status.code().unwrap_or(-1);
    let _ = writeln!(shown, "exit code {code}");
    for (name, bytes) in [("stdout", output.stdout), ("stderr", output.stderr)] {
        let _ = writeln!(shown, "--- {name}\n{}", String::from_utf8_lossy(&bytes));
    }
    shown
}

/// Times of this run differ from run to run.
fn steady(text: &str) -> String {
    let mut steady = String::new();
    for line in text.lines() {
        let volatile = ["\"as_of\":", "\"read_at\":"]
            .iter()
            .any(|field| line.trim_start().starts_with(field));
        let line = if volatile {
            "  (time of the run)"
        } else {
            line
        };
        steady.push_str(line);
        steady.push('\n');
    }
    steady
}

fn verify(sample: &str, more: &[&str]) -> String {
    let folder = format!("labs/samples/locked-bucket/{sample}/records.json");
    let common = [
        "verify",
        "locked-bucket",
        "--inputs",
        INPUTS,
        "--offline",
        "--folder",
        &folder,
    ];
    steady(&cloister(&[&common, more].concat()))
}

#[test]
fn help_explains_itself() {
    insta::assert_snapshot!("help_verify", cloister(&["verify", "--help"]));
    insta::assert_snapshot!("help_labs", cloister(&["labs", "--help"]));
    insta::assert_snapshot!("help_schema", cloister(&["schema", "--help"]));
}

#[test]
fn recorded_evidence_is_judged_offline() {
    insta::assert_snapshot!("offline_pass", verify("pass", &[]));
    insta::assert_snapshot!("offline_fail", verify("fail", &[]));
    insta::assert_snapshot!("offline_empty", verify("empty", &["--quiet"]));
}

#[test]
fn reports_come_as_json_into_a_file() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("report.json");
    let path = path.to_str().expect("a path in UTF-8");
    let shown = verify("fail", &["--quiet", "--format", "json", "--output", path]);
    assert!(
        shown.ends_with("exit code 1\n--- stdout\n\n--- stderr\n\n"),
        "{shown}"
    );
    let text = std::fs::read_to_string(path).expect("the report was written");
    insta::assert_snapshot!("json_report", steady(&text));
}

#[test]
fn labs_are_listed_and_shown() {
    insta::assert_snapshot!("labs", cloister(&["labs"]));
    let shown = cloister(&["labs", "show", "locked-bucket"]);
    assert!(shown.contains(include_str!("../labs/locked-bucket.yaml")));
}

#[test]
fn access_answers_each_question_and_tells_malformed_ones() {
    let question = |id: &str| {
        format!(
            r#"{{"id": "{id}", "principal": "arn:aws:iam::111122223333:role/data", "action": "s3:GetObject",
                "resource": "arn:aws:s3:::logs/a", "policies": {{"identity": [{{"name": "read", "document":
                {{"Statement": {{"Sid": "Read", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}}}}}}]}}}}"#
        )
    };
    let answer = |id: &str| {
        format!(
            r#"{{"id":"{id}","decision":"allowed","layer":"identity","document":"read","statement":{{"index":0,"sid":"Read"}},"reason":"the identity-based policy `read`, statement `Read` allows `s3:GetObject`"}}"#
        )
    };
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("questions.jsonl");
    let path = path.to_str().expect("a path in UTF-8");
    let ask = |questions: String| {
        std::fs::write(path, questions).expect("the folder can be written");
        cloister(&["access", path])
    };
    let asked = ask(format!("{}\n{}\n", question("1"), question("2")));
    let expected = format!(
        "exit code 0\n--- stdout\n{}\n{}\n\n",
        answer("1"),
        answer("2")
    );
    assert!(asked.contains(&expected), "{asked}");

    let asked = ask(format!("{{\"id\": \"bad\"}}\n{}\n", question("good")));
    let start =
        format!("exit code 2\n--- stdout\n{{\"id\":\"bad\",\"line\":1,\"error\":\"{path}: ");
    assert!(
        asked.contains(&start) && asked.contains(&answer("good")),
        "{asked}"
    );
}

#[test]
fn wrong_usage_says_what_to_do() {
    let cases: [&[&str]; 10] = [
        &["verify", "locked-buckets"],
        &["verify", "missing.yaml"],
        &["verify", "locked-bucket", "--input", "bucket"],
        &[
            "verify",
            "locked-bucket",
            "--input",
            "bucket=Example",
            "--input",
            "colour=red",
        ],
        &[
            "verify",
            "locked-bucket",
            "--inputs",
            "labs/locked-bucket.yaml",
        ],
        &[
            "verify",
            "locked-bucket",
            "--state",
            "labs/locked-bucket.yaml",
        ],
        &["verify", "locked-bucket", "--since", "yesterday"],
        &["verify", "locked-bucket", "--wait", "20"],
        &["verify", "locked-bucket", "--trail", "bucket"],
        &["labs", "show", "nothing"],
    ];
    let shown: Vec<String> = cases.iter().map(|arguments| cloister(arguments)).collect();
    insta::assert_snapshot!("wrong_usage", shown.join("\n"));
}

#[test]
fn a_missing_folder_is_wrong_usage() {
    let shown = cloister(&[
        "verify",
        "locked-bucket",
        "--inputs",
        INPUTS,
        "--offline",
        "--folder",
        "missing",
    ]);
    insta::assert_snapshot!("missing_folder", shown);
}

#[test]
fn schemas_are_json() {
    for format in ["workflow", "report", "access", "access-answer"] {
        let shown = cloister(&["schema", format]);
        let json = shown
            .split("--- stdout\n")
            .nth(1)
            .and_then(|rest| rest.split("--- stderr").next());
        let schema: serde_json::Value =
            serde_json::from_str(json.expect("standard output")).expect("a schema is JSON");
        assert_eq!(
            schema["$schema"], "https://json-schema.org/draft/2020-12/schema",
            "{format}"
        );
    }
}
