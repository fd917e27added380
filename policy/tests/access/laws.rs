//! Laws that hold for all policies and requests.

use std::collections::BTreeSet;

use crate::oracle;
use cloister_policy::access::{Attached, Caller, Compiled, Layer, Outcome, Policies, Request};
use cloister_policy::{
    Actions, Conditions, Document, Effect, Operator, Principal, QualifiedOperator, Quantifier,
    Resources, Statement, Version,
};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

const ACCOUNT: &str = "111122223333";
const USER: &str = "arn:aws:iam::111122223333:user/anna";
const ROLE: &str = "arn:aws:iam::111122223333:role/data";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/data/monday";
const GUEST: &str = "arn:aws:iam::444455556666:role/guest";
const OBJECT: &str = "arn:aws:s3:::logs/a";
const KEY: &str = "arn:aws:kms:eu-west-1:111122223333:key/1";
const TARGET: &str = "arn:aws:iam::111122223333:role/target";

fn some<T: Clone + std::fmt::Debug + 'static>(
    from: &[T],
) -> impl Strategy<Value = Vec<T>> + use<T> {
    let from = from.to_vec();
    let most = from.len();
    subsequence(from, 0..=most)
}

fn texts(from: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    some(from).prop_map(|texts| texts.into_iter().map(str::to_owned).collect())
}

fn actions() -> impl Strategy<Value = Actions> {
    let names = || texts(&["s3:*", "s3:Get*", "kms:Decrypt", "sts:AssumeRole", "*"]);
    prop_oneof![3 => names().prop_map(Actions::Action), 1 => names().prop_map(Actions::NotAction)]
}

fn resources() -> impl Strategy<Value = Option<Resources>> {
    let arns = || {
        texts(&[
            "*",
            "arn:aws:s3:::logs/*",
            "arn:aws:s3:::logs/${aws:PrincipalTag/team}",
            "arn:aws:kms:*:111122223333:key/*",
            "arn:aws:*",
        ])
    };
    option::weighted(
        0.8,
        prop_oneof![
            3 => arns().prop_map(Resources::Resource),
            1 => arns().prop_map(Resources::NotResource),
        ],
    )
}

fn conditions(operators: &[Operator]) -> impl Strategy<Value = Conditions> + use<> {
    let quantifier = select(vec![
        None,
        None,
        Some(Quantifier::ForAllValues),
        Some(Quantifier::ForAnyValue),
    ]);
    let operator = select(operators.to_vec());
    let operator =
        (quantifier, operator, any::<bool>()).prop_map(|(quantifier, operator, if_exists)| {
            QualifiedOperator {
                quantifier,
                operator,
                if_exists,
            }
        });
    let key = select(
        &[
            "aws:SourceVpce",
            "aws:PrincipalTag/team",
            "aws:SecureTransport",
            "aws:TagKeys",
        ][..],
    );
    let values = texts(&[
        "vpce-1",
        "a",
        "true",
        "10",
        "${aws:PrincipalTag/team}",
        "vpce-*",
        "2026-03-01",
        "10.0.0.0/8",
    ]);
    vec((operator, key, values), 0..2).prop_map(|tests| {
        let mut conditions = Conditions::none();
        for (operator, key, values) in tests {
            conditions.add(operator, key, values);
        }
        conditions
    })
}

/// Whom a statement names, if anybody: `true` is `NotPrincipal`.
fn principals() -> impl Strategy<Value = Option<(bool, Vec<Principal>)>> {
    let names = [
        Principal::anyone(),
        Principal::aws(ACCOUNT),
        Principal::aws("444455556666"),
        Principal::aws(USER),
        Principal::aws(ROLE),
        Principal::aws(SESSION),
        Principal::aws(GUEST),
        Principal::service("s3.amazonaws.com"),
    ];
    option::weighted(0.7, (prop::bool::weighted(0.2), some(&names)))
}

fn statement<E: Strategy<Value = Effect>>(
    effect: E,
    operators: &[Operator],
) -> impl Strategy<Value = Statement> + use<E> {
    (
        effect,
        principals(),
        actions(),
        resources(),
        conditions(operators),
    )
        .prop_map(|(effect, principals, actions, resources, conditions)| {
            let statement = match effect {
                Effect::Allow => Statement::allow(""),
                Effect::Deny => Statement::deny(""),
            };
            let statement = match principals {
                Some((true, names)) => statement.not_principals(names),
                Some((false, names)) => statement.principals(names),
                None => statement,
            };
            Statement {
                actions,
                resources,
                conditions,
                ..statement
            }
        })
}

fn any_statement(operators: &[Operator]) -> impl Strategy<Value = Statement> + use<> {
    let effect = prop_oneof![4 => Just(Effect::Allow), 1 => Just(Effect::Deny)];
    statement(effect, operators)
}

fn attached(operators: &[Operator]) -> impl Strategy<Value = Attached> + use<> {
    let version = select(vec![Version::V2012, Version::V2008]);
    (version, vec(any_statement(operators), 0..4)).prop_map(|(version, statements)| {
        Attached::new(
            "d",
            Document {
                version,
                ..Document::of(statements)
            },
        )
    })
}

fn all_operators() -> Vec<Operator> {
    Operator::all().collect()
}

prop_compose! {
    fn policies(operators: Vec<Operator>)(
        identity in vec(attached(&operators), 0..3),
        boundary in option::of(attached(&operators)),
        session in vec(attached(&operators), 0..2),
        service_control in vec(vec(attached(&operators), 1..3), 0..2),
        resource_control in vec(vec(attached(&operators), 0..2), 0..2),
        resource in option::of(attached(&operators)),
        endpoint in option::weighted(0.3, attached(&operators)),
        unread in btree_set(select(&Layer::ALL[..]), 0..2),
    ) -> Policies {
        Policies { identity, boundary, session, service_control, resource_control, resource, endpoint, unread }
    }
}

fn request() -> impl Strategy<Value = Request> {
    let caller = select(vec![
        USER,
        ROLE,
        SESSION,
        GUEST,
        ACCOUNT,
        "anonymous",
        "s3.amazonaws.com",
    ]);
    let asked = select(vec![
        ("s3:GetObject", OBJECT),
        ("s3:ListAllMyBuckets", "*"),
        ("kms:Decrypt", KEY),
        ("sts:AssumeRole", TARGET),
        ("ec2:RunInstances", "*"),
    ]);
    let values = || some(&["vpce-1", "a", "*", "true", "10", ""]);
    let context = (
        option::of(values()),
        option::of(values()),
        option::of(values()),
    );
    (caller, asked, context).prop_map(|(caller, (action, resource), (vpce, team, keys))| {
        let caller = Caller::parse(caller).expect("a caller");
        let mut request = Request::new(caller, action, resource).owned_by(ACCOUNT);
        for (key, values) in [
            ("aws:SourceVpce", vpce),
            ("aws:PrincipalTag/team", team),
            ("aws:TagKeys", keys),
        ] {
            if let Some(values) = values {
                request.context.set(key, values);
            }
        }
        request
    })
}

/// Every document there is, for changes at one of them.
fn documents(policies: &mut Policies) -> Vec<&mut Document> {
    let Policies {
        identity,
        boundary,
        session,
        service_control,
        resource_control,
        resource,
        endpoint,
        unread: _,
    } = policies;
    (identity.iter_mut())
        .chain(boundary)
        .chain(session)
        .chain(service_control.iter_mut().flatten())
        .chain(resource_control.iter_mut().flatten())
        .chain(resource)
        .chain(endpoint)
        .map(|attached| &mut attached.document)
        .collect()
}

fn with_statement(policies: &Policies, place: usize, statement: &Statement) -> Policies {
    let mut policies = policies.clone();
    let mut documents = documents(&mut policies);
    let count = documents.len();
    if let Some(document) = documents.get_mut(place % count.max(1)) {
        document.statements.push(statement.clone());
    }
    policies
}

/// More is allowed further up.
fn openness(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::ExplicitDeny | Outcome::ImplicitDeny => 0,
        Outcome::Undecided => 1,
        Outcome::Allowed => 2,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn another_deny_never_allows_more(policies in policies(all_operators()), request in request(), place: usize, deny in statement(Just(Effect::Deny), &all_operators())) {
        let before = policies.decide(&request).outcome;
        let more = with_statement(&policies, place, &deny);
        prop_assert!(openness(more.decide(&request).outcome) <= openness(before));
    }

    #[test]
    fn another_allow_in_a_document_that_is_there_never_denies_more(policies in policies(all_operators()), request in request(), place: usize, allow in statement(Just(Effect::Allow), &all_operators())) {
        let before = policies.decide(&request).outcome;
        let more = with_statement(&policies, place, &allow);
        prop_assert!(openness(more.decide(&request).outcome) >= openness(before));
    }

    #[test]
    fn order_makes_no_difference(policies in policies(all_operators()), request in request()) {
        let mut turned = policies.clone();
        turned.identity.reverse();
        turned.session.reverse();
        turned.service_control.reverse();
        for level in turned.service_control.iter_mut().chain(&mut turned.resource_control) {
            level.reverse();
        }
        turned.resource_control.reverse();
        documents(&mut turned).into_iter().for_each(turn);
        let mut turned_request = request.clone();
        for (key, values) in request.context.iter() {
            turned_request.context.set(key, values.iter().rev().cloned());
        }
        let (one, other) = (policies.decide(&request), turned.decide(&turned_request));
        prop_assert_eq!((one.outcome, one.layer), (other.outcome, other.layer));
    }

    #[test]
    fn what_decides_is_there_and_has_the_effect_that_it_decides_by(mut policies in policies(all_operators()), request in request()) {
        // Every document under a name of its own.
        for (index, attached) in policies.identity.iter_mut().enumerate() {
            attached.name = format!("identity {index}");
        }
        let decision = policies.decide(&request);
        let Some(by) = decision.by else {
            prop_assert!(decision.outcome != Outcome::ExplicitDeny);
            return Ok(());
        };
        if decision.layer == Layer::Identity {
            let attached = policies.identity.iter().find(|attached| attached.name == by.document);
            let effect = attached.map(|attached| attached.document.statements[by.statement].effect);
            let expected = match decision.outcome { Outcome::ExplicitDeny => Effect::Deny, _ => Effect::Allow };
            prop_assert_eq!(effect, Some(expected));
        }
    }

    #[test]
    fn policies_compiled_once_decide_as_policies_compiled_each_time(policies in policies(all_operators()), requests in vec(request(), 1..6)) {
        let compiled = Compiled::new(&policies);
        for request in &requests {
            prop_assert_eq!(compiled.decide(request), policies.decide(request));
        }
    }

    #[test]
    fn the_same_rules_said_plainly_decide_alike(policies in policies(oracle::OPERATORS.to_vec()), requests in vec(request(), 1..6)) {
        let policies = Policies { unread: BTreeSet::new(), ..policies };
        let compiled = Compiled::new(&policies);
        for request in &requests {
            prop_assert_eq!(compiled.decide(request).outcome, oracle::outcome(&policies, request));
        }
    }

    #[test]
    fn unread_layers_leave_a_deny_and_never_allow(policies in policies(all_operators()), request in request()) {
        let all = Policies { unread: BTreeSet::from(Layer::ALL), ..policies.clone() };
        let known = Policies { unread: BTreeSet::new(), ..policies };
        let (known, unread) = (known.decide(&request), all.decide(&request));
        match known.outcome {
            Outcome::ExplicitDeny => prop_assert_eq!(unread.outcome, Outcome::ExplicitDeny),
            // Whoever asks, something that concerns it is unread: never an Allow.
            _ => prop_assert!(unread.outcome != Outcome::Allowed),
        }
    }

    #[test]
    fn a_document_printed_and_read_again_decides_alike(document in attached(&all_operators()), request in request()) {
        let text = document.document.to_string();
        let again = Attached::new("d", Document::parse(&text).expect("what was printed"));
        let (one, other) = (only(document), only(again));
        prop_assert_eq!(one.decide(&request), other.decide(&request));
    }
}

fn only(resource: Attached) -> Policies {
    Policies {
        resource: Some(resource),
        ..Policies::default()
    }
}

/// Statements and the values in them the other way round.
fn turn(document: &mut Document) {
    document.statements.reverse();
    for statement in &mut document.statements {
        match &mut statement.actions {
            Actions::Action(names) | Actions::NotAction(names) => names.reverse(),
        }
        if let Some(Resources::Resource(arns) | Resources::NotResource(arns)) =
            &mut statement.resources
        {
            arns.reverse();
        }
        let mut conditions = Conditions::none();
        for (operator, key, values) in statement.conditions.iter() {
            conditions.add(operator, key.as_str(), values.iter().rev().cloned());
        }
        statement.conditions = conditions;
    }
}
