//! The schema section: required, optional, read-only, and what is nested.

use std::collections::BTreeMap;

use super::words::{attribute_words, block_words, facts};
use crate::schema::{Attribute, Block, BlockNesting, NestedBlock};

/// One line of a list, and what lies below it.
struct Entry<'a> {
    name: &'a str,
    words: String,
    text: String,
    nested: Option<Nested<'a>>,
}

#[derive(Clone, Copy)]
enum Nested<'a> {
    Attributes(&'a BTreeMap<String, Attribute>),
    Block(&'a Block),
}

/// The three groups in which a page lists what there is.
#[derive(Default)]
struct Groups<'a> {
    required: Vec<Entry<'a>>,
    optional: Vec<Entry<'a>>,
    read_only: Vec<Entry<'a>>,
}

pub(super) fn render_schema(block: &Block) -> String {
    let groups = Groups::of(&block.attributes, &block.blocks);
    let lists = groups.render(&[], |title| format!("\n### {title}\n\n"));
    ["## Schema\n".to_owned(), lists, groups.render_nested(&[])].concat()
}

fn render_nested(nested: Nested<'_>, path: &[&str]) -> String {
    let (anchor, title) = (anchor(nested, path), path.join("."));
    let heading = format!("\n<a id=\"{anchor}\"></a>\n### Nested Schema for `{title}`\n");
    let no_blocks = BTreeMap::new();
    let groups = match nested {
        Nested::Attributes(attributes) => Groups::of(attributes, &no_blocks),
        Nested::Block(block) => Groups::of(&block.attributes, &block.blocks),
    };
    let lists = groups.render(path, |title| format!("\n{title}:\n\n"));
    [heading, lists, groups.render_nested(path)].concat()
}

fn anchor(nested: Nested<'_>, path: &[&str]) -> String {
    let kind = match nested {
        Nested::Attributes(_) => "nestedatt",
        Nested::Block(_) => "nestedblock",
    };
    format!("{kind}--{}", path.join("--"))
}

impl<'a> Groups<'a> {
    fn of(
        attributes: &'a BTreeMap<String, Attribute>,
        blocks: &'a BTreeMap<String, NestedBlock>,
    ) -> Self {
        let mut groups = Self::default();
        for (name, attribute) in attributes {
            groups
                .group_of(attribute)
                .push(Entry::of_attribute(name, attribute));
        }
        for (name, block) in blocks {
            let required = block.min_items > 0 && block.nesting != BlockNesting::Group;
            let group = if required {
                &mut groups.required
            } else {
                &mut groups.optional
            };
            group.push(Entry::of_block(name, block));
        }
        for group in [
            &mut groups.required,
            &mut groups.optional,
            &mut groups.read_only,
        ] {
            group.sort_by_key(|entry| entry.name);
        }
        groups
    }

    fn group_of(&mut self, attribute: &Attribute) -> &mut Vec<Entry<'a>> {
        match attribute {
            attribute if attribute.required() => &mut self.required,
            attribute if attribute.read_only() => &mut self.read_only,
            _ => &mut self.optional,
        }
    }

    /// Each group that is not empty, under its heading.
    fn render(&self, path: &[&str], heading: impl Fn(&str) -> String) -> String {
        let filled = self
            .titled()
            .into_iter()
            .filter(|(_, entries)| !entries.is_empty());
        filled
            .map(|(title, entries)| {
                let lines: String = entries.iter().map(|entry| entry.render(path)).collect();
                heading(title) + &lines
            })
            .collect()
    }

    /// What lies below the entries, each in a section of its own.
    fn render_nested(&self, path: &[&str]) -> String {
        let entries = self.titled().into_iter().flat_map(|(_, entries)| entries);
        entries
            .filter_map(|entry| {
                let path: Vec<&str> = path.iter().copied().chain([entry.name]).collect();
                Some(render_nested(entry.nested?, &path))
            })
            .collect()
    }

    fn titled(&self) -> [(&'static str, &Vec<Entry<'a>>); 3] {
        [
            ("Required", &self.required),
            ("Optional", &self.optional),
            ("Read-Only", &self.read_only),
        ]
    }
}

impl<'a> Entry<'a> {
    fn of_attribute(name: &'a str, attribute: &'a Attribute) -> Self {
        let mut sentences = vec![attribute.description.trim().to_owned()];
        sentences.extend(facts(attribute));
        sentences.retain(|sentence| !sentence.is_empty());
        let nested = attribute
            .nested()
            .map(|nested| Nested::Attributes(&nested.attributes));
        Self {
            name,
            words: attribute_words(attribute),
            text: sentences.join(" "),
            nested,
        }
    }

    fn of_block(name: &'a str, block: &'a NestedBlock) -> Self {
        let text = block.block.description.trim().to_owned();
        Self {
            name,
            words: block_words(block),
            text,
            nested: Some(Nested::Block(&block.block)),
        }
    }

    fn render(&self, path: &[&str]) -> String {
        // Further lines are indented, or they would end the list.
        let text = self.text.replace('\n', "\n  ").replace("\n  \n", "\n\n");
        let below = self.nested.map(|nested| {
            let path: Vec<&str> = path.iter().copied().chain([self.name]).collect();
            format!(
                "(see [below for nested schema](#{}))",
                anchor(nested, &path)
            )
        });
        let name = format!("- `{}` {}", self.name, self.words);
        let mut parts = vec![name, text, below.unwrap_or_default()];
        parts.retain(|part| !part.is_empty());
        parts.join(" ") + "\n"
    }
}
