//! Judging what the policies that stand in the account come to.

use std::collections::BTreeSet;

use cloister_policy::access::{Decision, Layer, Outcome, Request};

use crate::access::{AccessProof, Gathered, ObjectRef, gather, may_override};
use crate::evidence::Evidence;
use crate::file::ExpectedAccess;
use crate::verdict::{DecisionExhibit, Exhibit, Judgement, StatementExhibit, Verdict};

/// A report needs the first few requests, not every pair of long lists.
const NAMED: usize = 10;

/// Asks each action on each resource: the first that comes out wrong fails the step, and one that cannot be decided
/// leaves it undecided.
pub(super) fn judge_access(proof: &AccessProof, evidence: &Evidence) -> Judgement {
    let mut rulings: Vec<Ruling> = Vec::new();
    let mut seen: BTreeSet<ObjectRef> = BTreeSet::new();
    for action in &proof.actions {
        for resource in &proof.resources {
            let gathered = gather(proof, action, resource, &evidence.objects);
            seen.extend(gathered.seen.iter().cloned());
            rulings.push(rule(proof, &gathered, evidence, action, resource));
        }
    }
    let worst = [Verdict::NotAttempted, Verdict::Fail, Verdict::Unavailable]
        .into_iter()
        .find_map(|verdict| rulings.iter().find(|ruling| ruling.verdict == verdict));
    let judgement = match (worst, rulings.as_slice()) {
        (Some(ruling), _) => Judgement::new(ruling.verdict, ruling.because.clone()),
        (None, [only]) => Judgement::new(Verdict::Pass, only.because.clone()),
        (None, several) => {
            let because = format!("All {} requests come out as expected", several.len());
            Judgement::new(Verdict::Pass, because)
        }
    };
    let worst = judgement.verdict;
    let exhibits = rulings.into_iter().filter(|ruling| ruling.verdict == worst);
    let exhibits = exhibits.filter_map(|ruling| ruling.exhibit).take(NAMED);
    let objects = seen.into_iter().map(|object| Exhibit::Object {
        kind: object.kind.to_owned(),
        id: object.id,
        time: evidence.observed_at,
    });
    exhibits
        .map(Exhibit::Decision)
        .chain(objects)
        .fold(judgement, Judgement::with_exhibit)
}

/// What one request comes to.
struct Ruling {
    verdict: Verdict,
    because: String,
    exhibit: Option<DecisionExhibit>,
}

fn rule(
    proof: &AccessProof,
    gathered: &Gathered,
    evidence: &Evidence,
    action: &str,
    resource: &str,
) -> Ruling {
    let without_decision = |verdict, because: String| Ruling {
        verdict,
        because,
        exhibit: None,
    };
    if let Some(absent) = &gathered.absent {
        return without_decision(Verdict::NotAttempted, format!("{absent} does not exist"));
    }
    if let Some(missing) = gathered.missing.first() {
        let because = format!("{missing} was not observed: no AWS account was given");
        return without_decision(Verdict::Unavailable, because);
    }
    let request = request(gathered, evidence, action, resource);
    let decision = gathered.policies.decide(&request);
    let reason = reason(gathered, &decision, &request);
    let asked = format!("`{action}` on `{resource}`");
    let (verdict, because) = match doubt(gathered, &decision) {
        Some(doubt) => (
            Verdict::Unavailable,
            format!("{asked} is undecided: {doubt}"),
        ),
        None => compare(proof, &decision, &asked, &reason),
    };
    Ruling {
        verdict,
        because,
        exhibit: Some(exhibit(gathered, &request, &decision, reason)),
    }
}

fn request(gathered: &Gathered, evidence: &Evidence, action: &str, resource: &str) -> Request {
    let mut request = Request::new(gathered.caller.clone(), action, resource);
    request
        .resource_account
        .clone_from(&gathered.resource_account);
    request.context = gathered.context.clone();
    let now = evidence.observed_at;
    for (key, value) in [
        ("aws:CurrentTime", format!("{now:.0}")),
        ("aws:EpochTime", now.as_second().to_string()),
    ] {
        if request.context.get(key).is_none() {
            request.context.set(key, [value]);
        }
    }
    request
}

/// Why the decision over what was read may not be AWS's.
fn doubt(gathered: &Gathered, decision: &Decision<'_>) -> Option<String> {
    if decision.outcome == Outcome::Undecided {
        let unread = unread_with_reasons(gathered);
        return Some(format!(
            "nothing that was read denies it, but not known are the {unread}"
        ));
    }
    if let Some((key, why)) = gathered.open_keys.first_key_value() {
        return Some(format!(
            "a policy depends on `{key}`, which is not known: {why}"
        ));
    }
    match &gathered.beside {
        Some(why) if decision.outcome == Outcome::ImplicitDeny && may_override(decision.layer) => {
            Some(format!("no policy allows it, but {why}"))
        }
        _ => None,
    }
}

/// Each reason once, those that can be mended first: what nobody can read comes first in the order of layers.
fn unread_with_reasons(gathered: &Gathered) -> String {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for (layer, why) in gathered.unread.iter().rev() {
        match reasons.iter_mut().find(|(known, _)| *known == why.as_str()) {
            Some((_, kinds)) => kinds.push(layer.policy_kind()),
            None => reasons.push((why.as_str(), vec![layer.policy_kind()])),
        }
    }
    let reasons: Vec<String> = reasons
        .iter()
        .map(|(why, kinds)| format!("{} ({why})", kinds.join(" and ")))
        .collect();
    reasons.join(", the ")
}

fn compare(
    proof: &AccessProof,
    decision: &Decision<'_>,
    asked: &str,
    reason: &str,
) -> (Verdict, String) {
    let is_allowed = decision.outcome == Outcome::Allowed;
    let found = if is_allowed { "allowed" } else { "denied" };
    if is_allowed != (proof.expect == ExpectedAccess::Allow) {
        return (Verdict::Fail, format!("{asked} is {found}: {reason}"));
    }
    match proof.layer {
        Some(layer) if layer != decision.layer => {
            let wanted = layer.policy_kind();
            let because = format!("{asked} is {found}, but not by the {wanted}: {reason}");
            (Verdict::Fail, because)
        }
        _ => (Verdict::Pass, format!("{asked} is {found}: {reason}")),
    }
}

fn reason(gathered: &Gathered, decision: &Decision<'_>, request: &Request) -> String {
    let reason = decision.reason(request);
    let document = match decision.layer {
        Layer::Endpoint => gathered.policies.endpoint.as_ref(),
        Layer::Resource | Layer::Trust => gathered.policies.resource.as_ref(),
        Layer::Boundary => gathered.policies.boundary.as_ref(),
        _ => None,
    };
    match (decision.outcome, document) {
        // A document in which an Allow is missing decides as well as one that denies.
        (Outcome::ImplicitDeny, Some(attached)) => format!("{reason} ({})", attached.name),
        _ => reason,
    }
}

fn exhibit(
    gathered: &Gathered,
    request: &Request,
    decision: &Decision<'_>,
    reason: String,
) -> DecisionExhibit {
    DecisionExhibit {
        principal: principal(request),
        action: request.action.clone(),
        resource: request.resource.clone(),
        decision: decision.outcome,
        layer: decision.layer,
        document: decision.by.map(|by| by.document.to_owned()),
        statement: decision.by.map(|by| StatementExhibit {
            index: by.statement,
            sid: by.sid.map(str::to_owned),
        }),
        reason,
        not_read: gathered.unread.keys().copied().collect(),
        assumed_none: gathered.assumed_none.iter().copied().collect(),
    }
}

fn principal(request: &Request) -> String {
    use cloister_policy::access::Caller;
    match &request.caller {
        Caller::User(arn) => arn.to_string(),
        Caller::Role { role, session } => session.as_ref().unwrap_or(role).to_string(),
        Caller::Root { account, partition } => format!("arn:{partition}:iam::{account}:root"),
        Caller::Federated(name) | Caller::Service(name) => name.clone(),
        Caller::Anonymous => "anonymous".to_owned(),
    }
}
