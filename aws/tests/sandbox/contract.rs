//! What every kind must do, whatever it is: one suite, run for each with its own settings.

use std::{future::Future, sync::Arc};

use cloister_aws::{Aws, kinds, observe};
use cloister_composite::{
    ErasedKind, ErrorClass, Identity, Journal, Observation, PartError, PartKey, Readiness, Setting,
    TAG_COMPOSITE, TAG_PART, Tags, changed_settings, unknown_mark,
};
use serde_json::{Value, json};

use crate::support::Sandbox;

/// A kind with settings to make one object, and settings to change it to, one after the other.
///
/// What the settings refer to exists already: a test makes its parents first.
#[derive(Default)]
pub(crate) struct Specimen<'a> {
    pub(crate) kind: &'a str,
    pub(crate) settings: Value,
    /// Settings that are reached in place.
    pub(crate) changes: Vec<Value>,
    /// Settings that take a new object; there must be some where the kind knows such settings.
    pub(crate) replacements: Vec<Value>,
    pub(crate) disposal: Value,
}

/// Creates, compares, changes each setting in place, replaces, deletes twice, reads what is gone.
pub(crate) async fn check(sandbox: &Sandbox, specimen: &Specimen<'_>) {
    let aws = &*sandbox.aws().await;
    let kind = &*kind(specimen.kind);
    check_unknown_settings(kind, &specimen.settings);
    let mut made = make(sandbox, kind, aws, &specimen.settings, "token").await;
    check_made(sandbox, kind, aws, specimen, &made).await;
    check_changes(sandbox, kind, aws, specimen, &made.id).await;

    for (number, settings) in specimen.replacements.iter().enumerate() {
        let changed = changed_settings(settings, &specimen.settings);
        let replaced_by = kind.replaced_by();
        assert!(
            changed
                .iter()
                .any(|name| replaced_by.contains(&name.as_str())),
            "nothing in {changed:?} replaces the object"
        );
        let token = format!("token-{number}");
        made = replace(sandbox, kind, aws, specimen, &made.id, settings, &token).await;
    }
    assert_eq!(
        specimen.replacements.is_empty(),
        kind.replaced_by().is_empty(),
        "replacements are specified exactly where there are any"
    );
    remove(sandbox, kind, aws, &made.id, &specimen.disposal).await;
    if goes_with_parent(kind) {
        return;
    }
    let left = read(kind, aws, &made.id).await;
    assert_eq!(left, None, "a delete ends once it is gone");
    check_gone(kind, aws, specimen, &made.id).await;
}

/// Kinds that are all there is of one sort in another object: a delete empties them, and they are there all the same.
const GO_WITH_PARENT: [&str; 4] = [
    "ec2:default-security-group",
    "ec2:routes",
    "ec2:security-group-rules",
    "iam:role-policies",
];

/// Whether the object is there as long as its parent is.
pub(crate) fn goes_with_parent(kind: &dyn ErasedKind<Aws>) -> bool {
    GO_WITH_PARENT.contains(&kind.name())
}

/// Kinds with an ARN for an id, which takes the account, and a name by which they are found; AWS cannot look for them by
/// their tags.
const FOUND_BY_NAME: [&str; 1] = ["iam:policy"];

fn is_found_by_name(kind: &dyn ErasedKind<Aws>) -> bool {
    FOUND_BY_NAME.contains(&kind.name())
}

/// Whatever is unknown, the settings do not settle, and pure functions answer all the same.
fn check_unknown_settings(kind: &dyn ErasedKind<Aws>, settings: &Value) {
    let names = settings.as_object().expect("settings are a map").keys();
    for name in names {
        let mut unknown = settings.clone();
        unknown[name] = json!(unknown_mark());
        let unknown = Setting::of(&unknown).expect("a tree of settings");
        assert!(unknown.is_unknown() && unknown.render().is_none(), "{name}");
        assert!(unknown.settle(&|_, _| None).is_err(), "{name}");
        let known = unknown.settle_known(&|_, _| None);
        assert_eq!(known[name], Value::Null);
        kind.natural_id(&known);
        kind.align(&known, settings.clone());
    }
}

/// A new object shows what was wished, is found again, and a repeat of its create makes no second one.
async fn check_made(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    specimen: &Specimen<'_>,
    made: &Observation,
) {
    let settings = &specimen.settings;
    assert_no_difference(kind, aws, &made.id, settings).await;
    if let Some(natural) = kind.natural_id(settings) {
        assert_eq!(natural, made.id, "the natural id is the id");
    }
    let found = read(kind, aws, &made.id).await;
    let shown = found.as_ref().map(|found| found.live.clone());
    let seen = observe(aws, specimen.kind, &made.id).await;
    let seen = seen.expect("it can be looked at");
    for (name, value) in shown.iter().filter_map(Value::as_object).flatten() {
        let seen = seen.as_ref().map(|seen| &seen[name]);
        assert_eq!(seen, Some(value), "a check sees what the engine sees");
    }
    let tags = identifying_tags(settings);
    let searched = kind
        .find(aws, settings, &tags)
        .await
        .expect("it can be looked for");
    assert_eq!(searched, found, "it is found by its settings and its tags");
    if kind.tagged() && kind.natural_id(settings).is_none() && !is_found_by_name(kind) {
        let by_tags = kind.find(aws, &json!({}), &tags).await;
        assert_eq!(
            by_tags.expect("it can be looked for"),
            found,
            "it is found by its tags"
        );
    }
    if kind.journal() != Journal::Intent {
        let again = make(sandbox, kind, aws, settings, "token").await;
        assert_eq!(again.id, made.id, "a repeat meets what was made");
        assert_no_difference(kind, aws, &made.id, settings).await;
    }
}

async fn check_changes(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    specimen: &Specimen<'_>,
    id: &str,
) {
    let mut changes = specimen.changes.clone();
    if kind.tagged() {
        let mut retagged = specimen.settings.clone();
        retagged["tags"]["team"] = json!("a");
        changes.push(retagged);
    }
    changes.push(specimen.settings.clone());
    let mut before = specimen.settings.clone();
    for after in &changes {
        let changed = changed_settings(after, &before);
        if changed.is_empty() {
            continue;
        }
        patiently(sandbox, || kind.update(aws, id, after, &changed))
            .await
            .expect("it is changed in place");
        await_ready(sandbox, kind, aws, id).await;
        assert_no_difference(kind, aws, id, after).await;
        // A change that was made already may be asked for again.
        patiently(sandbox, || kind.update(aws, id, after, &changed))
            .await
            .expect("it may be changed again");
        assert_no_difference(kind, aws, id, after).await;
        before = after.clone();
    }
}

/// What the engine does where a setting cannot be changed: the old object goes, then the new one comes.
async fn replace(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    specimen: &Specimen<'_>,
    old: &str,
    settings: &Value,
    token: &str,
) -> Observation {
    remove(sandbox, kind, aws, old, &specimen.disposal).await;
    let new = make(sandbox, kind, aws, settings, token).await;
    assert_no_difference(kind, aws, &new.id, settings).await;
    if new.id != old && !goes_with_parent(kind) {
        // One that is gone does not keep the others from being read.
        let ids = [old.to_owned(), new.id.clone(), old.to_owned()];
        let read = kind.read(aws, &ids).await.expect("they can be read");
        let ids: Vec<_> = read.iter().map(|one| Some(&one.as_ref()?.id)).collect();
        assert_eq!(ids, [None, Some(&new.id), None]);
    }
    new
}

/// Somebody else may have deleted it: nobody stumbles over that.
async fn check_gone(kind: &dyn ErasedKind<Aws>, aws: &Aws, specimen: &Specimen<'_>, id: &str) {
    let (settings, tags) = (&specimen.settings, identifying_tags(&specimen.settings));
    kind.before_delete(aws, id, &specimen.disposal)
        .await
        .expect("there is nothing to prepare");
    kind.delete(aws, id, &specimen.disposal)
        .await
        .expect("what is gone can be deleted");
    let found = kind.find(aws, settings, &tags).await;
    assert_eq!(
        found.expect("it can be looked for"),
        None,
        "what is gone is not found"
    );
    let refused = kind.update(aws, id, settings, &["tags".to_owned()]).await;
    assert_eq!(
        refused.expect_err("nothing is there to change").class,
        ErrorClass::NotFound
    );
}

/// The kind of this name.
pub(crate) fn kind(name: &str) -> Arc<dyn ErasedKind<Aws>> {
    Arc::clone(kinds().get(name).expect("a known kind"))
}

/// Makes one and waits until it is ready, as the engine does.
pub(crate) async fn make(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    settings: &Value,
    token: &str,
) -> Observation {
    let made = patiently(sandbox, || kind.create(aws, settings, token)).await;
    let made = made.expect("it is created");
    await_ready(sandbox, kind, aws, &made.id).await
}

/// Makes a part that others need, in one line.
pub(crate) async fn parent(
    sandbox: &Sandbox,
    aws: &Aws,
    name: &str,
    settings: &Value,
) -> Observation {
    // The token follows from the settings, as it does in the engine.
    let token = format!("{:x}", settings.to_string().bytes().fold(0_u64, fold));
    make(sandbox, &*kind(name), aws, settings, &token).await
}

fn fold(sum: u64, byte: u8) -> u64 {
    sum.wrapping_mul(0x0100_0000_01b3) ^ u64::from(byte)
}

/// Prepares a delete, then deletes until AWS has nothing in the way any more.
pub(crate) async fn remove(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    id: &str,
    disposal: &Value,
) {
    patiently(sandbox, || kind.before_delete(aws, id, disposal))
        .await
        .expect("a delete is prepared");
    patiently(sandbox, || kind.delete(aws, id, disposal))
        .await
        .expect("it is deleted");
}

/// Repeats a call while something is in its way, as the engine does; time passes in the sandbox meanwhile.
pub(crate) async fn patiently<T, F>(
    sandbox: &Sandbox,
    mut call: impl FnMut() -> F,
) -> Result<T, PartError>
where
    F: Future<Output = Result<T, PartError>>,
{
    for _ in 0..PATIENCE {
        match call().await {
            Err(error) if in_the_way(&error) => sandbox.skip(PAUSE_SECONDS),
            answer => return answer,
        }
    }
    call().await
}

/// Two hours of the sandbox's time.
const PATIENCE: u32 = 240;
const PAUSE_SECONDS: u32 = 30;

fn in_the_way(error: &PartError) -> bool {
    matches!(error.class, ErrorClass::Busy | ErrorClass::Propagation)
}

/// Reads until AWS has finished its work on the object.
pub(crate) async fn await_ready(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    id: &str,
) -> Observation {
    for _ in 0..PATIENCE {
        let found = read(kind, aws, id).await.expect("it exists");
        match &found.readiness {
            Readiness::Ready => return found,
            Readiness::Pending => sandbox.skip(PAUSE_SECONDS),
            Readiness::Failed(reason) | Readiness::Broken(reason) => panic!("{id}: {reason}"),
        }
    }
    panic!("`{id}` is never ready");
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

/// The tags by which the engine looks for the part that has these settings; none where it takes no tags.
pub(crate) fn identifying_tags(settings: &Value) -> Tags {
    [TAG_COMPOSITE, TAG_PART]
        .iter()
        .filter_map(|name| {
            let value = settings["tags"].get(name)?.as_str()?;
            Some(((*name).to_owned(), value.to_owned()))
        })
        .collect()
}

/// The same settings with another value for one of them.
pub(crate) fn with(mut settings: Value, name: &str, value: Value) -> Value {
    settings[name] = value;
    settings
}
