//! The way back: from what stands in the account to the config that would have made it.

use std::collections::BTreeSet;

use cloister_framework::Attr;
use cloister_policy::{Document, Statement};
use serde_json::Value;

use super::{
    config::{AccessLog, LifecycleRule, LockedBucket, ServiceDelivery, Transition},
    policy::{SID_OBJECTS, is_own_sid},
};
use crate::{
    bucket_policy::SID_MANAGEMENT,
    composite::Imported,
    own_key,
    recovered::{days, known, string, values_in, values_of},
    symbols::set_of,
};

/// A config with nothing but a name: its blueprint has every part that a locked bucket can have.
pub(crate) fn sketch(name: &str) -> LockedBucket {
    LockedBucket {
        name: Attr::Known(name.to_owned()),
        vpc_endpoint_ids: Attr::Null,
        administrators: Attr::Null,
        break_glass_principals: Attr::Null,
        kms_key_arn: Attr::Null,
        own_key: Attr::Null,
        allow_service_delivery: Attr::Null,
        via_services: Attr::Null,
        additional_policy: Attr::Null,
        lifecycle_rules: Attr::Null,
        access_log: Attr::Null,
        force_destroy: Attr::Known(false),
        arn: Attr::Null,
        key_arn: Attr::Null,
    }
}

/// The config; `None` without a bucket.
pub(crate) fn recover(imported: &Imported<'_>) -> Option<LockedBucket> {
    let settings = |part: &str| {
        let found = imported.found.iter().find(|(key, _)| key.as_str() == part);
        found.map(|(_, found)| &found.settings)
    };
    let bucket = settings("bucket")?;
    let mut config = sketch(imported.name);
    config.force_destroy =
        Attr::Known(imported.kept.get("force_destroy") == Some(&Value::Bool(true)));
    config.lifecycle_rules = lifecycle_rules(bucket);
    config.access_log = access_log(bucket);
    match settings("key") {
        Some(key) => config.own_key = own_key::recover(key, imported.kept),
        None => config.kms_key_arn = string(bucket, "/encryption/kms_key_arn"),
    }
    let document = settings("bucket/policy").and_then(|policy| policy.get("policy"));
    if let Some(document) = document.and_then(|document| Document::from_value(document).ok()) {
        read_policy(&document, &mut config);
    }
    Some(config)
}

fn read_policy(document: &Document, config: &mut LockedBucket) {
    let objects = |key: &str| values_in(document, SID_OBJECTS, key);
    let break_glass = objects("aws:PrincipalArn");
    let managers = values_in(document, SID_MANAGEMENT, "aws:PrincipalArn");
    let administrators = managers
        .into_iter()
        .filter(|name| !break_glass.contains(name));
    config.administrators = set_of(administrators);
    config.break_glass_principals = set_of(break_glass.iter().cloned());
    config.vpc_endpoint_ids = set_of(objects("aws:SourceVpce"));
    config.via_services = set_of(objects("aws:CalledVia"));
    let deliveries: Vec<_> = document.statements.iter().filter_map(delivery).collect();
    if !deliveries.is_empty() {
        config.allow_service_delivery = Attr::Known(deliveries);
    }
    config.additional_policy = additional(document);
}

/// The statements that are not ours, as a policy of their own.
fn additional(document: &Document) -> Attr<String> {
    let is_ours = |statement: &&Statement| statement.sid.as_deref().is_some_and(is_own_sid);
    let theirs: Vec<Statement> = document
        .statements
        .iter()
        .filter(|statement| !is_ours(statement))
        .cloned()
        .collect();
    if theirs.is_empty() {
        return Attr::Null;
    }
    let additional = Document {
        id: document.id.clone(),
        ..Document::of(theirs)
    };
    Attr::Known(additional.to_string())
}

fn delivery(statement: &Statement) -> Option<ServiceDelivery> {
    let sid = statement.sid.as_deref()?;
    if !sid.starts_with("AllowDelivery") {
        return None;
    }
    let one = |key: &str| values_of(&statement.conditions, key).into_iter().next();
    let service = statement
        .principals
        .as_ref()?
        .set()
        .names()
        .next()?
        .1
        .to_owned();
    let resource = statement.resources.as_ref()?.patterns().first()?.clone();
    let prefix = resource
        .split_once('/')
        .map(|(_, path)| path.trim_end_matches('*').to_owned());
    Some(ServiceDelivery {
        service: Attr::Known(service),
        source_arn: known(one("aws:SourceArn")),
        source_account: known(one("aws:SourceAccount")),
        prefix: known(prefix.filter(|prefix| !prefix.is_empty())),
    })
}

fn lifecycle_rules(bucket: &Value) -> Attr<BTreeSet<LifecycleRule>> {
    match bucket.get("lifecycle").and_then(Value::as_array) {
        Some(rules) => Attr::Known(rules.iter().map(lifecycle_rule).collect()),
        None => Attr::Null,
    }
}

fn lifecycle_rule(rule: &Value) -> LifecycleRule {
    let transitions = rule.get("transitions").and_then(Value::as_array);
    LifecycleRule {
        id: string(rule, "/id"),
        prefix: string(rule, "/prefix"),
        expire_days: days(rule, "/expire_days"),
        noncurrent_expire_days: days(rule, "/noncurrent_expire_days"),
        abort_multipart_days: days(rule, "/abort_multipart_days"),
        transitions: transitions.map_or(Attr::Null, |all| {
            Attr::Known(all.iter().map(transition).collect())
        }),
    }
}

fn transition(transition: &Value) -> Transition {
    Transition {
        days: days(transition, "/days"),
        storage_class: string(transition, "/storage_class"),
    }
}

fn access_log(bucket: &Value) -> Attr<AccessLog> {
    match bucket.get("access_log") {
        Some(log) => Attr::Known(AccessLog {
            bucket: string(log, "/bucket"),
            prefix: string(log, "/prefix"),
        }),
        None => Attr::Null,
    }
}
