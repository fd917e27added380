//! `ec2:vpc-endpoint`: the way from a VPC to one service, with the policy that limits what passes. VPC, service and type
//! are for good.

mod read;
mod write;

use async_trait::async_trait;
use aws_sdk_ec2::types::{ResourceType, VpcEndpointType};
use cloister_composite::{
    Changing, Deleting, Finding, Input, Journal, Making, OutputName, Outputs, PartError, PartKind,
    Readiness, Tags,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::{
    read::{DESCRIBE, lingering, observed, with_prefix_lists},
    write::{delete, modify},
};
use super::{
    arn::Arn,
    ec2::{find_tagged, put_tags, read_by_id, tag_specifications},
    restate::{restate_policy, restate_set},
    settled::{answered, not_yet_seen, settled},
    tags::settable,
};
use crate::{calls::Operation, session::Aws};

pub use read::Ec2VpcEndpointObserved;
pub(super) use read::describe_endpoints;

const CREATE: Operation = Operation::idempotent("ec2:CreateVpcEndpoint");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE], read::CALLS, write::CALLS];
/// The settings that are sets of ids.
const SETS: [&str; 3] = ["subnet_ids", "security_group_ids", "route_table_ids"];

/// A VPC endpoint.
#[derive(Debug)]
pub struct Ec2VpcEndpoint;

impl Ec2VpcEndpoint {
    /// The endpoint's id.
    pub const ID: OutputName<String> = OutputName::new("id");
    /// The endpoint's ARN.
    pub const ARN: OutputName<Arn> = OutputName::new("arn");
    /// The name under which an interface endpoint is reached in all its zones.
    pub const DNS_NAME: OutputName<String> = OutputName::new("dns_name");
    /// The prefix list of the service that a gateway endpoint leads to.
    pub const PREFIX_LIST_ID: OutputName<String> = OutputName::new("prefix_list_id");
}

/// What an endpoint is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2VpcEndpointDesired {
    /// The VPC it belongs to.
    pub vpc_id: Input<String>,
    /// The service it leads to, such as `com.amazonaws.eu-west-1.s3`.
    pub service: String,
    /// `Gateway` or `Interface`.
    pub endpoint_type: String,
    /// The subnets of an interface endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub subnet_ids: Vec<Input<String>>,
    /// The security groups of an interface endpoint; absent means the VPC's default group.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub security_group_ids: Vec<Input<String>>,
    /// The route tables that lead to a gateway endpoint.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub route_table_ids: Vec<Input<String>>,
    /// Whether the service's usual name leads to an interface endpoint.
    pub private_dns: bool,
    /// Its policy, whole; absent means that everything passes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<Value>,
    /// Its tags, whole.
    #[serde(default, skip_serializing_if = "Tags::is_empty")]
    pub tags: Tags,
}

#[async_trait]
impl PartKind for Ec2VpcEndpoint {
    const KIND: &'static str = "ec2:vpc-endpoint";
    const REPLACED_BY: &'static [&'static str] = &["vpc_id", "service", "endpoint_type"];
    const TAGGED: bool = true;
    const JOURNAL: Journal = Journal::Token;

    type Context = Aws;
    type Desired = Ec2VpcEndpointDesired;
    type Observed = Ec2VpcEndpointObserved;
    type Disposal = ();

    fn id(observed: &Ec2VpcEndpointObserved) -> String {
        observed.id.clone()
    }

    fn outputs(observed: &Ec2VpcEndpointObserved) -> Outputs {
        let named = [
            (Self::ID.name(), Some(&observed.id)),
            (Self::ARN.name(), Some(&observed.arn)),
            (Self::DNS_NAME.name(), observed.dns_names.first()),
            (
                Self::PREFIX_LIST_ID.name(),
                observed.prefix_list_id.as_ref(),
            ),
        ];
        let made = named.into_iter();
        made.filter_map(|(name, value)| Some((name.into(), value?.clone())))
            .collect()
    }

    fn settings(observed: &Ec2VpcEndpointObserved) -> Ec2VpcEndpointDesired {
        let inputs = |ids: &std::collections::BTreeSet<String>| {
            ids.iter().cloned().map(Input::Known).collect()
        };
        let policy = observed.policy.clone();
        Ec2VpcEndpointDesired {
            vpc_id: observed.vpc_id.clone().into(),
            service: observed.service_name.clone(),
            endpoint_type: observed.endpoint_type.clone().unwrap_or_default(),
            subnet_ids: inputs(&observed.subnet_ids),
            security_group_ids: inputs(&observed.security_group_ids),
            route_table_ids: inputs(&observed.route_table_ids),
            private_dns: observed.private_dns_enabled.unwrap_or(false),
            policy: policy.filter(|policy| !lets_everything_pass(policy)),
            tags: settable(&observed.tags),
        }
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        for name in SETS {
            restate_set(desired, &mut observed, name);
        }
        restate_policy(desired, &mut observed, "policy");
        let Value::Object(shown) = &mut observed else {
            return observed;
        };
        if let Some(policy) = desired
            .get("policy")
            .filter(|one| lets_everything_pass(one))
        {
            shown.entry("policy").or_insert_with(|| policy.clone());
        }
        if desired.get("security_group_ids").is_none() {
            shown.remove("security_group_ids");
        }
        observed
    }

    fn readiness(observed: &Ec2VpcEndpointObserved) -> Readiness {
        match observed.state.to_lowercase().as_str() {
            "available" => Readiness::Ready,
            "pending" | "pendingacceptance" => Readiness::Pending,
            state => Readiness::Failed(match &observed.failure_reason {
                Some(reason) => format!("the endpoint is `{state}`: {reason}"),
                None => format!("the endpoint is `{state}`"),
            }),
        }
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2VpcEndpointDesired>,
    ) -> Result<Option<Ec2VpcEndpointObserved>, PartError> {
        let describe = async |filters| {
            let mut found = describe_endpoints(aws, filters).await?;
            found.retain(|endpoint| !endpoint.is_going());
            Ok(found)
        };
        find_tagged(DESCRIBE, finding.tags, id_of, describe).await
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2VpcEndpointDesired>,
    ) -> Result<Ec2VpcEndpointObserved, PartError> {
        let desired = making.desired;
        let is_interface = desired.endpoint_type == VpcEndpointType::Interface.as_str();
        let service = desired.service.as_str();
        let request = aws
            .ec2()
            .create_vpc_endpoint()
            .vpc_id(settled(&desired.vpc_id, Self::KIND, "vpc_id")?)
            .service_name(service)
            .vpc_endpoint_type(VpcEndpointType::from(desired.endpoint_type.as_str()))
            .set_subnet_ids(ids(&desired.subnet_ids, "subnet_ids")?)
            .set_security_group_ids(ids(&desired.security_group_ids, "security_group_ids")?)
            .set_route_table_ids(ids(&desired.route_table_ids, "route_table_ids")?)
            .set_private_dns_enabled(is_interface.then_some(desired.private_dns))
            .set_policy_document(desired.policy.as_ref().map(Value::to_string))
            .client_token(making.token)
            .set_tag_specifications(tag_specifications(
                &ResourceType::VpcEndpoint,
                &desired.tags,
            ));
        let answer = aws
            .call(CREATE, service, || request.clone().send())
            .await
            .map_err(|error| about(not_yet_seen(error)))?;
        let endpoint = answered(answer.vpc_endpoint, CREATE.api, "VpcEndpoint")?;
        let made = with_prefix_lists(aws, vec![observed(aws, CREATE.api, endpoint)?]).await?;
        answered(made.into_iter().next(), CREATE.api, "VpcEndpoint")
    }

    /// An endpoint that is gone is read as `deleted` while its network interfaces hold subnets and groups.
    async fn read(
        aws: &Aws,
        ids: &[String],
    ) -> Result<Vec<Option<Ec2VpcEndpointObserved>>, PartError> {
        let describe = |filters| describe_endpoints(aws, filters);
        let mut found = read_by_id(ids, "vpc-endpoint-id", id_of, describe).await?;
        let gone: Vec<String> = ids
            .iter()
            .zip(&found)
            .filter(|(_, endpoint)| endpoint.is_none())
            .map(|(id, _)| id.clone())
            .collect();
        let mut lingering = lingering(aws, &gone).await?;
        for (id, endpoint) in ids.iter().zip(&mut found) {
            if endpoint.is_none() {
                *endpoint = lingering.remove(id);
            }
        }
        Ok(found)
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2VpcEndpointDesired, Ec2VpcEndpointObserved>,
    ) -> Result<(), PartError> {
        modify(aws, &changing).await.map_err(about)?;
        let observed = changing.observed;
        put_tags(aws, &observed.id, &observed.tags, &changing.desired.tags).await
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2VpcEndpointObserved, ()>,
    ) -> Result<(), PartError> {
        delete(aws, deleting.observed).await
    }

    fn usual_duration() -> std::time::Duration {
        std::time::Duration::from_secs(90)
    }
}

fn id_of(observed: &Ec2VpcEndpointObserved) -> &str {
    &observed.id
}

fn ids(inputs: &[Input<String>], name: &str) -> Result<Option<Vec<String>>, PartError> {
    let ids = inputs
        .iter()
        .map(|input| settled(input, Ec2VpcEndpoint::KIND, name).cloned())
        .collect::<Result<Vec<_>, _>>()?;
    Ok((!ids.is_empty()).then_some(ids))
}

/// Names the setting that EC2's error code is about, where it is about one only.
fn about(error: PartError) -> PartError {
    let setting = match error.code.as_deref() {
        Some("InvalidServiceName" | "InvalidServiceName.NotFound") => "service",
        Some("InvalidPolicyDocument") => "policy",
        Some("RouteAlreadyExists") => "route_table_ids",
        Some("DuplicateSubnetsInSameZone") => "subnet_ids",
        _ => return error,
    };
    error.about(setting)
}

/// Whether a policy is the one that EC2 gives where none is asked for, in whichever version it writes it.
fn lets_everything_pass(policy: &Value) -> bool {
    let statement = match policy.get("Statement") {
        Some(Value::Array(statements)) if statements.len() == 1 => &statements[0],
        Some(statement) => statement,
        None => return false,
    };
    let Value::Object(fields) = statement else {
        return false;
    };
    let any = [json!("*"), json!(["*"])];
    let all = |name: &str| fields.get(name).is_some_and(|value| any.contains(value));
    let anybody = all("Principal")
        || fields
            .get("Principal")
            .and_then(|principal| principal.get("AWS"))
            .is_some_and(|value| any.contains(value));
    fields
        .keys()
        .all(|name| ["Sid", "Effect", "Principal", "Action", "Resource"].contains(&name.as_str()))
        && fields.get("Effect") == Some(&json!("Allow"))
        && anybody
        && all("Action")
        && all("Resource")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_that_nobody_asked_for_is_known_in_every_spelling() {
        let open = json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"});
        let with = |name: &str, value: Value| {
            let mut statement = open.clone();
            statement[name] = value;
            json!({"Version": "2012-10-17", "Statement": [statement]})
        };
        for (policy, expected) in [
            (json!({"Version": "2008-10-17", "Statement": [open]}), true),
            (json!({"Statement": open}), true),
            (with("Principal", json!({"AWS": "*"})), true),
            (with("Action", json!(["*"])), true),
            (with("Sid", json!("Open")), true),
            (with("Effect", json!("Deny")), false),
            (with("Action", json!("s3:*")), false),
            (with("Condition", json!({})), false),
            (json!({"Statement": [open, open]}), false),
            (json!({}), false),
        ] {
            assert_eq!(lets_everything_pass(&policy), expected, "{policy}");
        }
    }
}
