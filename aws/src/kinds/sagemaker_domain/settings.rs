//! What holds for a domain as a whole, and for its shared spaces.

use aws_sdk_sagemaker::types::{
    AmazonQSettings, DefaultSpaceSettings, DockerSettings, DomainSettings as SdkSettings,
    FeatureStatus,
};
use cloister_composite::{Input, PartError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kinds::{
    arn::Arn,
    restate::{restate, restate_set},
    sagemaker::{
        user_settings::restate_user_settings,
        values::{inputs, known_all, or_emptied, texts},
    },
    settled::settled,
};

const DISABLED: &str = "DISABLED";

/// Settings of the domain itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DomainSettings {
    /// The security groups of the domain, for traffic between it and its apps; three at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Input<String>>,
    /// Whether and with whose images users may run Docker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker: Option<Docker>,
    /// Whether Amazon Q may be used: `ENABLED`, or absent for `DISABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amazon_q: Option<String>,
    /// Whether calls carry the profile's name as source identity: `USER_PROFILE_NAME`, or absent for `DISABLED`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution_role_identity: Option<String>,
}

/// Docker in Studio.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Docker {
    /// Whether users may run it.
    pub enabled: bool,
    /// The accounts whose images may be pulled where apps are in the VPC only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trusted_accounts: Vec<String>,
}

/// What shared spaces get.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpaceDefaults {
    /// The role in whose name code runs.
    pub execution_role: Input<Arn>,
    /// The security groups of apps.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Input<String>>,
}

impl DomainSettings {
    pub(super) fn is_usual(&self) -> bool {
        *self == Self::default()
    }

    /// The settings without what AWS takes by default.
    pub(super) fn without_usual(self) -> Self {
        Self {
            docker: self.docker.filter(|docker| *docker != Docker::default()),
            amazon_q: self.amazon_q.filter(|status| status != DISABLED),
            execution_role_identity: self
                .execution_role_identity
                .filter(|identity| identity != DISABLED),
            ..self
        }
    }

    /// The identity in AWS's words, spelled out.
    pub(super) fn identity(&self) -> &str {
        self.execution_role_identity.as_deref().unwrap_or(DISABLED)
    }

    /// Amazon Q's status in AWS's words, spelled out.
    pub(super) fn amazon_q(&self) -> FeatureStatus {
        FeatureStatus::from(self.amazon_q.as_deref().unwrap_or(DISABLED))
    }
}

pub(super) fn sdk_docker(docker: &Docker, before: &Docker) -> DockerSettings {
    let accounts = docker.trusted_accounts.clone();
    DockerSettings::builder()
        .enable_docker_access(if docker.enabled {
            FeatureStatus::Enabled
        } else {
            FeatureStatus::Disabled
        })
        .set_vpc_only_trusted_accounts(or_emptied(accounts, before.trusted_accounts.is_empty()))
        .build()
}

pub(super) fn sdk_amazon_q(settings: &DomainSettings) -> AmazonQSettings {
    AmazonQSettings::builder()
        .status(settings.amazon_q())
        .build()
}

pub(super) fn sdk_space_defaults(
    desired: &SpaceDefaults,
    before: Option<&SpaceDefaults>,
    kind: &str,
) -> Result<DefaultSpaceSettings, PartError> {
    let role = settled(
        &desired.execution_role,
        kind,
        "space_settings/execution_role",
    )?;
    let groups = known_all(
        &desired.security_group_ids,
        kind,
        "space_settings/security_group_ids",
    )?;
    let was_empty = before.is_none_or(|before| before.security_group_ids.is_empty());
    Ok(DefaultSpaceSettings::builder()
        .execution_role(role.as_str())
        .set_security_groups(or_emptied(groups, was_empty))
        .build())
}

pub(super) fn read_domain_settings(found: SdkSettings) -> DomainSettings {
    DomainSettings {
        security_group_ids: inputs(found.security_group_ids),
        docker: found.docker_settings.map(|docker| Docker {
            enabled: docker.enable_docker_access == Some(FeatureStatus::Enabled),
            trusted_accounts: texts(docker.vpc_only_trusted_accounts),
        }),
        amazon_q: found
            .amazon_q_settings
            .and_then(|settings| settings.status)
            .map(|status| status.as_str().to_owned()),
        execution_role_identity: found
            .execution_role_identity_config
            .map(|identity| identity.as_str().to_owned()),
    }
}

/// Without a role they say nothing: some answers hold empty ones.
pub(super) fn read_space_defaults(found: DefaultSpaceSettings) -> Option<SpaceDefaults> {
    Some(SpaceDefaults {
        execution_role: Arn::from(found.execution_role?).into(),
        security_group_ids: inputs(found.security_groups),
    })
}

/// Lays out an observed domain like the desired one where both mean the same.
pub(super) fn restate_domain(desired: &Value, observed: Value) -> Value {
    let usual = json!({
        "tag_propagation": false,
        "domain_settings": {
            "docker": {"enabled": false},
            "amazon_q": DISABLED,
            "execution_role_identity": DISABLED,
        },
    });
    let mut shown = restate(desired, observed, &usual);
    restate_set(desired, &mut shown, "subnet_ids");
    restate_key(desired, &mut shown);
    if let (Some(wanted), Some(found)) =
        (desired.get("user_settings"), shown.get_mut("user_settings"))
    {
        *found = restate_user_settings(wanted, found.take());
    }
    for (part, name) in [
        ("space_settings", "security_group_ids"),
        ("domain_settings", "security_group_ids"),
    ] {
        if let (Some(wanted), Some(found)) = (desired.get(part), shown.get_mut(part)) {
            restate_set(wanted, found, name);
        }
    }
    let docker = "/domain_settings/docker";
    if let (Some(wanted), Some(found)) = (desired.pointer(docker), shown.pointer_mut(docker)) {
        restate_set(wanted, found, "trusted_accounts");
    }
    shown
}

/// A key may be named by its id: it stands there as it was named when the domain was made.
fn restate_key(desired: &Value, shown: &mut Value) {
    let (Some(Value::String(wanted)), Some(Value::String(found))) =
        (desired.get("kms_key_arn"), shown.get_mut("kms_key_arn"))
    else {
        return;
    };
    if wanted.rsplit_once('/').is_some_and(|(_, id)| id == found) {
        found.clone_from(wanted);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(desired: &Value, observed: Value, expected: &Value) {
        assert_eq!(&restate_domain(desired, observed), expected, "{desired}");
    }

    #[test]
    fn what_means_the_same_is_shown_in_the_wanted_words() {
        let wanted = json!({
            "kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/k",
            "subnet_ids": ["subnet-b", "subnet-a"],
            "tag_propagation": false,
            "user_settings": {
                "security_group_ids": ["sg-2", "sg-1"],
                "landing_uri": "studio::",
                "jupyter_lab": {"idle": {"minutes": 0}, "lifecycle_config_arns": ["b", "a"]},
            },
            "domain_settings": {
                "amazon_q": "DISABLED",
                "docker": {"enabled": true, "trusted_accounts": ["2", "1"]},
            },
        });
        let observed = json!({
            "kms_key_arn": "k",
            "subnet_ids": ["subnet-a", "subnet-b"],
            "user_settings": {
                "security_group_ids": ["sg-1", "sg-2"],
                "jupyter_lab": {"lifecycle_config_arns": ["a", "b"]},
            },
            "domain_settings": {"docker": {"enabled": true, "trusted_accounts": ["1", "2"]}},
        });
        check(&wanted, observed, &wanted);
    }

    #[test]
    fn what_differs_shows() {
        let wanted = json!({"kms_key_arn": "arn:aws:kms:eu-west-1:111122223333:key/k", "subnet_ids": ["subnet-a"]});
        let observed = json!({"kms_key_arn": "other", "subnet_ids": ["subnet-a", "subnet-b"], "status": "Failed"});
        check(&wanted, observed.clone(), &observed);
    }
}
