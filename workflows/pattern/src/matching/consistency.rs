//! Array consistency: all fields of a branch must hold within the same elements.
//!
//! A choice says which element of which list has been entered. Fields are
//! taken in the order of their paths; the choices that are still possible
//! after one field are the start for the next. Lists that no later field
//! looks into are forgotten, so choices that differ only there fall together:
//! the work stays near the number of values, not its product over fields.

use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;

use super::{Elements, each_leaf};
use crate::field::Field;
use crate::record::Record;

/// Pairs of list and element, sorted by list: an outer list before its inner ones.
type Choice = Vec<(usize, usize)>;

/// Where a field's values stand.
struct Candidates {
    /// The values that meet the field.
    meeting: BTreeSet<Choice>,
    /// All values, if the field may be absent.
    present: Option<BTreeSet<Choice>>,
}

pub(super) fn holds<'f>(fields: impl Iterator<Item = &'f Field>, record: &Record) -> bool {
    let steps: Vec<Candidates> = fields.map(|field| candidates(field, record)).collect();
    let last_use = last_use(&steps);
    let mut choices = BTreeSet::from([Choice::new()]);
    for (index, step) in steps.iter().enumerate() {
        let mut next = BTreeSet::new();
        for choice in &choices {
            for entered in consistent(&step.meeting, choice) {
                next.insert(join(choice, entered, index, &last_use));
            }
            let absent = |present| consistent(present, choice).next().is_none();
            if step.present.as_ref().is_some_and(absent) {
                next.insert(join(choice, &[], index, &last_use));
            }
        }
        choices = next;
    }
    !choices.is_empty()
}

fn candidates(field: &Field, record: &Record) -> Candidates {
    let mut candidates = Candidates {
        meeting: BTreeSet::new(),
        present: field.may_be_absent.then(BTreeSet::new),
    };
    // Never ends early: the visitor always continues.
    let _ = each_leaf(record.root(), field.path(), &mut |leaf, elements| {
        let choice = choice_of(elements);
        if let Some(present) = &mut candidates.present {
            present.insert(choice.clone());
        }
        if field.alternatives.iter().any(|one| one.takes(leaf.kind())) {
            candidates.meeting.insert(choice);
        }
        ControlFlow::Continue(())
    });
    candidates
}

fn choice_of(elements: Option<&Elements<'_>>) -> Choice {
    let chain = std::iter::successors(elements.copied(), |inside| inside.outer.copied());
    let mut choice: Choice = chain.map(|inside| (inside.list, inside.element)).collect();
    choice.reverse();
    choice
}

/// For each list, the last field that looks into it.
fn last_use(steps: &[Candidates]) -> HashMap<usize, usize> {
    let mut last = HashMap::new();
    for (index, step) in steps.iter().enumerate() {
        for choice in step.meeting.iter().chain(step.present.iter().flatten()) {
            for (list, _) in choice {
                last.insert(*list, index);
            }
        }
    }
    last
}

/// Those of `candidates` that enter no list at another element than `choice` does.
///
/// Sorted candidates with the same outermost list lie side by side: where
/// `choice` has entered it, only those of its element are looked at.
fn consistent<'c>(
    candidates: &'c BTreeSet<Choice>,
    choice: &'c Choice,
) -> impl Iterator<Item = &'c Choice> {
    let mut from: Choice = Vec::new();
    std::iter::from_fn(move || {
        loop {
            let candidate = candidates.range(from.clone()..).next()?;
            let conflict = candidate.first().and_then(|(list, element)| {
                let entered = element_of(choice, *list)?;
                (entered != *element).then_some((*list, *element, entered))
            });
            from = match conflict {
                Some((list, element, entered)) if element < entered => vec![(list, entered)],
                Some((list, _, _)) => vec![(list + 1, 0)],
                None => next_after(candidate),
            };
            let agrees = |(list, element): &(usize, usize)| {
                element_of(choice, *list).is_none_or(|entered| entered == *element)
            };
            if conflict.is_none() && candidate.iter().all(agrees) {
                return Some(candidate);
            }
        }
    })
}

/// The smallest choice greater than `choice`.
fn next_after(choice: &Choice) -> Choice {
    let mut next = choice.clone();
    next.push((0, 0));
    next
}

fn element_of(choice: &Choice, list: usize) -> Option<usize> {
    let position = choice.binary_search_by_key(&list, |(list, _)| *list).ok()?;
    Some(choice[position].1)
}

/// Both choices in one, without the lists that no field after `index` looks into.
fn join(
    choice: &[(usize, usize)],
    entered: &[(usize, usize)],
    index: usize,
    last_use: &HashMap<usize, usize>,
) -> Choice {
    let both = choice.iter().chain(entered).copied();
    let live = both.filter(|(list, _)| last_use.get(list).is_some_and(|last| *last > index));
    let mut joined: Choice = live.collect();
    joined.sort_unstable();
    joined.dedup();
    joined
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::{branch_holds, each_leaf};
    use super::{Choice, choice_of};
    use crate::field::Field;
    use crate::operators::Alternative;
    use crate::parse::parse_branches;
    use crate::{Pattern, Record};

    /// The rule as it reads: try every value of every field, one field after the other.
    fn try_all(fields: &[&Field], chosen: &Choice, record: &Record) -> bool {
        let Some((field, others)) = fields.split_first() else {
            return true;
        };
        let mut values = Vec::new();
        let _ = each_leaf(record.root(), field.path(), &mut |leaf, elements| {
            let met = field.alternatives.iter().any(|one| one.takes(leaf.kind()));
            values.push((choice_of(elements), met));
            ControlFlow::Continue(())
        });
        let agrees = |choice: &Choice| {
            let clash = |(list, element): &(usize, usize)| {
                chosen
                    .iter()
                    .any(|(other, at)| other == list && at != element)
            };
            !choice.iter().any(clash)
        };
        values.retain(|(choice, _)| agrees(choice));
        let mut meeting = values.iter().filter(|(_, met)| *met);
        let by_value = meeting.any(|(choice, _)| {
            try_all(
                others,
                &[chosen.as_slice(), choice.as_slice()].concat(),
                record,
            )
        });
        let may_be_absent = field
            .alternatives
            .iter()
            .any(|one| matches!(one, Alternative::Absent));
        by_value || (may_be_absent && values.is_empty() && try_all(others, chosen, record))
    }

    /// Lists of objects in lists of objects, few names and values, so that much clashes.
    fn value() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![Just("1".to_owned()), Just("2".to_owned())];
        leaf.prop_recursive(4, 32, 4, |inner| {
            let key = prop_oneof![Just("a"), Just("b"), Just("c"), Just("a.b")];
            let member =
                (key, inner.clone()).prop_map(|(key, value)| format!("\"{key}\": {value}"));
            let object = vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(",")));
            prop_oneof![
                object.clone(),
                vec(prop_oneof![inner, object], 0..4)
                    .prop_map(|all| format!("[{}]", all.join(",")))
            ]
        })
    }

    fn field() -> impl Strategy<Value = String> {
        let key = prop_oneof![Just("a"), Just("b"), Just("c")];
        let list = prop_oneof![
            Just("[1]"),
            Just("[2]"),
            Just("[{\"exists\": false}]"),
            Just("[1, {\"exists\": false}]")
        ];
        (vec(key, 1..3), list).prop_map(|(keys, list)| {
            // Joined keys name the same field as nested ones, and never stand twice.
            format!("\"{}\": {list}", keys.join("."))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn following_choices_answers_as_trying_all(fields in vec(field(), 1..5), root in value()) {
            let pattern = format!("{{\"l\": {{{}}}}}", fields.join(","));
            let Ok(_) = Pattern::parse(&pattern) else {
                return Ok(()); // A key stands twice.
            };
            let record = Record::parse(format!("{{\"l\": {root}}}").as_bytes()).expect("a record");
            let value = serde_json::from_str(&pattern).expect("JSON");
            let document = crate::json::copy_value(&value, 9).expect("not deep");
            let branches = parse_branches(document.root(), None).expect("a pattern");
            let branch = &branches.branches[0];
            let fields: Vec<&Field> = branches.fields_of(branch).collect();
            prop_assert_eq!(
                branch_holds(&branches, branch, &record),
                try_all(&fields, &Choice::new(), &record),
                "{} on {:?}", pattern, root
            );
        }
    }
}
