//! `ec2:routes`: all routes of one route table that are not AWS's own. A foreign one shows, and goes.

use async_trait::async_trait;
use cloister_composite::{
    Changing, Deleting, ErrorClass, Finding, Input, Journal, Making, Outputs, PartError, PartKind,
    outputs,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    ec2::{read_by_id, within},
    ec2_route_table::{Ec2RouteTableObserved, RouteObserved, describe_tables},
    restate::restate_set,
    settled::{not_yet_seen, settled},
};
use crate::{calls::Operation, session::Aws};

const CREATE: Operation = Operation::idempotent("ec2:CreateRoute");
const REPLACE: Operation = Operation::idempotent("ec2:ReplaceRoute");
const DELETE: Operation = Operation::idempotent("ec2:DeleteRoute");

/// Every call that is made here.
pub(super) const CALLS: &[&[Operation]] = &[&[CREATE, REPLACE, DELETE]];

/// The destinations that stand for the whole internet.
const EVERYWHERE: [&str; 2] = ["0.0.0.0/0", "::/0"];

/// The routes of a table.
#[derive(Debug)]
pub struct Ec2Routes;

/// What the routes of a table are to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ec2RoutesDesired {
    /// The table.
    pub route_table_id: Input<String>,
    /// Its routes, whole, but for those that AWS itself keeps: within the VPC, and to gateway endpoints.
    #[serde(default)]
    pub routes: Vec<Route>,
}

/// Where one range of addresses is reached; it names exactly one target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The range, as EC2 writes it: the first address, and the length.
    pub destination: String,
    /// An internet gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gateway_id: Option<Input<String>>,
    /// A NAT gateway.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nat_gateway_id: Option<Input<String>>,
    /// An endpoint of a firewall.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vpc_endpoint_id: Option<Input<String>>,
    /// A target of any other sort, as somebody else set it: it is shown and never made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_target: Option<String>,
    /// Whether the target is gone: it is shown and never made.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub blackhole: bool,
}

/// The routes of a table as EC2 describes them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ec2RoutesObserved {
    /// The table.
    pub route_table_id: String,
    /// Its routes without AWS's own, sorted by destination.
    pub routes: Vec<RouteObserved>,
}

#[async_trait]
impl PartKind for Ec2Routes {
    const KIND: &'static str = "ec2:routes";
    const REPLACED_BY: &'static [&'static str] = &["route_table_id"];
    const JOURNAL: Journal = Journal::NaturalKey;
    const PREPARES: bool = true;

    type Context = Aws;
    type Desired = Ec2RoutesDesired;
    type Observed = Ec2RoutesObserved;
    type Disposal = ();

    fn id(observed: &Ec2RoutesObserved) -> String {
        observed.route_table_id.clone()
    }

    fn outputs(observed: &Ec2RoutesObserved) -> Outputs {
        outputs([("id", observed.route_table_id.clone())])
    }

    fn settings(observed: &Ec2RoutesObserved) -> Ec2RoutesDesired {
        Ec2RoutesDesired {
            route_table_id: observed.route_table_id.clone().into(),
            routes: observed.routes.iter().map(shown).collect(),
        }
    }

    fn natural_id(settings: &Value) -> Option<String> {
        let id = settings.get("route_table_id")?.as_str()?;
        id.starts_with("rtb-").then(|| id.to_owned())
    }

    fn align(desired: &Value, mut observed: Value) -> Value {
        restate_set(desired, &mut observed, "routes");
        observed
    }

    async fn find(
        aws: &Aws,
        finding: Finding<'_, Ec2RoutesDesired>,
    ) -> Result<Option<Ec2RoutesObserved>, PartError> {
        match Self::natural_id(finding.settings) {
            Some(table) => read_routes(aws, &table).await,
            None => Ok(None),
        }
    }

    async fn create(
        aws: &Aws,
        making: Making<'_, Ec2RoutesDesired>,
    ) -> Result<Ec2RoutesObserved, PartError> {
        let table = settled(&making.desired.route_table_id, Self::KIND, "route_table_id")?;
        let before = read_routes(aws, table)
            .await?
            .ok_or_else(|| unseen(table))?;
        bring(aws, &before, making.desired)
            .await
            .map_err(not_yet_seen)?;
        read_routes(aws, table).await?.ok_or_else(|| unseen(table))
    }

    async fn read(aws: &Aws, ids: &[String]) -> Result<Vec<Option<Ec2RoutesObserved>>, PartError> {
        let describe = |filters| describe_tables(aws, filters);
        let tables = read_by_id(ids, "route-table-id", id_of, describe).await?;
        Ok(tables
            .into_iter()
            .map(|table| table.map(own_routes))
            .collect())
    }

    async fn update(
        aws: &Aws,
        changing: Changing<'_, Ec2RoutesDesired, Ec2RoutesObserved>,
    ) -> Result<(), PartError> {
        bring(aws, changing.observed, changing.desired).await
    }

    /// The way out goes first: nobody starts what would keep the rest from being deleted.
    async fn before_delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2RoutesObserved, ()>,
    ) -> Result<(), PartError> {
        let observed = deleting.observed;
        let out = |route: &&RouteObserved| EVERYWHERE.contains(&route.destination.as_str());
        for route in observed.routes.iter().filter(out) {
            delete_route(aws, &observed.route_table_id, &route.destination).await?;
        }
        Ok(())
    }

    async fn delete(
        aws: &Aws,
        deleting: Deleting<'_, Ec2RoutesObserved, ()>,
    ) -> Result<(), PartError> {
        let observed = deleting.observed;
        for route in &observed.routes {
            delete_route(aws, &observed.route_table_id, &route.destination).await?;
        }
        Ok(())
    }
}

fn id_of(table: &Ec2RouteTableObserved) -> &str {
    &table.id
}

async fn read_routes(aws: &Aws, table: &str) -> Result<Option<Ec2RoutesObserved>, PartError> {
    let found = describe_tables(aws, within("route-table-id", table)).await?;
    Ok(found.into_iter().next().map(own_routes))
}

/// The routes that are not AWS's own: not those within the VPC, nor those that gateway endpoints keep.
fn own_routes(table: Ec2RouteTableObserved) -> Ec2RoutesObserved {
    let routes = table.routes.into_iter().filter(|route| {
        let gateway = route.gateway_id.as_deref().unwrap_or_default();
        gateway != "local" && !gateway.starts_with("vpce-")
    });
    Ec2RoutesObserved {
        route_table_id: table.id,
        routes: routes.collect(),
    }
}

fn shown(route: &RouteObserved) -> Route {
    Route {
        destination: route.destination.clone(),
        gateway_id: route.gateway_id.clone().map(Input::Known),
        nat_gateway_id: route.nat_gateway_id.clone().map(Input::Known),
        vpc_endpoint_id: route.vpc_endpoint_id.clone().map(Input::Known),
        other_target: route.other_target.clone(),
        blackhole: route.state.as_deref() == Some("blackhole"),
    }
}

/// The table was made a moment ago: that EC2 does not show it yet is no answer.
fn unseen(table: &str) -> PartError {
    PartError::new(
        ErrorClass::Propagation,
        "ec2:DescribeRouteTables",
        table,
        "the route table is not there, or not yet",
    )
}

/// Makes what is missing and what leads elsewhere, then takes away what nobody wants: no destination is cut off in
/// between.
async fn bring(
    aws: &Aws,
    observed: &Ec2RoutesObserved,
    desired: &Ec2RoutesDesired,
) -> Result<(), PartError> {
    let table = observed.route_table_id.as_str();
    for route in &desired.routes {
        let present = observed
            .routes
            .iter()
            .find(|present| present.destination == route.destination);
        match present {
            Some(present) if shown(present) == *route => {}
            Some(_) => replace_route(aws, table, route).await?,
            None => create_route(aws, table, route).await?,
        }
    }
    let unwanted = observed.routes.iter().filter(|present| {
        let same = |route: &Route| route.destination == present.destination;
        !desired.routes.iter().any(same)
    });
    for route in unwanted {
        delete_route(aws, table, &route.destination).await?;
    }
    Ok(())
}

/// A target, as both calls take it.
struct Target<'a> {
    gateway: Option<&'a String>,
    nat_gateway: Option<&'a String>,
    vpc_endpoint: Option<&'a String>,
}

impl<'a> Target<'a> {
    fn of(route: &'a Route) -> Result<Self, PartError> {
        let known = |input: &'a Option<Input<String>>| {
            let input = input.as_ref();
            input
                .map(|input| settled(input, Ec2Routes::KIND, "routes"))
                .transpose()
        };
        Ok(Self {
            gateway: known(&route.gateway_id)?,
            nat_gateway: known(&route.nat_gateway_id)?,
            vpc_endpoint: known(&route.vpc_endpoint_id)?,
        })
    }
}

/// A destination, under the parameter that takes its sort.
struct Destination<'a> {
    ipv4: Option<&'a str>,
    ipv6: Option<&'a str>,
    prefix_list: Option<&'a str>,
}

impl<'a> Destination<'a> {
    fn of(text: &'a str) -> Self {
        let is_list = text.starts_with("pl-");
        let is_ipv6 = text.contains(':');
        Self {
            ipv4: (!is_list && !is_ipv6).then_some(text),
            ipv6: is_ipv6.then_some(text),
            prefix_list: is_list.then_some(text),
        }
    }
}

async fn create_route(aws: &Aws, table: &str, route: &Route) -> Result<(), PartError> {
    let (target, destination) = (Target::of(route)?, Destination::of(&route.destination));
    let request = aws
        .ec2()
        .create_route()
        .route_table_id(table)
        .set_destination_cidr_block(destination.ipv4.map(str::to_owned))
        .set_destination_ipv6_cidr_block(destination.ipv6.map(str::to_owned))
        .set_destination_prefix_list_id(destination.prefix_list.map(str::to_owned))
        .set_gateway_id(target.gateway.cloned())
        .set_nat_gateway_id(target.nat_gateway.cloned())
        .set_vpc_endpoint_id(target.vpc_endpoint.cloned());
    let subject = route.destination.as_str();
    match aws.call(CREATE, subject, || request.clone().send()).await {
        // This very call of a moment ago, or somebody else's route.
        Err(error) if error.class == ErrorClass::AlreadyExists => {
            replace_route(aws, table, route).await
        }
        answer => answer.map(|_| ()).map_err(|error| error.about("routes")),
    }
}

async fn replace_route(aws: &Aws, table: &str, route: &Route) -> Result<(), PartError> {
    let (target, destination) = (Target::of(route)?, Destination::of(&route.destination));
    let request = aws
        .ec2()
        .replace_route()
        .route_table_id(table)
        .set_destination_cidr_block(destination.ipv4.map(str::to_owned))
        .set_destination_ipv6_cidr_block(destination.ipv6.map(str::to_owned))
        .set_destination_prefix_list_id(destination.prefix_list.map(str::to_owned))
        .set_gateway_id(target.gateway.cloned())
        .set_nat_gateway_id(target.nat_gateway.cloned())
        .set_vpc_endpoint_id(target.vpc_endpoint.cloned());
    let subject = route.destination.as_str();
    aws.call(REPLACE, subject, || request.clone().send())
        .await
        .map(|_| ())
        .map_err(|error| error.about("routes"))
}

async fn delete_route(aws: &Aws, table: &str, destination: &str) -> Result<(), PartError> {
    let parts = Destination::of(destination);
    let request = aws
        .ec2()
        .delete_route()
        .route_table_id(table)
        .set_destination_cidr_block(parts.ipv4.map(str::to_owned))
        .set_destination_ipv6_cidr_block(parts.ipv6.map(str::to_owned))
        .set_destination_prefix_list_id(parts.prefix_list.map(str::to_owned));
    match aws
        .call(DELETE, destination, || request.clone().send())
        .await
    {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use serde_json::json;

    use super::*;

    fn route(destination: &str) -> RouteObserved {
        RouteObserved {
            destination: destination.to_owned(),
            gateway_id: None,
            nat_gateway_id: None,
            vpc_endpoint_id: None,
            other_target: None,
            state: Some("active".to_owned()),
            origin: None,
        }
    }

    #[test]
    fn foreign_and_broken_routes_show_as_what_they_are() {
        let observed = Ec2RoutesObserved {
            route_table_id: "rtb-1".into(),
            routes: vec![
                RouteObserved {
                    nat_gateway_id: Some("nat-1".into()),
                    state: Some("blackhole".into()),
                    ..route("0.0.0.0/0")
                },
                RouteObserved {
                    other_target: Some("tgw-1".into()),
                    ..route("10.0.0.0/8")
                },
            ],
        };
        let settings = serde_json::to_value(Ec2Routes::settings(&observed)).unwrap();
        assert_eq!(
            settings,
            json!({"route_table_id": "rtb-1", "routes": [
                {"destination": "0.0.0.0/0", "nat_gateway_id": "nat-1", "blackhole": true},
                {"destination": "10.0.0.0/8", "other_target": "tgw-1"},
            ]})
        );
    }

    #[test]
    fn a_destination_goes_under_the_parameter_of_its_sort() {
        for (text, expected) in [
            ("10.0.0.0/8", (Some("10.0.0.0/8"), None, None)),
            ("::/0", (None, Some("::/0"), None)),
            ("pl-1", (None, None, Some("pl-1"))),
        ] {
            let found = Destination::of(text);
            assert_eq!((found.ipv4, found.ipv6, found.prefix_list), expected);
        }
    }
}
