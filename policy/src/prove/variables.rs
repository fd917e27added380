//! What the policy variables in a set of policies can stand for.

use std::collections::{BTreeMap, BTreeSet};

use crate::access::Caller;

use super::claim::Undecided;
use super::pieces::{Atom, Piece, variables};
use super::values::{Test, assignments};

/// More patterns than this from one are not tried.
const MOST_PATTERNS: usize = 64;

/// The keys that stand in variables, with the values to try for each.
#[derive(Debug, Default)]
pub(super) struct Variables(BTreeMap<String, Vec<String>>);

impl Variables {
    /// The variables of these statements, with values that other conditions on
    /// their keys tell apart.
    pub(super) fn of(
        pieces: &[Piece<'_>],
        given: &[Atom],
        callers: &[Caller],
        resources: &[String],
    ) -> Result<Self, Undecided> {
        let atoms: Vec<Atom> = pieces
            .iter()
            .flat_map(Piece::atoms)
            .chain(given.iter().cloned())
            .collect();
        let texts = pieces
            .iter()
            .flat_map(Piece::resources)
            .chain(atoms.iter().flat_map(|atom| &atom.values));
        let keys: BTreeSet<String> = texts
            .flat_map(|text| variables(text))
            .map(|(key, _)| key)
            .collect();
        let mut values = BTreeMap::new();
        for key in keys {
            let found = values_of(&key, &atoms, callers)?;
            values.insert(key, found);
        }
        for pattern in pieces.iter().flat_map(Piece::resources) {
            add_parts(&mut values, pattern, resources)?;
        }
        Ok(Self(values))
    }

    /// The values to try for a key, if it stands in a variable.
    pub(super) fn values(&self, key: &str) -> Option<&[String]> {
        self.0.get(key).map(Vec::as_slice)
    }

    /// A pattern with its variables replaced in every way.
    pub(super) fn expand(&self, pattern: &str) -> Result<Vec<String>, Undecided> {
        let mut patterns = vec![pattern.to_owned()];
        for (key, written) in variables(pattern) {
            let values = self.values(&key).unwrap_or_default();
            let default = default_of(written);
            let replaced = patterns.iter().flat_map(|pattern| {
                let values = values.iter().map(String::as_str).chain(default);
                values.map(move |value| pattern.replace(written, &escaped(value)))
            });
            patterns = replaced.collect();
            if patterns.len() > MOST_PATTERNS {
                return Err(Undecided::Key {
                    key,
                    why: "too many values of a policy variable",
                });
            }
        }
        Ok(patterns)
    }

    /// What a condition tells apart, its variables replaced in every way.
    pub(super) fn test(&self, atom: &Atom) -> Result<Test, Undecided> {
        let mut values = Vec::new();
        for value in &atom.values {
            values.extend(self.expand(value)?);
        }
        Ok(Test {
            values,
            ..atom.test()
        })
    }
}

fn values_of(key: &str, atoms: &[Atom], callers: &[Caller]) -> Result<Vec<String>, Undecided> {
    let of_callers = |value: fn(&Caller) -> Option<&str>| -> Vec<String> {
        let values: BTreeSet<&str> = callers.iter().filter_map(value).collect();
        values.into_iter().map(str::to_owned).collect()
    };
    match key {
        "aws:username" => Ok(of_callers(user_name)),
        "aws:principalaccount" => Ok(of_callers(Caller::account)),
        _ if super::keys::is_derived(key) => Err(Undecided::Key {
            key: key.to_owned(),
            why: "it stands in a policy variable",
        }),
        _ => {
            let fixed = atoms
                .iter()
                .filter(|atom| atom.key == key && !atom.has_variable());
            let tests = fixed.map(Atom::test).collect();
            let single = assignments(key, &tests)?.into_iter();
            Ok(single.filter(|set| set.len() == 1).flatten().collect())
        }
    }
}

/// Lets variables stand for those parts of a resource that are fixed: `arn:aws:s3:::${aws:PrincipalTag/bucket}/*`
/// matches where the tag is the bucket's name.
fn add_parts(
    values: &mut BTreeMap<String, Vec<String>>,
    pattern: &str,
    resources: &[String],
) -> Result<(), Undecided> {
    for (key, written) in variables(pattern) {
        let (before, after) = pattern.split_once(written).unwrap_or((pattern, ""));
        for resource in resources {
            let fixed = resource.split(['*', '?']).next().unwrap_or_default();
            if before.starts_with(fixed) {
                continue;
            }
            let stands_alone = before.ends_with([':', '/'])
                && (after.is_empty() || after.starts_with([':', '/', '*']));
            if !stands_alone || super::keys::is_derived(&key) {
                return Err(Undecided::Key {
                    key,
                    why: "in a policy variable it stands for a part of the resource's name",
                });
            }
            let parts = fixed.split([':', '/']).filter(|part| !part.is_empty());
            let known = values.entry(key.clone()).or_default();
            for part in parts {
                if !known.iter().any(|value| value == part) {
                    known.push(part.to_owned());
                }
            }
        }
    }
    Ok(())
}

fn user_name(caller: &Caller) -> Option<&str> {
    match caller {
        Caller::User(arn) => arn.resource.rsplit('/').next(),
        _ => None,
    }
}

/// The default in `${key, 'default'}`.
fn default_of(written: &str) -> Option<&str> {
    let (_, default) = written.strip_suffix('}')?.split_once(',')?;
    default.trim().strip_prefix('\'')?.strip_suffix('\'')
}

/// Wildcards in a value are letters.
fn escaped(value: &str) -> String {
    let escape = |letter: char| match letter {
        '*' | '?' => format!("${{{letter}}}"),
        letter => letter.to_string(),
    };
    value.chars().map(escape).collect()
}
