//! Lays an observed policy out like the desired one, so that a plan shows
//! what differs in meaning and nothing else.

use serde_json::{Map, Value};

use crate::normal::{self, Normalizer};
use crate::{ConditionKey, Document, PrincipalKind, QualifiedOperator, Statement};

type Object = Map<String, Value>;

/// The observed document in the desired one's spelling and order.
///
/// Equivalent documents give `desired` itself. Otherwise the result is
/// equivalent to `observed`, and whatever equals something in `desired` stands
/// there as `desired` has it: statements by content, then by `Sid`, and in the
/// latter also the entries of lists. What is missing in `observed` is absent;
/// what is foreign stands at the end of its list. If either side is no policy,
/// `observed` comes back unchanged.
///
/// Texts are compared as they are: placeholders must stand on both sides or
/// on neither.
pub fn merge_view(desired: &Value, observed: &Value) -> Value {
    let (Some(desired_side), Some(observed_side)) = (Side::of(desired), Side::of(observed)) else {
        return observed.clone();
    };
    if desired_side.document.equivalent(&observed_side.document) {
        return desired.clone();
    }
    View::of(desired_side, observed_side).document()
}

/// One of the two documents, as read and as written.
struct Side<'a> {
    document: Document,
    members: &'a Object,
    statements: Vec<&'a Object>,
}

impl<'a> Side<'a> {
    fn of(value: &'a Value) -> Option<Self> {
        let document = Document::from_value(value).ok()?;
        let members = value.as_object()?;
        let statements = items(members.get("Statement")?)
            .iter()
            .filter_map(Value::as_object);
        Some(Self {
            document,
            members,
            statements: statements.collect(),
        })
    }
}

/// A statement in normal form, and as written.
struct Written<'a> {
    normal: Statement,
    members: &'a Object,
}

struct View<'a> {
    desired: Side<'a>,
    observed: Side<'a>,
    normalizer: Normalizer,
}

impl<'a> View<'a> {
    fn of(desired: Side<'a>, observed: Side<'a>) -> Self {
        let normalizer = Normalizer::knowing([&desired.document, &observed.document]);
        Self {
            desired,
            observed,
            normalizer,
        }
    }

    fn document(&self) -> Value {
        let desired = self.normalizer.document(&self.desired.document);
        let observed = self.normalizer.document(&self.observed.document);
        let (ours, theirs) = (self.desired.members, self.observed.members);
        Value::Object(members(ours, theirs, |name, wanted, found| match name {
            "Version" if desired.version == observed.version => wanted.cloned(),
            "Id" if desired.id == observed.id => wanted.cloned(),
            "Statement" => Some(self.statements()),
            _ => found.cloned(),
        }))
    }

    fn statements(&self) -> Value {
        let mut observed = self.written(&self.observed);
        let wanted = self.written(&self.desired);
        let equal: Vec<bool> = wanted
            .iter()
            .map(|wanted| observed.iter().any(|found| found.normal == wanted.normal))
            .collect();
        observed.retain(|found| wanted.iter().all(|wanted| found.normal != wanted.normal));

        let mut view = Vec::new();
        for (wanted, is_equal) in wanted.iter().zip(equal) {
            if is_equal {
                view.push(Value::Object(wanted.members.clone()));
            } else if let Some(place) = place_of_sid(&observed, wanted) {
                view.push(self.statement(wanted, &observed.remove(place)));
            }
        }
        view.extend(
            observed
                .iter()
                .map(|foreign| Value::Object(foreign.members.clone())),
        );
        in_shape_of(self.desired.members.get("Statement"), view)
    }

    fn written(&self, side: &Side<'a>) -> Vec<Written<'a>> {
        let statements = side.document.statements.iter().zip(&side.statements);
        statements
            .map(|(statement, members)| Written {
                normal: self.normalizer.statement(statement),
                members,
            })
            .collect()
    }

    fn statement(&self, wanted: &Written<'_>, found: &Written<'_>) -> Value {
        let merged = members(wanted.members, found.members, |name, ours, theirs| {
            if is_member_equal(name, &wanted.normal, &found.normal) {
                return ours.cloned();
            }
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => Some(self.member(name, ours, theirs)),
                _ => theirs.cloned(),
            }
        });
        Value::Object(merged)
    }

    /// A member that both sides have and that differs.
    fn member(&self, name: &str, ours: &Value, theirs: &Value) -> Value {
        match name {
            "Action" | "NotAction" => list(ours, theirs, normal::action),
            "Resource" | "NotResource" => list(ours, theirs, str::to_owned),
            "Principal" | "NotPrincipal" => {
                object(ours, theirs, str::to_owned, |kind, ours, theirs| {
                    let kind = PrincipalKind::named(kind).unwrap_or(PrincipalKind::Aws);
                    list(ours, theirs, |name| self.normalizer.principal(kind, name))
                })
            }
            "Condition" => object(ours, theirs, folded_operator, |_, ours, theirs| {
                object(ours, theirs, folded_key, |_, ours, theirs| {
                    list(ours, theirs, str::to_owned)
                })
            }),
            _ => theirs.clone(),
        }
    }
}

/// Both sides' members, in the order of `ours`, then those only `theirs` has.
fn members(
    ours: &Object,
    theirs: &Object,
    merged: impl Fn(&str, Option<&Value>, Option<&Value>) -> Option<Value>,
) -> Object {
    let foreign = theirs.keys().filter(|name| !ours.contains_key(*name));
    ours.keys()
        .chain(foreign)
        .filter_map(|name| {
            Some((
                name.clone(),
                merged(name, ours.get(name), theirs.get(name))?,
            ))
        })
        .collect()
}

fn place_of_sid(observed: &[Written<'_>], wanted: &Written<'_>) -> Option<usize> {
    let sid = wanted.normal.sid.as_ref()?;
    observed
        .iter()
        .position(|found| found.normal.sid.as_ref() == Some(sid))
}

fn is_member_equal(name: &str, wanted: &Statement, found: &Statement) -> bool {
    match name {
        "Sid" => wanted.sid == found.sid,
        "Effect" => wanted.effect == found.effect,
        "Principal" | "NotPrincipal" => wanted.principals == found.principals,
        "Action" | "NotAction" => wanted.actions == found.actions,
        "Resource" | "NotResource" => wanted.resources == found.resources,
        _ => wanted.conditions == found.conditions,
    }
}

/// Members under equal names merged, in the spelling of `ours`.
fn object(
    ours: &Value,
    theirs: &Value,
    fold: impl Fn(&str) -> String,
    merged: impl Fn(&str, &Value, &Value) -> Value,
) -> Value {
    let (Value::Object(ours), Value::Object(theirs)) = (ours, theirs) else {
        return theirs.clone();
    };
    let mut view = Object::new();
    for (name, our_value) in ours {
        let same = theirs
            .iter()
            .find(|(their_name, _)| fold(their_name) == fold(name));
        if let Some((_, their_value)) = same {
            view.insert(name.clone(), merged(name, our_value, their_value));
        }
    }
    for (name, value) in theirs {
        if ours.keys().all(|our_name| fold(our_name) != fold(name)) {
            view.insert(name.clone(), value.clone());
        }
    }
    Value::Object(view)
}

/// The entries of `theirs`; those that `ours` has too in its spelling, first.
fn list(ours: &Value, theirs: &Value, fold: impl Fn(&str) -> String) -> Value {
    let folded = |value: &Value| fold(&scalar_text(value));
    let (our_items, their_items) = (items(ours), items(theirs));
    let has =
        |items: &[Value], wanted: &Value| items.iter().any(|item| folded(item) == folded(wanted));
    let kept = our_items.iter().filter(|item| has(their_items, item));
    let foreign = their_items.iter().filter(|item| !has(our_items, item));
    in_shape_of(Some(ours), kept.chain(foreign).cloned().collect())
}

/// The one item by itself where `model` is no list, or else a list.
fn in_shape_of(model: Option<&Value>, mut view: Vec<Value>) -> Value {
    let is_list = model.is_some_and(Value::is_array);
    match (is_list, view.len()) {
        (false, 1) => view.remove(0),
        _ => Value::Array(view),
    }
}

fn items(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        one => std::slice::from_ref(one),
    }
}

fn scalar_text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn folded_operator(name: &str) -> String {
    QualifiedOperator::parse(name).map_or_else(|| name.to_owned(), |operator| operator.to_string())
}

fn folded_key(name: &str) -> String {
    ConditionKey::new(name).folded().as_str().to_owned()
}
