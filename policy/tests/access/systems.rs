//! The policies of five public workshops on `SageMaker` security, run through
//! evaluation: what each was meant to do, and what it does.
//!
//! A file in `tests/data/systems/` is one policy, the place it is attached to,
//! and requests that show it. The policies are here to learn from: most of
//! them do something else than they say.

use std::fs;
use std::path::Path;

use cloister_policy::Document;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::cases::{Expected, decided};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exhibit {
    workshop: String,
    policy: String,
    /// Where the policy is attached, as questions call the place.
    layer: String,
    /// In words.
    meant: String,
    does: String,
    /// Whether it does what it was meant to do.
    holds: bool,
    document: Value,
    shows: Vec<Shown>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shown {
    what: String,
    meant: Meant,
    /// With the policies beside the one shown.
    question: Value,
    expect: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Meant {
    Allowed,
    Denied,
}

fn exhibits() -> Vec<(String, Exhibit)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/systems");
    let mut exhibits: Vec<(String, Exhibit)> = (fs::read_dir(folder).expect("the folder is there"))
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let text = fs::read_to_string(&path).expect("a readable file");
            let name = path.display().to_string();
            let exhibit = serde_json::from_str(&text);
            (
                name.clone(),
                exhibit.unwrap_or_else(|error| panic!("{name}: {error}")),
            )
        })
        .collect();
    exhibits.sort_by(|(one, _), (other, _)| one.cmp(other));
    exhibits
}

/// The question with the policy in its place, before those beside it.
fn asked(exhibit: &Exhibit, question: &Value) -> Value {
    let mut question = question.clone();
    let policy = json!({"name": exhibit.policy, "document": exhibit.document});
    let policies = &mut question["policies"];
    match exhibit.layer.as_str() {
        "identity" => {
            let mut all = vec![policy];
            all.extend(policies["identity"].as_array().cloned().unwrap_or_default());
            policies["identity"] = Value::Array(all);
        }
        place => policies[place] = policy,
    }
    question
}

#[test]
fn every_policy_does_what_is_said_of_it() {
    let mut wrong = Vec::new();
    for (file, exhibit) in exhibits() {
        for shown in &exhibit.shows {
            let found = decided(&asked(&exhibit, &shown.question));
            if found != shown.expect {
                let what = &shown.what;
                wrong.push(format!("{file}: {what}\n  {:?}\n  {found:?}", shown.expect));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn whether_a_policy_holds_follows_from_what_it_shows() {
    for (file, exhibit) in exhibits() {
        let as_meant = exhibit
            .shows
            .iter()
            .all(|shown| shown.expect.is_allowed() == (shown.meant == Meant::Allowed));
        assert_eq!(exhibit.holds, as_meant, "{file}");
        let texts = [
            &exhibit.workshop,
            &exhibit.policy,
            &exhibit.meant,
            &exhibit.does,
        ];
        assert!(texts.iter().all(|text| !text.is_empty()), "{file}");
        // One request that goes through and one that does not, or the policy
        // would show nothing.
        assert!(exhibit.shows.len() >= 2, "{file}");
    }
}

#[test]
fn all_five_workshops_are_there_with_what_holds_and_what_does_not() {
    let exhibits = exhibits();
    let workshops: std::collections::BTreeSet<&str> = (exhibits.iter())
        .map(|(_, exhibit)| exhibit.workshop.as_str())
        .collect();
    assert_eq!(workshops.len(), 5);
    let holding = exhibits.iter().filter(|(_, exhibit)| exhibit.holds).count();
    assert!(
        holding >= 10 && exhibits.len() - holding >= 20,
        "{holding} of {}",
        exhibits.len()
    );
}

#[test]
fn every_policy_is_a_document_and_prints_as_it_was() {
    for (file, exhibit) in exhibits() {
        let document = Document::from_value(&exhibit.document).expect("a policy");
        assert_eq!(
            document.to_value(),
            Document::parse(&document.to_string())
                .expect("a policy")
                .to_value(),
            "{file}"
        );
    }
}
