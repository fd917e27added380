//! Reading flow records: headers and formats, files of every shape, buckets in rounds, log groups.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use cloister_evidence::{
    Columns, Findings, FlowBucket, FlowGroup, FlowObjects, LogEvent, LogPage, LogReader, Query,
    Scanner, TrailReader, Unreachable, scan_flow_folder, scan_flow_group, scan_folder,
};
use cloister_pattern::Pattern;
use jiff::Timestamp;
use serde_json::{Value, json};

const DEFAULT: &str = "version account-id interface-id srcaddr dstaddr srcport dstport protocol \
    packets bytes start end action log-status";
const ACCEPT: &str = "2 111122223333 eni-0a 10.20.1.20 10.20.1.50 49201 2049 6 41 16892 1767226200 1767226252 ACCEPT OK";
const REJECT: &str =
    "2 111122223333 eni-0a 203.0.113.9 10.20.1.20 40000 22 6 1 40 1767226260 1767226261 REJECT OK";
const NODATA: &str = "2 111122223333 eni-0a - - - - - - - 1767226320 1767226380 - NODATA";

fn scanner(patterns: &[Value]) -> Scanner {
    let query = |pattern| Query {
        pattern: Pattern::from_value(pattern).expect("a pattern"),
        keep: 10,
    };
    Scanner::new(patterns.iter().map(query).collect())
}

fn everything() -> Scanner {
    scanner(&[json!({"start": [{"exists": true}]})])
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder
        .write_all(text.as_bytes())
        .expect("writing to memory");
    encoder.finish().expect("writing to memory")
}

/// Reads `bytes` as the file `x.log`.
fn read(bytes: &[u8], scanner: &Scanner, format: Option<&Columns>) -> Findings {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("x.log");
    std::fs::write(&file, bytes).expect("a file");
    scan_flow_folder(&file, scanner, format).expect("a file")
}

fn faults(findings: &Findings) -> Vec<&str> {
    let faults = findings.tally.faults.iter();
    faults
        .map(|fault| fault.rsplit('/').next().unwrap_or_default())
        .collect()
}

fn only_record(findings: &Findings) -> Value {
    assert_eq!(faults(findings), Vec::<&str>::new());
    let [hit] = findings.hits[0].kept.as_slice() else {
        panic!("{:?}", findings.hits[0]);
    };
    serde_json::from_slice(&hit.record).expect("JSON")
}

#[test]
fn columns_come_from_the_header_or_the_format_and_keep_their_types() {
    let every = "reject-reason encryption-status resource-id ecs-task-id ecs-cluster-name traffic-path flow-direction \
        pkt-dst-aws-service pkt-src-aws-service sublocation-id sublocation-type az-id region pkt-dstaddr pkt-srcaddr \
        type tcp-flags instance-id subnet-id vpc-id end start action version shoe-size";
    let values = "BPA 1 nat-1 task-1 apps 8 egress S3 - - outpost euw1-az1 eu-west-1 2001:db8::1 10.20.1.20 \
        IPv4 19 i-1 subnet-1 vpc-1 1767226252 1767226200 REJECT 10 44";
    let record = json!({
        "reject-reason": "BPA", "encryption-status": 1, "resource-id": "nat-1", "ecs-task-id": "task-1",
        "ecs-cluster-name": "apps", "traffic-path": 8, "flow-direction": "egress", "pkt-dst-aws-service": "S3",
        "sublocation-type": "outpost", "az-id": "euw1-az1", "region": "eu-west-1", "pkt-dstaddr": "2001:db8::1",
        "pkt-srcaddr": "10.20.1.20", "type": "IPv4", "tcp-flags": 19, "instance-id": "i-1", "subnet-id": "subnet-1",
        "vpc-id": "vpc-1", "end": 1_767_226_252, "start": 1_767_226_200, "action": "REJECT", "version": 10,
        "shoe-size": "44",
    });
    let header = read(
        format!("{every}\n{values}\n").as_bytes(),
        &everything(),
        None,
    );
    assert_eq!(only_record(&header), record);
    assert!(header.tally.fields.contains("pkt-src-aws-service"));
    assert!(!header.tally.fields.contains("srcaddr"));

    let named: Vec<String> = every
        .split_whitespace()
        .map(|name| format!("${{{name}}}"))
        .collect();
    let format: Columns = named.join(" ").parse().expect("a format");
    let lines = read(
        format!("{values}\r\n").as_bytes(),
        &everything(),
        Some(&format),
    );
    assert_eq!(only_record(&lines), record);

    // The header wins: the file says itself what it holds.
    let both = read(
        format!("{every}\n{values}").as_bytes(),
        &everything(),
        Some(&Columns::default()),
    );
    assert_eq!(only_record(&both), record);

    let default = read(NODATA.as_bytes(), &everything(), Some(&Columns::default()));
    let expected = json!({"version": 2, "account-id": "111122223333", "interface-id": "eni-0a",
        "start": 1_767_226_320, "end": 1_767_226_380, "log-status": "NODATA"});
    assert_eq!(only_record(&default), expected);
}

#[test]
fn a_line_that_is_no_record_is_a_fault_and_the_others_go_on() {
    let cases = [
        (
            "cut within a line",
            ACCEPT[..60].to_owned(),
            "x.log line 3 (byte 208): the line has 9 fields, its format has 14",
        ),
        (
            "cut within the last value",
            ACCEPT[..ACCEPT.len() - 1].to_owned(),
            "`log-status` is `O`, which it cannot be",
        ),
        (
            "too many fields",
            format!("{ACCEPT} x"),
            "the line has 15 fields, its format has 14",
        ),
        (
            "a port that is none",
            ACCEPT.replace("2049", "nfs"),
            "`dstport` is `nfs`, which it cannot be",
        ),
        (
            "an address that is none",
            ACCEPT.replace("10.20.1.50", "10.20.1"),
            "`dstaddr` is `10.20.1`",
        ),
        (
            "an action that is none",
            ACCEPT.replace("ACCEPT", "accept"),
            "`action` is `accept`",
        ),
        (
            "a line without end",
            "x ".repeat(40_000),
            "line 3 (byte 208): the line is too long",
        ),
    ];
    for (name, line, expected) in cases {
        let text = format!("{DEFAULT}\n{REJECT}\n{line}\n\n{ACCEPT}\n");
        let findings = read(text.as_bytes(), &everything(), None);
        let found = faults(&findings);
        assert!(
            found.len() == 1 && found[0].contains(expected),
            "{name}: {found:?}"
        );
        assert_eq!(
            (findings.hits[0].kept.len(), findings.tally.records),
            (2, 2),
            "{name}"
        );
        let last = &findings.hits[0].kept[1];
        assert_eq!(
            usize::try_from(last.offset).expect("an offset in memory"),
            text.len() - ACCEPT.len() - 1,
            "{name}"
        );
    }
    let bytes = [DEFAULT.as_bytes(), b"\n2 \xff\n", ACCEPT.as_bytes()].concat();
    let findings = read(&bytes, &everything(), None);
    assert!(faults(&findings)[0].ends_with("the line is no UTF-8 text"));
    assert_eq!(findings.tally.records, 1);
}

#[test]
fn files_that_are_no_flow_logs_say_what_they_are() {
    let cut = gzip(&format!("{DEFAULT}\n{ACCEPT}\n"))[..60].to_vec();
    let cases = [
        (
            "without header",
            ACCEPT.as_bytes().to_vec(),
            "x.log: it has no header line",
        ),
        (
            "Parquet",
            b"PAR1\x15\x04\x15".to_vec(),
            "x.log: it is Parquet, which cloister does not read",
        ),
        ("empty", Vec::new(), "x.log: the file is empty"),
        ("cut gzip", cut, "x.log: "),
    ];
    for (name, bytes, expected) in cases {
        let findings = read(&bytes, &everything(), None);
        let found = faults(&findings);
        assert!(
            found.len() == 1 && found[0].starts_with(expected),
            "{name}: {found:?}"
        );
        assert_eq!(findings.tally.files, 1, "{name}");
    }
    assert!(scan_flow_folder(Path::new("no/such/folder"), &everything(), None).is_err());
}

#[test]
fn a_folder_is_read_for_all_queries_and_each_flow_counts_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(folder.path().join(name), bytes).expect("a file");
    };
    let text = format!("{DEFAULT}\n{ACCEPT}\n{REJECT}\n{NODATA}\n");
    let joined = [
        gzip(&format!("{DEFAULT}\n{ACCEPT}\n")),
        gzip(&format!("{REJECT}\n")),
    ]
    .concat();
    write(
        "111122223333_vpcflowlogs_eu-west-1_fl-1_20260101T0010Z_0a.log.gz",
        &joined,
    );
    write("again.txt", text.as_bytes());
    // The same flow in another format is the same flow.
    write(
        "other.log",
        b"interface-id start end action srcaddr dstaddr dstport srcport protocol vpc-id\n\
          eni-0a 1767226200 1767226252 ACCEPT 10.20.1.20 10.20.1.50 2049 49201 6 vpc-1\n",
    );
    write(
        "trail.json.gz",
        &gzip(r#"{"Records":[{"eventTime":"2026-01-01T00:00:00Z"}]}"#),
    );
    write("flows.parquet", b"PAR1");
    let patterns = [
        json!({"dstport": [{"numeric": ["<", 1024]}]}),
        json!({"dstport": [2049]}),
        json!({"srcaddr": [{"exists": false}]}),
    ];
    let scanner = scanner(&patterns);
    let findings = scan_flow_folder(folder.path(), &scanner, None).expect("a folder");
    let counts: Vec<usize> = findings.hits.iter().map(|hits| hits.kept.len()).collect();
    assert_eq!(counts, [1, 1, 1]);
    assert_eq!((findings.tally.files, findings.tally.records), (4, 6));
    assert_eq!(faults(&findings).len(), 1, "{:?}", findings.tally.faults);

    // A trail copied into the same folder is read without stumbling over flow logs.
    let trail = scan_folder(
        folder.path(),
        &self::scanner(&[json!({"eventTime": [{"exists": true}]})]),
    );
    let trail = trail.expect("a folder");
    assert_eq!(
        (
            trail.tally.files,
            trail.tally.records,
            trail.tally.faults.len()
        ),
        (1, 1, 0)
    );
}

/// A bucket and a log group on this machine.
#[derive(Default)]
struct Account {
    objects: Mutex<BTreeMap<String, Vec<u8>>>,
    read: Mutex<Vec<String>>,
    events: Vec<LogEvent>,
}

impl Account {
    fn put(&self, key: &str, text: &str) {
        let mut objects = self.objects.lock().expect("not poisoned");
        objects.insert(key.to_owned(), gzip(text));
    }

    fn was_read(&self) -> Vec<String> {
        let mut read = std::mem::take(&mut *self.read.lock().expect("not poisoned"));
        read.sort();
        read
    }
}

impl TrailReader for Account {
    async fn list_folders(&self, _: &str, _: &str) -> Result<Vec<String>, Unreachable> {
        Ok(Vec::new())
    }

    async fn list(&self, _: &str, prefix: &str, after: &str) -> Result<Vec<String>, Unreachable> {
        let objects = self.objects.lock().expect("not poisoned");
        let below = |key: &&String| key.starts_with(prefix) && key.as_str() > after;
        Ok(objects.keys().filter(below).cloned().collect())
    }

    async fn get(&self, _: &str, key: &str) -> Result<Vec<u8>, Unreachable> {
        self.read.lock().expect("not poisoned").push(key.to_owned());
        let objects = self.objects.lock().expect("not poisoned");
        let object = objects.get(key).cloned();
        object.ok_or_else(|| Unreachable("gone".to_owned()))
    }
}

impl LogReader for Account {
    /// One event to a page, as the worst case.
    async fn events(
        &self,
        _: &str,
        _: Timestamp,
        _: Timestamp,
        page: Option<String>,
    ) -> Result<LogPage, Unreachable> {
        let at: usize = page.map_or(0, |page| page.parse().expect("a page"));
        Ok(LogPage {
            events: self.events.get(at).cloned().into_iter().collect(),
            next: (at + 1 < self.events.len()).then(|| (at + 1).to_string()),
        })
    }
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().build();
    runtime.expect("a runtime").block_on(future)
}

#[test]
fn a_flow_log_in_a_bucket_is_read_in_rounds_in_both_layouts() {
    for (hive, days) in [
        (
            false,
            "p/AWSLogs/111122223333/vpcflowlogs/eu-west-1/2026/01/01/",
        ),
        (
            true,
            "p/AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=eu-west-1/year=2026/month=01/day=01/",
        ),
    ] {
        let key = |time: &str, id: &str| {
            format!("{days}111122223333_vpcflowlogs_eu-west-1_{id}_{time}Z_0a1b2c3d.log.gz")
        };
        let account = Account::default();
        let first = key("20260101T0010", "fl-1");
        account.put(&first, &format!("{DEFAULT}\n{ACCEPT}\n"));
        // Files end before the time asked about, or belong to another flow log.
        account.put(&key("20260101T0000", "fl-1"), "not read");
        account.put(&key("20260101T0010", "fl-2"), "not read");
        let objects = FlowObjects {
            bucket: "flows".to_owned(),
            prefix: "p".to_owned(),
            account: "111122223333".to_owned(),
            region: "eu-west-1".to_owned(),
            flow_log_id: "fl-1".to_owned(),
            hive,
        };
        let from: Timestamp = "2026-01-01T00:07:00Z".parse().expect("a time");
        let mut bucket = FlowBucket::new(objects, from, Columns::default(), Arc::new(everything()));
        let found = run(bucket.catch_up(&account)).expect("a bucket");
        assert_eq!(account.was_read(), [first.as_str()]);
        assert_eq!(
            found.hits[0].kept[0].file.as_ref(),
            format!("s3://flows/{first}")
        );

        let late = key("20260101T0015", "fl-1");
        account.put(&late, &format!("{DEFAULT}\n{REJECT}\n"));
        let found = run(bucket.catch_up(&account)).expect("a bucket");
        assert_eq!(account.was_read(), [late]);
        assert_eq!((found.hits[0].kept.len(), found.tally.files), (2, 2));
    }
}

#[test]
fn a_log_group_is_read_page_by_page_by_the_format_of_its_flow_log() {
    let event = |id: &str, stream: &str, message: &str| LogEvent {
        id: id.to_owned(),
        stream: stream.to_owned(),
        message: message.to_owned(),
    };
    let account = Account {
        events: vec![
            event("37-1", "eni-0a-all", ACCEPT),
            event("37-2", "eni-0a-all", "2 111122223333 eni-0a"),
            event("37-3", "eni-0b-all", REJECT),
            // Another flow log shares the group.
            event("37-4", "eni-0a-reject", "eni-0a REJECT"),
        ],
        ..Account::default()
    };
    let group = FlowGroup {
        name: "/vpc/flows".to_owned(),
        traffic: "ALL".to_owned(),
        format: Columns::default(),
    };
    let time = Timestamp::UNIX_EPOCH;
    let scanner = everything();
    let found = run(scan_flow_group(&account, &scanner, &group, time, time)).expect("a group");
    let places: Vec<(&str, Option<&str>)> = found.hits[0]
        .kept
        .iter()
        .map(|hit| (hit.file.as_ref(), hit.event_id.as_deref()))
        .collect();
    assert_eq!(
        places,
        [
            ("/vpc/flows/eni-0a-all", Some("37-1")),
            ("/vpc/flows/eni-0b-all", Some("37-3"))
        ]
    );
    assert_eq!(
        found.tally.faults,
        ["/vpc/flows/eni-0a-all event 37-2: the line has 3 fields, its format has 14"]
    );
    assert_eq!((found.tally.records, found.tally.fields.len()), (2, 14));
}
