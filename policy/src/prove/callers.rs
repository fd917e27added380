//! The callers that a set of policies can tell apart.

use std::collections::BTreeSet;

use crate::access::Caller;
use crate::arn::segments;
use crate::{Arn, Operator, PrincipalKind, matches_arn, matches_text};

use super::claim::{Callers, Undecided};
use super::pieces::{Atom, Piece};
use super::text::{Pattern, classes};

/// The kinds of callers that have an ARN in IAM: how it starts, and what it looks like.
const KINDS: [(&str, &str); 3] = [("role/", "role/?*"), ("user/", "user/?*"), ("root", "root")];

/// What the policies say of callers: names of principals, patterns of their
/// ARNs, accounts, services.
#[derive(Debug, Default)]
pub(super) struct Mentioned {
    partition: String,
    accounts: BTreeSet<String>,
    account_patterns: BTreeSet<Pattern>,
    arns: BTreeSet<Pattern>,
    sessions: BTreeSet<Arn>,
    services: BTreeSet<String>,
    federated: BTreeSet<String>,
}

/// Condition keys that hold the ARN of the caller.
const ARN_KEYS: [&str; 1] = ["aws:principalarn"];
/// Condition keys that hold the account of the caller.
const ACCOUNT_KEYS: [&str; 1] = ["aws:principalaccount"];
/// Condition keys that hold the name of a service that calls.
const SERVICE_KEYS: [&str; 2] = ["aws:principalservicename", "aws:principalservicenameslist"];

impl Mentioned {
    /// What these statements and conditions say of callers who ask for
    /// something of this account in this partition.
    pub(super) fn by(pieces: &[Piece<'_>], given: &[Atom], account: &str, partition: &str) -> Self {
        let mut mentioned = Self {
            partition: partition.to_owned(),
            accounts: BTreeSet::from([account.to_owned()]),
            ..Self::default()
        };
        let principals = pieces
            .iter()
            .filter_map(|piece| piece.statement.principals.as_ref());
        for (kind, name) in principals.flat_map(|principals| principals.set().names()) {
            mentioned.principal(kind, name);
        }
        let atoms = pieces.iter().flat_map(Piece::atoms);
        // `Null` asks for presence: its values are no names.
        let naming = atoms
            .chain(given.iter().cloned())
            .filter(|atom| atom.operator.operator != Operator::Null);
        for atom in naming {
            for value in &atom.values {
                mentioned.value(&atom.key, value);
            }
        }
        mentioned
    }

    fn principal(&mut self, kind: PrincipalKind, name: &str) {
        match kind {
            PrincipalKind::Aws if is_account_id(name) => {
                self.accounts.insert(name.to_owned());
            }
            PrincipalKind::Aws => self.arn(name),
            PrincipalKind::Service => {
                self.services.insert(name.to_owned());
            }
            PrincipalKind::Federated => {
                self.federated.insert(name.to_owned());
            }
            PrincipalKind::CanonicalUser => {}
        }
    }

    fn value(&mut self, key: &str, value: &str) {
        if ARN_KEYS.contains(&key) {
            self.arn(value);
        } else if ACCOUNT_KEYS.contains(&key) {
            self.account(value);
        } else if SERVICE_KEYS.contains(&key) {
            self.services.insert(value.to_owned());
        }
    }

    fn arn(&mut self, pattern: &str) {
        self.arns.insert(Pattern::text(pattern));
        self.arns.insert(Pattern::arn(pattern));
        if let Some([_, _, _, _, account, _]) = segments(pattern) {
            self.account(account);
        }
        self.sessions
            .extend(session(pattern).map(|(_, session)| session));
    }

    fn account(&mut self, pattern: &str) {
        if is_account_id(pattern) {
            self.accounts.insert(pattern.to_owned());
        } else {
            self.account_patterns.insert(Pattern::text(pattern));
        }
    }

    /// Every caller in question that these statements can tell from the others.
    pub(super) fn callers(&self, callers: &Callers) -> Result<Vec<Caller>, Undecided> {
        match callers {
            Callers::Anyone => self.everybody(),
            Callers::Named(patterns) => {
                let mut found = Vec::new();
                for pattern in patterns {
                    found.extend(self.named(pattern)?);
                }
                Ok(found)
            }
        }
    }

    fn everybody(&self) -> Result<Vec<Caller>, Undecided> {
        let mut found = vec![Caller::Anonymous];
        for account in self.accounts()? {
            let prefix = format!("arn:{}:iam::{account}", self.partition);
            found.extend(self.named(&format!("{prefix}:role/?*"))?);
            found.extend(self.named(&format!("{prefix}:user/?*"))?);
            found.extend(self.named(&format!("{prefix}:root"))?);
        }
        for session in &self.sessions {
            found.extend(self.named(&session.to_string())?);
        }
        let services = self.services.iter().cloned();
        found.extend(
            services
                .chain([fresh_service(&self.services)])
                .map(Caller::Service),
        );
        found.extend(self.federated.iter().cloned().map(Caller::Federated));
        Ok(found)
    }

    fn accounts(&self) -> Result<Vec<String>, Undecided> {
        let literals = self
            .accounts
            .iter()
            .map(|account| Pattern::literal(account));
        let patterns = literals
            .chain(self.account_patterns.iter().cloned())
            .collect();
        classes(&Pattern::shape("############"), &patterns).ok_or_else(multiply)
    }

    /// Who goes by an ARN of this pattern. What is no ARN of a caller names nobody.
    fn named(&self, pattern: &str) -> Result<Vec<Caller>, Undecided> {
        if let Some((role, session)) = session(pattern) {
            let session = Some(session);
            return Ok(vec![Caller::Role { role, session }]);
        }
        let Some([_, _, _, _, account, resource]) = segments(pattern) else {
            return Ok(Vec::new());
        };
        let mut patterns = self.arns.clone();
        patterns.insert(Pattern::arn(pattern));
        let kinds = KINDS.iter().filter(|(start, _)| may_start(resource, start));
        let mut found = Vec::new();
        for (_, kind) in kinds {
            for account in self.accounts_like(account)? {
                let shape = format!("arn:{}:iam::{account}:{kind}", self.partition);
                let arns = classes(&Pattern::arn(&shape), &patterns).ok_or_else(multiply)?;
                let arns = arns.iter().filter(|arn| matches_arn(pattern, arn));
                found.extend(arns.filter_map(|arn| Caller::parse(arn)));
            }
        }
        Ok(found)
    }

    fn accounts_like(&self, pattern: &str) -> Result<Vec<String>, Undecided> {
        if is_account_id(pattern) {
            return Ok(vec![pattern.to_owned()]);
        }
        let mut accounts = self.accounts()?;
        accounts.retain(|account| matches_text(pattern, account));
        Ok(accounts)
    }
}

/// Whether a text that starts so can match: a look at the letters before the first wildcard.
fn may_start(pattern: &str, start: &str) -> bool {
    let literal = pattern.split(['*', '?']).next().unwrap_or_default();
    literal.starts_with(start) || start.starts_with(literal)
}

/// The role and the session that `arn:aws:sts::1:assumed-role/ROLE/SESSION` names.
fn session(pattern: &str) -> Option<(Arn, Arn)> {
    // An example of each wildcard: sessions with wildcards stand in conditions only.
    let example = pattern.replace(['*', '?'], "x");
    let session = Arn::parse(&example).ok()?;
    let role = crate::principal_of_session(&session)?;
    Some((role, session))
}

/// A service that nobody mentions.
fn fresh_service(mentioned: &BTreeSet<String>) -> String {
    let mut name = "other.amazonaws.com".to_owned();
    while mentioned.contains(&name) {
        name.insert_str(0, "an");
    }
    name
}

fn multiply() -> Undecided {
    Undecided::Key {
        key: "aws:PrincipalArn".to_owned(),
        why: "the patterns of principals multiply",
    }
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}
