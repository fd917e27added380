//! Judging an AWS object as observed now.

use cloister_pattern::{Pattern, Record};

use crate::evidence::{Evidence, Observation};
use crate::plan::LiveProof;
use crate::verdict::{Exhibit, Judgement, Verdict};

/// An absent object was not attempted; one that cannot be read is undecided.
pub(super) fn judge_live(
    proof: &LiveProof,
    observation: Option<&Observation>,
    evidence: &Evidence,
) -> Judgement {
    let LiveProof { kind, id, .. } = proof;
    let object = match observation {
        Some(Observation::Found(object)) => object,
        Some(Observation::Absent) => {
            let because = format!("`{kind}` `{id}` does not exist");
            return Judgement::new(Verdict::NotAttempted, because);
        }
        Some(Observation::Unreadable(why)) => {
            let because = format!("`{kind}` `{id}` could not be read: {why}");
            return Judgement::new(Verdict::Unavailable, because);
        }
        None => {
            let because = format!("`{kind}` `{id}` was not observed: no AWS account was given");
            return Judgement::new(Verdict::Unavailable, because);
        }
    };
    let exhibit = Exhibit::Object {
        kind: kind.clone(),
        id: id.clone(),
        time: evidence.observed_at,
    };
    compare(proof, object).with_exhibit(exhibit)
}

/// A report needs the first few differences, not every field of a large object.
const DIFFERENCES_NAMED: usize = 5;

fn compare(proof: &LiveProof, object: &serde_json::Value) -> Judgement {
    let LiveProof {
        kind,
        id,
        pattern,
        without,
    } = proof;
    let record = match Record::from_value(object) {
        Ok(record) => record,
        Err(error) => {
            let because = format!("`{kind}` `{id}` could not be compared: {error}");
            return Judgement::new(Verdict::Unavailable, because);
        }
    };
    if !pattern.matches(&record) {
        let because = format!("`{kind}` `{id}`: {}", differences(pattern, &record));
        return Judgement::new(Verdict::Fail, because);
    }
    match without {
        Some(without) if without.matches(&record) => {
            let because = format!(
                "`{kind}` `{id}` holds what it must not: {}",
                without.to_json()
            );
            Judgement::new(Verdict::Fail, because)
        }
        _ => Judgement::new(Verdict::Pass, format!("`{kind}` `{id}` is as required")),
    }
}

fn differences(pattern: &Pattern, record: &Record) -> String {
    let unmet = pattern.explain(record);
    let mut named: Vec<String> = unmet
        .iter()
        .take(DIFFERENCES_NAMED)
        .map(ToString::to_string)
        .collect();
    if unmet.len() > DIFFERENCES_NAMED {
        named.push(format!("and {} more", unmet.len() - DIFFERENCES_NAMED));
    }
    named.join("; ")
}
