//! `docs/lint.md` lists the rules as the code has them.

use cloister_policy::lint::{RULES, render_rules};

const DOCS: &str = include_str!("../../../docs/lint.md");

#[test]
fn the_docs_have_every_rule() {
    let expected = render_rules();
    assert!(
        DOCS.contains(&expected),
        "put this into docs/lint.md:\n\n{expected}"
    );
}

#[test]
fn rules_are_numbered_and_say_what_is_wrong_and_where_that_was_learned() {
    for (index, rule) in RULES.iter().enumerate() {
        assert_eq!(rule.id, format!("L{}", index + 1));
        assert!(
            rule.wrong.ends_with('.') && !rule.title.ends_with('.'),
            "{}",
            rule.id
        );
        assert!(
            rule.source.starts_with("https://docs.aws.amazon.com/"),
            "{}",
            rule.id
        );
    }
}
