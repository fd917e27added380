//! Which subnets use a route table. A subnet uses one: to associate it is to take it from the one before.

use cloister_composite::{ErrorClass, PartError};

use super::{Ec2RouteTableObserved, describe_tables};
use crate::{calls::Operation, kinds::ec2::within, session::Aws};

const ASSOCIATE: Operation = Operation::idempotent("ec2:AssociateRouteTable");
const REPLACE: Operation = Operation::idempotent("ec2:ReplaceRouteTableAssociation");
const DISASSOCIATE: Operation = Operation::idempotent("ec2:DisassociateRouteTable");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[ASSOCIATE, REPLACE, DISASSOCIATE];

/// Lets the subnet use the table, whichever it used before.
pub(super) async fn associate(aws: &Aws, table: &str, subnet: &str) -> Result<(), PartError> {
    let request = aws
        .ec2()
        .associate_route_table()
        .route_table_id(table)
        .subnet_id(subnet);
    match aws.call(ASSOCIATE, subnet, || request.clone().send()).await {
        // This very call of a moment ago, or another table's.
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            take_over(aws, table, subnet, error).await
        }
        answer => answer
            .map(|_| ())
            .map_err(|error| error.about("subnet_ids")),
    }
}

/// Moves a subnet from the table that it uses; `taken` is what EC2 said to a plain association.
async fn take_over(
    aws: &Aws,
    table: &str,
    subnet: &str,
    taken: PartError,
) -> Result<(), PartError> {
    let tables = describe_tables(aws, within("association.subnet-id", subnet)).await?;
    let current = tables.iter().find_map(|other| {
        let uses = |one: &&super::Association| one.subnet_id.as_deref() == Some(subnet);
        Some((other.id.as_str(), other.associations.iter().find(uses)?))
    });
    let association = match current {
        Some((other, _)) if other == table => return Ok(()),
        Some((_, association)) => association.id.as_str(),
        // Somebody changes it at this moment: the next look shows what came of it.
        None => {
            return Err(PartError {
                class: ErrorClass::Busy,
                ..taken
            });
        }
    };
    tracing::info!(
        subnet,
        table,
        "moving the subnet from the table that it used"
    );
    let request = aws
        .ec2()
        .replace_route_table_association()
        .association_id(association)
        .route_table_id(table);
    match aws.call(REPLACE, subnet, || request.clone().send()).await {
        // Moved already, under another id; the next look says where to.
        Err(error) if error.is_not_found() => Err(PartError {
            class: ErrorClass::Busy,
            ..error
        }),
        answer => answer.map(|_| ()),
    }
}

/// Ends the associations of those subnets that are `unwanted`.
pub(super) async fn disassociate(
    aws: &Aws,
    observed: &Ec2RouteTableObserved,
    unwanted: impl Fn(&String) -> bool,
) -> Result<(), PartError> {
    for association in &observed.associations {
        let Some(subnet) = association.subnet_id.as_ref().filter(|id| unwanted(id)) else {
            continue;
        };
        let request = aws
            .ec2()
            .disassociate_route_table()
            .association_id(&association.id);
        match aws
            .call(DISASSOCIATE, subnet, || request.clone().send())
            .await
        {
            Err(error) if error.is_not_found() => {}
            answer => {
                answer?;
            }
        }
    }
    Ok(())
}
