//! One object as AWS describes it, by the name of its kind.

use cloister_composite::PartError;
use serde::Serialize;
use serde_json::Value;

use crate::{
    kinds::{ec2_network, efs_file_system, iam_group, iam_user, kinds, sagemaker_app},
    session::Aws,
};

/// Kinds that are looked at and not made.
const LOOKED_AT: [&str; 5] = [
    ec2_network::KIND,
    efs_file_system::KIND,
    iam_group::KIND,
    iam_user::KIND,
    sagemaker_app::KIND,
];

/// The names of all kinds that [`observe`] knows, sorted.
pub fn observable_kinds() -> Vec<&'static str> {
    let mut names: Vec<&str> = kinds().names().chain(LOOKED_AT).collect();
    names.sort_unstable();
    names
}

/// The object of this kind and id as a `live` check sees it, unless there is none.
///
/// Users, groups and roles are found by name or by ARN.
pub async fn observe(aws: &Aws, kind: &str, id: &str) -> Result<Option<Value>, PartError> {
    match kind {
        ec2_network::KIND => shown(kind, ec2_network::read_network(aws, id).await?),
        efs_file_system::KIND => shown(kind, efs_file_system::read_file_system(aws, id).await?),
        iam_group::KIND => shown(kind, iam_group::read_group(aws, id).await?),
        iam_user::KIND => shown(kind, iam_user::read_user(aws, id).await?),
        sagemaker_app::KIND => shown(kind, sagemaker_app::read_app(aws, id).await?),
        _ => observe_made(aws, kind, id).await,
    }
}

async fn observe_made(aws: &Aws, kind: &str, id: &str) -> Result<Option<Value>, PartError> {
    let kinds = kinds();
    let known = kinds.get(kind).ok_or_else(|| {
        PartError::bug(
            kind,
            format!(
                "no kind of this name is known; known are {}",
                observable_kinds().join(", ")
            ),
        )
    })?;
    known.inspect(aws, id).await
}

fn shown<T: Serialize>(kind: &str, observed: Option<T>) -> Result<Option<Value>, PartError> {
    observed
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| PartError::bug(kind, error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Workflow files name kinds: a name is never changed.
    #[test]
    fn the_names_of_observable_kinds_are_frozen() {
        assert_eq!(
            observable_kinds(),
            [
                "cloudtrail:trail",
                "ec2:default-security-group",
                "ec2:elastic-ip",
                "ec2:flow-log",
                "ec2:internet-gateway",
                "ec2:nat-gateway",
                "ec2:network",
                "ec2:route-table",
                "ec2:routes",
                "ec2:security-group",
                "ec2:security-group-rules",
                "ec2:subnet",
                "ec2:vpc",
                "ec2:vpc-endpoint",
                "efs:file-system",
                "iam:group",
                "iam:policy",
                "iam:role",
                "iam:role-policies",
                "iam:user",
                "kms:alias",
                "kms:key",
                "logs:log-group",
                "network-firewall:firewall",
                "network-firewall:firewall-policy",
                "network-firewall:logging",
                "network-firewall:rule-group",
                "s3:bucket",
                "s3:bucket-policy",
                "sagemaker:app",
                "sagemaker:domain",
                "sagemaker:space",
                "sagemaker:user-profile",
            ]
        );
    }
}
