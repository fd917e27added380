//! Every persona keeps every promise, no guardrail can be left out, and what a user adds breaks none unseen.

use cloister_policy::{Document, prove::prove};

use super::{
    claims::{claims, simplified},
    policies::{
        Choice,
        guardrails::Guardrails,
        keys::{KeyPolicy, Purpose},
        personas::Role,
        sign_in::SignIn,
        tests::{ROLE, guardrails, home, persona},
    },
    promises::{Acting, Broken, Promise, broken_key_promises, broken_promises},
};

fn acting(role: Role, guardrails: &Guardrails) -> Acting {
    Acting {
        role_arn: ROLE.to_owned(),
        passes: vec![ROLE.to_owned()],
        team: persona(role).team,
        policy: persona(role).document(),
        guardrails: guardrails.document(),
        additional: None,
    }
}

fn promises(broken: &[Broken]) -> Vec<Promise> {
    let mut promises: Vec<Promise> = broken.iter().map(|it| it.promise).collect();
    promises.sort();
    promises
}

#[test]
fn every_persona_keeps_every_promise() {
    let loose = Guardrails {
        volume_key: None,
        output_key: None,
        network_access: Choice::Allowed,
        instance_types: Vec::new(),
        jump_start: Choice::Allowed,
        sign_in: SignIn::default(),
        ..guardrails()
    };
    for guardrails in [guardrails(), loose] {
        for role in [Role::Default, Role::DataScientist, Role::MlOps] {
            let broken = broken_promises(&acting(role, &guardrails), &guardrails);
            assert!(broken.is_empty(), "{role:?}: {broken:#?}");
        }
    }
}

/// What may do everything but for the guardrails shows that each of them holds by itself.
fn everything() -> Document {
    let text = r#"{"Version": "2012-10-17", "Statement": {"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}}"#;
    Document::parse(text).expect("a policy of the test")
}

#[test]
fn no_guardrail_can_be_left_out() {
    let limits = guardrails();
    let unlimited = [
        Promise::Network,
        Promise::OtherRoles,
        Promise::OwnRights,
        Promise::Teams,
    ];
    let broken_without = |sid: &str| {
        let document = limits.document();
        let kept = document.statements.into_iter();
        let kept = kept.filter(|it| it.sid.as_deref() != Some(sid));
        let acting = Acting {
            policy: everything(),
            guardrails: Document::of(kept),
            ..acting(Role::MlOps, &limits)
        };
        let found = promises(&broken_promises(&acting, &limits));
        let found = found.into_iter().filter(|it| !unlimited.contains(it));
        found.collect::<Vec<_>>()
    };
    // Labelling jobs, clusters and the like are beyond these: nobody is allowed them.
    let always = broken_without("");
    assert_eq!(
        always,
        [Promise::VolumeKey, Promise::OutputKey, Promise::Instances]
    );
    for (sid, expected) in [
        ("DenyAdministration", Promise::Administration),
        ("DenyPlainTraffic", Promise::Traffic),
        ("DenyUnisolated", Promise::Isolation),
        ("DenyRemoteSessions", Promise::Remote),
        ("DenyRemoteSpaces", Promise::Remote),
        ("DenyRemoteDebugging", Promise::Remote),
        ("DenyPublicHub", Promise::JumpStart),
        ("DenyJumpStartData", Promise::JumpStart),
        ("DenySignInFromElsewhere", Promise::SignIn),
        ("DenySignInByServices", Promise::SignIn),
    ] {
        assert!(broken_without(sid).contains(&expected), "without {sid}");
    }
}

#[test]
fn personas_depend_on_each_limit_of_jobs() {
    let limits = guardrails();
    for (sid, expected) in [
        ("DenyNoSubnets", Promise::Network),
        ("DenyOtherSubnets", Promise::Network),
        ("DenyOtherGroups", Promise::Network),
        ("DenyOtherVolumeKeys", Promise::VolumeKey),
        ("DenyOtherOutputKeys", Promise::OutputKey),
        ("DenyOtherInstances", Promise::Instances),
    ] {
        let document = limits.document();
        let kept = document.statements.into_iter();
        let kept = kept.filter(|it| it.sid.as_deref() != Some(sid));
        let acting = Acting {
            guardrails: Document::of(kept),
            ..acting(Role::MlOps, &limits)
        };
        let found = promises(&broken_promises(&acting, &limits));
        assert_eq!(found, [expected], "without {sid}");
    }
}

fn added(statement: &str) -> Vec<Broken> {
    let text = format!(r#"{{"Version": "2012-10-17", "Statement": {statement}}}"#);
    let limits = guardrails();
    let acting = Acting {
        additional: Some(Document::parse(&text).expect("a policy of the test")),
        ..acting(Role::DataScientist, &limits)
    };
    broken_promises(&acting, &limits)
}

#[test]
fn what_a_user_adds_breaks_no_promise_unseen() {
    let check = |statement: &str, expected: &[Promise]| {
        let broken = added(statement);
        assert_eq!(promises(&broken), expected, "{statement}");
        assert!(broken.iter().all(|it| it.by_addition), "{broken:#?}");
    };
    let allow = |action: &str, resource: &str| {
        format!(r#"{{"Effect": "Allow", "Action": "{action}", "Resource": "{resource}"}}"#)
    };
    check(&allow("bedrock:InvokeModel", "*"), &[]);
    check(&allow("s3:*", "*"), &[]);
    // The guardrails deny what the rest of this would allow.
    check(
        &allow("sagemaker:CreateTrainingJob", "*"),
        &[Promise::Teams],
    );
    check(&allow("sagemaker:DeleteEndpoint", "*"), &[Promise::Teams]);
    check(&allow("sagemaker:DeleteDomain", "*"), &[]);
    check(&allow("sagemaker:CreatePresignedDomainUrl", "*"), &[]);
    check(&allow("iam:PassRole", ROLE), &[Promise::OtherRoles]);
    check(
        &allow("iam:PassRole", "arn:aws:iam::111122223333:role/Admin"),
        &[Promise::OtherRoles],
    );
    check(&allow("iam:AttachRolePolicy", "*"), &[Promise::OwnRights]);
    check(&allow("ec2:CreateRoute", "*"), &[Promise::Network]);
    check(
        &allow("sagemaker:CreateLabelingJob", "*"),
        &[Promise::Network, Promise::VolumeKey, Promise::OutputKey],
    );
}

#[test]
fn a_broken_promise_is_told_with_the_request_that_breaks_it() {
    let broken = added(
        r#"{"Sid": "Deploy", "Effect": "Allow", "Action": "iam:PassRole", "Resource": "*",
            "Condition": {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}}"#,
    );
    let told: Vec<String> = broken
        .iter()
        .map(|it| {
            let diagnostic = it.of_persona("analyst");
            let path = diagnostic.path().map(ToString::to_string);
            format!(
                "{}\n{path:?}\n\n{}",
                diagnostic.summary(),
                diagnostic.detail()
            )
        })
        .collect();
    insta::assert_snapshot!(told.join("\n---\n"));
}

#[test]
fn keys_are_managed_by_their_administrators_alone() {
    let endpoints = vec!["vpce-0123456789abcdef1".to_owned()];
    for purpose in [Purpose::Home, Purpose::Volumes, Purpose::Data { endpoints }] {
        let key = |administrator: &str| KeyPolicy {
            home: home(),
            purpose: purpose.clone(),
            administrators: vec![administrator.to_owned()],
            users: vec![ROLE.to_owned()],
        };
        let broken = broken_key_promises(&key("arn:aws:iam::111122223333:role/Admin"));
        assert!(broken.is_empty(), "{purpose:?}: {broken:#?}");
        let session = "arn:aws:sts::111122223333:assumed-role/Admin/ann";
        let broken = broken_key_promises(&key(session));
        assert_eq!(promises(&broken), [Promise::KeyManagement], "{purpose:?}");
    }
}

/// A plan should not be slower for its proofs: this counts work, not time.
#[test]
fn a_persona_is_proven_by_few_requests() {
    let limits = guardrails();
    let mut requests = 0;
    for (promise, claim) in claims(&acting(Role::MlOps, &limits), &limits) {
        match prove(&simplified(&claim)) {
            cloister_policy::prove::Proof::Proven { requests: of_claim } => requests += of_claim,
            other => panic!("{promise:?}: {other:?}"),
        }
    }
    assert!(requests < 50_000, "{requests}");
}
