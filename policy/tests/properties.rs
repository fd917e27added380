//! Laws that hold for every document, and for every input.

use std::collections::BTreeMap;

use cloister_policy::{
    Actions, Conditions, Document, Effect, Operator, PrincipalKind, PrincipalSet, Principals,
    QualifiedOperator, Quantifier, Resources, Statement, Version, matches_text, merge_view,
    same_principal,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Map, Value};

const NAMES: [&str; 6] = [
    "s3:Get*",
    "S3:get*",
    "kms:Decrypt",
    "*",
    "ec2:run?",
    "é${x}\"\n",
];
const PRINCIPALS: [&str; 5] = [
    "*",
    "111122223333",
    "arn:aws-cn:iam::111122223333:root",
    "arn:aws:iam::444455556666:role/Lab",
    "AROAEXAMPLEEXAMPLE123",
];
const KEYS: [&str; 4] = [
    "aws:SourceVpce",
    "aws:PrincipalTag/Team",
    "aws:PrincipalTag/team",
    "s3:prefix",
];

fn texts(from: &'static [&'static str]) -> impl Strategy<Value = Vec<String>> {
    vec(select(from).prop_map(str::to_owned), 0..4)
}

fn operator() -> impl Strategy<Value = QualifiedOperator> {
    let quantifier = select(vec![
        None,
        Some(Quantifier::ForAllValues),
        Some(Quantifier::ForAnyValue),
    ]);
    let operator = select(Operator::all().collect::<Vec<_>>());
    (quantifier, operator, any::<bool>()).prop_map(|(quantifier, operator, if_exists)| {
        QualifiedOperator {
            quantifier,
            operator,
            if_exists,
        }
    })
}

fn conditions() -> impl Strategy<Value = Conditions> {
    let tests = vec((operator(), select(&KEYS[..]), texts(&NAMES)), 0..3);
    tests.prop_map(|tests| {
        let mut conditions = Conditions::none();
        for (operator, key, values) in tests {
            conditions.add(operator, key, values);
        }
        conditions
    })
}

fn principals() -> impl Strategy<Value = Principals> {
    let kinds = select(vec![
        PrincipalKind::Aws,
        PrincipalKind::Service,
        PrincipalKind::Federated,
        PrincipalKind::CanonicalUser,
    ]);
    let set = prop_oneof![
        Just(PrincipalSet::Anyone),
        btree_map(kinds, texts(&PRINCIPALS), 0..3).prop_map(PrincipalSet::Listed),
    ];
    (set, any::<bool>()).prop_map(|(set, negated)| {
        if negated {
            Principals::NotPrincipal(set)
        } else {
            Principals::Principal(set)
        }
    })
}

fn statement() -> impl Strategy<Value = Statement> {
    let actions = prop_oneof![
        texts(&NAMES).prop_map(Actions::Action),
        texts(&NAMES).prop_map(Actions::NotAction),
    ];
    let resources = option::of(prop_oneof![
        texts(&NAMES).prop_map(Resources::Resource),
        texts(&NAMES).prop_map(Resources::NotResource),
    ]);
    let sid = option::of(select(&["", "A", "B", "C"][..]).prop_map(str::to_owned));
    let effect = select(vec![Effect::Allow, Effect::Deny]);
    (
        sid,
        effect,
        option::of(principals()),
        actions,
        resources,
        conditions(),
    )
        .prop_map(
            |(sid, effect, principals, actions, resources, conditions)| Statement {
                sid,
                effect,
                principals,
                actions,
                resources,
                conditions,
            },
        )
}

fn document() -> impl Strategy<Value = Document> {
    let version = select(vec![Version::V2008, Version::V2012]);
    let id = option::of(select(&["", "x"][..]).prop_map(str::to_owned));
    (version, id, vec(statement(), 0..4)).prop_map(|(version, id, statements)| Document {
        version,
        id,
        statements,
    })
}

/// Some of the first document's statements, whole or changed, and others.
fn related_documents() -> impl Strategy<Value = (Document, Document)> {
    (document(), document()).prop_flat_map(|(one, other)| {
        let count = one.statements.len();
        (
            subsequence(one.statements.clone(), 0..=count),
            Just(one),
            Just(other),
        )
            .prop_map(|(kept, one, mut other)| {
                other.statements.extend(kept);
                (one, other)
            })
    })
}

/// Members whose value is a plain string and never a list.
const PLAIN: [&str; 6] = [
    "Version",
    "Id",
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
];

/// The same document with every list and object rotated, lists with an entry
/// repeated, lists of one opened and strings put into lists, as `dice` fall.
fn respelt(value: &Value, dice: &mut impl Iterator<Item = u8>) -> Value {
    let roll = dice.next().unwrap_or(0);
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members
                .iter()
                .map(|(name, value)| {
                    if value.is_string() && PLAIN.contains(&name.as_str()) {
                        (name.clone(), value.clone())
                    } else {
                        (name.clone(), respelt(value, dice))
                    }
                })
                .collect();
            let count = members.len().max(1);
            members.rotate_left(usize::from(roll) % count);
            Value::Object(Map::from_iter(members))
        }
        Value::Array(items) => {
            let mut items: Vec<_> = items
                .iter()
                .map(|item| {
                    if item.is_string() {
                        item.clone()
                    } else {
                        respelt(item, dice)
                    }
                })
                .collect();
            let count = items.len();
            items.rotate_left(usize::from(roll) % count.max(1));
            match (count, roll % 3) {
                (1, 0) => items.remove(0),
                (1.., 1) => {
                    items.push(items[0].clone());
                    Value::Array(items)
                }
                _ => Value::Array(items),
            }
        }
        text if roll.is_multiple_of(2) => Value::Array(vec![text.clone()]),
        text => text.clone(),
    }
}

fn json() -> impl Strategy<Value = Value> {
    let words = select(
        &[
            "Version",
            "2012-10-17",
            "Statement",
            "Sid",
            "Effect",
            "Allow",
            "Principal",
            "AWS",
            "*",
            "Action",
            "NotAction",
            "Resource",
            "Condition",
            "Bool",
            "aws:SecureTransport",
        ][..],
    )
    .prop_map(str::to_owned);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(8, 64, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map(words.clone(), inner, 0..6)
                .prop_map(|members: BTreeMap<_, _>| Value::Object(members.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(document in document()) {
        prop_assert_eq!(Document::parse(&document.to_string()), Ok(document.clone()));
        prop_assert_eq!(Document::parse(&format!("{document:#}")), Ok(document.clone()));
        prop_assert_eq!(Document::from_value(&document.to_value()), Ok(document));
    }

    #[test]
    fn the_normal_form_ignores_order_repetition_and_lists_of_one(
        document in document(),
        dice in vec(any::<u8>(), 64),
    ) {
        let respelt = respelt(&document.to_value(), &mut dice.into_iter());
        let respelt = Document::from_value(&respelt);
        prop_assert_eq!(respelt.map(|respelt| respelt.normal_form()), Ok(document.normal_form()));
    }

    #[test]
    fn the_normal_form_of_a_normal_form_is_itself(document in document()) {
        let normal = document.normal_form();
        prop_assert!(document.equivalent(normal.document()));
        prop_assert_eq!(normal.document().normal_form(), normal);
    }

    #[test]
    fn equal_normal_forms_are_equivalent((one, other) in related_documents()) {
        prop_assert!(one.equivalent(&one));
        prop_assert_eq!(one.equivalent(&other), other.equivalent(&one));
        if one.normal_form() == other.normal_form() {
            prop_assert!(one.equivalent(&other));
        }
    }

    #[test]
    fn a_merge_view_means_what_was_observed((desired, observed) in related_documents()) {
        let view = merge_view(&desired.to_value(), &observed.to_value());
        let view = Document::from_value(&view);
        prop_assert!(view.as_ref().is_ok_and(|view| view.equivalent(&observed)), "{:?}", view);
    }

    #[test]
    fn a_merge_view_of_an_equivalent_document_is_the_desired_text(
        document in document(),
        dice in vec(any::<u8>(), 64),
    ) {
        let desired = document.to_value();
        let observed = respelt(&desired, &mut dice.into_iter());
        prop_assert_eq!(merge_view(&desired, &observed).to_string(), desired.to_string());
    }

    #[test]
    fn a_merge_view_is_stable((desired, observed) in related_documents()) {
        let desired = desired.to_value();
        let view = merge_view(&desired, &observed.to_value());
        prop_assert_eq!(merge_view(&desired, &view), view);
    }

    #[test]
    fn no_bytes_make_the_reader_panic(bytes in vec(any::<u8>(), 0..256)) {
        let _ = Document::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_damage_to_a_document_makes_the_reader_panic(
        document in document(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = document.to_string().into_bytes();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = Document::parse(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn text_and_value_are_read_alike(one in json(), other in json()) {
        let from_text = Document::parse(&one.to_string());
        let from_value = Document::from_value(&one);
        prop_assert_eq!(from_text.is_ok(), from_value.is_ok());
        let _ = merge_view(&one, &other);
    }

    #[test]
    fn wildcards_agree_with_the_plain_definition(pattern in "[ab*?]{0,6}", text in "[ab:]{0,6}") {
        prop_assert_eq!(matches_text(&pattern, &text), matches_plainly(&pattern, &text));
    }

    #[test]
    fn a_session_is_the_role_of_its_name_and_any_path(
        path in "([a-z/]{0,6}/)?",
        name in "[A-Za-z]{1,6}",
        other in "[A-Za-z]{1,6}",
    ) {
        let role = format!("arn:aws:iam::111122223333:role/{path}{name}");
        let session = format!("arn:aws:sts::111122223333:assumed-role/{other}/s");
        prop_assert_eq!(same_principal(&role, &session), name == other);
    }

    #[test]
    fn no_text_makes_the_comparison_panic(pattern in ".{0,40}", caller in ".{0,40}") {
        same_principal(&pattern, &caller);
        same_principal(&format!("a:b:c:d:e:{pattern}"), &format!("arn:aws:sts::1:assumed-role/{caller}/s"));
    }
}

fn matches_plainly(pattern: &str, text: &str) -> bool {
    let rest_of_text = text.get(1..);
    match (pattern.chars().next(), text.chars().next()) {
        (None, found) => found.is_none(),
        (Some('*'), _) => {
            matches_plainly(&pattern[1..], text)
                || rest_of_text.is_some_and(|rest| matches_plainly(pattern, rest))
        }
        (Some(_), None) => false,
        (Some(wanted), Some(found)) => {
            (wanted == '?' || wanted == found) && matches_plainly(&pattern[1..], &text[1..])
        }
    }
}
