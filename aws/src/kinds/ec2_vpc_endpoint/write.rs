//! Changes an endpoint in one call, and deletes it with its network interfaces.

use std::collections::BTreeSet;

use cloister_composite::{Changing, ErrorClass, Input, PartError};
use serde_json::Value;

use super::{Ec2VpcEndpointDesired, Ec2VpcEndpointObserved, ids};
use crate::{
    calls::Operation,
    kinds::ec2::{describe_interfaces, interface_words, judge_unsuccessful},
    session::Aws,
};

use super::read::of_endpoints;

const MODIFY: Operation = Operation::idempotent("ec2:ModifyVpcEndpoint");
const DELETE: Operation = Operation::idempotent("ec2:DeleteVpcEndpoints");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[MODIFY, DELETE];

/// What a set of ids gains and loses; `None` where it is nothing.
#[derive(Default)]
struct Moves {
    added: Option<Vec<String>>,
    removed: Option<Vec<String>>,
}

impl Moves {
    fn are_none(&self) -> bool {
        self.added.is_none() && self.removed.is_none()
    }
}

/// Everything that differs goes into one call: EC2 takes few of them.
pub(super) async fn modify(
    aws: &Aws,
    changing: &Changing<'_, Ec2VpcEndpointDesired, Ec2VpcEndpointObserved>,
) -> Result<(), PartError> {
    let Changing {
        desired, observed, ..
    } = changing;
    let moves = |name, wanted: &[Input<String>], present: &BTreeSet<String>| {
        if changing.touches(name) {
            moved(name, wanted, present)
        } else {
            Ok(Moves::default())
        }
    };
    let subnets = moves("subnet_ids", &desired.subnet_ids, &observed.subnet_ids)?;
    let groups = moves(
        "security_group_ids",
        &desired.security_group_ids,
        &observed.security_group_ids,
    )?;
    let tables = moves(
        "route_table_ids",
        &desired.route_table_ids,
        &observed.route_table_ids,
    )?;
    let [policy, private_dns] = ["policy", "private_dns"].map(|name| changing.touches(name));
    let moved = [&subnets, &groups, &tables];
    if !policy && !private_dns && moved.iter().all(|moves| moves.are_none()) {
        return Ok(());
    }
    let document = desired.policy.as_ref().map(Value::to_string);
    let request = aws
        .ec2()
        .modify_vpc_endpoint()
        .vpc_endpoint_id(&observed.id)
        .set_add_subnet_ids(subnets.added)
        .set_remove_subnet_ids(subnets.removed)
        .set_add_security_group_ids(groups.added)
        .set_remove_security_group_ids(groups.removed)
        .set_add_route_table_ids(tables.added)
        .set_remove_route_table_ids(tables.removed)
        .set_private_dns_enabled(private_dns.then_some(desired.private_dns))
        .set_reset_policy((policy && document.is_none()).then_some(true))
        .set_policy_document(document.filter(|_| policy));
    aws.call(MODIFY, &observed.id, || request.clone().send())
        .await
        .map(|_| ())
}

fn moved(
    name: &str,
    wanted: &[Input<String>],
    present: &BTreeSet<String>,
) -> Result<Moves, PartError> {
    let wanted: BTreeSet<String> = ids(wanted, name)?.unwrap_or_default().into_iter().collect();
    let moves = |from: &BTreeSet<String>, to: &BTreeSet<String>| {
        let ids: Vec<String> = to.difference(from).cloned().collect();
        (!ids.is_empty()).then_some(ids)
    };
    Ok(Moves {
        added: moves(present, &wanted),
        removed: moves(&wanted, present),
    })
}

/// Asks once for the deletion, then says what of the endpoint is still there.
pub(super) async fn delete(aws: &Aws, observed: &Ec2VpcEndpointObserved) -> Result<(), PartError> {
    let id = observed.id.as_str();
    if !observed.is_going() {
        let request = aws.ec2().delete_vpc_endpoints().vpc_endpoint_ids(id);
        let answer = match aws.call(DELETE, id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => None,
            answer => answer?.unsuccessful,
        };
        match judge_unsuccessful(DELETE, id, answer) {
            Err(error) if error.is_not_found() => {}
            answer => answer?,
        }
    }
    let found = describe_interfaces(aws, id, of_endpoints([id])).await?;
    let named: Vec<String> = found.iter().map(interface_words).collect();
    let message = match named.as_slice() {
        [] => "the endpoint is being deleted".to_owned(),
        named => format!(
            "the endpoint is being deleted; its network interfaces are still there: {}",
            named.join("; ")
        ),
    };
    Err(PartError::new(
        ErrorClass::Busy,
        DELETE.iam_action,
        id,
        message,
    ))
}
