//! The values a record has at a path, and the list elements they stand in.

use std::ops::ControlFlow;

use crate::json::{Item, Kind};

/// The list elements around a value, innermost first. Lists of plain values do not count.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Elements<'a> {
    pub(crate) list: usize,
    pub(crate) element: usize,
    pub(crate) outer: Option<&'a Elements<'a>>,
}

/// What is done with each value found; it may end the search.
pub(crate) type Visit<'v, 'a> =
    &'v mut dyn FnMut(Item<'a>, Option<&Elements<'_>>) -> ControlFlow<()>;

/// Visits each plain value at `path`, keys joined by dots.
///
/// A record's own key may hold dots: `{"a.b": 1}` and `{"a": {"b": 1}}` both
/// have a value at `a.b`, as with AWS's matcher. Recursion is bounded by the
/// depth of a record.
pub(crate) fn each_leaf<'a>(root: Item<'a>, path: &[u8], visit: Visit<'_, 'a>) -> ControlFlow<()> {
    each_in_object(root, path, None, visit)
}

fn each_in_object<'a>(
    object: Item<'a>,
    path: &[u8],
    elements: Option<&Elements<'_>>,
    visit: Visit<'_, 'a>,
) -> ControlFlow<()> {
    for member in object.children() {
        let Some(rest) = path.strip_prefix(member.key()) else {
            continue;
        };
        match rest {
            [] => each_in_value(member, None, elements, visit)?,
            [b'.', rest @ ..] => each_in_value(member, Some(rest), elements, visit)?,
            _ => {}
        }
    }
    ControlFlow::Continue(())
}

/// `path` is what is left of it; nothing when the value is at its end.
fn each_in_value<'a>(
    value: Item<'a>,
    path: Option<&[u8]>,
    elements: Option<&Elements<'_>>,
    visit: Visit<'_, 'a>,
) -> ControlFlow<()> {
    match (value.kind(), path) {
        (Kind::Object, Some(path)) => each_in_object(value, path, elements, visit),
        (Kind::Array, _) => each_in_list(value, path, elements, visit),
        (Kind::Object, None) | (_, Some(_)) => ControlFlow::Continue(()),
        (_, None) => visit(value, elements),
    }
}

fn each_in_list<'a>(
    list: Item<'a>,
    path: Option<&[u8]>,
    elements: Option<&Elements<'_>>,
    visit: Visit<'_, 'a>,
) -> ControlFlow<()> {
    for (element, value) in list.children().enumerate() {
        let inside = Elements {
            list: list.identity(),
            element,
            outer: elements,
        };
        let is_container = matches!(value.kind(), Kind::Object | Kind::Array);
        let elements = if is_container {
            Some(&inside)
        } else {
            elements
        };
        each_in_value(value, path, elements, visit)?;
    }
    ControlFlow::Continue(())
}
