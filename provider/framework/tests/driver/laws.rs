//! What holds of every plan, whatever the configuration.

use std::collections::BTreeMap;

use cloister_framework::{Resource, Value, msgpack};
use proptest::prelude::*;

use crate::core::{apply, plan, refusal};
use crate::widget::{Conduct, Widgets, inner, object};

fn word() -> impl Strategy<Value = Value> {
    "[a-c]{2}".prop_map(Value::String)
}

fn maybe(known: impl Strategy<Value = Value> + 'static) -> impl Strategy<Value = Value> {
    prop_oneof![3 => known, 1 => Just(Value::Null)]
}

fn element() -> impl Strategy<Value = Value> {
    (maybe(word()), maybe((1..5_i64).prop_map(Value::from)))
        .prop_map(|(label, weight)| inner(label, weight, Value::Null))
}

/// Terraform collapses equal elements before it sends a set.
fn set_of(mut elements: Vec<Value>) -> Value {
    elements.sort();
    elements.dedup();
    Value::Set(elements)
}

fn config() -> impl Strategy<Value = Value> {
    let elements = || proptest::collection::vec(element(), 0..3);
    let map = proptest::collection::btree_map("[x-z]", element(), 0..3);
    (
        (
            word(),
            maybe((1..9_i64).prop_map(Value::from)),
            maybe(word()),
            maybe(word()),
        ),
        maybe(proptest::collection::vec(word(), 0..3).prop_map(set_of)),
        maybe(elements().prop_map(Value::List)),
        maybe(map.prop_map(|entries: BTreeMap<_, _>| Value::Map(entries))),
        maybe(elements().prop_map(set_of)),
        maybe(element()),
        elements().prop_map(Value::List),
    )
        .prop_map(
            |((name, size, key, password), zones, list, map, set, single, block)| {
                object([
                    ("name", name),
                    ("size", size),
                    ("key", key),
                    ("password", password),
                    ("zones", zones),
                    ("list", list),
                    ("map", map),
                    ("set", set),
                    ("single", single),
                    ("block", block),
                ])
            },
        )
}

/// A configuration in which some values are not known yet.
fn with_unknowns(config: Value, hidden: &[bool]) -> Value {
    let Value::Object(mut entries) = config else {
        unreachable!("a config is an object")
    };
    let names = [
        "name", "size", "key", "zones", "list", "map", "set", "single",
    ];
    for (name, _) in names.iter().zip(hidden).filter(|(_, hidden)| **hidden) {
        if let Some(value) = entries.get_mut(*name).filter(|value| !value.is_null()) {
            *value = Value::Unknown;
        }
    }
    Value::Object(entries)
}

/// Known in the plan stays; unknown and what depends on it may become anything.
fn keeps_promise(planned: &Value, later: &Value) -> bool {
    match (planned, later) {
        (Value::Unknown, _) => true,
        (Value::Object(planned), Value::Object(later))
        | (Value::Map(planned), Value::Map(later)) => {
            planned.keys().eq(later.keys())
                && planned
                    .iter()
                    .all(|(name, planned)| keeps_promise(planned, &later[name]))
        }
        (Value::List(planned), Value::List(later)) => {
            planned.len() == later.len()
                && planned
                    .iter()
                    .zip(later)
                    .all(|(planned, later)| keeps_promise(planned, later))
        }
        (Value::Set(planned), Value::Set(later)) => planned
            .iter()
            .all(|planned| later.iter().any(|later| keeps_promise(planned, later))),
        (planned, later) => planned == later,
    }
}

proptest! {
    #[test]
    fn an_applied_plan_leaves_nothing_to_plan(config in config()) {
        let widgets = Widgets(Conduct::Good);
        let state = apply(&widgets, &Value::Null, &config);
        let again = plan(&widgets, &state, &config);
        prop_assert_eq!(again.planned, state);
        prop_assert!(again.requires_replace.is_empty());
    }

    #[test]
    fn an_update_leaves_nothing_to_plan(first in config(), second in config()) {
        let widgets = Widgets(Conduct::Good);
        let state = apply(&widgets, &Value::Null, &first);
        let state = apply(&widgets, &state, &second);
        prop_assert_eq!(plan(&widgets, &state, &second).planned, state);
    }

    #[test]
    fn core_accepts_every_plan(first in config(), second in config(), hidden in proptest::collection::vec(any::<bool>(), 8)) {
        let widgets = Widgets(Conduct::Good);
        let second = with_unknowns(second, &hidden);
        let state = apply(&widgets, &Value::Null, &first);
        for prior in [&Value::Null, &state] {
            let output = plan(&widgets, prior, &second);
            prop_assert!(output.diagnostics.is_empty(), "{:?}", output.diagnostics);
            prop_assert_eq!(refusal(widgets.schema(), prior, &second, &output.planned), None);
            prop_assert!(msgpack::encode(&output.planned, &widgets.schema().ty()).is_ok());
        }
    }

    #[test]
    fn planning_twice_gives_the_same(first in config(), second in config()) {
        let widgets = Widgets(Conduct::Good);
        let state = apply(&widgets, &Value::Null, &first);
        let (one, two) = (plan(&widgets, &state, &second), plan(&widgets, &state, &second));
        prop_assert_eq!((one.planned, one.requires_replace, one.private), (two.planned, two.requires_replace, two.private));
    }

    #[test]
    fn what_a_plan_says_holds_once_all_is_known(
        first in config(),
        second in config(),
        hidden in proptest::collection::vec(any::<bool>(), 8),
    ) {
        let widgets = Widgets(Conduct::Good);
        let state = apply(&widgets, &Value::Null, &first);
        let early = plan(&widgets, &state, &with_unknowns(second.clone(), &hidden));
        let late = plan(&widgets, &state, &second);
        prop_assert!(keeps_promise(&early.planned, &late.planned), "{:?}\n{:?}", early.planned, late.planned);
        let appeared = late.requires_replace.iter().find(|path| !early.requires_replace.contains(path));
        prop_assert_eq!(appeared, None);
    }
}
