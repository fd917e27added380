//! How a page names types and says limits.

use crate::schema::{Attribute, AttributeKind, BlockNesting, NestedBlock, Nesting, Replace, Rule};
use crate::{Type, Value, json};

/// `List of String`.
pub(super) fn type_words(ty: &Type) -> String {
    match ty {
        Type::String => "String".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::Bool => "Boolean".to_owned(),
        Type::Dynamic => "Dynamic".to_owned(),
        Type::Object(_) => "Object".to_owned(),
        Type::Tuple(_) => "Tuple".to_owned(),
        Type::List(element) => format!("List of {}", type_words(element)),
        Type::Set(element) => format!("Set of {}", type_words(element)),
        Type::Map(element) => format!("Map of {}", type_words(element)),
    }
}

/// `(Attributes Map, Sensitive)`.
pub(super) fn attribute_words(attribute: &Attribute) -> String {
    let mut words = vec![match &attribute.kind {
        AttributeKind::Typed(ty) => type_words(ty),
        AttributeKind::Nested(nested) => match nested.nesting {
            Nesting::Single => "Attributes".to_owned(),
            Nesting::List => "Attributes List".to_owned(),
            Nesting::Set => "Attributes Set".to_owned(),
            Nesting::Map => "Attributes Map".to_owned(),
        },
    }];
    let flags = [
        (attribute.sensitive, "Sensitive"),
        (attribute.deprecation.is_some(), "Deprecated"),
        (
            attribute.write_only,
            "[Write-only](https://developer.hashicorp.com/terraform/language/resources/ephemeral#write-only-arguments)",
        ),
    ];
    words.extend(
        flags
            .into_iter()
            .filter(|(set, _)| *set)
            .map(|(_, word)| word.to_owned()),
    );
    format!("({})", words.join(", "))
}

/// `(Block List, Min: 1, Max: 2)`.
pub(super) fn block_words(block: &NestedBlock) -> String {
    let mut words = vec![
        match block.nesting {
            BlockNesting::Single | BlockNesting::Group => "Block",
            BlockNesting::List => "Block List",
            BlockNesting::Set => "Block Set",
            BlockNesting::Map => "Block Map",
        }
        .to_owned(),
    ];
    match block.nesting {
        BlockNesting::Single if block.min_items == 0 => words.push("Optional".to_owned()),
        BlockNesting::List | BlockNesting::Set => {
            words.extend((block.min_items > 0).then(|| format!("Min: {}", block.min_items)));
            words.extend((block.max_items > 0).then(|| format!("Max: {}", block.max_items)));
        }
        _ => {}
    }
    if block.block.deprecation.is_some() {
        words.push("Deprecated".to_owned());
    }
    format!("({})", words.join(", "))
}

/// What the schema knows beyond the prose: deprecation, limits, default, replacement.
pub(super) fn facts(attribute: &Attribute) -> Vec<String> {
    let mut facts: Vec<String> = Vec::new();
    facts.extend(attribute.deprecation.clone());
    if !attribute.read_only() {
        facts.extend(
            attribute
                .rules
                .iter()
                .filter(|rule| worth_saying(rule))
                .map(|rule| sentence(&rule.demand("it"))),
        );
    }
    facts.extend(
        attribute
            .default
            .as_ref()
            .and_then(|default| default_words(default, &attribute.ty())),
    );
    match attribute.replace {
        Some(Replace::Always) => facts.push("A change makes a new resource.".to_owned()),
        Some(Replace::IfConfigured) => facts.push("Another value makes a new resource.".to_owned()),
        None => {}
    }
    facts
}

/// That an integer fits its machine type tells the reader nothing.
fn worth_saying(rule: &Rule) -> bool {
    match rule {
        Rule::Integer => false,
        Rule::Range { max: Some(max), .. } => max.to_u64().is_none_or(|max| !is_machine_limit(max)),
        Rule::Each(rules) | Rule::Keys(rules) => rules.iter().any(worth_saying),
        _ => true,
    }
}

fn is_machine_limit(max: u64) -> bool {
    [
        i16::MAX as u64,
        u16::MAX.into(),
        i32::MAX as u64,
        u32::MAX.into(),
        i64::MAX as u64,
        u64::MAX,
    ]
    .contains(&max)
}

/// "it must …" as a sentence of its own: "Must …".
fn sentence(demand: &str) -> String {
    let text = demand.strip_prefix("it ").unwrap_or(demand);
    let mut characters = text.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}

fn default_words(default: &Value, ty: &Type) -> Option<String> {
    let text = match default {
        Value::String(text) => text.clone(),
        other => String::from_utf8(json::encode(other, ty).ok()?).ok()?,
    };
    Some(format!("Defaults to `{text}`."))
}
