//! The network: one of two forms, with room enough, and a firewall with a list.

use std::collections::BTreeMap;

use cloister_framework::{Attr, Diagnostic, Path};
use ipnet::Ipv4Net;

use super::check_policy;
use crate::studio_domain::{
    config::{Capacity, Endpoint, FlowLogs, Network, SecureStudioDomain, ZoneSubnets},
    endpoint_set,
    ip_plan::{
        self, ADDRESSES_PER_USER, Demand, Egress, HEADROOM_PERCENT, IpPlanError, SubnetClass,
    },
    shape::{egress, entries},
};

/// What CloudWatch Logs offers:
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html>.
const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];
const USUAL_ZONES: u32 = 2;

pub(super) fn check(config: &SecureStudioDomain) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = check_choice(config).into_iter().collect();
    if let Some(network) = config.network.known() {
        found.extend(check_list(network));
        found.extend(check_room(config, network));
        found.extend(check_subnets(network));
    }
    found.extend(
        config
            .flow_logs
            .known()
            .into_iter()
            .flat_map(check_flow_logs),
    );
    found.extend(check_endpoints(config));
    found
}

fn check_choice(config: &SecureStudioDomain) -> Option<Diagnostic> {
    match (&config.network, &config.existing_network) {
        (Attr::Null, Attr::Null) => Some(
            Diagnostic::error("Domain has no network")
                .found("Neither `network` nor `existing_network` is given.")
                .action("Give `network = { cidr = \"10.20.0.0/16\" }`, or name yours in `existing_network`.")
                .at(Path::attribute("network")),
        ),
        (Attr::Known(_), Attr::Known(_)) => Some(
            Diagnostic::error("Two networks for one domain")
                .found("`network` describes a network to make, and `existing_network` names one.")
                .action("Remove one of them.")
                .at(Path::attribute("existing_network")),
        ),
        _ => None,
    }
}

fn check_list(network: &Network) -> Option<Diagnostic> {
    let is_firewall = network.egress.known()? == "firewall";
    let path = Path::attribute("network").then("allowed_domains");
    match &network.allowed_domains {
        Attr::Null if is_firewall => Some(no_list(path)),
        Attr::Known(list) if is_firewall && list.is_empty() => Some(no_list(path)),
        Attr::Known(list) if !is_firewall && !list.is_empty() => Some(
            Diagnostic::error("Allowed domains without a firewall")
                .found(format!(
                    "`network.allowed_domains` is given, and `network.egress` is `{}`: nothing would hold traffic to it.",
                    network.egress.known()?
                ))
                .action("Set `network.egress = \"firewall\"`, or remove `network.allowed_domains`.")
                .at(path),
        ),
        _ => None,
    }
}

fn no_list(path: Path) -> Diagnostic {
    Diagnostic::error("Firewall without allowed domains")
        .found("`network.egress` is `firewall`, and `network.allowed_domains` names no domain: nothing could pass.")
        .action("Name the domains in `network.allowed_domains`, or set `network.egress = \"none\"`.")
        .at(path)
}

/// Whether the laid-out subnets hold what is planned; what is unknown is not judged yet.
fn check_room(config: &SecureStudioDomain, network: &Network) -> Option<Diagnostic> {
    let cidr = network.cidr.known()?;
    let egress = egress(network.egress.known()?)?;
    if !network.subnets.is_null() {
        return None;
    }
    let demand = demand(config, network)?;
    let error = ip_plan::parse_vpc_cidr(cidr)
        .and_then(|vpc| ip_plan::plan_subnets(vpc, egress, &demand))
        .err()?;
    let path = match error {
        IpPlanError::Zones { .. } => Path::attribute("network").then("availability_zones"),
        _ => Path::attribute("network").then("cidr"),
    };
    let action = match error {
        IpPlanError::Malformed(_) | IpPlanError::HostBits { .. } | IpPlanError::VpcSize { .. } => {
            "Correct `network.cidr`."
        }
        IpPlanError::Zones { .. } => "Name fewer zones.",
        IpPlanError::NoRoom { .. } | IpPlanError::TooSmall { .. } => {
            "Choose a larger `network.cidr`, fewer zones or endpoints, or a smaller `network.capacity`."
        }
    };
    Some(
        Diagnostic::error("Network is too small")
            .found(format!("`network.cidr` is `{cidr}`, and {error}."))
            .action(action)
            .at(path),
    )
}

/// What the subnets must have room for; `None` while it is unknown.
fn demand(config: &SecureStudioDomain, network: &Network) -> Option<Demand> {
    let interfaces = endpoint_set::interfaces(entries(&config.endpoints)?)?;
    let profiles = entries(&config.profiles)?.len();
    let capacity = match &network.capacity {
        Attr::Unknown => return None,
        Attr::Null => Capacity::default(),
        Attr::Known(capacity) => capacity.clone(),
    };
    let count = |attribute: Attr<u32>, usual: u32| attribute.or(usual).into_known();
    let zones = match &network.availability_zones {
        Attr::Known(zones) => u32::try_from(zones.len()).ok()?,
        _ => count(network.az_count, USUAL_ZONES)?,
    };
    Some(Demand {
        zones: u8::try_from(zones).ok()?,
        interface_endpoints: u32::try_from(interfaces).ok()?,
        users: count(capacity.users, u32::try_from(profiles.max(1)).ok()?)?,
        addresses_per_user: count(capacity.addresses_per_user, ADDRESSES_PER_USER)?,
        job_instances: count(capacity.job_instances, 0)?,
        headroom_percent: count(capacity.headroom_percent, HEADROOM_PERCENT)?,
    })
}

/// Subnets that the user laid out: within the VPC, apart from each other, and as many as the way out needs.
fn check_subnets(network: &Network) -> Vec<Diagnostic> {
    let (Some(given), Some(vpc)) = (
        network.subnets.known(),
        network.cidr.known().and_then(|cidr| net(cidr)),
    ) else {
        return Vec::new();
    };
    let classes = network
        .egress
        .known()
        .and_then(|name| egress(name))
        .map_or(&[][..], Egress::classes);
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, Ipv4Net> = BTreeMap::new();
    for (zone, subnets) in given
        .iter()
        .filter_map(|(zone, subnets)| Some((zone, subnets.known()?)))
    {
        for class in classes {
            let attribute = class.as_str();
            let path = Path::attribute("network")
                .then("subnets")
                .key(zone)
                .then(attribute);
            let place = format!("network.subnets[\"{zone}\"].{attribute}");
            match of_class(subnets, *class) {
                Attr::Unknown => {}
                Attr::Null => found.push(missing(&place, path, network)),
                Attr::Known(text) => {
                    let Some(cidr) = net(text) else { continue };
                    found.extend(check_place(&place, path, vpc, cidr, &seen));
                    seen.insert(place, cidr);
                }
            }
        }
    }
    found
}

fn of_class(subnets: &ZoneSubnets, class: SubnetClass) -> &Attr<String> {
    match class {
        SubnetClass::Studio => &subnets.studio,
        SubnetClass::Nat => &subnets.nat,
        SubnetClass::Firewall => &subnets.firewall,
    }
}

fn net(text: &str) -> Option<Ipv4Net> {
    text.parse().ok()
}

fn missing(place: &str, path: Path, network: &Network) -> Diagnostic {
    let egress = network.egress.known().map_or("", String::as_str);
    Diagnostic::error("Subnet is missing")
        .found(format!(
            "`{place}` is not given, and `network.egress` is `{egress}`."
        ))
        .action(format!("Give `{place}`, or leave `network.subnets` out."))
        .at(path)
}

fn check_place(
    place: &str,
    path: Path,
    vpc: Ipv4Net,
    cidr: Ipv4Net,
    seen: &BTreeMap<String, Ipv4Net>,
) -> Option<Diagnostic> {
    let overlaps = |other: &Ipv4Net| other.contains(&cidr) || cidr.contains(other);
    let problem = if vpc.contains(&cidr) {
        let (other, range) = seen.iter().find(|(_, range)| overlaps(range))?;
        format!("which overlaps `{range}`, the value of `{other}`")
    } else {
        format!("which lies outside `network.cidr`, `{vpc}`")
    };
    Some(
        Diagnostic::error("Subnet is in the wrong place")
            .found(format!("`{place}` is `{cidr}`, {problem}."))
            .action(format!("Choose another `{place}`."))
            .at(path),
    )
}

fn check_flow_logs(logs: &FlowLogs) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let at = |name: &str| Path::attribute("flow_logs").then(name);
    if let Some(days) = logs
        .retention_days
        .into_known()
        .filter(|days| !RETENTION_DAYS.contains(days))
    {
        found.push(
            Diagnostic::error("Retention is not offered")
                .found(format!("`flow_logs.retention_days` is `{days}`, and CloudWatch Logs keeps records for other spans."))
                .action("Choose 30, 90, 365, 731, 1827 or 3653, for example.")
                .at(at("retention_days")),
        );
    }
    if let Some(seconds) = logs
        .aggregation_seconds
        .into_known()
        .filter(|seconds| ![60, 600].contains(seconds))
    {
        found.push(
            Diagnostic::error("Aggregation is not offered")
                .found(format!("`flow_logs.aggregation_seconds` is `{seconds}`."))
                .action("Choose 60 or 600.")
                .at(at("aggregation_seconds")),
        );
    }
    found
}

fn check_endpoints(config: &SecureStudioDomain) -> Vec<Diagnostic> {
    let given = config.endpoints.known().into_iter().flatten();
    let mut found: Vec<Diagnostic> = given
        .filter_map(|(name, endpoint): (_, &Attr<Endpoint>)| {
            let place = format!("endpoints[\"{name}\"].policy");
            let path = Path::attribute("endpoints").key(name).then("policy");
            check_policy(&endpoint.known()?.policy, &place, path)
        })
        .collect();
    let existing = config.existing_network.known();
    let has_all = existing.is_some_and(|network| network.has_endpoints == Attr::Known(true));
    if has_all
        && config
            .endpoints
            .known()
            .is_some_and(|endpoints| !endpoints.is_empty())
    {
        found.push(
            Diagnostic::error("Endpoints that are not made")
                .found("`existing_network.has_endpoints` is `true`, so that cloister makes none, and `endpoints` names some.")
                .action("Remove `endpoints`, or set `has_endpoints = false`.")
                .at(Path::attribute("endpoints")),
        );
    }
    found
}
