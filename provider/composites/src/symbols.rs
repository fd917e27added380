//! From config attributes to settings: what is unknown in config is unknown in the settings it reaches.

use std::collections::BTreeSet;

use cloister_composite::unknown_mark;
use cloister_framework::Attr;

/// A set of strings from config, as it stands in config.
pub(crate) type Names = Attr<BTreeSet<Attr<String>>>;

/// The names of a set, sorted; an unknown set or element is a mark that makes the settings it reaches unknown.
pub(crate) fn names(set: &Names) -> Vec<String> {
    match set {
        Attr::Null => Vec::new(),
        Attr::Unknown => vec![unknown_mark()],
        Attr::Known(elements) => elements.iter().filter_map(text).collect(),
    }
}

/// The names of a set, if all of them are known; null is the empty set.
pub(crate) fn known_names(set: &Names) -> Option<Vec<String>> {
    match set {
        Attr::Null => Some(Vec::new()),
        Attr::Unknown => None,
        Attr::Known(elements) => elements.iter().map(|name| name.known().cloned()).collect(),
    }
}

/// A string; `None` if it is null.
pub(crate) fn text(text: &Attr<String>) -> Option<String> {
    match text {
        Attr::Null => None,
        Attr::Unknown => Some(unknown_mark()),
        Attr::Known(text) => Some(text.clone()),
    }
}

/// A set of known names, as it stands in config; null if there are none.
pub(crate) fn set_of(names: impl IntoIterator<Item = String>) -> Names {
    let names: BTreeSet<Attr<String>> = names.into_iter().map(Attr::Known).collect();
    if names.is_empty() {
        Attr::Null
    } else {
        Attr::Known(names)
    }
}
