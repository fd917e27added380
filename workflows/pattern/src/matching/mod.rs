//! Whether a branch holds for a record.

mod consistency;
mod leaves;

use std::ops::ControlFlow;

pub(crate) use leaves::{Elements, each_leaf};

use crate::field::{Branch, Branches, Field};
use crate::record::Record;

/// How a record meets one field, looked at alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Meets {
    /// By a value outside all lists of objects, or by having no value.
    Freely,
    /// By a value inside an element of a list.
    InAnElement,
    /// By having no value in the element that other fields choose.
    IfElsewhere,
    Never,
}

pub(crate) fn any_branch_holds(branches: &Branches, record: &Record) -> bool {
    let mut all = branches.branches.iter();
    all.any(|branch| branch_holds(branches, branch, record))
}

pub(crate) fn branch_holds(branches: &Branches, branch: &Branch, record: &Record) -> bool {
    let mut in_elements = 0;
    let mut elsewhere = 0;
    for field in branches.fields_of(branch) {
        match meets(field, record) {
            Meets::Freely => {}
            Meets::InAnElement => in_elements += 1,
            Meets::IfElsewhere => elsewhere += 1,
            Meets::Never => return false,
        }
    }
    match (in_elements, elsewhere) {
        (0 | 1, 0) => true,
        (0, _) => false,
        _ => consistency::holds(branches.fields_of(branch), record),
    }
}

pub(crate) fn meets(field: &Field, record: &Record) -> Meets {
    let mut met = None;
    let mut seen_freely = false;
    let mut seen = false;
    let stopped = each_leaf(record.root(), field.path(), &mut |leaf, elements| {
        seen = true;
        seen_freely |= elements.is_none();
        if !field.alternatives.iter().any(|one| one.takes(leaf.kind())) {
            return ControlFlow::Continue(());
        }
        if elements.is_none() {
            return ControlFlow::Break(());
        }
        met = Some(Meets::InAnElement);
        ControlFlow::Continue(())
    });
    match (stopped, met) {
        (ControlFlow::Break(()), _) => Meets::Freely,
        (_, Some(met)) => met,
        _ if !field.may_be_absent || seen_freely => Meets::Never,
        _ if seen => Meets::IfElsewhere,
        _ => Meets::Freely,
    }
}
