//! Each rule on a document that has the mistake, and on its mended twin: `tests/data/lint/`.
//!
//! Most documents are taken from public teaching systems; each file says what its document was meant to do, and what
//! it does.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use cloister_policy::lint::RULES;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{lint, rendered};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case<'a> {
    rule: String,
    meant: String,
    does: String,
    #[serde(borrow)]
    faulty: &'a RawValue,
    #[serde(borrow)]
    mended: &'a RawValue,
}

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/lint");
    let entries = std::fs::read_dir(&folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .filter(|path| {
            path.file_name()
                .is_some_and(|name| name.to_string_lossy().starts_with('L'))
        })
        .collect();
    files.sort();
    files
}

fn name(path: &Path) -> String {
    path.file_stem()
        .expect("a file has a name")
        .to_string_lossy()
        .into_owned()
}

#[test]
fn each_mistake_is_found_and_its_mended_twin_has_none() {
    let mut seen = BTreeSet::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).expect("it can be read");
        let case: Case<'_> = serde_json::from_str(&text).expect("a case");
        let id = case.rule.as_str();
        let rules = |part: &RawValue| -> Vec<&str> {
            lint("bundle", part.get()).iter().map(|f| f.rule).collect()
        };
        assert!(
            rules(case.faulty).contains(&id),
            "{}: {:?}",
            name(&path),
            rules(case.faulty)
        );
        assert!(
            !rules(case.mended).contains(&id),
            "{}: {:?}",
            name(&path),
            rules(case.mended)
        );
        seen.insert(case.rule);
    }
    for rule in &RULES {
        assert!(seen.contains(rule.id), "{} has no case", rule.id);
    }
}

#[test]
fn findings_name_the_place_the_reason_and_the_mend() {
    let mut text = String::new();
    for path in files() {
        let file = std::fs::read_to_string(&path).expect("it can be read");
        let case: Case<'_> = serde_json::from_str(&file).expect("a case");
        let Case { meant, does, .. } = &case;
        let _ = writeln!(text, "## {}\nmeant: {meant}\ndoes: {does}", name(&path));
        let _ = writeln!(text, "{}", rendered(&lint("bundle", case.faulty.get())));
        let mended = rendered(&lint("bundle", case.mended.get()));
        let _ = write!(
            text,
            "{}",
            if mended.is_empty() {
                String::new()
            } else {
                format!("mended:\n{mended}\n")
            }
        );
    }
    insta::assert_snapshot!(text);
}
