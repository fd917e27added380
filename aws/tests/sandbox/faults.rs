//! A call is lost, cut, failed or throttled anywhere in a create or a delete: it converges, without a twin.

use cloister_aws::Aws;
use cloister_composite::{ErasedKind, ErrorClass, changed_settings};
use serde_json::{Value, json};

use crate::{
    buckets::bucket_settings,
    contract::{
        assert_no_difference, await_ready, goes_with_parent, identifying_tags, kind, patiently,
        read,
    },
    keys::key_settings,
    logs::log_group_settings,
    support::Sandbox,
};

const FAULTS: [&str; 4] = ["lost", "cut", "error", "throttle"];

/// Does what the engine does after an uncertain answer: looks, then makes or mends, until nothing differs.
async fn converge(
    sandbox: &Sandbox,
    kind: &dyn ErasedKind<Aws>,
    aws: &Aws,
    settings: &Value,
    token: &str,
) -> String {
    let tags = identifying_tags(settings);
    for _ in 0..5 {
        let made = patiently(sandbox, || kind.create(aws, settings, token)).await;
        let found = match made {
            Ok(made) => Some(made),
            Err(error) => {
                let passing = [ErrorClass::Uncertain, ErrorClass::Throttled];
                assert!(passing.contains(&error.class), "{:?}: {error}", error.class);
                kind.find(aws, settings, &tags)
                    .await
                    .expect("what was made can be found")
            }
        };
        let Some(found) = found else { continue };
        let live = kind.align(settings, found.settings);
        if live != *settings {
            let changed = changed_settings(settings, &live);
            patiently(sandbox, || kind.update(aws, &found.id, settings, &changed))
                .await
                .expect("what differs can be mended");
        }
        await_ready(sandbox, kind, aws, &found.id).await;
        return found.id;
    }
    panic!("it did not converge");
}

/// Spoils the first call, then the second, and so on, until a whole create and delete pass unspoiled.
///
/// `settings_of` makes what the settings refer to, unspoiled, and gives settings under a name of their own.
pub(crate) async fn sweep(
    kind_name: &str,
    settings_of: impl AsyncFn(&Sandbox, &Aws, &str) -> Value,
    disposal: Value,
) {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let kind = &*kind(kind_name);
    for fault in FAULTS {
        for skip in 0.. {
            let name = format!("cloister-{fault}-{skip}");
            let settings = settings_of(&sandbox, aws, &name).await;
            let rule = json!([{"operation": "*", "fault": fault, "skip": skip}]);
            sandbox.spoil(&rule);
            let id = converge(&sandbox, kind, aws, &settings, &name).await;
            let spoiled = sandbox.fired();
            sandbox.spoil(&json!([]));
            assert_no_difference(kind, aws, &id, &settings).await;
            let found = kind
                .find(aws, &settings, &identifying_tags(&settings))
                .await
                .expect("there is no twin");
            assert_eq!(
                found.map(|found| found.id),
                Some(id.clone()),
                "{fault} at call {skip}"
            );

            sandbox.spoil(&rule);
            patiently(&sandbox, || kind.delete(aws, &id, &disposal))
                .await
                .expect("a delete may be repeated");
            let spoiled = spoiled + sandbox.fired();
            sandbox.spoil(&json!([]));
            if !goes_with_parent(kind) {
                assert_eq!(read(kind, aws, &id).await, None, "{fault} at call {skip}");
            }
            if spoiled == 0 {
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_key_survives_a_fault_at_every_call() {
    let disposal = json!({"deletion_window_days": 7});
    sweep("kms:key", async |_, _, name| key_settings(name), disposal).await;
}

#[tokio::test]
async fn a_log_group_survives_a_fault_at_every_call() {
    let settings = async |_: &Sandbox, _: &Aws, name: &str| log_group_settings(name);
    sweep("logs:log-group", settings, Value::Null).await;
}

#[tokio::test]
async fn a_bucket_survives_a_fault_at_every_call() {
    let disposal = json!({"empty": true});
    sweep(
        "s3:bucket",
        async |_, _, name| bucket_settings(name),
        disposal,
    )
    .await;
}

#[tokio::test]
async fn an_error_names_call_subject_code_and_request() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let mut settings = bucket_settings("Not_A_Bucket");
    settings["name"] = json!("no..bucket");
    let error = kind("s3:bucket")
        .create(&aws, &settings, "token")
        .await
        .unwrap_err();
    assert_eq!(error.class, ErrorClass::Refused, "{error}");
    assert_eq!(error.subject, "no..bucket");
    assert!(
        error.code.is_some() && error.request_id.is_some(),
        "{error:?}"
    );
}
