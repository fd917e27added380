//! The readers of evidence.

use cloister_aws::{
    FlowLogDestination, LookupAttribute, describe_flow_logs, filter_log_events, get_object,
    list_objects, lookup_events, observe,
};
use cloister_composite::ErrorClass;
use jiff::{Timestamp, ToSpan};
use serde_json::{Value, json};

use crate::{buckets::bucket_settings, contract::kind, logs::flow_log_settings, support::Sandbox};

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

/// An interface in a new subnet of the VPC.
async fn interface(sandbox: &Sandbox, vpc_id: &str) -> String {
    let ec2 = sandbox.ec2();
    let vpcs = ec2.describe_vpcs().vpc_ids(vpc_id).send().await.unwrap();
    let cidr = vpcs.vpcs()[0].cidr_block().unwrap();
    let (address, _) = cidr.split_once('/').unwrap();
    let subnet = ec2
        .create_subnet()
        .vpc_id(vpc_id)
        .cidr_block(format!("{address}/28"));
    let subnet = subnet.send().await.unwrap().subnet.unwrap();
    let made = ec2
        .create_network_interface()
        .set_subnet_id(subnet.subnet_id)
        .send()
        .await;
    let made = made.unwrap().network_interface.unwrap();
    made.network_interface_id.unwrap()
}

#[tokio::test]
async fn flow_logs_are_described_and_their_events_read() {
    let sandbox = Sandbox::start();
    let aws = &*sandbox.aws().await;
    let settings = flow_log_settings(&sandbox, aws, "net").await;
    let flow_log = kind("ec2:flow-log").create(aws, &settings, "token").await;
    let id = flow_log.unwrap().id;
    let vpc_id = settings["vpc_id"].as_str().unwrap().to_owned();

    let found = describe_flow_logs(aws, "resource-id", std::slice::from_ref(&vpc_id)).await;
    let [flow_log] = &*found.unwrap() else {
        panic!("one flow log records the VPC");
    };
    assert_eq!(
        (
            &flow_log.id,
            &flow_log.resource_id,
            flow_log.format.as_deref()
        ),
        (&id, &vpc_id, settings["format"].as_str())
    );
    assert_eq!(
        (flow_log.traffic_type.as_str(), flow_log.aggregation_seconds),
        ("ALL", 60)
    );
    let group = "/cloister/net";
    assert_eq!(
        flow_log.destination,
        FlowLogDestination::LogGroup {
            name: group.to_owned(),
            account: Some("111122223333".to_owned()),
        }
    );
    // The role that is to write the records is not there.
    assert_eq!(flow_log.delivery_error.as_deref(), Some("Access error"));
    assert!(
        describe_flow_logs(aws, "flow-log-id", &["fl-00000000000000000".to_owned()])
            .await
            .unwrap()
            .is_empty()
    );

    let trust = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole",
    }]});
    let role = sandbox.iam().create_role().role_name("flow-logs");
    let role = role.assume_role_policy_document(trust.to_string());
    role.send().await.unwrap();
    kind("ec2:flow-log")
        .delete(aws, &id, &Value::Null)
        .await
        .unwrap();
    kind("ec2:flow-log")
        .create(aws, &settings, "again")
        .await
        .unwrap();
    let interface = interface(&sandbox, &vpc_id).await;
    sandbox.play(&json!([
        {"interface": interface, "destination": "93.184.216.34", "port": 443},
        {"interface": interface, "nothing": true},
    ]));
    let now = Timestamp::now();
    let (start, end) = (now - 1.hour(), now + 1.hour());
    let page = filter_log_events(aws, group, start, end, None)
        .await
        .unwrap();
    let stream = format!("{interface}-all");
    assert!(
        page.events.iter().all(|event| event.stream == stream),
        "{page:?}"
    );
    let ends: Vec<&str> = page
        .events
        .iter()
        .filter_map(|event| event.message.split_once("93.184.216.34 "))
        .map(|(_, end)| end)
        .collect();
    assert_eq!(
        (ends, page.events.len(), page.next),
        (vec!["ACCEPT OK"], 2, None)
    );
    let earlier = filter_log_events(aws, group, start, now - 30.minutes(), None).await;
    assert_eq!(earlier.unwrap().events, []);
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
        ("ec2:network", "vpc-00000000000000000"),
        ("ec2:vpc-endpoint", "vpce-00000000000000000"),
    ] {
        assert_eq!(observe(&aws, kind, id).await.unwrap(), None, "{kind}");
    }
    assert_eq!(
        observe(&aws, "s3:object", "x").await.unwrap_err().class,
        ErrorClass::Bug
    );
}
