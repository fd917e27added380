//! What decides which parts there are: a config with everything structural in it known.

use std::collections::BTreeMap;

use cloister_composite::Input;
use cloister_framework::Attr;

use super::{
    config::{Endpoint, Persona, Profile, SecureStudioDomain, Space, Studio},
    endpoint_set::{self, EndpointShape},
    ip_plan::{self, Egress, SubnetClass},
    policies::Home,
};
use crate::symbols::Names;

/// A config whose parts are known, whatever else is not.
#[derive(Debug)]
pub(crate) struct Shape<'a> {
    pub(crate) config: &'a SecureStudioDomain,
    pub(crate) name: &'a str,
    pub(crate) ground: Ground<'a>,
    pub(crate) endpoints: BTreeMap<String, EndpointShape>,
    pub(crate) personas: BTreeMap<String, PersonaShape<'a>>,
    pub(crate) profiles: BTreeMap<&'a str, ProfileShape<'a>>,
    pub(crate) flow_logs: bool,
    pub(crate) keeps_homes: bool,
    pub(crate) keeps_logs: bool,
}

/// Where the domain stands.
#[derive(Debug)]
pub(crate) enum Ground<'a> {
    /// In a network of its own.
    Own(OwnGround),
    /// In one that others made.
    Existing(ExistingGround<'a>),
}

/// A network of its own.
#[derive(Debug)]
pub(crate) struct OwnGround {
    pub(crate) cidr: String,
    pub(crate) egress: Egress,
    pub(crate) zones: Vec<Zone>,
    pub(crate) allowed_domains: Names,
}

/// One availability zone and the addresses of its subnets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    pub(crate) name: String,
    pub(crate) cidrs: BTreeMap<SubnetClass, String>,
}

/// A network that others made.
#[derive(Debug)]
pub(crate) struct ExistingGround<'a> {
    pub(crate) vpc_id: Input<String>,
    pub(crate) subnet_ids: &'a Names,
    pub(crate) route_table_ids: &'a Names,
    pub(crate) kms_endpoint_id: Option<String>,
}

/// What a persona may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    ReadOnly,
    DataScientist,
    Mlops,
}

/// A persona that is made.
#[derive(Debug)]
pub(crate) struct PersonaShape<'a> {
    pub(crate) base: Base,
    pub(crate) team: Attr<String>,
    pub(crate) config: Option<&'a Persona>,
}

/// A profile that is made.
#[derive(Debug)]
pub(crate) struct ProfileShape<'a> {
    pub(crate) config: &'a Profile,
    pub(crate) spaces: Vec<(&'a str, &'a Space)>,
}

/// The persona of the domain itself.
pub(crate) const DEFAULT_PERSONA: &str = "default";

impl Base {
    const ALL: [(&'static str, Self); 3] = [
        ("read-only", Self::ReadOnly),
        ("data-scientist", Self::DataScientist),
        ("mlops", Self::Mlops),
    ];

    fn named(name: &str) -> Option<Self> {
        let all = Self::ALL.iter();
        all.copied()
            .find(|(known, _)| *known == name)
            .map(|(_, base)| base)
    }
}

impl<'a> Shape<'a> {
    /// The shape; `None` while something that decides it is unknown, or makes no network.
    pub(crate) fn of(config: &'a SecureStudioDomain, home: &Home) -> Option<Self> {
        let ground = Ground::of(config)?;
        let studio_known = !config.studio.is_unknown() && !config.guardrails.is_unknown();
        let rest_known =
            !config.iam.is_unknown() && !config.keys.is_unknown() && !config.sign_in.is_unknown();
        if !(studio_known && rest_known) {
            return None;
        }
        let has_endpoints = match (&ground, config.existing_network.known()) {
            (Ground::Existing(_), Some(existing)) => flag(existing.has_endpoints, false)?,
            _ => false,
        };
        let flow_logs = match &config.flow_logs {
            Attr::Unknown => return None,
            Attr::Null => matches!(ground, Ground::Own(_)),
            Attr::Known(logs) => flag(logs.enabled, true)?,
        };
        let gateway = match &ground {
            Ground::Own(_) => true,
            Ground::Existing(existing) => !existing.route_table_ids.is_null(),
        };
        let endpoints = if has_endpoints {
            BTreeMap::new()
        } else {
            endpoint_set::of(entries(&config.endpoints)?, home, gateway)?
        };
        Some(Self {
            config,
            name: config.name.known()?,
            endpoints,
            personas: personas(config)?,
            profiles: profiles(config)?,
            flow_logs,
            keeps_homes: config.home_efs.known()? == "retain",
            keeps_logs: config.logs.known()? == "retain",
            ground,
        })
    }

    /// Settings of Studio; none of them given is the same as all of them left out.
    pub(crate) fn studio(&self) -> Studio {
        self.config.studio.known().cloned().unwrap_or_default()
    }

    /// The network's own zones; none in a network of others.
    pub(crate) fn zones(&self) -> &[Zone] {
        match &self.ground {
            Ground::Own(own) => &own.zones,
            Ground::Existing(_) => &[],
        }
    }

    /// The network, if it is the domain's own.
    pub(crate) fn own(&self) -> Option<&OwnGround> {
        match &self.ground {
            Ground::Own(own) => Some(own),
            Ground::Existing(_) => None,
        }
    }
}

impl<'a> Ground<'a> {
    fn of(config: &'a SecureStudioDomain) -> Option<Self> {
        match (&config.network, &config.existing_network) {
            (Attr::Known(_), Attr::Null) => OwnGround::of(config).map(Self::Own),
            (Attr::Null, Attr::Known(existing)) => {
                let known = |id: &Attr<String>| !id.is_unknown();
                let decided =
                    known(&existing.kms_endpoint_id) && !existing.route_table_ids.is_unknown();
                decided.then(|| {
                    Self::Existing(ExistingGround {
                        vpc_id: input(&existing.vpc_id),
                        subnet_ids: &existing.subnet_ids,
                        route_table_ids: &existing.route_table_ids,
                        kms_endpoint_id: existing.kms_endpoint_id.known().cloned(),
                    })
                })
            }
            _ => None,
        }
    }
}

impl OwnGround {
    fn of(config: &SecureStudioDomain) -> Option<Self> {
        let network = config.network.known()?;
        let cidr = network.cidr.known()?;
        let egress = egress(network.egress.known()?)?;
        let zones = match &network.subnets {
            Attr::Unknown => return None,
            Attr::Known(given) => given
                .iter()
                .map(|(name, subnets)| {
                    let subnets = subnets.known()?;
                    let given = [
                        (SubnetClass::Studio, &subnets.studio),
                        (SubnetClass::Nat, &subnets.nat),
                        (SubnetClass::Firewall, &subnets.firewall),
                    ];
                    let cidrs = given
                        .into_iter()
                        .filter(|(class, _)| egress.classes().contains(class));
                    let cidrs = cidrs.map(|(class, cidr)| Some((class, cidr.known()?.clone())));
                    Some(Zone {
                        name: name.clone(),
                        cidrs: cidrs.collect::<Option<_>>()?,
                    })
                })
                .collect::<Option<_>>()?,
            Attr::Null => laid_out(cidr, egress, network.availability_zones.known()?)?,
        };
        Some(Self {
            cidr: cidr.clone(),
            egress,
            zones,
            allowed_domains: network.allowed_domains.clone(),
        })
    }
}

/// The way out of this name.
pub(crate) fn egress(name: &str) -> Option<Egress> {
    match name {
        "none" => Some(Egress::None),
        "nat" => Some(Egress::Nat),
        "firewall" => Some(Egress::Firewall),
        _ => None,
    }
}

/// The zones with the addresses that the plan of the network gives them.
fn laid_out(cidr: &str, egress: Egress, names: &[Attr<String>]) -> Option<Vec<Zone>> {
    let vpc = ip_plan::parse_vpc_cidr(cidr).ok()?;
    let subnets = ip_plan::carve(vpc, u8::try_from(names.len()).ok()?, egress).ok()?;
    let zone = |(index, name): (usize, &Attr<String>)| {
        let own = subnets
            .iter()
            .filter(|subnet| usize::from(subnet.zone) == index);
        Some(Zone {
            name: name.known()?.clone(),
            cidrs: own
                .map(|subnet| (subnet.class, subnet.cidr.to_string()))
                .collect(),
        })
    };
    names.iter().enumerate().map(zone).collect()
}

fn personas(config: &SecureStudioDomain) -> Option<BTreeMap<String, PersonaShape<'_>>> {
    let mut all = BTreeMap::new();
    let given = entries(&config.personas)?;
    let mut insert = |name: &str, base: Base, persona| {
        all.insert(
            name.to_owned(),
            PersonaShape {
                base,
                team: team_of(persona),
                config: persona,
            },
        );
    };
    insert(DEFAULT_PERSONA, Base::ReadOnly, None);
    if config.personas.is_null() {
        insert("data-scientist", Base::DataScientist, None);
        insert("mlops", Base::Mlops, None);
    }
    for (name, persona) in given {
        insert(name, base_of(name, persona)?, Some(persona));
    }
    Some(all)
}

fn team_of(persona: Option<&Persona>) -> Attr<String> {
    persona.map_or(Attr::Null, |persona| persona.team.clone())
}

/// What the persona is based on: as it says, or as its name says, or nothing but looking.
pub(crate) fn base_of(name: &str, persona: &Persona) -> Option<Base> {
    match &persona.based_on {
        Attr::Unknown => None,
        Attr::Known(base) => Base::named(base),
        Attr::Null => Some(Base::named(name).unwrap_or(Base::ReadOnly)),
    }
}

fn profiles(config: &SecureStudioDomain) -> Option<BTreeMap<&str, ProfileShape<'_>>> {
    entries(&config.profiles)?
        .into_iter()
        .map(|(name, profile)| {
            let spaces = entries(&profile.spaces)?;
            profile.persona.known()?;
            Some((
                name,
                ProfileShape {
                    config: profile,
                    spaces,
                },
            ))
        })
        .collect()
}

/// The members of a map; `None` while it, or one of them, is unknown.
pub(crate) fn entries<T>(map: &Attr<BTreeMap<String, Attr<T>>>) -> Option<Vec<(&str, &T)>> {
    match map {
        Attr::Null => Some(Vec::new()),
        Attr::Unknown => None,
        Attr::Known(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| Some((name.as_str(), member.known()?)))
            .collect(),
    }
}

/// A switch; `None` while it is unknown.
pub(crate) fn flag(flag: Attr<bool>, default: bool) -> Option<bool> {
    flag.or(default).into_known()
}

/// A text as a setting.
pub(crate) fn input(text: &Attr<String>) -> Input<String> {
    match text {
        Attr::Known(text) => Input::Known(text.clone()),
        Attr::Null | Attr::Unknown => Input::Unknown,
    }
}

/// A set of texts as settings; one mark if the set itself is unknown.
pub(crate) fn inputs(names: &Names) -> Vec<Input<String>> {
    match names {
        Attr::Null => Vec::new(),
        Attr::Unknown => vec![Input::Unknown],
        Attr::Known(names) => names.iter().map(input).collect(),
    }
}

/// Whether the endpoint is to be made.
pub(crate) fn is_enabled(endpoint: &Endpoint) -> Option<bool> {
    flag(endpoint.enabled, true)
}
