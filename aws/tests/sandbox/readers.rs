//! The readers of evidence.

use cloister_aws::{LookupAttribute, get_object, list_objects, lookup_events, observe};
use cloister_composite::ErrorClass;
use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::{buckets::bucket_settings, contract::kind, support::Sandbox};

#[tokio::test]
async fn objects_are_listed_in_pages_and_fetched_whole() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    kind("s3:bucket")
        .create(&aws, &bucket_settings("cloister-read"), "token")
        .await
        .unwrap();
    sandbox.deliver();
    let bucket = sandbox.variable("trail_bucket");
    let page = list_objects(&aws, &bucket, "AWSLogs/111122223333/CloudTrail/", None)
        .await
        .unwrap();
    assert_eq!(page.next_after, None);
    let first = page.objects.first().expect("a delivered file");
    assert!(first.key.ends_with(".json.gz"), "{}", first.key);
    let bytes = get_object(&aws, &bucket, &first.key, 1 << 20)
        .await
        .unwrap();
    assert_eq!(
        (bytes.len() as u64, &bytes[..2]),
        (first.size, &[0x1f, 0x8b][..])
    );

    let after = list_objects(
        &aws,
        &bucket,
        "AWSLogs/",
        Some(&page.objects.last().unwrap().key),
    )
    .await
    .unwrap();
    assert!(after.objects.is_empty());
    let long = get_object(&aws, &bucket, &first.key, 1).await.unwrap_err();
    assert_eq!(long.class, ErrorClass::Refused);
    assert!(
        get_object(&aws, &bucket, "nothing", 1)
            .await
            .unwrap_err()
            .is_not_found()
    );
}

#[tokio::test]
async fn recent_events_are_looked_up_by_attribute() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let start = Timestamp::now() - 1.hour();
    kind("s3:bucket")
        .create(&aws, &bucket_settings("cloister-looked-up"), "token")
        .await
        .unwrap();
    let wanted = LookupAttribute::EventName("CreateBucket".into());
    let page = lookup_events(
        &aws,
        Some(&wanted),
        start,
        Timestamp::now() + 1.hour(),
        None,
    )
    .await
    .unwrap();
    let event = page.events.first().expect("the create was recorded");
    let record: Value = serde_json::from_str(&event.record).unwrap();
    assert_eq!(record["eventID"], event.id.as_str());
    assert_eq!(
        record["requestParameters"]["bucketName"],
        "cloister-looked-up"
    );
    let agent = record["userAgent"].as_str().unwrap();
    assert!(
        agent.contains("APN/1.0 terraform-provider-cloister/"),
        "{agent}"
    );
}

#[tokio::test]
async fn what_does_not_exist_is_observed_as_nothing() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    for (kind, id) in [
        ("s3:bucket", "cloister-no-such-bucket"),
        ("s3:bucket-policy", "cloister-no-such-bucket"),
        ("kms:key", "00000000-0000-0000-0000-000000000000"),
        ("kms:alias", "alias/cloister-none"),
        ("iam:role", "cloister-none"),
        ("iam:user", "cloister-none"),
        ("iam:group", "cloister-none"),
        (
            "iam:policy",
            "arn:aws:iam::111122223333:policy/cloister-none",
        ),
        ("ec2:vpc-endpoint", "vpce-00000000000000000"),
    ] {
        assert_eq!(observe(&aws, kind, id).await.unwrap(), None, "{kind}");
    }
    assert_eq!(
        observe(&aws, "s3:object", "x").await.unwrap_err().class,
        ErrorClass::Bug
    );
}
