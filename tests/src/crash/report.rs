//! What a sweep found, in numbers.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use super::{
    fault::FAULTS,
    point::{CallName, Point},
    scenario::Scenario,
    strike::{Finding, Verdict},
};

/// So many calls are named that were not hit: a sample leaves most of them.
const SHOWN: usize = 10;

/// What a sweep found.
#[derive(Debug)]
pub struct Report {
    pub(super) calls: Vec<(Scenario, CallName)>,
    pub(super) findings: Vec<(Point, Finding)>,
    pub(super) taken: Duration,
}

impl Report {
    /// The points at which something is wrong.
    pub fn failures(&self) -> impl Iterator<Item = &(Point, Finding)> {
        self.of(Verdict::Failed)
    }

    /// How many points were taken; those at which the call was not made do not count.
    pub fn points(&self) -> usize {
        self.findings.len() - self.of(Verdict::NotMet).count()
    }

    /// Whether nothing is wrong.
    pub fn is_clean(&self) -> bool {
        self.failures().next().is_none()
    }

    fn of(&self, verdict: Verdict) -> impl Iterator<Item = &(Point, Finding)> {
        self.findings
            .iter()
            .filter(move |(_, finding)| finding.verdict == verdict)
    }

    fn sum(&self, of: fn(&Finding) -> usize) -> usize {
        self.findings.iter().map(|(_, finding)| of(finding)).sum()
    }

    /// Calls that no point hit.
    fn missed(&self) -> Vec<String> {
        let met = self
            .findings
            .iter()
            .filter(|(_, finding)| finding.verdict != Verdict::NotMet);
        let hit: BTreeSet<_> = met
            .map(|(point, _)| format!("{}/{}", point.scenario, point.call))
            .collect();
        let calls = self.calls.iter();
        let named = calls.map(|(scenario, call)| format!("{scenario}/{call}"));
        named.filter(|call| !hit.contains(call)).collect()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [orphans, twins] = [self.sum(|it| it.orphans), self.sum(|it| it.twins)];
        writeln!(
            f,
            "{} points, {orphans} orphans, {twins} twins",
            self.points()
        )?;
        writeln!(f)?;
        for fault in FAULTS {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            let hits = self
                .findings
                .iter()
                .filter(|(point, _)| point.fault == fault);
            for (_, finding) in hits {
                *counts.entry(told(finding.verdict)).or_default() += 1;
            }
            let count: usize = counts.values().sum();
            let parts: Vec<_> = counts
                .iter()
                .map(|(what, count)| format!("{count} {what}"))
                .collect();
            writeln!(f, "{fault:<15}{count:>6}   {}", parts.join(", "))?;
        }
        writeln!(f)?;
        let missed = self.missed();
        let hit = self.calls.len() - missed.len();
        writeln!(f, "distinct calls hit       {hit} of {}", self.calls.len())?;
        let missed = match missed.len() {
            0 => "none".to_owned(),
            few @ 1..=SHOWN => format!("{few}: {}", missed.join(", ")),
            many => format!("{many}, such as {}", missed[..SHOWN].join(", ")),
        };
        writeln!(f, "calls not hit            {missed}")?;
        writeln!(
            f,
            "imports after a refusal  {}",
            self.of(Verdict::Imported).count()
        )?;
        let went_on = self.findings.iter().filter_map(|(_, it)| it.went_on).max();
        let went_on = went_on.unwrap_or_default().as_secs_f64();
        writeln!(
            f,
            "longest provider alone   {went_on:.1} s after the death of terraform"
        )?;
        writeln!(f, "failures                 {}", self.failures().count())?;
        writeln!(f, "time                     {} s", self.taken.as_secs())
    }
}

fn told(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Survived => "survived",
        Verdict::Resumed => "resumed by the same command",
        Verdict::Imported => "imported",
        Verdict::NotMet => "not met",
        Verdict::Failed => "failed",
    }
}
