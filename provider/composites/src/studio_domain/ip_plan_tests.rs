//! Plans of addresses: what is needed, what fits, and that nothing ever moves.

use ipnet::Ipv4Net;
use proptest::prelude::*;

use super::ip_plan::{
    Demand, Egress, IpPlanError, MOST_ZONES, SubnetClass, carve, parse_vpc_cidr, plan_subnets,
};

const NOBODY: Demand = Demand {
    zones: 1,
    interface_endpoints: 0,
    users: 0,
    addresses_per_user: 3,
    job_instances: 0,
    headroom_percent: 20,
};

fn vpc(text: &str) -> Ipv4Net {
    parse_vpc_cidr(text).expect("a range of the test")
}

#[test]
fn addresses_are_needed_by_endpoints_mount_target_users_jobs_headroom_and_aws() {
    let check = |demand: Demand, summands: [u32; 6], total: u32| {
        let need = demand.need().expect("the domain has zones");
        assert_eq!(
            (need.summands(), need.total()),
            (summands, total),
            "{demand:?}"
        );
    };
    check(NOBODY, [0, 1, 0, 0, 1, 5], 7);
    // The workshops' 15 endpoints in two zones, and 10 users: 30 addresses, half of them in each zone.
    let workshop = Demand {
        zones: 2,
        interface_endpoints: 15,
        users: 10,
        ..NOBODY
    };
    check(workshop, [15, 1, 15, 0, 7, 5], 43);
    // An odd number of addresses is rounded up; every instance has two interfaces in every zone.
    let jobs = Demand {
        zones: 2,
        users: 1,
        job_instances: 4,
        headroom_percent: 0,
        ..NOBODY
    };
    check(jobs, [0, 1, 2, 8, 0, 5], 16);
    let huge = Demand {
        users: u32::MAX,
        addresses_per_user: u32::MAX,
        headroom_percent: u32::MAX,
        ..NOBODY
    };
    check(huge, [0, 1, u32::MAX, 0, u32::MAX, 5], u32::MAX);
}

#[test]
fn subnets_have_their_places() {
    let check = |range: &str, zones: u8, egress: Egress, expected: &[&str]| {
        let subnets = carve(vpc(range), zones, egress).expect("it fits");
        let named = subnets.iter();
        let named = named.map(|it| format!("{} {} {}", it.zone, it.class, it.cidr));
        assert_eq!(
            named.collect::<Vec<_>>(),
            expected,
            "{range} {zones} {egress:?}"
        );
    };
    check(
        "10.0.0.0/16",
        4,
        Egress::Firewall,
        &[
            "0 studio 10.0.0.0/18",
            "0 nat 10.0.255.224/28",
            "0 firewall 10.0.255.240/28",
            "1 studio 10.0.64.0/18",
            "1 nat 10.0.255.192/28",
            "1 firewall 10.0.255.208/28",
            "2 studio 10.0.128.0/18",
            "2 nat 10.0.255.160/28",
            "2 firewall 10.0.255.176/28",
            "3 studio 10.0.192.0/19",
            "3 nat 10.0.255.128/28",
            "3 firewall 10.0.255.144/28",
        ],
    );
    check(
        "10.2.0.0/24",
        2,
        Egress::Firewall,
        &[
            "0 studio 10.2.0.0/26",
            "0 nat 10.2.0.224/28",
            "0 firewall 10.2.0.240/28",
            "1 studio 10.2.0.64/26",
            "1 nat 10.2.0.192/28",
            "1 firewall 10.2.0.208/28",
        ],
    );
    check(
        "10.2.0.0/24",
        3,
        Egress::None,
        &[
            "0 studio 10.2.0.0/26",
            "1 studio 10.2.0.64/26",
            "2 studio 10.2.0.128/26",
        ],
    );
}

#[test]
fn what_does_not_fit_is_said_with_its_numbers() {
    let check = |result: Result<Ipv4Net, IpPlanError>, expected: &str| {
        assert_eq!(result.expect_err("it does not fit").to_string(), expected);
    };
    check(
        parse_vpc_cidr("10.0.0.0"),
        "`10.0.0.0` is no IPv4 range such as `10.0.0.0/16`",
    );
    check(
        parse_vpc_cidr("10.0.1.0/16"),
        "`10.0.1.0/16` has bits set after its prefix; the range that it lies in is `10.0.0.0/16`",
    );
    check(
        parse_vpc_cidr("10.0.0.0/8"),
        "`10.0.0.0/8` is not between /16 and /28, as ranges of VPCs and subnets have to be",
    );
    let planned = |range: &str, egress: Egress, demand: Demand| {
        plan_subnets(vpc(range), egress, &demand).map(|_| vpc(range))
    };
    check(
        planned("10.0.0.0/16", Egress::None, Demand { zones: 5, ..NOBODY }),
        "a domain has at least one zone, and at most 4, not 5",
    );
    check(
        planned("10.0.0.0/16", Egress::None, Demand { zones: 0, ..NOBODY }),
        "a domain has at least one zone, and at most 4, not 0",
    );
    check(
        planned("10.0.0.0/24", Egress::None, Demand { zones: 4, ..NOBODY }),
        "`10.0.0.0/24` has no room for a studio subnet in zone 4",
    );
    check(
        planned("10.0.0.0/24", Egress::Nat, Demand { zones: 3, ..NOBODY }),
        "`10.0.0.0/24` has no room for a nat subnet in zone 3",
    );
    check(
        planned("10.0.0.0/28", Egress::None, NOBODY),
        "`10.0.0.0/28` has no room for a studio subnet in zone 1",
    );
    let crowd = Demand {
        zones: 2,
        interface_endpoints: 12,
        users: 40,
        ..NOBODY
    };
    check(
        planned("10.0.0.0/24", Egress::None, crowd),
        "the Studio subnet of zone 1 would be `10.0.0.0/26` with 64 addresses, and 93 are needed: 12 for interface \
         endpoints, 1 for the mount target, 60 for users, 0 for jobs, 15 as headroom, 5 reserved by AWS",
    );
}

/// A range that a VPC can have.
fn ranges() -> impl Strategy<Value = Ipv4Net> {
    (any::<u32>(), 16_u8..=28).prop_map(|(address, prefix)| {
        let range = Ipv4Net::new(address.into(), prefix).expect("the prefix is short enough");
        range.trunc()
    })
}

fn ways_out() -> impl Strategy<Value = Egress> {
    prop_oneof![
        Just(Egress::None),
        Just(Egress::Nat),
        Just(Egress::Firewall)
    ]
}

proptest! {
    #[test]
    fn subnets_lie_in_the_vpc_and_apart(range in ranges(), zones in 1..=MOST_ZONES, egress in ways_out()) {
        let Ok(subnets) = carve(range, zones, egress) else {
            return Ok(());
        };
        for (index, subnet) in subnets.iter().enumerate() {
            prop_assert!(range.contains(&subnet.cidr));
            prop_assert!((16..=28).contains(&subnet.cidr.prefix_len()));
            for other in &subnets[index + 1..] {
                prop_assert!(!subnet.cidr.contains(&other.cidr) && !other.cidr.contains(&subnet.cidr));
            }
        }
    }

    #[test]
    fn nothing_moves_when_a_zone_or_a_way_out_is_added(range in ranges(), zones in 1..MOST_ZONES) {
        let Ok(most) = carve(range, zones + 1, Egress::Firewall) else {
            return Ok(());
        };
        for egress in [Egress::None, Egress::Nat, Egress::Firewall] {
            let fewer = carve(range, zones, egress);
            for subnet in fewer.expect("more than that fits") {
                prop_assert!(most.contains(&subnet));
            }
        }
    }

    #[test]
    fn what_is_planned_holds_what_is_needed(
        range in ranges(),
        egress in ways_out(),
        zones in 1..=MOST_ZONES,
        interface_endpoints in 0_u32..40,
        users in 0_u32..5000,
        job_instances in 0_u32..500,
    ) {
        let demand = Demand { zones, interface_endpoints, users, job_instances, ..NOBODY };
        let need = demand.need().expect("the domain has zones");
        let carved = carve(range, zones, egress);
        let studio = |it: &&super::ip_plan::PlannedSubnet| it.class == SubnetClass::Studio;
        match (plan_subnets(range, egress, &demand), carved) {
            (Ok(planned), Ok(carved)) => {
                prop_assert_eq!(&planned, &carved);
                prop_assert!(planned.iter().filter(studio).all(|it| need.fits(it.cidr)));
            }
            (Err(IpPlanError::TooSmall { .. }), Ok(carved)) => {
                prop_assert!(carved.iter().filter(studio).any(|it| !need.fits(it.cidr)));
            }
            (planned, carved) => prop_assert!(planned.is_err() && carved.is_err()),
        }
    }
}
