//! Reading whole sources: folders of every shape, trails in rounds, and one pass for all queries.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex};

use cloister_evidence::{Findings, Query, Scanner, Trail, TrailReader, Unreachable, scan_folder};
use cloister_pattern::{Pattern, Record};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

fn query(pattern: &Value, keep: usize) -> Query {
    Query {
        pattern: Pattern::from_value(pattern).expect("a pattern"),
        keep,
    }
}

fn scanner(patterns: &[Value]) -> Scanner {
    Scanner::new(patterns.iter().map(|pattern| query(pattern, 10)).collect())
}

fn record(id: &str, name: &str) -> Value {
    json!({"eventTime": "2026-01-01T00:00:00Z", "eventID": id, "eventName": name})
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(text.as_bytes())
        .expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// File, offset and index of every hit, query by query.
fn places(findings: &Findings) -> Vec<Vec<String>> {
    let place = |hit: &cloister_evidence::Hit| {
        let file = hit.file.rsplit('/').next().unwrap_or_default();
        format!("{file} {} {}", hit.offset, hit.index)
    };
    let of_query = |hits: &cloister_evidence::Hits| {
        let mut places: Vec<String> = hits.kept.iter().map(place).collect();
        places.sort();
        places
    };
    findings.hits.iter().map(of_query).collect()
}

#[test]
fn a_folder_is_read_once_for_all_queries_and_says_what_it_could_not_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let below = folder.path().join("2026/01");
    std::fs::create_dir_all(&below).expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
    };
    let two = json!({"Records": [record("1", "Put"), record("2", "Get")]}).to_string();
    write("a.json.gz", &gzip(&two));
    write("again.json.gz", &gzip(&two));
    write(
        "2026/01/lines.jsonl",
        format!("{}\n{}\n", record("3", "Put"), record("4", "Put")).as_bytes(),
    );
    write(
        "2026/01/bom.json",
        format!("\u{feff}[{}]", record("5", "Get")).as_bytes(),
    );
    write("cut.json.gz", &gzip(&two)[..40]);
    write("joined.json.gz", &[gzip(&two), gzip(&two)].concat());
    write("notes.txt", b"not read");
    write("111122223333_CloudTrail-Digest_x.json.gz", b"not read");

    let scanner = scanner(&[json!({"eventName": ["Put"]}), json!({"eventName": ["Get"]})]);
    let findings = scan_folder(folder.path(), &scanner).expect("a folder");

    let expected = [
        vec!["lines.jsonl 0 0", "lines.jsonl 69 1"],
        vec!["bom.json 4 0"],
    ];
    let found = places(&findings);
    for (found, expected) in found.iter().zip(&expected) {
        // The record that came twice is kept once, from whichever file was first.
        let rest: Vec<&str> = found
            .iter()
            .map(String::as_str)
            .filter(|place| !place.starts_with('a'))
            .collect();
        assert_eq!(&rest, expected);
        assert_eq!(found.len(), expected.len() + 1);
    }
    assert_eq!((findings.tally.files, findings.tally.records), (6, 7));
    let faults: Vec<&str> = findings
        .tally
        .faults
        .iter()
        .filter_map(|fault| fault.rsplit('/').next())
        .collect();
    assert_eq!(faults.len(), 2, "{faults:?}");
    assert!(
        faults[0].starts_with("cut.json.gz: the gzip data is broken"),
        "{faults:?}"
    );
    assert!(
        faults[1].contains("bytes follow the gzip data"),
        "{faults:?}"
    );
}

#[test]
fn a_broken_record_is_a_fault_and_not_skipped() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.json");
    let good = record("1", "Put");
    std::fs::write(
        &file,
        format!("[{good},{{\"eventTime\":\"x\",\"eventName\":\"Put\" oops}},{good}]"),
    )
    .expect("a file");
    let findings = scan_folder(&file, &scanner(&[json!({"eventName": ["Put"]})])).expect("a file");
    assert_eq!(
        (findings.tally.faults.len(), findings.tally.records),
        (1, 2),
        "{:?}",
        findings.tally
    );
    assert!(
        findings.tally.faults[0].ends_with("a comma is missing"),
        "{:?}",
        findings.tally
    );
}

#[test]
fn more_hits_than_wanted_are_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.json");
    let records: Vec<Value> = (0..5).map(|id| record(&id.to_string(), "Put")).collect();
    std::fs::write(&file, Value::from(records).to_string()).expect("a file");
    let scanner = Scanner::new(vec![query(&json!({"eventName": ["Put"]}), 2)]);
    let findings = scan_folder(&file, &scanner).expect("a file");
    assert_eq!(
        (findings.hits[0].kept.len(), findings.hits[0].left_out),
        (2, 3)
    );
}

/// A bucket on this machine: what `list` and `get` of S3 give.
#[derive(Default)]
struct Bucket {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    read: Mutex<Vec<String>>,
}

impl Bucket {
    fn put(&self, key: &str, bytes: Vec<u8>) {
        self.objects
            .lock()
            .expect("not poisoned")
            .insert(key.to_owned(), bytes);
    }

    fn keys(&self) -> Vec<String> {
        self.objects
            .lock()
            .expect("not poisoned")
            .keys()
            .cloned()
            .collect()
    }
}

impl TrailReader for Bucket {
    async fn list_folders(&self, _: &str, prefix: &str) -> Result<Vec<String>, Unreachable> {
        let keys = self.keys();
        let below = keys
            .iter()
            .filter_map(|key| key.strip_prefix(prefix)?.split_once('/'));
        let mut folders: Vec<String> = below
            .map(|(folder, _)| format!("{prefix}{folder}/"))
            .collect();
        folders.dedup();
        Ok(folders)
    }

    async fn list(&self, _: &str, prefix: &str, after: &str) -> Result<Vec<String>, Unreachable> {
        let below = |key: &String| key.starts_with(prefix) && key.as_str() > after;
        Ok(self.keys().into_iter().filter(below).collect())
    }

    async fn get(&self, _: &str, key: &str) -> Result<Vec<u8>, Unreachable> {
        self.read.lock().expect("not poisoned").push(key.to_owned());
        let objects = self.objects.lock().expect("not poisoned");
        objects
            .get(key)
            .cloned()
            .ok_or_else(|| Unreachable("gone".to_owned()))
    }
}

fn key(organisation: &str, folder: &str, region: &str, time: &str) -> String {
    let day = format!("{}/{}/{}", &time[..4], &time[4..6], &time[6..8]);
    format!(
        "p/AWSLogs/{organisation}111122223333/{folder}/{region}/{day}/111122223333_CloudTrail_{region}_{time}Z_AbCdEfGhIjKlMnOp.json.gz"
    )
}

#[test]
fn a_trail_is_read_in_rounds_from_its_first_day_on() {
    let file = |id: &str| gzip(&json!({"Records": [record(id, "Put")]}).to_string());
    let bucket = Bucket::default();
    let wanted = [
        key("", "CloudTrail", "eu-west-1", "20260105T0955"),
        key("", "CloudTrail", "us-east-1", "20260106T0000"),
        key(
            "",
            "CloudTrail-NetworkActivity",
            "eu-west-1",
            "20260105T1200",
        ),
        key("o-abc123/", "CloudTrail", "eu-west-1", "20260105T1005"),
    ];
    let unwanted = [
        key("", "CloudTrail", "eu-west-1", "20260104T2355"),
        key("", "CloudTrail", "eu-west-1", "20260105T0950"),
        key("", "CloudTrail-Digest", "eu-west-1", "20260105T1200"),
        key("", "CloudTrail-Insight", "eu-west-1", "20260105T1200"),
        "p/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/05/x.log.gz".to_owned(),
    ];
    for (index, name) in wanted.iter().chain(&unwanted).enumerate() {
        bucket.put(name, file(&index.to_string()));
    }
    let from: Timestamp = "2026-01-05T10:00:00Z".parse().expect("a time");
    let scanner = Arc::new(scanner(&[json!({"eventName": ["Put"]})]));
    let mut trail = Trail::new("s3://bucket/p".parse().expect("a location"), from, scanner);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .build()
        .expect("a runtime");

    let first = runtime.block_on(trail.catch_up(&bucket)).expect("a trail");
    let mut read = std::mem::take(&mut *bucket.read.lock().expect("not poisoned"));
    read.sort();
    let mut expected = wanted.to_vec();
    expected.sort();
    assert_eq!(read, expected);
    assert_eq!((first.hits[0].kept.len(), first.tally.files), (4, 4));

    let late = key("", "CloudTrail", "eu-west-1", "20260107T0000");
    bucket.put(&late, file("late"));
    let second = runtime.block_on(trail.catch_up(&bucket)).expect("a trail");
    assert_eq!(*bucket.read.lock().expect("not poisoned"), [late]);
    assert_eq!((second.hits[0].kept.len(), second.tally.files), (5, 5));
}

/// Texts in which the letters of the patterns occur plain, escaped, or not.
fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop::sample::select(vec!["a", "b", "é", "/", "\"", "\\", "\n", " "]),
        0..4,
    )
    .prop_map(|letters| letters.concat())
}

/// The text as JSON; `escape` spells every letter as `\uXXXX`.
fn spelt(text: &str, escape: bool) -> String {
    if !escape {
        return Value::from(text).to_string();
    }
    let letters: Vec<String> = text
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    format!("\"{}\"", letters.concat())
}

fn alternatives() -> impl Strategy<Value = Value> {
    let one = (text(), 0..6_u8).prop_map(|(text, form)| match form {
        0 => json!({"prefix": format!("{text}a")}),
        1 => json!({"suffix": format!("a{text}")}),
        2 => json!({"anything-but": [text]}),
        3 => json!({"exists": false}),
        4 => json!({"wildcard": "a*b"}),
        _ => json!(text),
    });
    prop::collection::vec(one, 1..3).prop_map(Value::from)
}

proptest! {
    /// Passing over records unread never changes what is found.
    #[test]
    fn the_prefilter_only_filters(
        fields in prop::collection::vec(alternatives(), 1..3),
        values in prop::collection::vec((text(), any::<bool>()), 1..3),
    ) {
        let pattern: serde_json::Map<String, Value> =
            fields.into_iter().enumerate().map(|(index, field)| (format!("f{index}"), field)).collect();
        let members: Vec<String> = values
            .iter()
            .enumerate()
            .map(|(index, (value, escape))| format!("\"f{index}\":{}", spelt(value, *escape)))
            .collect();
        let text = format!("{{\"eventTime\":\"x\",{}}}", members.join(","));
        let query = query(&Value::Object(pattern), 1);
        let expected = query.pattern.matches(&Record::parse(text.as_bytes()).expect("JSON"));
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("x.json");
        std::fs::write(&file, &text).expect("a file");
        let findings = scan_folder(&file, &Scanner::new(vec![query])).expect("a file");
        prop_assert_eq!(findings.hits[0].kept.len(), usize::from(expected), "{}", text);
    }
}
