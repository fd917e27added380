//! Evaluation said once more, as plainly as it can be: documents as they are,
//! rules as formulas, no care for speed. Both must agree.

use cloister_policy::access::{Attached, Caller, Layer, Outcome, Policies, Request};
use cloister_policy::{
    Actions, Arn, Effect, Operator, PrincipalKind, PrincipalSet, Principals, QualifiedOperator,
    Quantifier, Resources, Statement, Version, matches_arn, matches_text,
};

/// The operators that the oracle knows.
pub(crate) const OPERATORS: [Operator; 5] = [
    Operator::StringEquals,
    Operator::StringNotEquals,
    Operator::StringLike,
    Operator::StringNotLike,
    Operator::Null,
];

/// What a request comes to, where every layer was read.
pub(crate) fn outcome(policies: &Policies, request: &Request) -> Outcome {
    let asked = Asked {
        request,
        has_boundary: policies.boundary.is_some(),
    };
    let is_own = matches!(request.caller, Caller::User(_) | Caller::Role { .. });
    let has_account = request.caller.account().is_some();
    let service = request.action.split(':').next().unwrap_or_default();
    let is_trust = service == "sts" && request.resource.contains(":role/");
    let owner = request.resource_account.as_deref();

    let mut layers: Vec<(Layer, Vec<&Attached>)> = Vec::new();
    if ["s3", "sts", "kms"].contains(&service) {
        let all = policies.resource_control.iter().flatten().collect();
        layers.push((Layer::ResourceControl, all));
    }
    if has_account {
        let levels = policies.service_control.iter();
        layers.extend(levels.map(|level| (Layer::ServiceControl, level.iter().collect())));
    }
    let resource_layer = if is_trust {
        Layer::Trust
    } else {
        Layer::Resource
    };
    layers.push((Layer::Endpoint, policies.endpoint.iter().collect()));
    layers.push((resource_layer, policies.resource.iter().collect()));
    if is_own {
        layers.push((Layer::Identity, policies.identity.iter().collect()));
        layers.push((Layer::Boundary, policies.boundary.iter().collect()));
        layers.push((Layer::Session, policies.session.iter().collect()));
    }
    let found = |wanted: Layer, effect: Effect| -> Vec<Vec<Named>> {
        let these = layers.iter().filter(|(layer, _)| *layer == wanted);
        these
            .map(|(layer, documents)| asked.namings(*layer, documents, effect))
            .collect()
    };
    if Layer::ALL
        .into_iter()
        .any(|layer| found(layer, Effect::Deny).concat().contains(&Named::Yes))
    {
        return Outcome::ExplicitDeny;
    }
    let allows = |layer| !found(layer, Effect::Allow).concat().is_empty();
    let organisation = found(Layer::ServiceControl, Effect::Allow)
        .iter()
        .all(|level| !level.is_empty());
    let endpoint = policies.endpoint.is_none() || allows(Layer::Endpoint);
    let boundary = !is_own || policies.boundary.is_none() || allows(Layer::Boundary);
    let session = !is_own || policies.session.is_empty() || allows(Layer::Session);
    let identity = matches!(request.caller, Caller::Root { .. }) || allows(Layer::Identity);
    let named = found(resource_layer, Effect::Allow).concat();
    let directly = named.contains(&Named::Yes);
    let as_role = named.contains(&Named::AsRole);
    let by_caller = identity && boundary && session;
    let decided = if !has_account {
        directly
    } else if request.caller.account() != owner {
        !named.is_empty() && by_caller
    } else if is_trust || request.resource.contains(":key/") {
        directly || (as_role && boundary && session) || (!named.is_empty() && by_caller)
    } else {
        directly || (as_role && boundary && session) || by_caller
    };
    if organisation && endpoint && decided {
        Outcome::Allowed
    } else {
        Outcome::ImplicitDeny
    }
}

/// How a statement names the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Named {
    Yes,
    AsRole,
    AsAccount,
}

struct Asked<'r> {
    request: &'r Request,
    has_boundary: bool,
}

impl Asked<'_> {
    /// How each statement of this effect that applies names the caller; a Deny
    /// applies however it does.
    fn namings(&self, layer: Layer, documents: &[&Attached], effect: Effect) -> Vec<Named> {
        let statements = documents.iter().flat_map(|attached| {
            let version = attached.document.version;
            (attached.document.statements.iter()).map(move |statement| (version, statement))
        });
        let applying = statements.filter(|(version, statement)| {
            statement.effect == effect
                && self.acts(&statement.actions)
                && self.covers(layer, statement, *version)
                && (statement.conditions.iter()).all(|(operator, key, values)| {
                    self.holds(operator, key.as_str(), values, (*version, effect))
                })
        });
        let namings = applying.flat_map(|(_, statement)| self.names(layer, statement));
        namings
            .map(|named| {
                if effect == Effect::Deny {
                    Named::Yes
                } else {
                    named
                }
            })
            .collect()
    }

    fn acts(&self, actions: &Actions) -> bool {
        let action = self.request.action.to_lowercase();
        let listed =
            (actions.patterns().iter()).any(|name| matches_text(&name.to_lowercase(), &action));
        listed == matches!(actions, Actions::Action(_))
    }

    fn covers(&self, layer: Layer, statement: &Statement, version: Version) -> bool {
        let Some(resources) = &statement.resources else {
            let is_kms = self.request.action.starts_with("kms:");
            return match layer {
                Layer::Trust => true,
                Layer::Resource if is_kms => false,
                Layer::Resource if self.request.action.starts_with("sts:") => true,
                _ => statement.effect == Effect::Deny,
            };
        };
        let listed = resources.patterns().iter().any(|pattern| {
            let Some(pattern) = self.resolved(pattern, version) else {
                return false;
            };
            let missing = 5_usize.saturating_sub(pattern.matches(':').count());
            pattern == "*"
                || matches_arn(&(pattern + &":*".repeat(missing)), &self.request.resource)
        });
        listed == matches!(resources, Resources::Resource(_))
    }

    fn names(&self, layer: Layer, statement: &Statement) -> Vec<Named> {
        let has_principals = !matches!(
            layer,
            Layer::ServiceControl | Layer::Identity | Layer::Boundary | Layer::Session
        );
        let refused = || Vec::from_iter((statement.effect == Effect::Deny).then_some(Named::Yes));
        match &statement.principals {
            None if !has_principals => vec![Named::Yes],
            Some(_) if !has_principals => refused(),
            None => refused(),
            Some(Principals::Principal(PrincipalSet::Anyone)) => vec![Named::Yes],
            Some(Principals::Principal(set)) => set
                .names()
                .filter_map(|(kind, name)| self.named(layer, kind, name))
                .collect(),
            Some(Principals::NotPrincipal(set)) => {
                let exempt = match (&self.request.caller, set) {
                    (Caller::User(_) | Caller::Role { .. }, _) if self.has_boundary => false,
                    (_, PrincipalSet::Anyone) => true,
                    (caller, set) => is_exempt(caller, set),
                };
                Vec::from_iter((!exempt).then_some(Named::Yes))
            }
        }
    }

    fn named(&self, layer: Layer, kind: PrincipalKind, name: &str) -> Option<Named> {
        let caller = &self.request.caller;
        let is_gateway = layer == Layer::Endpoint && self.request.action.starts_with("s3:");
        match (kind, caller) {
            (PrincipalKind::Aws, _) if name == "*" => Some(Named::Yes),
            (PrincipalKind::Service, Caller::Service(service)) => {
                (service == name).then_some(Named::Yes)
            }
            (PrincipalKind::Aws, Caller::Root { account, .. }) => {
                (account == name).then_some(Named::Yes)
            }
            (PrincipalKind::Aws, caller) if caller.account() == Some(name) => {
                (!is_gateway).then_some(Named::AsAccount)
            }
            (PrincipalKind::Aws, Caller::User(user)) => {
                (user.to_string() == name).then_some(Named::Yes)
            }
            (PrincipalKind::Aws, Caller::Role { role, session }) => {
                if session.as_ref().map(Arn::to_string).as_deref() == Some(name) {
                    Some(Named::Yes)
                } else {
                    (role.to_string() == name).then_some(Named::AsRole)
                }
            }
            _ => None,
        }
    }

    fn holds(
        &self,
        operator: QualifiedOperator,
        key: &str,
        wanted: &[String],
        of: (Version, Effect),
    ) -> bool {
        let (version, effect) = of;
        let found = self.values(key);
        if operator.operator == Operator::Null {
            // What is neither true nor false counts for a Deny.
            return wanted.iter().any(|wanted| match wanted.as_str() {
                "true" => found.is_empty(),
                "false" => !found.is_empty(),
                _ => effect == Effect::Deny,
            });
        }
        let is_negated = matches!(
            operator.operator,
            Operator::StringNotEquals | Operator::StringNotLike
        );
        let is_like = matches!(
            operator.operator,
            Operator::StringLike | Operator::StringNotLike
        );
        let passes = |value: &String| {
            let listed = wanted.iter().any(|wanted| {
                let Some(wanted) = self.resolved(wanted, version) else {
                    return false;
                };
                let value = literal(value);
                if is_like {
                    matches_text(&wanted, &value)
                } else {
                    literal(&wanted) == value
                }
            });
            listed != is_negated
        };
        match operator.quantifier {
            Some(Quantifier::ForAllValues) if found.iter().all(String::is_empty) => true,
            _ if found.is_empty() && operator.if_exists => true,
            Some(Quantifier::ForAnyValue) if found.iter().all(String::is_empty) => false,
            Some(Quantifier::ForAllValues) => found.iter().all(passes),
            None if is_negated => found.iter().all(passes),
            Some(Quantifier::ForAnyValue) | None => found.iter().any(passes),
        }
    }

    fn values(&self, key: &str) -> Vec<String> {
        let derived = || match key {
            "aws:SecureTransport" => vec!["true".to_owned()],
            _ => Vec::new(),
        };
        self.request
            .context
            .get(key)
            .map_or_else(derived, <[String]>::to_vec)
    }

    /// The pattern with the one variable that is generated replaced.
    fn resolved(&self, pattern: &str, version: Version) -> Option<String> {
        const VARIABLE: &str = "${aws:PrincipalTag/team}";
        if version == Version::V2008 || !pattern.contains(VARIABLE) {
            return Some(pattern.to_owned());
        }
        match self.values("aws:PrincipalTag/team").as_slice() {
            [value] => Some(pattern.replace(VARIABLE, &literal(value))),
            _ => None,
        }
    }
}

/// Listed on every level: account, role or user, and the session where any is.
fn is_exempt(caller: &Caller, set: &PrincipalSet) -> bool {
    let lists = |wanted: &str| set.names().any(|(_, name)| name == wanted);
    let account = caller.account().is_some_and(lists);
    lists("*")
        || match caller {
            Caller::User(arn) => account && lists(&arn.to_string()),
            Caller::Role { role, session } => {
                let prefix = format!(
                    ":assumed-role/{}/",
                    role.resource.rsplit('/').next().unwrap_or_default()
                );
                let sessions = set.names().any(|(_, name)| {
                    name.contains(&prefix) && name.contains(role.account.as_str())
                });
                let this = session
                    .as_ref()
                    .is_some_and(|session| lists(&session.to_string()));
                account && lists(&role.to_string()) && (!sessions || this)
            }
            Caller::Root { .. } => account,
            Caller::Service(name) => lists(name),
            Caller::Anonymous | Caller::Federated(_) => false,
        }
}

/// The text with letters in place of wildcards, on both sides of a comparison.
fn literal(text: &str) -> String {
    text.replace('*', "\u{e000}").replace('?', "\u{e001}")
}
