//! A trail from nothing to its end: what it records, who gets at it, what drifts, what comes back.

use cloister_tests::rig::{
    Aws, HOME_ACCOUNT, Project, Resource, Sandbox, TRAIL, TRAIL_ADDRESS, audit_trail, filtered,
};
use serde_json::{Value, json};

/// A trail with everything that an import has to find out.
fn elaborate() -> Resource {
    audit_trail()
        .with(
            "readers",
            r#"["arn:aws:iam::111122223333:role/Auditor", "arn:aws:iam::444455556666:role/Auditor"]"#,
        )
        .with("s3_data_event_buckets", r#"["arn:aws:s3:::acme-data"]"#)
        .with("prefix", r#""evidence""#)
        .with("retention_days", "400")
        .with("cloud_watch_logs", r#"{ retention_days = 30, role_path = "/audit/" }"#)
        .with(
            "own_key",
            "{ rotation_period_days = 180, deletion_window_days = 7 }",
        )
        .with("tags", r#"{ team = "blue" }"#)
}

/// An applied trail, and who looks at it.
struct Standing<'a> {
    project: Project<'a>,
    aws: Aws<'a>,
    state: Value,
}

impl<'a> Standing<'a> {
    fn of(sandbox: &'a Sandbox, config: &Resource) -> Self {
        let project = sandbox.project().file("main.tf", config.to_string());
        project.apply().succeeded();
        project.plans_nothing();
        let state = project.state(TRAIL_ADDRESS);
        Self {
            project,
            aws: sandbox.aws(),
            state: state.expect("the trail is in the state"),
        }
    }

    fn attribute(&self, name: &str) -> &str {
        self.state[name].as_str().expect("the attribute is a text")
    }

    fn id(&self, part: &str) -> &str {
        let id = &self.state["parts"][part]["id"];
        id.as_str().expect("the part has an id")
    }

    /// The keys of all log files.
    fn files(&self) -> Vec<String> {
        let bucket = json!({"Bucket": self.attribute("bucket")});
        let answer = self.aws.call("s3", "list_objects_v2", &bucket);
        let objects = answer["Contents"].as_array().into_iter().flatten();
        objects
            .filter_map(|object| object["Key"].as_str().map(str::to_owned))
            .collect()
    }

    fn on_trail(&self, operation: &str, mut parameters: Value) {
        parameters["Name"] = json!(TRAIL);
        self.aws.call("cloudtrail", operation, &parameters);
    }

    fn on_bucket(&self, operation: &str, mut parameters: Value) {
        parameters["Bucket"] = json!(self.attribute("bucket"));
        self.aws.call("s3", operation, &parameters);
    }
}

/// The settings of all parts as JSON, to be read by people.
fn readable(parts: &Value) -> Value {
    let mut parts = parts.clone();
    for part in parts.as_object_mut().expect("parts are a map").values_mut() {
        let settings = part["settings"].as_str().expect("settings are a text");
        part["settings"] = serde_json::from_str(settings).expect("settings are JSON");
    }
    parts
}

#[test]
fn a_trail_records_and_is_destroyed_without_a_trace() {
    let sandbox = Sandbox::start();
    let before = sandbox.census();
    let standing = Standing::of(&sandbox, &elaborate());
    filtered(|| {
        insta::assert_json_snapshot!("trail", readable(&standing.state["parts"]));
    });

    sandbox.deliver();
    let folder = format!("evidence/AWSLogs/{HOME_ACCOUNT}/CloudTrail/us-east-1/");
    let files = standing.files();
    assert!(!files.is_empty());
    assert!(
        files.iter().all(|file| file.starts_with(&folder)),
        "{files:?}"
    );
    let status = standing
        .aws
        .call("cloudtrail", "get_trail_status", &json!({"Name": TRAIL}));
    assert_eq!(status["IsLogging"], true);
    assert!(status["LatestDeliveryError"].is_null(), "{status}");

    standing.project.destroy().succeeded();
    assert_eq!(sandbox.census(), before);
}

#[test]
fn nobody_but_the_trail_writes_and_nobody_but_those_named_reads() {
    let sandbox = Sandbox::start();
    let standing = Standing::of(&sandbox, &audit_trail());
    sandbox.deliver();
    let files = standing.files();
    let file = json!({"Bucket": standing.attribute("bucket"), "Key": files[0]});
    let administrator = &standing.aws;
    let workload = sandbox
        .aws()
        .acting_as(&sandbox.seeded("workload_role_arn"));
    let code = |aws: &Aws<'_>, operation: &str| {
        let answer = aws.attempt("s3", operation, &file);
        answer.map(|_| ()).map_err(|refused| refused.code)
    };
    let denied = Err("AccessDenied".to_owned());
    assert_eq!(code(administrator, "get_object"), Ok(()));
    assert_eq!(code(administrator, "put_object"), denied);
    assert_eq!(code(&workload, "get_object"), denied);
    assert_eq!(code(&workload, "delete_object"), denied);
    assert_eq!(code(administrator, "delete_object"), Ok(()));
}

/// One change from outside, and the settings at which a plan has to show it.
struct Drift {
    what: &'static str,
    made: fn(&Standing<'_>),
    shown: &'static [&'static str],
}

const DRIFTS: [Drift; 14] = [
    Drift {
        what: "logging is stopped",
        made: |it| it.on_trail("stop_logging", json!({})),
        shown: &["trail: logging"],
    },
    Drift {
        what: "file validation is off",
        made: |it| it.on_trail("update_trail", json!({"EnableLogFileValidation": false})),
        shown: &["trail: file_validation"],
    },
    Drift {
        what: "one region is left",
        made: |it| it.on_trail("update_trail", json!({"IsMultiRegionTrail": false})),
        shown: &["trail: multi_region"],
    },
    Drift {
        what: "files are not encrypted with the key",
        made: |it| it.on_trail("update_trail", json!({"KmsKeyId": ""})),
        shown: &["trail: kms_key_arn"],
    },
    Drift {
        what: "the log group is not written to",
        made: |it| {
            let none = json!({"CloudWatchLogsLogGroupArn": "", "CloudWatchLogsRoleArn": ""});
            it.on_trail("update_trail", none);
        },
        shown: &["trail: log_group_arn", "trail: log_role_arn"],
    },
    Drift {
        what: "only writes are recorded",
        made: |it| {
            let writes =
                json!({"TrailName": TRAIL, "EventSelectors": [{"ReadWriteType": "WriteOnly"}]});
            it.aws.call("cloudtrail", "put_event_selectors", &writes);
        },
        shown: &["trail: basic_selectors", "trail: selectors"],
    },
    Drift {
        what: "a tag of the trail is changed",
        made: |it| {
            let red = json!({"ResourceId": it.attribute("arn"), "TagsList": [{"Key": "team", "Value": "red"}]});
            it.aws.call("cloudtrail", "add_tags", &red);
        },
        shown: &["trail: tags/team"],
    },
    Drift {
        what: "files stay for ever",
        made: |it| it.on_bucket("delete_bucket_lifecycle", json!({})),
        shown: &["bucket: lifecycle"],
    },
    Drift {
        what: "versions are not kept",
        made: |it| {
            let off = json!({"VersioningConfiguration": {"Status": "Suspended"}});
            it.on_bucket("put_bucket_versioning", off);
        },
        shown: &["bucket: versioning"],
    },
    Drift {
        what: "somebody else reads",
        made: |it| {
            let bucket = json!({"Bucket": it.attribute("bucket")});
            let answer = it.aws.call("s3", "get_bucket_policy", &bucket);
            let text = answer["Policy"].as_str().expect("a policy is a text");
            let mut policy: Value = serde_json::from_str(text).expect("a policy is JSON");
            let statements = policy["Statement"].as_array_mut();
            statements.expect("statements are a list").push(json!({
                "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "s3:GetObject",
                "Resource": format!("{}/*", it.attribute("bucket_arn")),
            }));
            it.on_bucket("put_bucket_policy", json!({"Policy": policy.to_string()}));
        },
        shown: &["bucket/policy: policy"],
    },
    Drift {
        what: "the key does not rotate",
        made: |it| {
            let key = json!({"KeyId": it.id("key")});
            it.aws.call("kms", "disable_key_rotation", &key);
        },
        shown: &["key: rotation"],
    },
    Drift {
        what: "events stay longer in the log group",
        made: |it| {
            let year = json!({"logGroupName": it.id("logs"), "retentionInDays": 365});
            it.aws.call("logs", "put_retention_policy", &year);
        },
        shown: &["logs: retention_days"],
    },
    Drift {
        what: "the role may do more",
        made: |it| {
            let policy = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}});
            let more = json!({"RoleName": it.id("logs/role"), "PolicyName": "more", "PolicyDocument": policy.to_string()});
            it.aws.call("iam", "put_role_policy", &more);
        },
        shown: &["logs/role/policies: inline"],
    },
    Drift {
        what: "the trail is gone",
        made: |it| it.on_trail("delete_trail", json!({})),
        shown: &["trail: (new)"],
    },
];

#[test]
fn what_somebody_changes_shows_and_is_mended() {
    let sandbox = Sandbox::start();
    let standing = Standing::of(&sandbox, &elaborate());
    for Drift { what, made, shown } in &DRIFTS {
        made(&standing);
        let plan = standing.project.saved_plan();
        let change = plan.change(TRAIL_ADDRESS);
        assert_eq!(change.parts(), *shown, "{what}");
        assert_eq!(change.actions(), "update", "{what}");
        standing.project.apply_saved().succeeded();
    }
    standing.project.plans_nothing();
}

#[test]
fn everything_but_the_name_changes_in_place() {
    let sandbox = Sandbox::start();
    let before = sandbox.census();
    let standing = Standing::of(&sandbox, &audit_trail());
    let project = &standing.project;
    let parts = ["bucket", "bucket/policy", "key", "key/alias", "trail"];
    let ids = || {
        let state = project.state(TRAIL_ADDRESS).expect("it is in the state");
        parts.map(|part| state["parts"][part]["id"].clone())
    };
    let made = ids();
    let mut config = audit_trail();
    for (attribute, expression, shown) in [
        (
            "readers",
            r#"["arn:aws:iam::111122223333:role/Auditor"]"#,
            &["bucket/policy: policy", "key: policy"][..],
        ),
        (
            "prefix",
            r#""evidence""#,
            &["bucket/policy: policy", "trail: prefix"],
        ),
        ("network_activity", "false", &["trail: selectors"]),
        ("s3_data_event_buckets", "[]", &["trail: selectors"]),
        ("retention_days", "90", &["bucket: lifecycle"]),
        (
            "cloud_watch_logs",
            "{}",
            &[
                "key: policy",
                "logs: (new)",
                "logs/role: (new)",
                "logs/role/policies: (new)",
                "trail: log_group_arn",
                "trail: log_role_arn",
            ],
        ),
    ] {
        config = config.with(attribute, expression);
        project.write("main.tf", config.to_string());
        let plan = project.saved_plan();
        let change = plan.change(TRAIL_ADDRESS);
        assert_eq!(change.actions(), "update", "{attribute}");
        assert_eq!(change.parts(), shown, "{attribute}");
        project.apply_saved().succeeded();
        project.plans_nothing();
    }
    project.write("main.tf", audit_trail().to_string());
    project.apply().succeeded();
    project.plans_nothing();
    assert_eq!(ids(), made);

    let renamed = audit_trail().with("name", r#""cloister-test-other""#);
    project.write("main.tf", renamed.to_string());
    let plan = project.saved_plan();
    assert_eq!(plan.change(TRAIL_ADDRESS).actions(), "delete, create");
    project.apply_saved().succeeded();
    project.plans_nothing();
    project.destroy().succeeded();
    assert_eq!(sandbox.census(), before);
}

#[test]
fn an_import_into_an_empty_state_plans_nothing() {
    let sandbox = Sandbox::start();
    for config in [
        elaborate(),
        audit_trail()
            .with("name", r#""cloister-test-plain""#)
            .with("s3_data_event_buckets", "[]")
            .with("network_activity", "false"),
    ] {
        let standing = Standing::of(&sandbox, &config);
        let name = standing.attribute("name");
        for id in [format!("{HOME_ACCOUNT}/us-east-1/{name}"), name.to_owned()] {
            standing.project.remove("terraform.tfstate");
            standing.project.import(TRAIL_ADDRESS, &id).succeeded();
            standing.project.plans_nothing();
            let found = standing.project.state(TRAIL_ADDRESS);
            assert_eq!(found, Some(standing.state.clone()), "{id}");
        }
    }
}

#[test]
fn a_trail_of_an_organization_is_refused_where_there_is_none() {
    let sandbox = Sandbox::start();
    let config = audit_trail().with("organization", "true");
    let project = sandbox.project().file("main.tf", config.to_string());
    let refused = project.apply();
    refused.failed();
    filtered(|| insta::assert_snapshot!("no_organization", refused.diagnostics()));
    project.write("main.tf", audit_trail().to_string());
    project.apply().succeeded();
    project.plans_nothing();
}
