//! The way out: NAT gateways, the firewall, and routes in the order that leaves no unfiltered moment.

use cloister_aws::{
    DomainList, Ec2ElasticIp, Ec2ElasticIpDesired, Ec2InternetGateway, Ec2InternetGatewayDesired,
    Ec2NatGateway, Ec2NatGatewayDesired, Ec2Routes, Ec2RoutesDesired, Firewall, FirewallDesired,
    FirewallLogging, FirewallLoggingDesired, FirewallPolicy, FirewallPolicyDesired,
    FirewallRuleGroup, FirewallRuleGroupDesired, FirewallRules, LogDestination, Route,
};
use cloister_composite::{Builder, Input, Tags};

use super::{
    Draft, arn,
    logs::{self, FIREWALL_LOGS},
    network::{Lines, part_key},
    wire,
};
use crate::{
    studio_domain::{
        ip_plan::{Egress, SubnetClass},
        shape::{OwnGround, Zone},
    },
    symbols::names,
};

/// Everywhere else.
const ANYWHERE: &str = "0.0.0.0/0";

const FIREWALL: &str = "network/firewall";
const LOGGING: &str = "network/firewall/logging";

/// Lays out whatever leads out of the network, and every table's routes; without a way out these say so.
pub(super) fn lay_out(parts: &mut Builder, draft: &Draft<'_>, lines: &Lines) {
    let Some(own) = draft.shape.own() else {
        return;
    };
    let gateway = (own.egress != Egress::None).then(|| internet_gateway(parts, lines));
    let firewall = (own.egress == Egress::Firewall).then(|| firewall(parts, draft, own, lines));
    for zone in &own.zones {
        let nat = gateway.as_ref().map(|gateway| Ways {
            gateway: gateway.clone(),
            nat: nat_gateway(parts, lines, zone),
            firewall: firewall.as_ref().map(|endpoints| endpoints(&zone.name)),
        });
        routes(parts, lines, zone, nat.as_ref());
    }
}

/// What one zone's traffic passes on its way out, from the outside in.
struct Ways {
    gateway: Input<String>,
    nat: Input<String>,
    firewall: Option<Input<String>>,
}

fn internet_gateway(parts: &mut Builder, lines: &Lines) -> Input<String> {
    let gateway = parts
        .part::<Ec2InternetGateway>(
            "network/internet-gateway",
            &Ec2InternetGatewayDesired {
                vpc_id: lines.vpc_id.clone(),
                tags: Tags::new(),
            },
        )
        .from("", "network.egress");
    wire(&gateway.output(&Ec2InternetGateway::ID))
}

fn nat_gateway(parts: &mut Builder, lines: &Lines, zone: &Zone) -> Input<String> {
    let address = parts
        .part::<Ec2ElasticIp>(
            &format!("network/{}/address", zone.name),
            &Ec2ElasticIpDesired { tags: Tags::new() },
        )
        .from("", "network.egress");
    let address = wire(&address.output(&Ec2ElasticIp::ID));
    let subnet = lines.subnet(zone, SubnetClass::Nat);
    let nat = parts
        .part::<Ec2NatGateway>(
            &format!("network/{}/nat-gateway", zone.name),
            &Ec2NatGatewayDesired {
                subnet_id: subnet,
                allocation_id: address,
                tags: Tags::new(),
            },
        )
        .after(
            "network/internet-gateway",
            "a NAT gateway needs the VPC's way out",
        )
        .from("", "network.egress");
    wire(&nat.output(&Ec2NatGateway::ID))
}

/// Lays out the firewall; gives its endpoint by zone.
fn firewall<'a>(
    parts: &mut Builder,
    draft: &Draft<'_>,
    own: &'a OwnGround,
    lines: &Lines,
) -> impl Fn(&str) -> Input<String> + use<'a> {
    let rules = parts
        .part::<FirewallRuleGroup>(
            "network/firewall/rules",
            &FirewallRuleGroupDesired {
                name: draft.name("cloister-", "network/firewall/rules", 128),
                capacity: RULE_CAPACITY,
                rules: FirewallRules::Domains(DomainList {
                    targets: names(&own.allowed_domains),
                    kinds: vec!["HTTP_HOST".to_owned(), "TLS_SNI".to_owned()],
                    action: "ALLOWLIST".to_owned(),
                }),
                home_net: vec![own.cidr.clone().into()],
                strict_order: true,
                tags: Tags::new(),
            },
        )
        .from("", "network.egress")
        .from("rules", "network.allowed_domains");
    let rules = wire(&rules.output(&FirewallRuleGroup::ARN));
    let policy = parts
        .part::<FirewallPolicy>(
            "network/firewall/policy",
            &FirewallPolicyDesired {
                name: draft.name("cloister-", "network/firewall/policy", 128),
                rule_group_arns: vec![arn(&rules)],
                // What no rule passes is dropped, whatever its protocol: a list of names alone drops only what speaks
                // HTTP or TLS.
                stateful_defaults: vec![
                    "aws:drop_established".to_owned(),
                    "aws:alert_established".to_owned(),
                ],
                strict_order: true,
                stateless: None,
                tags: Tags::new(),
            },
        )
        .from("", "network.egress");
    let policy = wire(&policy.output(&FirewallPolicy::ARN));
    let firewall = parts
        .part::<Firewall>(
            FIREWALL,
            &FirewallDesired {
                name: draft.name("cloister-", FIREWALL, 128),
                vpc_id: lines.vpc_id.clone(),
                subnet_ids: own
                    .zones
                    .iter()
                    .map(|zone| lines.subnet(zone, SubnetClass::Firewall))
                    .collect(),
                policy_arn: arn(&policy),
                description: Some(format!("The way out of Studio domain {}", draft.shape.name)),
                delete_protection: false,
                subnet_change_protection: false,
                policy_change_protection: false,
                tags: Tags::new(),
            },
        )
        .from("", "network.egress");
    let firewall_arn = wire(&firewall.output(&Firewall::ARN));
    let endpoints = own
        .zones
        .iter()
        .map(|zone| {
            let endpoint = firewall.output_named::<String>(Firewall::endpoint(&zone.name));
            (zone.name.clone(), wire(&endpoint))
        })
        .collect::<std::collections::BTreeMap<_, _>>();
    firewall_logging(parts, draft, &firewall_arn);
    move |zone| endpoints.get(zone).cloned().unwrap_or(Input::Unknown)
}

/// Enough for the longest list of names that one group takes in practice; it cannot change later.
const RULE_CAPACITY: i32 = 1000;

fn firewall_logging(parts: &mut Builder, draft: &Draft<'_>, firewall_arn: &Input<String>) {
    let group = logs::group(parts, draft, FIREWALL_LOGS, "firewall");
    let destination = |log_type: &str| LogDestination {
        log_type: log_type.to_owned(),
        log_group: group.clone(),
    };
    let _ = parts
        .part::<FirewallLogging>(
            LOGGING,
            &FirewallLoggingDesired {
                firewall_arn: arn(firewall_arn),
                destinations: vec![destination("ALERT"), destination("FLOW")],
            },
        )
        .from("", "network.egress");
}

/// From the outside in: a Studio subnet gets its way out last, when everything that filters and records stands.
fn routes(parts: &mut Builder, lines: &Lines, zone: &Zone, ways: Option<&Ways>) {
    let Some(ways) = ways else {
        table(parts, lines, zone, SubnetClass::Studio, Vec::new());
        return;
    };
    let out = |target: Target<'_>| route(ANYWHERE, target);
    let studio_cidr = zone
        .cidrs
        .get(&SubnetClass::Studio)
        .map_or("", String::as_str);
    let mut nat_routes = vec![out(Target::Gateway(&ways.gateway))];
    if let Some(endpoint) = &ways.firewall {
        // Answers pass the firewall as well, or it would see half of every connection.
        nat_routes.push(route(studio_cidr, Target::Endpoint(endpoint)));
        table(
            parts,
            lines,
            zone,
            SubnetClass::Firewall,
            vec![out(Target::Nat(&ways.nat))],
        );
        table(
            parts,
            lines,
            zone,
            SubnetClass::Studio,
            vec![out(Target::Endpoint(endpoint))],
        );
    } else {
        table(
            parts,
            lines,
            zone,
            SubnetClass::Studio,
            vec![out(Target::Nat(&ways.nat))],
        );
    }
    table(parts, lines, zone, SubnetClass::Nat, nat_routes);
}

#[derive(Clone, Copy)]
enum Target<'a> {
    Gateway(&'a Input<String>),
    Nat(&'a Input<String>),
    Endpoint(&'a Input<String>),
}

fn route(destination: &str, target: Target<'_>) -> Route {
    let mut route = Route {
        destination: destination.to_owned(),
        ..Route::default()
    };
    match target {
        Target::Gateway(id) => route.gateway_id = Some(id.clone()),
        Target::Nat(id) => route.nat_gateway_id = Some(id.clone()),
        Target::Endpoint(id) => route.vpc_endpoint_id = Some(id.clone()),
    }
    route
}

fn table(
    parts: &mut Builder,
    lines: &Lines,
    zone: &Zone,
    class: SubnetClass,
    mut routes: Vec<Route>,
) {
    routes.sort_by(|a, b| a.destination.cmp(&b.destination));
    let is_filtered =
        class == SubnetClass::Studio && routes.iter().any(|route| route.vpc_endpoint_id.is_some());
    let mut part = parts
        .part::<Ec2Routes>(
            &routes_key(&zone.name, class),
            &Ec2RoutesDesired {
                route_table_id: lines.table(zone, class),
                routes,
            },
        )
        .from("", "network.egress");
    if is_filtered {
        part = part
            .after(LOGGING, "nothing leaves unrecorded")
            .after(
                &routes_key(&zone.name, SubnetClass::Firewall),
                "what is let through must have where to go",
            )
            .after(
                &routes_key(&zone.name, SubnetClass::Nat),
                "answers must come back through the firewall",
            );
    }
    drop(part);
}

/// The key of a table's routes.
pub(super) fn routes_key(zone: &str, class: SubnetClass) -> String {
    format!("{}/routes", part_key(zone, class))
}
