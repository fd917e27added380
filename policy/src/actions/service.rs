//! One service of the table: its keys, resource types and actions.

use std::fmt;

use super::key::{Key, with_wildcards};
use super::name::matches_name;
use super::overlap::arns_overlap;
use crate::nearest::nearest;

/// A service by the prefix of its actions.
#[derive(Debug)]
pub struct Service {
    prefix: &'static str,
    name: &'static str,
    keys: Vec<Key<'static>>,
    resources: Vec<ResourceRow>,
    actions: Vec<ActionRow>,
}

/// What an action does, in AWS's classification.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AccessLevel {
    List,
    Read,
    Write,
    Tagging,
    PermissionsManagement,
}

/// An action of a service. `Display` gives `s3:GetObject`.
#[derive(Clone, Copy)]
pub struct Action<'a> {
    service: &'a Service,
    row: &'a ActionRow,
}

/// A type of resource of a service.
#[derive(Clone, Copy)]
pub struct ResourceType<'a> {
    service: &'a Service,
    row: &'a ResourceRow,
}

#[derive(Debug)]
struct ResourceRow {
    name: &'static str,
    arn: &'static str,
    keys: Vec<usize>,
}

#[derive(Debug)]
struct ActionRow {
    name: &'static str,
    level: AccessLevel,
    /// Number of the resource type, and whether the action cannot do without it.
    resources: Vec<(usize, bool)>,
    keys: Vec<usize>,
}

impl Service {
    /// Reads the lines of a service, the first without its `s`; `None` if they
    /// are none.
    pub(super) fn parse(block: &'static str) -> Option<Self> {
        let mut lines = block.lines().map(|line| line.split('\t'));
        let mut head = lines.next()?;
        let mut service = Self {
            prefix: head.next()?,
            name: head.next()?,
            keys: Vec::new(),
            resources: Vec::new(),
            actions: Vec::new(),
        };
        for mut fields in lines {
            match fields.next()? {
                "k" => {
                    let name = fields.next()?;
                    service
                        .keys
                        .push(Key::of(name, fields.next().unwrap_or("")));
                }
                "r" => service.resources.push(ResourceRow {
                    name: fields.next()?,
                    arn: fields.next()?,
                    keys: numbers(fields.next())?,
                }),
                "a" => service.actions.push(ActionRow {
                    name: fields.next()?,
                    level: AccessLevel::of(fields.next()?)?,
                    resources: marked_numbers(fields.next())?,
                    keys: numbers(fields.next())?,
                }),
                _ => return None,
            }
        }
        service.is_consistent().then_some(service)
    }

    fn is_consistent(&self) -> bool {
        let (keys, resources) = (self.keys.len(), self.resources.len());
        let known_keys = |numbers: &[usize]| numbers.iter().all(|number| *number < keys);
        self.resources.iter().all(|row| known_keys(&row.keys))
            && self.actions.iter().all(|row| {
                known_keys(&row.keys) && row.resources.iter().all(|(number, _)| *number < resources)
            })
    }

    /// As in `s3:GetObject`: `s3`.
    pub fn prefix(&self) -> &str {
        self.prefix
    }

    /// As AWS writes it: `Amazon S3`.
    pub fn name(&self) -> &str {
        self.name
    }

    /// The action of that name, without prefix, in any case.
    pub fn action(&self, name: &str) -> Option<Action<'_>> {
        self.actions()
            .find(|action| action.row.name.eq_ignore_ascii_case(name))
    }

    /// Every action.
    pub fn actions(&self) -> impl Iterator<Item = Action<'_>> {
        self.actions.iter().map(|row| Action { service: self, row })
    }

    /// The actions whose name, without prefix, matches `pattern`.
    pub fn actions_like(&self, pattern: &str) -> impl Iterator<Item = Action<'_>> {
        self.actions()
            .filter(move |action| matches_name(pattern, action.row.name))
    }

    /// Every type of resource.
    pub fn resource_types(&self) -> impl Iterator<Item = ResourceType<'_>> {
        self.resources
            .iter()
            .map(|row| ResourceType { service: self, row })
    }

    /// Every condition key that some action or resource type carries.
    pub fn keys(&self) -> &[Key<'_>] {
        &self.keys
    }

    /// The key that a policy names so.
    pub fn key(&self, written: &str) -> Option<Key<'_>> {
        self.keys.iter().find(|key| key.is_named(written)).copied()
    }

    /// The action whose name is spelt most like `name`.
    pub fn nearest_action(&self, name: &str) -> Option<Action<'_>> {
        let found = nearest(name, self.actions.iter().map(|row| row.name))?;
        self.action(found)
    }
}

impl AccessLevel {
    fn of(letter: &str) -> Option<Self> {
        Some(match letter {
            "l" => Self::List,
            "r" => Self::Read,
            "w" => Self::Write,
            "t" => Self::Tagging,
            "p" => Self::PermissionsManagement,
            _ => return None,
        })
    }

    /// Whether such an action only looks.
    pub fn is_read_only(self) -> bool {
        matches!(self, Self::List | Self::Read)
    }
}

impl<'a> Action<'a> {
    /// The service it belongs to.
    pub fn service(&self) -> &'a Service {
        self.service
    }

    /// Without prefix: `GetObject`.
    pub fn name(&self) -> &'a str {
        self.row.name
    }

    /// Whether a pattern such as `s3:Get*` means it.
    pub fn is_meant_by(&self, pattern: &str) -> bool {
        match pattern.split_once(':') {
            Some((prefix, name)) => {
                matches_name(prefix, self.service.prefix) && matches_name(name, self.row.name)
            }
            // Without a colon, only a star can reach across the action's.
            None => pattern == "*" || matches_name(pattern, &self.to_string()),
        }
    }

    /// What it does, in AWS's classification.
    pub fn level(&self) -> AccessLevel {
        self.row.level
    }

    /// The types of resource it takes; none if it knows no resource but `*`.
    pub fn resource_types(&self) -> impl Iterator<Item = ResourceType<'a>> + use<'a> {
        let service = self.service;
        self.row
            .resources
            .iter()
            .map(move |(number, _)| ResourceType {
                service,
                row: &service.resources[*number],
            })
    }

    /// The types of resource it cannot do without.
    pub fn required_types(&self) -> impl Iterator<Item = ResourceType<'a>> + use<'a> {
        let service = self.service;
        let required = self.row.resources.iter().filter(|(_, required)| *required);
        required.map(move |(number, _)| ResourceType {
            service,
            row: &service.resources[*number],
        })
    }

    /// Whether it knows no resource but `*`.
    pub fn knows_no_resource(&self) -> bool {
        self.row.resources.is_empty()
    }

    /// Whether it takes resources of that type, such as `object`.
    pub fn takes(&self, resource_type: &str) -> bool {
        self.resource_types()
            .any(|taken| taken.name() == resource_type)
    }

    /// The keys it carries: its own, and those of the resources it takes.
    pub fn keys(&self) -> impl Iterator<Item = Key<'a>> + use<'a> {
        let service = self.service;
        let of_resources = self
            .resource_types()
            .flat_map(|taken| taken.row.keys.iter());
        let numbers = self.row.keys.iter().chain(of_resources);
        numbers.map(move |number| service.keys[*number])
    }

    /// Whether a request for it may have that key, by AWS's reference. The
    /// global keys that any action may have are not meant: see
    /// [`super::GlobalKey`].
    pub fn carries(&self, written: &str) -> bool {
        self.keys().any(|key| key.is_named(written))
    }

    /// Whether some resource that matches `pattern` is of a type it takes.
    pub fn may_be_done_to(&self, pattern: &str) -> bool {
        self.resource_types().any(|taken| taken.may_match(pattern))
    }
}

impl<'a> ResourceType<'a> {
    /// As AWS names it: `object`.
    pub fn name(&self) -> &'a str {
        self.row.name
    }

    /// As AWS writes it: `arn:${Partition}:s3:::${BucketName}/${ObjectName}`.
    pub fn arn(&self) -> &'a str {
        self.row.arn
    }

    /// The service it belongs to.
    pub fn service(&self) -> &'a Service {
        self.service
    }

    /// The ARN with wildcards: `arn:*:s3:::*/*`.
    pub fn pattern(&self) -> String {
        with_wildcards(self.row.arn)
    }

    /// Whether some resource of this type matches `pattern`.
    ///
    /// Errs towards yes: AWS's reference does not say which characters a name
    /// may hold, except that a bucket's name has no slash.
    pub fn may_match(&self, pattern: &str) -> bool {
        let is_bucket = self.row.arn.ends_with(":::${BucketName}");
        let holds_slash = pattern.contains('/');
        !(is_bucket && holds_slash) && arns_overlap(&self.pattern(), pattern)
    }
}

impl fmt::Display for Action<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.service.prefix, self.row.name)
    }
}

impl fmt::Debug for Action<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl PartialEq for Action<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.service.prefix == other.service.prefix && self.row.name == other.row.name
    }
}

impl Eq for Action<'_> {}

fn numbers(field: Option<&str>) -> Option<Vec<usize>> {
    listed(field).map(|number| number.parse().ok()).collect()
}

fn marked_numbers(field: Option<&str>) -> Option<Vec<(usize, bool)>> {
    listed(field)
        .map(|text| {
            let number = text.strip_suffix('!');
            Some((number.unwrap_or(text).parse().ok()?, number.is_some()))
        })
        .collect()
}

fn listed(field: Option<&str>) -> impl Iterator<Item = &str> {
    field
        .unwrap_or("")
        .split(',')
        .filter(|text| !text.is_empty())
}
