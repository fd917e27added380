//! How many addresses a domain needs in each zone, and which part of the VPC's range each subnet gets.
//!
//! A zone has a slot, and a slot has its place in the range whatever else is asked for: more zones, more users or
//! another way out never move a subnet that exists. The range is cut in quarters. The first three are the Studio
//! subnets of the first three zones; the last one ends with the small subnets for firewall endpoints and NAT gateways,
//! counted from the top, and starts with the Studio subnet of the fourth zone where there is room for both.

use std::fmt;

use ipnet::Ipv4Net;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Zones that have a slot.
pub const MOST_ZONES: u8 = 4;

/// The first four addresses of a subnet and the last one.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html>
pub const RESERVED: u32 = 5;

/// Prefix lengths that a VPC and a subnet can have.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html>
const SHORTEST_PREFIX: u8 = 16;
const LONGEST_PREFIX: u8 = 28;

/// A firewall endpoint or a NAT gateway takes one address.
const EDGE_PREFIX: u8 = LONGEST_PREFIX;

/// What a domain is planned with unless it says otherwise. AWS advises 2 to 4 addresses for each user.
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html>
pub const ADDRESSES_PER_USER: u32 = 3;
pub const HEADROOM_PERCENT: u32 = 20;

/// Network interfaces that an instance of a job takes in each of the job's subnets: for its data and for its algorithm.
/// <https://docs.aws.amazon.com/sagemaker/latest/dg/train-vpc.html>
const INTERFACES_PER_INSTANCE: u32 = 2;

/// How traffic leaves the VPC.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Egress {
    /// Not at all: AWS is reached through the VPC's endpoints.
    #[default]
    None,
    /// Through a NAT gateway in each zone.
    Nat,
    /// Through a firewall that lets listed domains pass, and a NAT gateway, in each zone.
    Firewall,
}

/// What takes addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Availability zones with a Studio subnet each.
    pub zones: u8,
    /// VPC endpoints that have an interface in every zone.
    pub interface_endpoints: u32,
    /// People who work at the same time.
    pub users: u32,
    /// Of apps and notebooks of one user.
    pub addresses_per_user: u32,
    /// Instances of training and processing jobs that run at the same time.
    pub job_instances: u32,
    /// What is left free, in per cent of what is needed.
    pub headroom_percent: u32,
}

/// The addresses that the Studio subnet of each zone needs, by what takes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    pub interface_endpoints: u32,
    /// The mount target of the home directories.
    pub mount_target: u32,
    pub users: u32,
    pub jobs: u32,
    pub headroom: u32,
    /// By AWS.
    pub reserved: u32,
}

/// What takes addresses, as the parts of the sum are called.
pub const SUMMANDS: [&str; 6] = [
    "interface_endpoints",
    "mount_target",
    "users",
    "jobs",
    "headroom",
    "reserved",
];

/// What a subnet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SubnetClass {
    Firewall,
    Nat,
    /// Apps, jobs, mount targets and endpoint interfaces.
    Studio,
}

/// A subnet of the VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedSubnet {
    /// Counted from 0.
    pub zone: u8,
    pub class: SubnetClass,
    pub cidr: Ipv4Net,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IpPlanError {
    #[error("`{0}` is no IPv4 range such as `10.0.0.0/16`")]
    Malformed(String),
    #[error("`{cidr}` has bits set after its prefix; the range that it lies in is `{}`", .cidr.trunc())]
    HostBits { cidr: Ipv4Net },
    #[error(
        "`{cidr}` is not between /{SHORTEST_PREFIX} and /{LONGEST_PREFIX}, as ranges of VPCs and subnets have to be"
    )]
    VpcSize { cidr: Ipv4Net },
    #[error("a domain has at least one zone, and at most {MOST_ZONES}, not {zones}")]
    Zones { zones: u8 },
    #[error("`{vpc}` has no room for a {class} subnet in zone {}", .zone + 1)]
    NoRoom {
        vpc: Ipv4Net,
        zone: u8,
        class: SubnetClass,
    },
    #[error(
        "the Studio subnet of zone {} would be `{cidr}` with {} addresses, and {} are needed: {need}",
        .zone + 1, size(*.cidr), .need.total()
    )]
    TooSmall { zone: u8, cidr: Ipv4Net, need: Need },
}

/// The range of a VPC, or of one of its subnets.
pub fn parse_vpc_cidr(text: &str) -> Result<Ipv4Net, IpPlanError> {
    let malformed = |_| IpPlanError::Malformed(text.to_owned());
    let cidr: Ipv4Net = text.parse().map_err(malformed)?;
    if cidr.trunc() != cidr {
        return Err(IpPlanError::HostBits { cidr });
    }
    if !(SHORTEST_PREFIX..=LONGEST_PREFIX).contains(&cidr.prefix_len()) {
        return Err(IpPlanError::VpcSize { cidr });
    }
    Ok(cidr)
}

/// The subnets of a VPC, in the order of zones, each large enough for what it is for.
pub fn plan_subnets(
    vpc: Ipv4Net,
    egress: Egress,
    demand: &Demand,
) -> Result<Vec<PlannedSubnet>, IpPlanError> {
    let need = demand.need()?;
    let subnets = carve(vpc, demand.zones, egress)?;
    match subnets.iter().find(|subnet| !subnet.holds(&need)) {
        Some(PlannedSubnet { zone, cidr, .. }) => Err(IpPlanError::TooSmall {
            zone: *zone,
            cidr: *cidr,
            need,
        }),
        None => Ok(subnets),
    }
}

/// The smallest range around this one whose subnets are large enough, if there is one.
pub fn smallest_around(vpc: Ipv4Net, egress: Egress, demand: &Demand) -> Option<Ipv4Net> {
    (SHORTEST_PREFIX..=vpc.prefix_len())
        .rev()
        .filter_map(|prefix| Ipv4Net::new(vpc.addr(), prefix).ok())
        .map(|wider| wider.trunc())
        .find(|wider| plan_subnets(*wider, egress, demand).is_ok())
}

/// The subnets of a VPC, in the order of zones, whatever they have to hold.
pub fn carve(vpc: Ipv4Net, zones: u8, egress: Egress) -> Result<Vec<PlannedSubnet>, IpPlanError> {
    if !(1..=MOST_ZONES).contains(&zones) {
        return Err(IpPlanError::Zones { zones });
    }
    let slots =
        (0..zones).flat_map(|zone| egress.classes().iter().map(move |class| (zone, *class)));
    slots
        .map(|(zone, class)| {
            let cidr = slot(vpc, zone, class);
            let cidr = cidr.ok_or(IpPlanError::NoRoom { vpc, zone, class })?;
            Ok(PlannedSubnet { zone, class, cidr })
        })
        .collect()
}

impl Demand {
    /// What this comes to in each zone. Jobs are given every subnet, so that each takes interfaces in every zone.
    pub fn need(&self) -> Result<Need, IpPlanError> {
        let zones = self.zones;
        if zones == 0 {
            return Err(IpPlanError::Zones { zones });
        }
        let of_users = self.users.saturating_mul(self.addresses_per_user);
        let need = Need {
            interface_endpoints: self.interface_endpoints,
            mount_target: 1,
            users: of_users.div_ceil(zones.into()),
            jobs: self.job_instances.saturating_mul(INTERFACES_PER_INSTANCE),
            headroom: 0,
            reserved: 0,
        };
        let headroom = u64::from(need.total()) * u64::from(self.headroom_percent);
        Ok(Need {
            headroom: u32::try_from(headroom.div_ceil(100)).unwrap_or(u32::MAX),
            reserved: RESERVED,
            ..need
        })
    }
}

impl Need {
    /// Everything together.
    pub fn total(&self) -> u32 {
        self.summands().into_iter().fold(0, u32::saturating_add)
    }

    /// The parts of the sum, in the order of [`SUMMANDS`].
    pub fn summands(&self) -> [u32; 6] {
        [
            self.interface_endpoints,
            self.mount_target,
            self.users,
            self.jobs,
            self.headroom,
            self.reserved,
        ]
    }

    /// Whether a subnet of this range has as many addresses.
    pub fn fits(&self, subnet: Ipv4Net) -> bool {
        u64::from(self.total()) <= size(subnet)
    }
}

/// The sum as it is added up.
impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} for interface endpoints, {} for the mount target, {} for users, {} for jobs, {} as headroom, {} reserved \
             by AWS",
            self.interface_endpoints,
            self.mount_target,
            self.users,
            self.jobs,
            self.headroom,
            self.reserved
        )
    }
}

impl Egress {
    /// What each zone has subnets for.
    pub fn classes(self) -> &'static [SubnetClass] {
        use SubnetClass::{Firewall, Nat, Studio};
        match self {
            Self::None => &[Studio],
            Self::Nat => &[Studio, Nat],
            Self::Firewall => &[Studio, Nat, Firewall],
        }
    }
}

impl SubnetClass {
    /// As in part keys and tags.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Firewall => "firewall",
            Self::Nat => "nat",
            Self::Studio => "studio",
        }
    }
}

impl fmt::Display for SubnetClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl PlannedSubnet {
    /// The smallest subnet there is suffices for a firewall endpoint or a NAT gateway.
    fn holds(self, need: &Need) -> bool {
        self.class != SubnetClass::Studio || need.fits(self.cidr)
    }
}

/// How many addresses a range has, those that AWS reserves among them.
pub fn size(cidr: Ipv4Net) -> u64 {
    1 << (32 - cidr.prefix_len())
}

/// The place of a subnet; `None` where the range is too small to have one.
fn slot(vpc: Ipv4Net, zone: u8, class: SubnetClass) -> Option<Ipv4Net> {
    let zone = usize::from(zone);
    match class {
        SubnetClass::Studio => studio_slot(vpc, zone),
        // A zone's two are neighbours: a range with room for few zones has room for both.
        SubnetClass::Firewall => edge_slot(vpc, 2 * zone),
        SubnetClass::Nat => edge_slot(vpc, 2 * zone + 1),
    }
}

fn studio_slot(vpc: Ipv4Net, zone: usize) -> Option<Ipv4Net> {
    let quarters = parts(vpc, vpc.prefix_len() + 2)?;
    if zone < quarters.len() - 1 {
        return quarters.get(zone).copied();
    }
    let last = *quarters.last()?;
    let lower_half = parts(last, last.prefix_len() + 1)?.first().copied();
    lower_half.filter(|_| is_shared(last))
}

/// The small subnet that is `index` places from the top of the range.
fn edge_slot(vpc: Ipv4Net, index: usize) -> Option<Ipv4Net> {
    let quarters = parts(vpc, vpc.prefix_len() + 2)?;
    let small = parts(*quarters.last()?, EDGE_PREFIX)?;
    small.into_iter().rev().nth(index)
}

/// Whether half of the last quarter suffices for the small subnets of every zone.
fn is_shared(last_quarter: Ipv4Net) -> bool {
    let small = u64::from(MOST_ZONES) * 2 * (1 << (32 - EDGE_PREFIX));
    size(last_quarter) / 2 >= small
}

/// The range in parts of equal size, if a subnet can be that small.
fn parts(range: Ipv4Net, prefix: u8) -> Option<Vec<Ipv4Net>> {
    let subnets = range.subnets(prefix).ok()?;
    (prefix <= LONGEST_PREFIX).then(|| subnets.collect())
}
