//! What every kind must do, whatever it is: one suite, run for each with its own settings.

use std::sync::Arc;

use cloister_aws::{Aws, kinds};
use cloister_composite::{ErasedKind, Identity, Observation, PartKey, Tags, changed_settings};
use serde_json::Value;

/// A kind with settings to make one object, and settings to change it to, one after the other.
pub(crate) struct Specimen<'a> {
    pub(crate) kind: &'a str,
    pub(crate) settings: Value,
    pub(crate) changes: Vec<Value>,
    pub(crate) disposal: Value,
}

/// Creates, compares, changes each setting in place, deletes twice, reads what is gone.
pub(crate) async fn check(aws: &Aws, specimen: &Specimen<'_>) {
    let kind = kind(specimen.kind);
    let made = kind
        .create(aws, &specimen.settings, "token")
        .await
        .expect("it is created");
    assert_no_difference(&*kind, aws, &made.id, &specimen.settings).await;
    if let Some(natural) = kind.natural_id(&specimen.settings) {
        assert_eq!(natural, made.id, "the natural id is the id");
    }

    let mut before = specimen.settings.clone();
    for after in specimen.changes.iter().chain([&specimen.settings]) {
        let changed = changed_settings(after, &before);
        assert!(
            !changed.is_empty(),
            "the specimen changes something: {after}"
        );
        kind.update(aws, &made.id, after, &changed)
            .await
            .expect("it is changed in place");
        assert_no_difference(&*kind, aws, &made.id, after).await;
        before = after.clone();
    }

    for _ in 0..2 {
        kind.before_delete(aws, &made.id, &specimen.disposal)
            .await
            .expect("a delete is prepared");
        kind.delete(aws, &made.id, &specimen.disposal)
            .await
            .expect("it is deleted, once or twice");
        assert_eq!(
            read(&*kind, aws, &made.id).await,
            None,
            "what is deleted is gone"
        );
    }
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Arc<dyn ErasedKind<Aws>> {
    Arc::clone(kinds().get(name).expect("a known kind"))
}

/// Reads one object.
pub(crate) async fn read(kind: &dyn ErasedKind<Aws>, aws: &Aws, id: &str) -> Option<Observation> {
    let mut found = kind
        .read(aws, &[id.to_owned()])
        .await
        .expect("it can be read");
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// The live object shows exactly the settings that were wished.
pub(crate) async fn assert_no_difference(
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    id: &str,
    settings: &Value,
) {
    let found = read(kind, aws, id).await.expect("it exists");
    assert_eq!(found.id, id);
    assert_eq!(kind.align(settings, found.settings), *settings);
}

/// The tags of part `key` of a composite called `name`.
pub(crate) fn part_tags(name: &str, key: &str) -> Tags {
    let identity = Identity {
        account: "111122223333".into(),
        region: "us-east-1".into(),
        composite: "s3_locked_bucket".into(),
        name: name.into(),
    };
    let mut tags = identity.finding_tags(&PartKey::parse(key).expect("a key"));
    tags.insert("cloister:owner".into(), "terraform".into());
    tags
}
