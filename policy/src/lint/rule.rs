//! The rules: what each finds, and where that was learned.

use std::fmt::Write as _;

use super::Finding;
use super::bundle::Placed;
use super::rules;
use super::scene::{At, Scene};
use crate::Document;

/// A rule of the linter.
#[derive(Debug)]
pub struct Rule {
    /// `L1`.
    pub id: &'static str,
    /// What is wrong, as a title.
    pub title: &'static str,
    /// What is wrong, as a sentence for the docs.
    pub wrong: &'static str,
    /// Where AWS says so.
    pub source: &'static str,
    pub(super) check: Check,
}

/// What a rule looks at.
#[derive(Debug)]
pub(super) enum Check {
    Statement(fn(&Scene<'_>, &At<'_>) -> Vec<Finding>),
    Document(fn(&Scene<'_>, &Placed, &Document) -> Vec<Finding>),
    Bundle(fn(&Scene<'_>) -> Vec<Finding>),
}

/// Every rule, in the order of their ids.
pub static RULES: [Rule; 38] = [
    rules::absent::L1,
    rules::absent::L2,
    rules::absent::L3,
    rules::alternatives::L4,
    rules::network::L5,
    rules::principals::L6,
    rules::roles::L7,
    rules::roles::L8,
    rules::resources::L9,
    rules::actions::L10,
    rules::actions::L11,
    rules::shape::L12,
    rules::endpoints::L13,
    rules::buckets::L14,
    rules::buckets::L15,
    rules::endpoints::L16,
    rules::detective::L17,
    rules::firewall::L18,
    rules::groups::L19,
    rules::logs::L20,
    rules::shape::L21,
    rules::keys::L22,
    rules::keys::L23,
    rules::absent::L24,
    rules::shape::L25,
    rules::principals::L26,
    rules::principals::L27,
    rules::principals::L28,
    rules::principals::L29,
    rules::shape::L30,
    rules::shape::L31,
    rules::values::L32,
    rules::values::L33,
    rules::endpoints::L34,
    rules::network::L35,
    rules::absent::L36,
    rules::shape::L37,
    rules::resources::L38,
];

/// The rules as a Markdown table, for the docs.
pub fn render_rules() -> String {
    let mut text = String::from("| rule | finds | why it matters |\n|---|---|---|\n");
    for rule in &RULES {
        let Rule {
            id,
            title,
            wrong,
            source,
            ..
        } = rule;
        let _ = writeln!(text, "| {id} | {title} | {wrong} [AWS]({source}) |");
    }
    text
}
