//! What the account says to a config.

use std::collections::BTreeMap;

use cloister_aws::{Counted, Facts, Inquiry, Room, SubnetFact};
use cloister_framework::{Attr, Diagnostic, Diagnostics, Path, Value};

use crate::{
    composite::Site,
    studio_domain::{
        config::{Network, SecureStudioDomain},
        endpoint_set,
        policies::Home,
        shape::{Shape, entries},
    },
    symbols::known_names,
};

const USUAL_ZONES: u32 = 2;

pub(super) fn inquiry(
    config: &SecureStudioDomain,
    prior: Option<&SecureStudioDomain>,
    site: &Site,
) -> Inquiry {
    let existing = config.existing_network.known();
    let endpoints =
        entries(&config.endpoints).and_then(|given| endpoint_set::of(given, &Home::of(site), true));
    let services = endpoints
        .unwrap_or_default()
        .into_values()
        .map(|endpoint| endpoint.service);
    let makes_endpoints = existing.is_none_or(|network| network.has_endpoints != Attr::Known(true));
    Inquiry {
        zones: config.network.known().is_some(),
        endpoint_services: if makes_endpoints {
            services.collect()
        } else {
            std::collections::BTreeSet::new()
        },
        subnets: existing
            .and_then(|network| known_names(&network.subnet_ids))
            .map(|ids| ids.into_iter().collect())
            .unwrap_or_default(),
        domains: prior.is_none() && config.name.known().is_some(),
        counted: growth(config, prior).into_keys().collect(),
        identity_center: prior.is_none() && is_sso(config),
    }
}

fn is_sso(config: &SecureStudioDomain) -> bool {
    config.auth_mode.known().is_some_and(|mode| mode == "SSO")
}

/// How many more of what AWS counts the config asks for, as far as it is known.
fn growth(
    config: &SecureStudioDomain,
    prior: Option<&SecureStudioDomain>,
) -> BTreeMap<Counted, u32> {
    let before = prior.map(counted).unwrap_or_default();
    let more = counted(config).into_iter().map(|(what, number)| {
        let had = before.get(&what).copied().unwrap_or_default();
        (what, number.saturating_sub(had))
    });
    more.filter(|(_, number)| *number > 0).collect()
}

fn counted(config: &SecureStudioDomain) -> BTreeMap<Counted, u32> {
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let profiles = entries(&config.profiles).unwrap_or_default();
    let spaces = profiles
        .iter()
        .filter_map(|(_, profile)| entries(&profile.spaces))
        .map(|spaces| spaces.len())
        .sum();
    let network = config.network.known();
    let addresses = network
        .filter(|network| {
            network
                .egress
                .known()
                .is_some_and(|egress| egress != "none")
        })
        .map_or(0, |network| {
            match (&network.subnets, &network.availability_zones) {
                (Attr::Known(subnets), _) => subnets.len(),
                (_, Attr::Known(zones)) => zones.len(),
                _ => zone_count(network).unwrap_or_default(),
            }
        });
    BTreeMap::from([
        (Counted::Domains, 1),
        (Counted::UserProfiles, number(profiles.len())),
        (Counted::Spaces, number(spaces)),
        (Counted::Vpcs, u32::from(network.is_some())),
        (Counted::ElasticIps, number(addresses)),
    ])
}

/// The first zones of the region, where config names none.
pub(super) fn choose(config: &SecureStudioDomain, facts: &Facts) -> Vec<(Path, Value)> {
    let (Some(network), Some(zones)) = (config.network.known(), &facts.zones) else {
        return Vec::new();
    };
    let (true, Some(count)) = (
        network.availability_zones.is_unknown() && network.subnets.is_null(),
        zone_count(network),
    ) else {
        return Vec::new();
    };
    if zones.len() < count {
        return Vec::new();
    }
    let chosen = zones[..count].iter().map(Value::string).collect();
    vec![(
        Path::attribute("network").then("availability_zones"),
        Value::List(chosen),
    )]
}

fn zone_count(network: &Network) -> Option<usize> {
    let count = network.az_count.or(USUAL_ZONES).into_known()?;
    usize::try_from(count).ok()
}

pub(super) fn check(
    config: &SecureStudioDomain,
    prior: Option<&SecureStudioDomain>,
    site: &Site,
    facts: &Facts,
) -> Diagnostics {
    check_zones(config, site, facts)
        .into_iter()
        .chain(check_services(config, site, facts))
        .chain(check_name(config, facts))
        .chain(check_subnets(config, facts))
        .chain(check_room(config, prior, facts))
        .chain(check_sign_in(facts))
        .collect()
}

fn check_zones(config: &SecureStudioDomain, site: &Site, facts: &Facts) -> Vec<Diagnostic> {
    let Some(network) = config.network.known() else {
        return Vec::new();
    };
    let path = Path::attribute("network").then("availability_zones");
    let Some(zones) = &facts.zones else {
        let unnamed = network.availability_zones.is_unknown() && network.subnets.is_null();
        return unnamed
            .then(|| {
                Diagnostic::error("Availability zones are not known")
                    .found("`network.availability_zones` is not given, and the account does not tell which there are.")
                    .action("Name them in `network.availability_zones`, or grant `ec2:DescribeAvailabilityZones`.")
                    .at(path)
            })
            .into_iter()
            .collect();
    };
    let named: Vec<&String> = match &network.subnets {
        Attr::Known(subnets) => subnets.keys().collect(),
        _ => network
            .availability_zones
            .known()
            .into_iter()
            .flatten()
            .filter_map(Attr::known)
            .collect(),
    };
    let mut found: Vec<Diagnostic> = named
        .iter()
        .filter(|name| !zones.contains(name))
        .map(|name| {
            Diagnostic::error("Availability zone is unknown")
                .found(format!(
                    "`{name}` is no availability zone of `{}` that is open to the account; there are `{}`.",
                    site.region,
                    zones.join("`, `")
                ))
                .action("Name one of them.")
                .at(path.clone())
        })
        .collect();
    if network.availability_zones.is_unknown()
        && zone_count(network).is_some_and(|count| count > zones.len())
    {
        found.push(
            Diagnostic::error("Region has fewer availability zones")
                .found(format!(
                    "`network.az_count` is `{}`, and `{}` has `{}`.",
                    zone_count(network).unwrap_or_default(),
                    site.region,
                    zones.join("`, `")
                ))
                .action("Choose a smaller `network.az_count`.")
                .at(Path::attribute("network").then("az_count")),
        );
    }
    found
}

fn check_services(config: &SecureStudioDomain, site: &Site, facts: &Facts) -> Vec<Diagnostic> {
    let (Some(services), Some(shape)) =
        (&facts.endpoint_services, Shape::of(config, &Home::of(site)))
    else {
        return Vec::new();
    };
    // A zone that does not exist is an error of its own.
    let exists = |zone: &&str| match &facts.zones {
        Some(zones) => zones.iter().any(|known| known == zone),
        None => true,
    };
    let zones = shape.zones().iter().map(|zone| zone.name.as_str());
    let own_zones: Vec<&str> = zones.filter(exists).collect();
    let mut found = Vec::new();
    for (name, endpoint) in &shape.endpoints {
        let service = endpoint.service.as_str();
        let Some(offered) = services.get(service) else {
            found.push(unknown_service(name, service, site));
            continue;
        };
        let mut missing = own_zones.clone();
        missing.retain(|zone| !offered.contains(*zone));
        if !endpoint.is_gateway && !missing.is_empty() {
            found.push(absent(name, service, &missing));
        }
    }
    found
}

fn unknown_service(name: &str, service: &str, site: &Site) -> Diagnostic {
    Diagnostic::error("Endpoint service is unknown")
        .found(format!(
            "Endpoint `{name}` leads to `{service}`, and `{}` does not offer it.",
            site.region
        ))
        .action(format!(
            "Correct the name, give the service's whole name as `endpoints[\"{name}\"].service`, or leave the endpoint \
             out: `{}`.",
            left_out(name)
        ))
        .at(Path::attribute("endpoints").key(name))
}

fn absent(name: &str, service: &str, zones: &[&str]) -> Diagnostic {
    Diagnostic::error("Endpoint service is not offered")
        .found(format!(
            "Endpoint `{name}` leads to `{service}`, and it is not offered in `{}`.",
            zones.join("`, `")
        ))
        .action(format!(
            "Choose other zones in `network.availability_zones`, or leave the endpoint out: `{}`.",
            left_out(name)
        ))
        .at(Path::attribute("network").then("availability_zones"))
}

/// How a config leaves an endpoint out; names with dots are quoted.
fn left_out(name: &str) -> String {
    format!("endpoints = {{ \"{name}\" = {{ enabled = false }} }}")
}

/// SageMaker takes a second domain of the same name; whoever looks for one by name does not.
fn check_name(config: &SecureStudioDomain, facts: &Facts) -> Option<Diagnostic> {
    let name = config.name.known()?;
    let taken = facts
        .domains
        .as_ref()?
        .iter()
        .find(|domain| domain.name == *name)?;
    Some(
        Diagnostic::warning("Domain of this name exists")
            .found(format!(
                "`name` is `{name}`, and so is the name of domain `{}` ({}). SageMaker takes a second one.",
                taken.id, taken.status
            ))
            .action("Choose another `name`, unless this domain is the one that an earlier run left unfinished.")
            .at(Path::attribute("name")),
    )
}

fn check_subnets(config: &SecureStudioDomain, facts: &Facts) -> Vec<Diagnostic> {
    let (Some(network), Some(subnets)) = (config.existing_network.known(), &facts.subnets) else {
        return Vec::new();
    };
    let path = Path::attribute("existing_network").then("subnet_ids");
    let asked = known_names(&network.subnet_ids).unwrap_or_default();
    let is_there = |id: &&String| !subnets.iter().any(|subnet| subnet.id == **id);
    let mut found: Vec<Diagnostic> = asked
        .iter()
        .filter(is_there)
        .map(|id| {
            Diagnostic::error("Subnet does not exist")
                .found(format!("`existing_network.subnet_ids` holds `{id}`, and the account has no such subnet."))
                .action("Correct `existing_network.subnet_ids`.")
                .at(path.clone())
        })
        .collect();
    let vpc = network.vpc_id.known();
    let elsewhere = |subnet: &&SubnetFact| vpc.is_some_and(|vpc| *vpc != subnet.vpc_id);
    found.extend(subnets.iter().filter(elsewhere).map(|subnet| {
        Diagnostic::error("Subnet is in another VPC")
            .found(format!(
                "`existing_network.subnet_ids` holds `{}`, which is in `{}`.",
                subnet.id, subnet.vpc_id
            ))
            .action("Name subnets of `existing_network.vpc_id`.")
            .at(path.clone())
    }));
    for (index, subnet) in subnets.iter().enumerate() {
        let twin = subnets[..index]
            .iter()
            .find(|other| other.availability_zone == subnet.availability_zone);
        found.extend(twin.map(|other| {
            Diagnostic::error("Two subnets in one zone")
                .found(format!(
                    "`existing_network.subnet_ids` holds `{}` and `{}`, both in `{}`: a home file system has one mount \
                     target in each zone.",
                    other.id, subnet.id, subnet.availability_zone
                ))
                .action("Name one subnet for each zone.")
                .at(path.clone())
        }));
    }
    found
}

/// New accounts have room for two domains and two profiles: better to know before the first of them is made.
fn check_room(
    config: &SecureStudioDomain,
    prior: Option<&SecureStudioDomain>,
    facts: &Facts,
) -> Vec<Diagnostic> {
    let too_many = growth(config, prior)
        .into_iter()
        .filter_map(|(what, more)| {
            let room = *facts.rooms.get(&what)?;
            let fits = room.used.saturating_add(more) <= room.quota;
            (!fits).then(|| no_room(what, more, room))
        });
    too_many.collect()
}

fn no_room(what: Counted, more: u32, room: Room) -> Diagnostic {
    let (service, code) = what.code();
    let place = match what {
        Counted::Domains => Path::attribute("name"),
        Counted::UserProfiles | Counted::Spaces => Path::attribute("profiles"),
        Counted::Vpcs | Counted::ElasticIps => Path::attribute("network"),
    };
    Diagnostic::error("Quota is too small")
        .found(format!(
            "The config asks for {more} more {}; the account has {} of them and may have {} in this region.",
            what.plural(),
            room.used,
            room.quota
        ))
        .action(format!(
            "Ask for a higher quota (Service Quotas, service `{service}`, quota `{code}`), or remove what is not needed."
        ))
        .at(place)
}

fn check_sign_in(facts: &Facts) -> Option<Diagnostic> {
    (facts.identity_center == Some(false)).then(|| {
        Diagnostic::error("IAM Identity Center is not there")
            .found("`auth_mode` is `SSO`, and the account sees no instance of IAM Identity Center in this region.")
            .action("Enable IAM Identity Center in this region, or set `auth_mode = \"IAM\"`.")
            .at(Path::attribute("auth_mode"))
    })
}
