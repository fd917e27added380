//! The policies of who asks: inline, attached, of groups, and the permissions boundary.

use cloister_policy::Arn;
use cloister_policy::access::{Attached, Caller, Layer};

use super::gather::Walk;
use super::objects::{Bearer, ObjectRef, Policied, Seen};
use crate::file::Unreadable;

/// Adds what the principal bears.
pub(super) fn gather(walk: &mut Walk<'_>) {
    let (wanted, noun) = match &walk.proof.caller {
        Caller::User(arn) => (ObjectRef::new("iam:user", arn.to_string()), "user"),
        Caller::Role {
            session: None,
            role,
        } => (ObjectRef::new("iam:role", role.to_string()), "role"),
        Caller::Role {
            session: Some(session),
            ..
        } => {
            let why = "AWS does not show the policy of a session";
            // The session's ARN has lost the path of its role, which is found by the name in it.
            let wanted = ObjectRef::new("iam:role", session.to_string());
            walk.unreadable(Unreadable::Session, Layer::Session, why);
            (wanted, "role")
        }
        _ => return,
    };
    match walk.look::<Bearer>(&wanted) {
        Seen::Object(bearer) => of_principal(walk, &bearer, noun),
        Seen::Absent => walk.found.absent = Some(wanted),
        Seen::Unreadable(why) => {
            walk.unread(Layer::Identity, why.as_str());
            walk.unread(Layer::Boundary, why);
        }
        Seen::Unseen => {}
    }
}

fn of_principal(walk: &mut Walk<'_>, bearer: &Bearer, noun: &str) {
    for (key, value) in &bearer.tags {
        walk.derive(&format!("aws:PrincipalTag/{key}"), value);
    }
    borne(walk, bearer, noun);
    for group in &bearer.groups {
        let wanted = ObjectRef::new("iam:group", group);
        match walk.look::<Bearer>(&wanted) {
            Seen::Object(group) => borne(walk, &group, "group"),
            Seen::Absent => walk.unread(Layer::Identity, format!("{wanted} was not found")),
            Seen::Unreadable(why) => walk.unread(Layer::Identity, why),
            Seen::Unseen => {}
        }
    }
    if let Some(arn) = &bearer.permissions_boundary {
        walk.found.policies.boundary = managed(walk, Layer::Boundary, arn);
    }
    learn_arn(&mut walk.found.caller, &bearer.arn);
}

fn borne(walk: &mut Walk<'_>, bearer: &Bearer, noun: &str) {
    for (policy, document) in &bearer.inline_policies {
        let name = format!("inline policy {policy} of {noun} {}", bearer.name);
        let attached = walk.attached(Layer::Identity, name, document);
        walk.found.policies.identity.extend(attached);
    }
    for arn in &bearer.attached_policies {
        let attached = managed(walk, Layer::Identity, arn);
        walk.found.policies.identity.extend(attached);
    }
}

fn managed(walk: &mut Walk<'_>, layer: Layer, arn: &str) -> Option<Attached> {
    let wanted = ObjectRef::new("iam:policy", arn);
    match walk.look::<Policied>(&wanted) {
        Seen::Object(found) => return walk.attached(layer, arn.to_owned(), &found.policy),
        Seen::Absent => walk.unread(layer, format!("{wanted} was not found")),
        Seen::Unreadable(why) => walk.unread(layer, why),
        Seen::Unseen => {}
    }
    None
}

fn learn_arn(caller: &mut Caller, arn: &str) {
    if let (Caller::Role { role, .. }, Ok(arn)) = (caller, Arn::parse(arn)) {
        *role = arn;
    }
}
