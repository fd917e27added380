//! The anchor store: creation is atomic, writes count up, what is gone is gone.

use cloister_composite::{AnchorStore, ErrorClass};
use serde_json::json;

use crate::{contract::part_tags, support::Sandbox};

const NAME: &str = "/cloister/s3_locked_bucket/logs";

#[tokio::test]
async fn an_anchor_is_made_once_written_often_and_deleted_twice() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let store: &dyn AnchorStore = &*aws;
    let tags = part_tags("logs", "anchor");
    assert_eq!(store.read(NAME).await.unwrap(), None);
    assert_eq!(store.create(NAME, "one", &tags).await.unwrap(), 1);
    let second = store.create(NAME, "two", &tags).await.unwrap_err();
    assert_eq!(second.class, ErrorClass::AlreadyExists);
    assert_eq!(store.write(NAME, "three").await.unwrap(), 2);
    let stored = store.read(NAME).await.unwrap().unwrap();
    assert_eq!((stored.text.as_str(), stored.version), ("three", 2));

    let mut retagged = tags.clone();
    retagged.insert("cloister:owner".into(), "other".into());
    store.tag(NAME, &retagged).await.unwrap();
    let before = sandbox.calls("ssm:AddTagsToResource");
    store.tag(NAME, &retagged).await.unwrap();
    assert_eq!(
        sandbox.calls("ssm:AddTagsToResource"),
        before,
        "equal tags are not written again"
    );

    store.delete(NAME).await.unwrap();
    store.delete(NAME).await.unwrap();
    assert_eq!(store.read(NAME).await.unwrap(), None);
}

#[tokio::test]
async fn a_create_without_an_answer_is_not_repeated_blindly() {
    let sandbox = Sandbox::start();
    let aws = sandbox.aws().await;
    let store: &dyn AnchorStore = &*aws;
    let tags = part_tags("logs", "anchor");
    sandbox.spoil(&json!([{"operation": "ssm:PutParameter", "fault": "lost"}]));
    assert_eq!(
        store.create(NAME, "one", &tags).await.unwrap_err().class,
        ErrorClass::Uncertain
    );
    assert_eq!(
        store.read(NAME).await.unwrap().unwrap().text,
        "one",
        "it took effect all the same"
    );

    sandbox.spoil(&json!([{"operation": "ssm:PutParameter", "fault": "lost"}]));
    assert_eq!(
        store.write(NAME, "two").await.unwrap(),
        3,
        "a write is repeated"
    );
}
