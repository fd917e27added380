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
}

/// The records that matched one query, each call once.
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
    /// Keeps `hit` unless its call was kept before or there are too many.
    ///
    /// Delivery is at least once, so one event may come several times. The
    /// copies for several accounts have event ids of their own and share
    /// `sharedEventID`; a network activity event may share it with the call
    /// it belongs to, so the category is part of the key.
    pub(crate) fn add(&mut self, hit: Hit, keep: usize) {
        if let Some(key) = identity(&hit.record)
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

fn identity(record: &[u8]) -> Option<String> {
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
