//! One pass over files: each is inflated once and every query is asked of its records.

use std::collections::BTreeSet;
use std::sync::Arc;

use cloister_pattern::Record;

use crate::inflate::inflate;
use crate::query::{Hit, Hits, Needed, Query};
use crate::records::{Found, walk};

/// Faults beyond this many are counted, not kept.
const FAULTS_KEPT: usize = 100;

/// What reading a source came to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub files: u64,
    pub records: u64,
    /// What could not be read, each with file and place.
    pub faults: Vec<String>,
    /// How many more faults there were.
    pub faults_left_out: u64,
    /// The fields that the flow records read have columns for.
    pub fields: BTreeSet<String>,
}

/// Everything that was found, query by query.
#[derive(Clone, Debug)]
pub struct Findings {
    pub hits: Vec<Hits>,
    pub tally: Tally,
}

/// The queries of a scan, ready to be asked of files from several threads.
#[derive(Debug)]
pub struct Scanner {
    queries: Vec<Query>,
    needed: Vec<Needed>,
}

impl Findings {
    /// Takes in what another file or source gave to the same scanner.
    pub fn merge(&mut self, other: Findings, scanner: &Scanner) {
        let queries = &scanner.queries;
        for ((mine, theirs), query) in self.hits.iter_mut().zip(other.hits).zip(queries) {
            mine.left_out += theirs.left_out;
            for hit in theirs.kept {
                mine.add(hit, query.keep);
            }
        }
        self.tally.files += other.tally.files;
        self.tally.records += other.tally.records;
        self.tally.faults_left_out += other.tally.faults_left_out;
        self.tally.fields.extend(other.tally.fields);
        for fault in other.tally.faults {
            self.tally.fault(fault);
        }
    }
}

impl Tally {
    pub(crate) fn fault(&mut self, fault: String) {
        if self.faults.len() < FAULTS_KEPT {
            self.faults.push(fault);
        } else {
            self.faults_left_out += 1;
        }
    }
}

impl Scanner {
    pub fn new(queries: Vec<Query>) -> Self {
        Scanner {
            needed: queries.iter().map(Needed::by).collect(),
            queries,
        }
    }

    pub(crate) fn queries(&self) -> &[Query] {
        &self.queries
    }

    /// Findings of nothing read yet.
    pub fn nothing(&self) -> Findings {
        Findings {
            hits: vec![Hits::default(); self.queries.len()],
            tally: Tally::default(),
        }
    }

    /// Findings of a file that could not be read.
    pub(crate) fn unread(&self, fault: String) -> Findings {
        let mut findings = self.nothing();
        findings.tally.files = 1;
        findings.tally.fault(fault);
        findings
    }

    /// Reads one file; what is wrong with it is part of the findings.
    pub(crate) fn scan(&self, file: &Arc<str>, bytes: &[u8]) -> Findings {
        let text = match inflate(bytes) {
            Ok(text) => text,
            Err(error) => return self.unread(format!("{file}: {error}")),
        };
        let mut findings = self.nothing();
        findings.tally.files = 1;
        let mut reading = Reading::new(self, file, &mut findings);
        let faults = walk(&text, &mut |found| reading.record(&found));
        for fault in faults {
            findings
                .tally
                .fault(format!("{file} byte {}: {}", fault.offset, fault.what));
        }
        findings
    }
}

/// Asks the queries of the records of one file, one by one.
pub(crate) struct Reading<'a> {
    scanner: &'a Scanner,
    file: &'a Arc<str>,
    /// The event of CloudWatch Logs that is read.
    pub(crate) event_id: Option<&'a str>,
    index: u64,
    findings: &'a mut Findings,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(
        scanner: &'a Scanner,
        file: &'a Arc<str>,
        findings: &'a mut Findings,
    ) -> Self {
        Reading {
            scanner,
            file,
            event_id: None,
            index: 0,
            findings,
        }
    }

    pub(crate) fn fault(&mut self, fault: String) {
        self.findings.tally.fault(fault);
    }

    /// Notes which fields the records have columns for.
    pub(crate) fn saw<'f>(&mut self, fields: impl Iterator<Item = &'f str>) {
        let fields = fields.map(str::to_owned);
        self.findings.tally.fields.extend(fields);
    }

    pub(crate) fn record(&mut self, found: &Found<'_>) {
        let index = self.index;
        self.index += 1;
        self.findings.tally.records += 1;
        let escaped = has_escaped_spelling(&found.text);
        let mut parsed = None;
        for (position, query) in self.scanner.queries.iter().enumerate() {
            if !escaped && !self.scanner.needed[position].is_in(&found.text) {
                continue;
            }
            let record = parsed.get_or_insert_with(|| Record::parse(&found.text));
            match record {
                Ok(record) if query.pattern.matches(record) => self.keep(position, found, index),
                Ok(_) => {}
                Err(error) => {
                    let place = format!("{} byte {} (record {index})", self.file, found.offset);
                    self.findings.tally.fault(format!("{place}: {error}"));
                    return;
                }
            }
        }
    }

    fn keep(&mut self, position: usize, found: &Found<'_>, index: u64) {
        let hit = Hit {
            file: Arc::clone(self.file),
            offset: found.offset as u64,
            index,
            record: found.text.to_vec(),
            event_id: self.event_id.map(str::to_owned),
        };
        self.findings.hits[position].add(hit, self.scanner.queries[position].keep);
    }
}

/// A literal may be spelt with escapes in such a record, so searching for it proves nothing.
fn has_escaped_spelling(text: &[u8]) -> bool {
    memchr::memchr_iter(b'\\', text).any(|at| matches!(text.get(at + 1), Some(b'u' | b'/')))
}
