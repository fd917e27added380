//! Rules of security groups that make others pointless.

use crate::lint::Finding;
use crate::lint::bundle::{IngressRule, Peer, SecurityGroup};
use crate::lint::cidr::Cidr;
use crate::lint::finding::Severity;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{Scene, listed};

pub(in crate::lint) const L19: Rule = Rule {
    id: "L19",
    title: "Rule for all traffic beside narrower rules",
    wrong: "Rules of a group are alternatives: one for all protocols from the VPC's range makes the narrower ones beside it pointless.",
    source: "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    check: Check::Bundle(makes_others_pointless),
};

fn makes_others_pointless(scene: &Scene<'_>) -> Vec<Finding> {
    let groups = scene.bundle.security_groups.iter();
    groups
        .flat_map(|group| {
            let wide = group.ingress.iter().filter(|rule| is_for_all(rule));
            wide.filter_map(|rule| finding(group, rule))
        })
        .collect()
}

fn finding(group: &SecurityGroup, wide: &IngressRule) -> Option<Finding> {
    let ranges: Vec<(&str, Cidr)> = wide
        .peers
        .iter()
        .filter_map(|peer| match peer {
            Peer::Cidr(text) => Some((text.as_str(), Cidr::parse(text)?)),
            Peer::Group(_) => None,
        })
        .collect();
    let narrower = group.ingress.iter().filter(|rule| !is_for_all(rule));
    let mut by_guess = false;
    let pointless: Vec<&str> = narrower
        .filter(|rule| {
            rule.peers.iter().any(|peer| {
                let (covered, guessed) = is_covered(group, &ranges, peer);
                by_guess |= covered && guessed;
                covered
            })
        })
        .map(|rule| rule.name.as_str())
        .collect();
    let (range, _) = ranges.first()?;
    if pointless.is_empty() {
        return None;
    }
    let reason = format!(
        "All traffic from `{range}` is let in, which makes {} pointless.",
        listed(pointless)
    );
    let mend = "Remove the rule for all traffic, or the narrower ones.";
    let finding = Finding::about(&group.name, Severity::Warning, reason, mend).at(&wide.name);
    Some(if by_guess { finding.guessed() } else { finding })
}

fn is_for_all(rule: &IngressRule) -> bool {
    rule.protocol == "-1" || rule.protocol.eq_ignore_ascii_case("all")
}

/// Whether one of the ranges lets the peer in already, and whether that is a guess.
fn is_covered(group: &SecurityGroup, ranges: &[(&str, Cidr)], peer: &Peer) -> (bool, bool) {
    match peer {
        Peer::Cidr(text) => {
            let inner = Cidr::parse(text);
            let covered =
                inner.is_some_and(|inner| ranges.iter().any(|(_, range)| range.contains(inner)));
            (covered, false)
        }
        // Members of a group have addresses of the VPC.
        Peer::Group(_) => match group.vpc_cidr.as_deref().and_then(Cidr::parse) {
            Some(vpc) => (ranges.iter().any(|(_, range)| range.contains(vpc)), false),
            None => (ranges.iter().any(|(_, range)| range.is_private()), true),
        },
    }
}
