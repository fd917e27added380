//! What a scan looks for, and what it keeps.

use std::collections::HashSet;
use std::sync::Arc;

use cloister_pattern::{Pattern, RequiredLiterals};
use serde::Deserialize;

/// One pattern of a scan, and how many of its records to keep.
#[derive(Clone, Debug)]
pub struct Query {
    pub pattern: Pattern,
    pub keep: usize,
}

/// A record that matched, and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    pub file: Arc<str>,
    /// Byte offset in the inflated file.
    pub offset: u64,
    /// Number of the record in the file, counted from 0.
    pub index: u64,
    /// The JSON text of the record.
    pub record: Vec<u8>,
    /// Id of the event of CloudWatch Logs that holds it.
    pub event_id: Option<String>,
}

/// The records that matched one query, each call and each flow once.
#[derive(Clone, Debug, Default)]
pub struct Hits {
    pub kept: Vec<Hit>,
    /// How many more matched than were kept.
    pub left_out: u64,
    seen: HashSet<String>,
}

/// The texts without which a query cannot match, to pass over most records unread.
#[derive(Debug)]
pub(crate) struct Needed(Vec<RequiredLiterals>);

impl Hits {
    /// What several sources hold of one query, together.
    pub fn merged<'a>(sources: impl Iterator<Item = &'a Hits>, keep: usize) -> Hits {
        let mut merged = Hits::default();
        for hits in sources {
            merged.left_out += hits.left_out;
            for hit in &hits.kept {
                merged.add(hit.clone(), keep);
            }
        }
        merged
    }

    /// Keeps `hit` unless its call or flow was kept before or there are too many.
    ///
    /// Delivery is at least once, so one event may come several times.
    pub(crate) fn add(&mut self, hit: Hit, keep: usize) {
        if let Some(key) = call(&hit.record).or_else(|| flow(&hit.record))
            && !self.seen.insert(key)
        {
            return;
        }
        if self.kept.len() < keep {
            self.kept.push(hit);
        } else {
            self.left_out += 1;
        }
    }
}

impl Needed {
    pub(crate) fn by(query: &Query) -> Self {
        Needed(query.pattern.required_literals())
    }

    /// Whether a text without escaped spellings can hold a matching record.
    pub(crate) fn is_in(&self, text: &[u8]) -> bool {
        let holds = |literal: &String| memchr::memmem::find(text, literal.as_bytes()).is_some();
        self.0
            .iter()
            .any(|branch| branch.any_of.iter().all(|any_of| any_of.iter().any(holds)))
    }
}

/// What tells a CloudTrail record from others.
///
/// The copies for several accounts have event ids of their own and share
/// `sharedEventID`; a network activity event may share it with the call
/// it belongs to, so the category is part of the key.
fn call(record: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Ids {
        #[serde(rename = "eventID")]
        event: Option<String>,
        #[serde(rename = "sharedEventID")]
        shared: Option<String>,
        #[serde(rename = "eventCategory")]
        category: Option<String>,
    }
    let ids: Ids = serde_json::from_slice(record).ok()?;
    let id = ids.shared.or(ids.event)?;
    Some(format!("{} {id}", ids.category.unwrap_or_default()))
}

/// What tells a flow record from others: two flow logs may show one flow, in formats of their own.
fn flow(record: &[u8]) -> Option<String> {
    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "kebab-case")]
    #[expect(dead_code, reason = "read through `Debug`, all of them at once")]
    struct Flow {
        interface_id: String,
        srcaddr: Option<String>,
        dstaddr: Option<String>,
        srcport: Option<u16>,
        dstport: Option<u16>,
        protocol: Option<u8>,
        start: u64,
        end: u64,
        action: Option<String>,
    }
    let flow: Flow = serde_json::from_slice(record).ok()?;
    Some(format!("{flow:?}"))
}
