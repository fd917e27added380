//! Attribute paths.

use cloister_framework::{Block, Path, Step};
use cloister_proto::tfplugin6::AttributePath;
use cloister_proto::tfplugin6::attribute_path;
use cloister_proto::tfplugin6::attribute_path::step::Selector;

pub(crate) fn wire_path(path: &Path) -> AttributePath {
    AttributePath {
        steps: path.steps().iter().map(wire_step).collect(),
    }
}

/// The place at which Terraform shows a line for a path of `block`: an attribute, or a member of it.
///
/// Terraform looks for deeper places in blocks alone, and for all others shows the first line of the resource. The text
/// of a diagnostic names the deeper place.
pub(crate) fn shown_place(path: &Path, block: &Block) -> Path {
    match path.steps() {
        [head @ Step::Attribute(name), rest @ ..] if block.attributes.contains_key(name) => {
            let member = rest
                .first()
                .filter(|step| !matches!(step, Step::Attribute(_)));
            std::iter::once(head).chain(member).cloned().collect()
        }
        _ => path.clone(),
    }
}

fn wire_step(step: &Step) -> attribute_path::Step {
    let selector = match step {
        Step::Attribute(name) => Selector::AttributeName(name.clone()),
        Step::Key(key) => Selector::ElementKeyString(key.clone()),
        Step::Index(index) => Selector::ElementKeyInt(i64::try_from(*index).unwrap_or(i64::MAX)),
    };
    attribute_path::Step {
        selector: Some(selector),
    }
}

#[cfg(test)]
mod tests {
    use cloister_framework::{Attribute, Presence, Type};

    use super::*;

    #[test]
    fn a_place_in_an_attribute_is_the_attribute_or_its_member() {
        let block = Block {
            attributes: ["network", "profiles"]
                .map(|name| {
                    (
                        name.to_owned(),
                        Attribute::new(Type::String, Presence::Optional, ""),
                    )
                })
                .into(),
            ..Block::default()
        };
        let network = Path::attribute("network");
        let alice = Path::attribute("profiles").key("alice");
        let timeout = Path::attribute("timeouts").then("create");
        for (path, place) in [
            (network.clone(), network.clone()),
            (network.then("cidr"), network),
            (alice.clone(), alice.clone()),
            (alice.then("spaces").key("one").then("volume_gb"), alice),
            (timeout.clone(), timeout),
            (Path::root(), Path::root()),
        ] {
            assert_eq!(shown_place(&path, &block), place, "{path}");
        }
    }

    #[test]
    fn every_kind_of_step_has_its_selector() {
        let path = Path::attribute("rules").index(2).then("tags").key("a/b");
        let selectors: Vec<_> = wire_path(&path)
            .steps
            .into_iter()
            .filter_map(|step| step.selector)
            .collect();
        assert_eq!(
            selectors,
            [
                Selector::AttributeName("rules".to_owned()),
                Selector::ElementKeyInt(2),
                Selector::AttributeName("tags".to_owned()),
                Selector::ElementKeyString("a/b".to_owned()),
            ]
        );
    }
}
