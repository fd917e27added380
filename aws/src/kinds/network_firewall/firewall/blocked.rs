//! What keeps a firewall or one of its zones from going, in words: AWS only says that something does.

use std::collections::BTreeSet;

use cloister_composite::{ErrorClass, PartError};

use super::FirewallObserved;
use crate::{calls::Operation, kinds::ec2::within, session::Aws};

const DESCRIBE_ROUTES: Operation = Operation::read("ec2:DescribeRouteTables");
const LIST_ASSOCIATIONS: Operation =
    Operation::read("network-firewall:ListVpcEndpointAssociations");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE_ROUTES, LIST_ASSOCIATIONS];

/// Adds to AWS's refusal which routes lead to the firewall's endpoints, and which further endpoints it has.
///
/// The refusal is what counts: where one of the lists cannot be read, it stays as it is.
pub(super) async fn explain(
    aws: &Aws,
    firewall: &FirewallObserved,
    mut refusal: PartError,
) -> PartError {
    if refusal.class != ErrorClass::Busy {
        return refusal;
    }
    let mut reasons = Vec::new();
    match routes(aws, firewall).await {
        Ok(routes) if !routes.is_empty() => {
            reasons.push(format!(
                "routes lead to its endpoints: {}",
                routes.join(", ")
            ));
        }
        Ok(_) => {}
        Err(error) => tracing::debug!(%error, "the routes to a firewall are not known"),
    }
    match associations(aws, firewall).await {
        Ok(others) if !others.is_empty() => {
            reasons.push(format!("it has further endpoints: {}", others.join(", ")));
        }
        Ok(_) => {}
        Err(error) => tracing::debug!(%error, "a firewall's further endpoints are not known"),
    }
    if !reasons.is_empty() {
        refusal.message = format!("{}; {}", reasons.join("; "), refusal.message);
    }
    refusal
}

/// The routes to its endpoints, each with its table.
async fn routes(aws: &Aws, firewall: &FirewallObserved) -> Result<Vec<String>, PartError> {
    let endpoints: BTreeSet<&str> = firewall
        .endpoints
        .values()
        .filter_map(|endpoint| endpoint.endpoint_id.as_deref())
        .collect();
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .ec2()
            .describe_route_tables()
            .set_filters(Some(within("vpc-id", &firewall.vpc_id)))
            .set_next_token(next);
        let sent = aws.call(DESCRIBE_ROUTES, &firewall.vpc_id, || request.clone().send());
        let page = sent.await?;
        for table in page.route_tables.unwrap_or_default() {
            let id = table.route_table_id.unwrap_or_default();
            for route in table.routes.unwrap_or_default() {
                // EC2 lists an endpoint as a gateway.
                let Some(target) = route
                    .gateway_id
                    .filter(|id| endpoints.contains(id.as_str()))
                else {
                    continue;
                };
                let destination = route.destination_cidr_block.unwrap_or_default();
                found.push(format!("{destination} in {id} to {target}"));
            }
        }
        next = page.next_token;
        if next.is_none() {
            return Ok(found);
        }
    }
}

async fn associations(aws: &Aws, firewall: &FirewallObserved) -> Result<Vec<String>, PartError> {
    if firewall.number_of_associations.unwrap_or(0) == 0 {
        return Ok(Vec::new());
    }
    let request = aws.networkfirewall().list_vpc_endpoint_associations();
    let request = request.firewall_arn(&firewall.arn);
    let sent = aws.call(LIST_ASSOCIATIONS, &firewall.name, || request.clone().send());
    let found = sent.await?.vpc_endpoint_associations.unwrap_or_default();
    Ok(found
        .into_iter()
        .filter_map(|association| association.vpc_endpoint_association_arn)
        .collect())
}
