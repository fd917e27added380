//! What somebody changes from outside shows at its setting, and apply mends it.

use cloister_tests::rig::{ADDRESS, Aws, BUCKET, Resource, Sandbox, alias, locked_bucket};
use serde_json::{Value, json};

/// One change from outside, and the settings at which a plan has to show it.
struct Drift {
    what: &'static str,
    made: fn(&Outside<'_>),
    shown: &'static [&'static str],
}

/// Who changes things: an administrator in a hurry.
struct Outside<'a> {
    aws: Aws<'a>,
    key: String,
}

impl Outside<'_> {
    fn bucket(&self, operation: &str, mut parameters: Value) {
        parameters["Bucket"] = json!(BUCKET);
        self.aws.call("s3", operation, &parameters);
    }

    fn key(&self, operation: &str, mut parameters: Value) {
        parameters["KeyId"] = json!(self.key);
        self.aws.call("kms", operation, &parameters);
    }

    fn tag_bucket(&self, tags: &Value) {
        self.bucket("put_bucket_tagging", json!({"Tagging": {"TagSet": tags}}));
    }

    /// The bucket's tags, to be put back with changes.
    fn tags(&self) -> Vec<Value> {
        let answer = self
            .aws
            .call("s3", "get_bucket_tagging", &json!({"Bucket": BUCKET}));
        answer["TagSet"]
            .as_array()
            .expect("tags are a list")
            .clone()
    }
}

/// Every change alone: the next plan shows it and nothing else, so that the one before is mended as well.
fn check(config: &Resource, drifts: &[Drift]) {
    let sandbox = Sandbox::start();
    let project = sandbox.project().file("main.tf", config.to_string());
    project.apply().succeeded();
    let state = project.state(ADDRESS).expect("the bucket is in the state");
    let outside = Outside {
        aws: sandbox.aws(),
        key: state["parts"]["key"]["id"]
            .as_str()
            .expect("the key has an id")
            .to_owned(),
    };
    for Drift { what, made, shown } in drifts {
        made(&outside);
        let plan = project.saved_plan();
        let change = plan.change(ADDRESS);
        assert_eq!(change.parts(), *shown, "{what}");
        assert_eq!(change.actions(), "update", "{what}");
        project.apply_saved().succeeded();
    }
    project.plans_nothing();
}

#[test]
fn settings_of_the_bucket_are_mended() {
    let rules = r#"[{ id = "tidy", noncurrent_expire_days = 90 }]"#;
    check(
        &locked_bucket().with("lifecycle_rules", rules),
        &[
            Drift {
                what: "versioning is suspended",
                made: |outside| {
                    let off = json!({"VersioningConfiguration": {"Status": "Suspended"}});
                    outside.bucket("put_bucket_versioning", off);
                },
                shown: &["bucket: versioning"],
            },
            Drift {
                what: "encryption is weaker",
                made: |outside| {
                    let rule =
                        json!({"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}});
                    let weaker = json!({"ServerSideEncryptionConfiguration": {"Rules": [rule]}});
                    outside.bucket("put_bucket_encryption", weaker);
                },
                shown: &["bucket: encryption"],
            },
            Drift {
                what: "one of four public access blocks is off",
                made: |outside| {
                    let three = json!({"PublicAccessBlockConfiguration": {
                        "BlockPublicAcls": true, "IgnorePublicAcls": true,
                        "BlockPublicPolicy": false, "RestrictPublicBuckets": true,
                    }});
                    outside.bucket("put_public_access_block", three);
                },
                shown: &["bucket: public_access_block"],
            },
            Drift {
                what: "public access blocks are gone",
                made: |outside| outside.bucket("delete_public_access_block", json!({})),
                shown: &["bucket: public_access_block"],
            },
            Drift {
                what: "writers own what they write",
                made: |outside| {
                    let rule = json!({"ObjectOwnership": "ObjectWriter"});
                    outside.bucket(
                        "put_bucket_ownership_controls",
                        json!({"OwnershipControls": {"Rules": [rule]}}),
                    );
                },
                shown: &["bucket: ownership"],
            },
            Drift {
                what: "objects expire",
                made: |outside| {
                    let rule = json!({"ID": "purge", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}});
                    let rules = json!({"LifecycleConfiguration": {"Rules": [rule]}});
                    outside.bucket("put_bucket_lifecycle_configuration", rules);
                },
                shown: &["bucket: lifecycle"],
            },
            Drift {
                what: "lifecycle rules are gone",
                made: |outside| outside.bucket("delete_bucket_lifecycle", json!({})),
                shown: &["bucket: lifecycle"],
            },
        ],
    );
}

#[test]
fn tags_are_mended() {
    check(
        &locked_bucket().with("tags", r#"{ team = "blue", stage = "test" }"#),
        &[
            Drift {
                what: "a tag is changed",
                made: |outside| {
                    let mut tags = outside.tags();
                    tags.retain(|tag| tag["Key"] != "team");
                    tags.push(json!({"Key": "team", "Value": "red"}));
                    outside.tag_bucket(&tags.into());
                },
                shown: &["bucket: tags/team"],
            },
            Drift {
                what: "a tag is removed",
                made: |outside| {
                    let mut tags = outside.tags();
                    tags.retain(|tag| tag["Key"] != "stage");
                    outside.tag_bucket(&tags.into());
                },
                shown: &["bucket: tags/stage"],
            },
            Drift {
                what: "a tag is added",
                made: |outside| {
                    let mut tags = outside.tags();
                    tags.push(json!({"Key": "cost-centre", "Value": "7"}));
                    outside.tag_bucket(&tags.into());
                },
                shown: &["bucket: tags/cost-centre"],
            },
            Drift {
                what: "a tag of the key is changed",
                made: |outside| {
                    let red = json!({"Tags": [{"TagKey": "team", "TagValue": "red"}]});
                    outside.key("tag_resource", red);
                },
                shown: &["key: tags/team"],
            },
        ],
    );
}

#[test]
fn policies_and_the_key_are_mended() {
    check(
        &locked_bucket(),
        &[
            Drift {
                what: "a statement is added to the bucket policy",
                made: |outside| {
                    let answer =
                        outside
                            .aws
                            .call("s3", "get_bucket_policy", &json!({"Bucket": BUCKET}));
                    let text = answer["Policy"].as_str().expect("a policy is a text");
                    let mut policy: Value = serde_json::from_str(text).expect("a policy is JSON");
                    policy["Statement"].as_array_mut().expect("statements are a list").push(json!({
                        "Sid": "Foreign", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                        "Action": "s3:GetObject", "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
                    }));
                    outside.bucket("put_bucket_policy", json!({"Policy": policy.to_string()}));
                },
                shown: &["bucket/policy: policy"],
            },
            Drift {
                what: "the bucket policy is gone",
                made: |outside| outside.bucket("delete_bucket_policy", json!({})),
                shown: &["bucket/policy: (new)"],
            },
            Drift {
                what: "the key does not rotate",
                made: |outside| outside.key("disable_key_rotation", json!({})),
                shown: &["key: rotation"],
            },
            Drift {
                what: "the key policy is another one",
                made: |outside| {
                    let policy = json!({"Version": "2012-10-17", "Statement": [{
                        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"},
                        "Action": "kms:*", "Resource": "*",
                    }]});
                    outside.key(
                        "put_key_policy",
                        json!({"PolicyName": "default", "Policy": policy.to_string()}),
                    );
                },
                shown: &["key: policy"],
            },
            Drift {
                what: "the alias points to another key",
                made: |outside| {
                    let other = outside.aws.call("kms", "create_key", &json!({}));
                    let aliases =
                        outside
                            .aws
                            .call("kms", "list_aliases", &json!({"KeyId": outside.key}));
                    let name = &aliases["Aliases"][0]["AliasName"];
                    assert!(
                        name.as_str()
                            .is_some_and(|name| name.starts_with(&alias(BUCKET))),
                        "{aliases}"
                    );
                    let moved =
                        json!({"AliasName": name, "TargetKeyId": other["KeyMetadata"]["KeyId"]});
                    outside.aws.call("kms", "update_alias", &moved);
                },
                shown: &["key/alias: target_key_id"],
            },
        ],
    );
}
