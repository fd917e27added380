//! Drift of the domain, its profiles and their spaces.

use cloister_tests::rig::{Resource, studio_domain};
use serde_json::{Value, json};

use super::{Drift, check};
use crate::studio_domain::fixture::Standing;

fn staffed() -> Resource {
    studio_domain()
        .with(
            "profiles",
            r#"{
    alice = { persona = "data-scientist", team = "blue", spaces = { notebook = { volume_gb = 10 } } }
    bob   = { persona = "mlops" }
  }"#,
        )
        .with("tags", r#"{ stage = "test" }"#)
}

fn on_users(it: &Standing<'_>, settings: &Value) {
    it.on_domain("update_domain", json!({"DefaultUserSettings": settings}));
}

fn on_profile(it: &Standing<'_>, name: &str, settings: &Value) {
    it.on_domain(
        "update_user_profile",
        json!({"UserProfileName": name, "UserSettings": settings}),
    );
}

/// Puts a tag on an object of SageMaker.
fn tag(it: &Standing<'_>, arn: &str, name: &str, value: &str) {
    let tags = json!({"ResourceArn": arn, "Tags": [{"Key": name, "Value": value}]});
    it.aws.call("sagemaker", "add_tags", &tags);
}

fn role(it: &Standing<'_>, persona: &str) -> Value {
    it.state["role_arns"][persona].clone()
}

const DOMAIN: [Drift; 9] = [
    Drift {
        what: "apps run on for a week",
        made: |it| {
            let idle = json!({"LifecycleManagement": "ENABLED", "IdleTimeoutInMinutes": 10080});
            on_users(
                it,
                &json!({"JupyterLabAppSettings": {"AppLifecycleManagement": {"IdleSettings": idle}}}),
            );
        },
        shown: &["domain: user_settings"],
    },
    Drift {
        what: "who has no persona is an ML engineer",
        made: |it| on_users(it, &json!({"ExecutionRole": role(it, "mlops")})),
        shown: &["domain: user_settings"],
    },
    Drift {
        what: "apps are in another group",
        made: |it| {
            let groups = json!({"SecurityGroups": [it.id("network/default-group")]});
            on_users(it, &groups);
        },
        shown: &["domain: user_settings"],
    },
    Drift {
        what: "notebooks' output is shared",
        made: |it| {
            let sharing = json!({"SharingSettings": {"NotebookOutputOption": "Allowed"}});
            on_users(it, &sharing);
        },
        shown: &["domain: user_settings"],
    },
    Drift {
        what: "shared spaces work as ML engineers",
        made: |it| {
            let spaces = json!({"DefaultSpaceSettings": {"ExecutionRole": role(it, "mlops")}});
            it.on_domain("update_domain", spaces);
        },
        shown: &["domain: space_settings"],
    },
    Drift {
        what: "users run Docker",
        made: |it| {
            let docker = json!({"DockerSettings": {"EnableDockerAccess": "ENABLED"}});
            it.on_domain("update_domain", json!({"DomainSettingsForUpdate": docker}));
        },
        shown: &["domain: domain_settings"],
    },
    Drift {
        what: "nobody sees who did what",
        made: |it| {
            let nobody = json!({"ExecutionRoleIdentityConfig": "DISABLED"});
            it.on_domain("update_domain", json!({"DomainSettingsForUpdate": nobody}));
        },
        shown: &["domain: domain_settings"],
    },
    Drift {
        what: "apps reach the internet past the VPC",
        made: |it| {
            let public = json!({"AppNetworkAccessType": "PublicInternetOnly"});
            it.on_domain("update_domain", public);
        },
        shown: &["domain: network_access"],
    },
    Drift {
        what: "a tag of the domain is changed",
        made: |it| tag(it, it.attribute("arn"), "stage", "production"),
        shown: &["domain: tags/stage"],
    },
];

const USERS: [Drift; 7] = [
    Drift {
        what: "a data scientist works as an ML engineer",
        made: |it| on_profile(it, "alice", &json!({"ExecutionRole": role(it, "mlops")})),
        shown: &["profiles/alice: execution_role"],
    },
    Drift {
        what: "a user's apps are in one more group",
        made: |it| {
            let groups = json!({"SecurityGroups": [it.id("network/default-group")]});
            on_profile(it, "bob", &groups);
        },
        shown: &["profiles/bob: security_group_ids"],
    },
    Drift {
        what: "a user has changed teams",
        made: |it| {
            let arn = it.state["profile_arns"]["alice"].as_str();
            tag(it, arn.expect("an ARN is a text"), "team", "red");
        },
        shown: &["profiles/alice: tags/team"],
    },
    Drift {
        what: "a space has changed teams",
        made: |it| {
            let space = it.on_domain("describe_space", json!({"SpaceName": "notebook"}));
            let arn = space["SpaceArn"].as_str();
            tag(it, arn.expect("an ARN is a text"), "team", "red");
        },
        shown: &["profiles/alice/spaces/notebook: tags/team"],
    },
    Drift {
        what: "a space is called otherwise",
        made: |it| {
            let name = json!({"SpaceName": "notebook", "SpaceDisplayName": "Mine"});
            it.on_domain("update_space", name);
        },
        shown: &["profiles/alice/spaces/notebook: display_name"],
    },
    Drift {
        what: "a space is gone",
        made: |it| {
            it.on_domain("delete_space", json!({"SpaceName": "notebook"}));
        },
        shown: &["profiles/alice/spaces/notebook: (new)"],
    },
    Drift {
        what: "a profile is gone",
        made: |it| {
            it.on_domain("delete_user_profile", json!({"UserProfileName": "bob"}));
        },
        shown: &["profiles/bob: (new)"],
    },
];

#[test]
fn the_domain_is_mended() {
    check(&staffed(), &DOMAIN);
}

#[test]
fn profiles_and_spaces_are_mended() {
    check(&staffed(), &USERS);
}
