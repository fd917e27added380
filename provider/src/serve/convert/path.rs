//! Attribute paths.

use cloister_framework::{Path, Step};
use cloister_proto::tfplugin6::AttributePath;
use cloister_proto::tfplugin6::attribute_path;
use cloister_proto::tfplugin6::attribute_path::step::Selector;

pub(crate) fn wire_path(path: &Path) -> AttributePath {
    AttributePath {
        steps: path.steps().iter().map(wire_step).collect(),
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
    use super::*;

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
