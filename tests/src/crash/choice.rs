//! Which points are taken.

use std::collections::{BTreeMap, HashSet};

use super::{
    fault::{FAULTS, Fault},
    point::{CallName, Point},
    scenario::Scenario,
};

/// How many points are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Amount {
    /// Every fault at every call.
    All,
    /// So many; as far as that goes each operation is hit first, then each call, then each call by more faults.
    Some(usize),
    /// So many, and more if there are more calls.
    AtLeast(usize),
}

/// Chooses points. The same seed and calls give the same ones; faults come about equally often.
pub fn choose(
    calls: &[(Scenario, CallName)],
    amount: Amount,
    seed: u64,
    is_wanted: impl Fn(Fault) -> bool,
) -> Vec<Point> {
    let wanted = match amount {
        Amount::All => usize::MAX,
        Amount::Some(count) => count,
        Amount::AtLeast(count) => count.max(calls.len()),
    };
    let calls = ordered(calls, seed);
    let mut used: BTreeMap<Fault, usize> = BTreeMap::new();
    let mut left: Vec<Vec<Fault>> = calls
        .iter()
        .map(|(_, call)| faults_of(call, &is_wanted))
        .collect();
    let mut points = Vec::new();
    while points.len() < wanted && left.iter().any(|faults| !faults.is_empty()) {
        for ((scenario, call), faults) in calls.iter().zip(&mut left) {
            let rarest = (0..faults.len()).min_by_key(|at| used.get(&faults[*at]));
            if let Some(at) = rarest.filter(|_| points.len() < wanted) {
                let fault = faults.remove(at);
                *used.entry(fault).or_default() += 1;
                points.push(Point {
                    scenario: *scenario,
                    call: call.clone(),
                    fault,
                });
            }
        }
    }
    points
}

/// Shuffled, with one call of each operation of each scenario first. A call's place depends on its name, so that one
/// call more or less in a run changes nothing for the others.
fn ordered(calls: &[(Scenario, CallName)], seed: u64) -> Vec<(Scenario, CallName)> {
    let mut shuffled = calls.to_vec();
    shuffled.sort_by_key(|(scenario, call)| rank(seed, &format!("{scenario}/{call}")));
    let mut seen = HashSet::new();
    let is_first = |(scenario, call): &(Scenario, CallName)| {
        seen.insert((scenario.to_string(), call.operation.clone()))
    };
    let (mut first, rest): (Vec<_>, Vec<_>) = shuffled.into_iter().partition(is_first);
    first.extend(rest);
    first
}

fn faults_of(call: &CallName, is_wanted: impl Fn(Fault) -> bool) -> Vec<Fault> {
    let faults = FAULTS.into_iter();
    faults
        .filter(|fault| fault.bears_on(call) && is_wanted(*fault))
        .collect()
}

/// FNV-1a, finished as `SplitMix64` does: good enough to shuffle, and the same everywhere.
fn rank(seed: u64, name: &str) -> u64 {
    let hashed = name.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut mixed = hashed ^ seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::crash::SCENARIOS;

    fn calls() -> Vec<(Scenario, CallName)> {
        let operations = ["ec2:CreateSubnet", "ec2:DescribeSubnets", "kms:CreateKey"];
        let named = |operation: &str, occurrence| CallName {
            operation: operation.to_owned(),
            occurrence,
        };
        let mut calls = Vec::new();
        for scenario in &SCENARIOS[..2] {
            for operation in operations {
                calls.extend((1..=3).map(|occurrence| (*scenario, named(operation, occurrence))));
            }
        }
        calls
    }

    fn chosen(amount: Amount, seed: u64) -> Vec<String> {
        let points = choose(&calls(), amount, seed, |_| true);
        points.iter().map(Point::to_string).collect()
    }

    #[test]
    fn all_is_every_fault_that_bears_on_each_call_once() {
        let all = chosen(Amount::All, 1);
        assert_eq!(all.len(), 2 * (6 * 7 + 3 * 6));
        assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
    }

    #[test]
    fn a_seed_decides_and_few_points_hit_each_operation() {
        let some = chosen(Amount::Some(6), 7);
        assert_eq!(some, chosen(Amount::Some(6), 7));
        assert_ne!(some, chosen(Amount::Some(6), 8));
        let operations = some.iter().map(|point| point.split('#').next());
        assert_eq!(operations.collect::<BTreeSet<_>>().len(), 6);
    }

    #[test]
    fn each_call_is_hit_though_fewer_points_were_asked_for() {
        let some = chosen(Amount::AtLeast(3), 1);
        let hit: BTreeSet<_> = some.iter().map(|point| point.rsplit_once('/')).collect();
        assert_eq!((some.len(), hit.len()), (18, 18));
    }

    #[test]
    fn one_fault_can_be_asked_for() {
        let points = choose(&calls(), Amount::All, 1, |fault| fault == Fault::Stale);
        let calls: Vec<_> = points
            .iter()
            .map(|point| point.call.operation.as_str())
            .collect();
        assert_eq!(calls, ["ec2:DescribeSubnets"; 6]);
    }

    #[test]
    fn faults_come_about_equally_often() {
        let points = choose(&calls(), Amount::Some(40), 3, |_| true);
        for fault in FAULTS {
            let count = points.iter().filter(|point| point.fault == fault).count();
            assert!((4..=6).contains(&count), "{fault}: {count}");
        }
    }
}
