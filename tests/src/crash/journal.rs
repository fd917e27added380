//! Points that are finished, so that a sweep that was stopped goes on.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::Mutex,
    time::Duration,
};

use serde_json::{Value, json};

use super::{
    point::Point,
    strike::{Finding, Verdict},
};
use crate::rig::{cloister, provider, workspace};

const VERDICTS: [(&str, Verdict); 5] = [
    ("survived", Verdict::Survived),
    ("resumed", Verdict::Resumed),
    ("imported", Verdict::Imported),
    ("not met", Verdict::NotMet),
    ("failed", Verdict::Failed),
];

/// A file with a line for each finished point; the first says with which programs.
#[derive(Debug)]
pub struct Journal {
    file: Mutex<File>,
    finished: BTreeMap<String, Finding>,
}

impl Journal {
    /// Opens the journal in a folder. One that was written with other programs counts for nothing.
    pub fn open(folder: &Path, programs: &str) -> Self {
        let path = folder.join("journal.jsonl");
        let header = json!({"programs": programs}).to_string();
        let text = fs::read_to_string(&path).unwrap_or_default();
        let mut lines = text.lines();
        let is_valid = lines.next() == Some(&header);
        // The last line is cut where a sweep was killed.
        let kept = lines.filter(|_| is_valid).filter_map(parsed);
        let finished = kept.collect();
        fs::create_dir_all(folder).expect("the folder for the journal");
        if !is_valid {
            fs::write(&path, header + "\n").expect("the journal can be written");
        }
        let file = OpenOptions::new().append(true).open(&path);
        let mut file = file.expect("the journal can be written");
        if is_valid && !text.ends_with('\n') {
            writeln!(file).expect("the journal can be written");
        }
        Self {
            file: Mutex::new(file),
            finished,
        }
    }

    /// Forgets what was finished.
    pub fn forget(folder: &Path) {
        // There may be none yet.
        let _ = fs::remove_file(folder.join("journal.jsonl"));
    }

    /// What was found at a point before, if it need not be taken again.
    pub(super) fn finding(&self, point: &Point) -> Option<Finding> {
        let found = self.finished.get(&point.to_string())?;
        let is_done = !matches!(found.verdict, Verdict::Failed | Verdict::NotMet);
        is_done.then(|| found.clone())
    }

    /// Notes what was found at a point.
    pub(super) fn note(&self, point: &Point, finding: &Finding) {
        let verdict = VERDICTS.iter().find(|(_, one)| *one == finding.verdict);
        let entry = json!({
            "point": point.to_string(),
            "verdict": verdict.map(|(name, _)| name),
            "orphans": finding.orphans,
            "twins": finding.twins,
            "went_on_ms": finding.went_on.map(|it| u64::try_from(it.as_millis()).ok()),
            "told": finding.told,
        });
        let mut file = self.file.lock().expect("nobody panics while writing");
        writeln!(file, "{entry}").expect("the journal can be written");
    }
}

fn parsed(line: &str) -> Option<(String, Finding)> {
    let entry: Value = serde_json::from_str(line).ok()?;
    let named = |name: &str| entry[name].as_str();
    let count = |name: &str| entry[name].as_u64().and_then(|count| count.try_into().ok());
    let (_, verdict) = VERDICTS
        .iter()
        .find(|(name, _)| Some(*name) == named("verdict"))?;
    let finding = Finding {
        verdict: *verdict,
        orphans: count("orphans")?,
        twins: count("twins")?,
        went_on: entry["went_on_ms"].as_u64().map(Duration::from_millis),
        told: named("told")?.to_owned(),
    };
    Some((named("point")?.to_owned(), finding))
}

/// Tells the programs under test, and the sandbox, from others.
pub fn fingerprint() -> String {
    let mut files = vec![provider(), cloister()];
    files.extend(sources(&workspace().join("sandbox/cloister_sandbox")));
    let read = |file| fs::read(file).expect("a program can be read");
    let print = files
        .iter()
        .map(read)
        .fold(0, |print, content: Vec<u8>| mixed(print, &content));
    format!("{print:016x}")
}

/// FNV-1a over words: programs are large, and a build without optimisation has to read them too.
fn mixed(print: u64, content: &[u8]) -> u64 {
    let (words, rest) = content.as_chunks::<8>();
    let words = words.iter().map(|word| u64::from_le_bytes(*word));
    let rest = rest.iter().map(|byte| u64::from(*byte));
    let step = |print: u64, word: u64| (print ^ word).wrapping_mul(0x0100_0000_01b3).rotate_left(5);
    words.chain(rest).fold(print ^ content.len() as u64, step)
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the sandbox's sources are there");
    let paths = entries.flatten().map(|entry| entry.path());
    let mut found: Vec<_> = paths
        .flat_map(|path| {
            if path.is_dir() {
                sources(&path)
            } else {
                vec![path]
            }
        })
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crash::{CallName, Fault, SCENARIOS};

    fn point(occurrence: usize) -> Point {
        Point {
            scenario: SCENARIOS[0],
            call: CallName {
                operation: "kms:CreateKey".to_owned(),
                occurrence,
            },
            fault: Fault::Lost,
        }
    }

    #[test]
    fn what_converged_is_remembered_and_what_failed_is_taken_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let journal = Journal::open(folder.path(), "some");
        journal.note(&point(1), &Finding::of(Verdict::Imported, String::new()));
        journal.note(
            &point(2),
            &Finding::of(Verdict::Failed, "a twin".to_owned()),
        );
        let path = folder.path().join("journal.jsonl");
        let text = fs::read_to_string(&path).expect("the journal is there");
        fs::write(&path, text + "{\"point\": \"cr").expect("it can be written");
        Journal::open(folder.path(), "some")
            .note(&point(4), &Finding::of(Verdict::Resumed, String::new()));
        let again = Journal::open(folder.path(), "some");
        let found =
            [1, 2, 3, 4].map(|occurrence| again.finding(&point(occurrence)).map(|it| it.verdict));
        assert_eq!(
            found,
            [Some(Verdict::Imported), None, None, Some(Verdict::Resumed)]
        );
        Journal::forget(folder.path());
        assert!(
            Journal::open(folder.path(), "some")
                .finding(&point(1))
                .is_none()
        );
    }

    #[test]
    fn a_journal_of_other_programs_counts_for_nothing() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Journal::open(folder.path(), "some")
            .note(&point(1), &Finding::of(Verdict::Survived, String::new()));
        let of_others = Journal::open(folder.path(), "others");
        assert!(of_others.finding(&point(1)).is_none());
    }
}
