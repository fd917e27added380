//! The engine on kinds that live on a shelf in memory: what it does, in which order, and what survives a failure.

#![expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]

mod shelf;

use std::time::Duration;

use cloister_composite::{Applying, Blocked, ErrorClass, Remnant, Status};
use serde_json::{Value, json};
use shelf::{CREATE_ANCHOR, Shelf, Wish, blueprint, key};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

fn deadline() -> Instant {
    Instant::now() + Duration::from_mins(10)
}

async fn create(shelf: &Shelf, wish: &Wish) -> Result<cloister_composite::Applied, Blocked> {
    apply(shelf, wish, None).await
}

async fn apply(
    shelf: &Shelf,
    wish: &Wish,
    prior: Option<&cloister_composite::PartsState>,
) -> Result<cloister_composite::Applied, Blocked> {
    let stop = CancellationToken::new();
    let blueprint = blueprint(wish);
    let applying = Applying {
        blueprint: &blueprint,
        previous: Some(&blueprint),
        prior,
        deadline: deadline(),
        stop: &stop,
    };
    shelf.engine().apply(applying).await
}

#[tokio::test(start_paused = true)]
async fn parts_are_made_after_what_they_need_and_deleted_before_it() {
    let shelf = Shelf::new();
    let applied = create(&shelf, &Wish::default()).await.unwrap();
    assert!(applied.is_complete(), "{:?}", applied.failures);
    assert_eq!(shelf.log(), ["create base", "create leaf"]);
    assert_eq!(applied.exposed["leaf_id"], "id-leaf");
    assert_eq!(
        applied.parts[&key("leaf")].settings,
        r#"{"needs":"${base.id}","size":1,"tags":{"cloister:composite":"toy/here/it","cloister:owner":"us","cloister:part":"leaf"}}"#
    );
    assert_eq!(shelf.anchor().status, Status::Ready);

    shelf.forget_log();
    let stop = CancellationToken::new();
    let destroyed = shelf
        .engine()
        .destroy(
            &blueprint(&Wish::default()),
            &applied.parts,
            deadline(),
            &stop,
        )
        .await
        .unwrap();
    assert!(destroyed.remaining.is_empty());
    assert_eq!(
        shelf.log(),
        ["prepare base", "prepare leaf", "delete leaf", "delete base"]
    );
    assert!(shelf.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_part_stops_its_dependents_and_nothing_made_is_forgotten() {
    let shelf = Shelf::new();
    shelf.fail("create leaf", ErrorClass::Refused, 1);
    let applied = create(&shelf, &Wish::default()).await.unwrap();
    assert_eq!(applied.failures.len(), 1);
    assert_eq!(applied.failures[0].origin.as_deref(), Some("leaf_size"));
    assert_eq!(applied.parts[&key("base")].id.as_deref(), Some("id-base"));
    assert_eq!(applied.parts[&key("leaf")].id, None);
    assert_eq!(shelf.anchor().status, Status::Creating);

    shelf.forget_log();
    let resumed = apply(&shelf, &Wish::default(), Some(&applied.parts))
        .await
        .unwrap();
    assert!(resumed.is_complete());
    assert_eq!(shelf.log(), ["create leaf"]);
    assert_eq!(shelf.anchor().status, Status::Ready);
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_looked_for_and_never_made_twice() {
    let shelf = Shelf::new();
    shelf.fail_after_effect("create base", ErrorClass::Uncertain, 1);
    let applied = create(&shelf, &Wish::default()).await.unwrap();
    assert!(applied.is_complete());
    assert_eq!(shelf.log(), ["create base", "create leaf"]);

    let shelf = Shelf::new();
    shelf.fail("create base", ErrorClass::Uncertain, 1);
    let applied = create(&shelf, &Wish::default()).await.unwrap();
    assert!(applied.is_complete());
    assert_eq!(shelf.log(), ["create base", "create leaf"]);
}

#[tokio::test(start_paused = true)]
async fn a_repeated_create_has_the_same_token_and_another_object_has_another() {
    for last_failure in [None, Some("create leaf")] {
        let shelf = Shelf::new();
        shelf.fail("create base", ErrorClass::Uncertain, 1);
        if let Some(call) = last_failure {
            shelf.fail(call, ErrorClass::Refused, 1);
        }
        let made = create(&shelf, &Wish::default()).await.unwrap();
        assert_eq!(made.is_complete(), last_failure.is_none());
        shelf.lose("base");
        apply(&shelf, &Wish::default(), Some(&made.parts))
            .await
            .unwrap();
        let tokens = shelf.tokens("base");
        assert_eq!(tokens.len(), 3);
        assert_eq!(tokens[0], tokens[1]);
        assert_ne!(tokens[1], tokens[2]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_crashed_create_is_adopted_once_its_lease_has_run_out() {
    let shelf = Shelf::new();
    {
        let wish = Wish::default();
        let crashed = create(&shelf, &wish);
        shelf.hang_at("create leaf");
        assert!(
            tokio::time::timeout(Duration::from_secs(5), crashed)
                .await
                .is_err()
        );
    }
    shelf.hang_at("");
    shelf.forget_log();
    let before = Instant::now();
    let applied = create(&shelf, &Wish::default()).await.unwrap();
    assert!(applied.is_complete());
    assert!(
        before.elapsed() >= Duration::from_mins(2),
        "the lease was not waited for"
    );
    assert_eq!(shelf.log(), ["create leaf"]);
}

#[tokio::test(start_paused = true)]
async fn a_complete_composite_is_never_adopted() {
    let shelf = Shelf::new();
    create(&shelf, &Wish::default()).await.unwrap();
    shelf.forget_log();
    let refused = create(&shelf, &Wish::default()).await.unwrap_err();
    assert!(
        matches!(refused, Blocked::Complete { import_id, .. } if import_id == "111122223333/here/it")
    );
    assert!(shelf.log().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_drifted_setting_shows_at_its_place_and_is_mended() {
    let shelf = Shelf::new();
    let wish = Wish::default();
    let made = create(&shelf, &wish).await.unwrap();
    let outlook = shelf
        .engine()
        .outlook(&blueprint(&wish), &made.parts)
        .await
        .unwrap();
    assert_eq!(outlook.parts, made.parts);

    shelf.drift("leaf", "size", json!(7));
    let outlook = shelf
        .engine()
        .outlook(&blueprint(&wish), &made.parts)
        .await
        .unwrap();
    assert!(
        outlook.parts[&key("leaf")]
            .settings
            .contains(r#""needs":"${base.id}","size":7"#)
    );
    assert_eq!(outlook.parts[&key("base")], made.parts[&key("base")]);

    shelf.forget_log();
    let mended = apply(&shelf, &wish, Some(&outlook.parts)).await.unwrap();
    assert_eq!(mended.parts, made.parts);
    assert_eq!(shelf.log(), ["update leaf size"]);
}

#[tokio::test(start_paused = true)]
async fn what_the_blueprint_no_longer_has_is_deleted_at_the_end() {
    let shelf = Shelf::new();
    let made = create(&shelf, &Wish::default()).await.unwrap();
    shelf.forget_log();
    let wish = Wish {
        leaf: false,
        ..Wish::default()
    };
    let applied = apply(&shelf, &wish, Some(&made.parts)).await.unwrap();
    assert!(applied.is_complete());
    assert_eq!(shelf.log(), ["delete leaf"]);
    assert!(!applied.parts.contains_key(&key("leaf")));
}

#[tokio::test(start_paused = true)]
async fn a_stopped_run_starts_nothing_new_and_keeps_what_it_has() {
    let shelf = Shelf::new();
    let stop = CancellationToken::new();
    let blueprint = blueprint(&Wish::default());
    shelf.stop_at("create base", &stop);
    let applying = Applying {
        blueprint: &blueprint,
        previous: None,
        prior: None,
        deadline: deadline(),
        stop: &stop,
    };
    let applied = shelf.engine().apply(applying).await.unwrap();
    assert!(applied.stopped);
    assert_eq!(applied.not_started, [key("leaf")]);
    assert_eq!(applied.parts[&key("base")].id.as_deref(), Some("id-base"));
    assert_eq!(shelf.log(), ["create base"]);
}

#[tokio::test(start_paused = true)]
async fn another_owners_unfinished_composite_is_left_alone() {
    let shelf = Shelf::new();
    shelf.fail("create base", ErrorClass::Refused, 1);
    create(&shelf, &Wish::default()).await.unwrap();
    let wish = Wish {
        owner: "them",
        ..Wish::default()
    };
    assert!(matches!(
        create(&shelf, &wish).await,
        Err(Blocked::OtherOwner { .. })
    ));
}

#[tokio::test(start_paused = true)]
async fn what_lost_its_anchor_and_its_state_gets_no_twin() {
    let shelf = Shelf::new();
    create(&shelf, &Wish::default()).await.unwrap();
    shelf.lose_anchor();
    shelf.forget_log();
    let refused = create(&shelf, &Wish::default()).await.unwrap_err();
    let Blocked::AnchorLost {
        import_id,
        part,
        id,
    } = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(
        (import_id.as_str(), part, id.as_str()),
        ("111122223333/here/it", key("base"), "id-base")
    );
    assert!(shelf.log().is_empty());
    assert!(!shelf.has_anchor());
}

#[tokio::test(start_paused = true)]
async fn what_no_state_knows_is_deleted_in_stages() {
    for has_anchor in [true, false] {
        let shelf = Shelf::new();
        create(&shelf, &Wish::default()).await.unwrap();
        if !has_anchor {
            shelf.lose_anchor();
        }
        shelf.forget_log();
        let remnant = |name: &str, stage| Remnant {
            key: key(&format!("found/{name}")),
            kind: "toy:toy".to_owned(),
            id: format!("id-{name}"),
            stage,
            disposal: Value::Null,
        };
        let found = [remnant("base", 7), remnant("gone", 3), remnant("leaf", 2)];
        let stop = CancellationToken::new();
        let identity = blueprint(&Wish::default()).identity;
        let engine = shelf.engine();
        let cleared = engine.clear(&identity, "us", &found, deadline(), &stop);
        let cleared = cleared.await.unwrap();
        assert!(cleared.remaining.is_empty(), "{:?}", cleared.failures);
        assert_eq!(
            shelf.log(),
            ["prepare base", "prepare leaf", "delete leaf", "delete base"]
        );
        assert!(shelf.is_empty() && !shelf.has_anchor());
    }
}

#[tokio::test(start_paused = true)]
async fn a_state_makes_its_anchor_again() {
    let shelf = Shelf::new();
    let made = create(&shelf, &Wish::default()).await.unwrap();
    shelf.lose_anchor();
    shelf.forget_log();
    let applied = apply(&shelf, &Wish::default(), Some(&made.parts)).await;
    assert_eq!(applied.unwrap().parts, made.parts);
    assert!(shelf.log().is_empty());
    assert_eq!(shelf.anchor().status, Status::Ready);
}

#[tokio::test(start_paused = true)]
async fn all_that_will_be_made_is_written_down_at_once() {
    let shelf = Shelf::new();
    create(&shelf, &Wish::default()).await.unwrap();
    assert_eq!(
        shelf.anchor_writes(),
        2,
        "the anchor is made, and completed"
    );
}

#[tokio::test(start_paused = true)]
async fn objects_that_take_long_are_asked_about_together() {
    let shelf = Shelf::new();
    shelf.takes(Duration::from_secs(75));
    let before = Instant::now();
    let applied = create(&shelf, &Wish::default()).await.unwrap();
    assert!(applied.is_complete());
    let took = before.elapsed();
    let usual = 2 * Duration::from_secs(75);
    assert!(
        took >= usual && took < usual + Duration::from_secs(10),
        "{took:?}"
    );

    let shelf = Shelf::new();
    shelf.takes(Duration::from_secs(75));
    let wish = Wish {
        twigs: 12,
        ..Wish::default()
    };
    create(&shelf, &wish).await.unwrap();
    let reads = shelf.reads();
    assert!(
        reads < 200,
        "{reads} reads for 14 objects, one after the other two"
    );
}

#[tokio::test(start_paused = true)]
async fn an_anchor_whose_making_was_not_answered_is_our_own() {
    for took_effect in [true, false] {
        let shelf = Shelf::new();
        if took_effect {
            shelf.fail_after_effect(CREATE_ANCHOR, ErrorClass::Uncertain, 1);
        } else {
            shelf.fail(CREATE_ANCHOR, ErrorClass::Uncertain, 2);
        }
        let applied = create(&shelf, &Wish::default()).await.unwrap();
        assert!(applied.is_complete());
        assert_eq!(shelf.log(), ["create base", "create leaf"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_state_does_not_know_is_deleted_as_well() {
    let shelf = Shelf::new();
    let made = create(&shelf, &Wish::default()).await.unwrap();
    let mut forgotten = made.parts.clone();
    forgotten.remove(&key("leaf"));
    let stop = CancellationToken::new();
    let blueprint = blueprint(&Wish::default());
    let destroyed = shelf
        .engine()
        .destroy(&blueprint, &forgotten, deadline(), &stop)
        .await
        .unwrap();
    assert!(destroyed.remaining.is_empty());
    assert!(shelf.is_empty());
}
