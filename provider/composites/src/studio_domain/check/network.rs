//! The network: one of two forms, with room enough, and a firewall with a list.

use std::collections::BTreeMap;

use cloister_framework::{Attr, Diagnostic, Path};
use ipnet::Ipv4Net;

use super::check_policy;
use crate::studio_domain::{
    config::{Capacity, Endpoint, FlowLogs, Network, SecureStudioDomain, ZoneSubnets},
    endpoint_set,
    ip_plan::{
        self, ADDRESSES_PER_USER, Demand, Egress, HEADROOM_PERCENT, IpPlanError, Need, SubnetClass,
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
        let cidr = Path::attribute("network").then("cidr");
        found.extend(check_range(&network.cidr, "network.cidr", cidr));
        found.extend(check_list(network));
        found.extend(check_zone_count(network));
        found.extend(check_room(config, network));
        found.extend(check_subnets(config, network));
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

fn check_range(text: &Attr<String>, place: &str, path: Path) -> Option<Diagnostic> {
    let error = ip_plan::parse_vpc_cidr(text.known()?).err()?;
    Some(
        Diagnostic::error("Range of addresses cannot be used")
            .found(format!("`{place}` cannot be used: {error}."))
            .action(format!("Correct `{place}`."))
            .at(path),
    )
}

/// Whether the laid-out subnets hold what is planned; what is unknown is not judged yet.
fn check_room(config: &SecureStudioDomain, network: &Network) -> Option<Diagnostic> {
    if !network.subnets.is_null() {
        return None;
    }
    let cidr = network.cidr.known()?;
    let egress = egress(network.egress.known()?)?;
    let demand = demand(config, network)?;
    let vpc = ip_plan::parse_vpc_cidr(cidr).ok()?;
    let error = ip_plan::plan_subnets(vpc, egress, &demand).err()?;
    Some(match error {
        IpPlanError::Zones { .. } => too_many_zones(network, &error),
        _ => too_small(vpc, egress, &demand, &error),
    })
}

/// Zones are chosen once, at the first plan, and stay: another number says nothing of which ones are meant.
fn check_zone_count(network: &Network) -> Option<Diagnostic> {
    let zones = network.availability_zones.known()?;
    let count = usize::try_from(*network.az_count.known()?).ok()?;
    (zones.len() != count).then(|| {
        Diagnostic::error("Availability zones contradict their number")
            .found(format!(
                "`network.az_count` is `{count}`, and the domain has {} availability zones: {}.",
                zones.len(),
                zones.iter().filter_map(Attr::known).map(|zone| format!("`{zone}`")).collect::<Vec<_>>().join(", ")
            ))
            .action("Name all zones in `network.availability_zones`: they can be added and taken away one by one.")
            .at(Path::attribute("network").then("az_count"))
    })
}

fn too_many_zones(network: &Network, error: &IpPlanError) -> Diagnostic {
    let attribute = match network.availability_zones {
        Attr::Known(_) => "availability_zones",
        _ => "az_count",
    };
    Diagnostic::error("Too many availability zones")
        .found(format!(
            "`network.{attribute}` cannot be laid out: {error}."
        ))
        .action("Choose fewer zones.")
        .at(Path::attribute("network").then(attribute))
}

fn too_small(vpc: Ipv4Net, egress: Egress, demand: &Demand, error: &IpPlanError) -> Diagnostic {
    let less = "have fewer zones or endpoints, or a smaller `network.capacity`";
    let action = match ip_plan::smallest_around(vpc, egress, demand) {
        Some(wider) => format!("Widen `network.cidr`: `{wider}` has room. Or {less}."),
        None => format!("No VPC has as much room: {less}."),
    };
    Diagnostic::error("Network is too small")
        .found(format!("`network.cidr` is `{vpc}`, and {error}."))
        .action(action)
        .at(Path::attribute("network").then("cidr"))
}

/// Whether a Studio subnet that the user laid out holds what is planned.
fn check_studio_room(place: &str, path: Path, cidr: Ipv4Net, need: &Need) -> Option<Diagnostic> {
    (!need.fits(cidr)).then(|| {
        Diagnostic::error("Subnet is too small")
            .found(format!(
                "`{place}` is `{cidr}` with {} addresses, and {} are needed: {need}.",
                ip_plan::size(cidr),
                need.total()
            ))
            .action(format!(
                "Widen `{place}`, or have fewer endpoints, or a smaller `network.capacity`."
            ))
            .at(path)
    })
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
    let zones = match (&network.subnets, &network.availability_zones) {
        (Attr::Known(subnets), _) => u32::try_from(subnets.len()).ok()?,
        (_, Attr::Known(zones)) => u32::try_from(zones.len()).ok()?,
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

/// Subnets that the user laid out: within the VPC, apart from each other, large enough, and as many as the way out needs.
fn check_subnets(config: &SecureStudioDomain, network: &Network) -> Vec<Diagnostic> {
    let (Some(given), Some(vpc)) = (
        network.subnets.known(),
        network.cidr.known().and_then(|cidr| net(cidr)),
    ) else {
        return Vec::new();
    };
    let egress = network.egress.known().and_then(|name| egress(name));
    let need = demand(config, network).and_then(|demand| demand.need().ok());
    let mut found = Vec::new();
    let mut seen: BTreeMap<String, Ipv4Net> = BTreeMap::new();
    for (zone, subnets) in given
        .iter()
        .filter_map(|(zone, subnets)| Some((zone, subnets.known()?)))
    {
        for class in egress.map_or(&[][..], Egress::classes) {
            let attribute = class.as_str();
            let path = Path::attribute("network")
                .then("subnets")
                .key(zone)
                .then(attribute);
            let place = format!("network.subnets[\"{zone}\"].{attribute}");
            let range = of_class(subnets, *class);
            if range.is_null() {
                found.push(missing(&place, path.clone(), network));
            }
            found.extend(check_range(range, &place, path.clone()));
            let Some(cidr) = range.known().and_then(|text| net(text)) else {
                continue;
            };
            found.extend(check_place(&place, path.clone(), vpc, cidr, &seen));
            if *class == SubnetClass::Studio {
                let need = need.as_ref();
                found.extend(need.and_then(|need| check_studio_room(&place, path, cidr, need)));
            }
            seen.insert(place, cidr);
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
    ip_plan::parse_vpc_cidr(text).ok()
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
