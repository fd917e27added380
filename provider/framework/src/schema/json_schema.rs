//! What a JSON Schema node says about types and limits.

use std::borrow::Cow;

use serde_json::{Map, Value as Json};

use crate::{Number, Rule, Type};

/// What a node describes, one level deep.
pub(super) enum Shape<'a> {
    Simple(Type),
    Object(&'a Map<String, Json>),
    List(&'a Json),
    Set(&'a Json),
    Map(&'a Json),
    Tuple(&'a [Json]),
}

/// Any content: the element of a list or map that says nothing about its elements.
static ANY: Json = Json::Bool(true);

pub(super) fn shape_of(node: &Map<String, Json>) -> Result<Shape<'_>, String> {
    if node.contains_key("$ref") || node.contains_key("$defs") {
        return Err("a type that contains itself has no Terraform type".to_owned());
    }
    if choices(node).is_some() {
        return Ok(Shape::Simple(Type::String));
    }
    if let Some(combined) = ["anyOf", "oneOf", "allOf"]
        .iter()
        .find(|key| node.contains_key(**key))
    {
        return Err(format!(
            "`{combined}` has no Terraform type; use a struct with optional fields"
        ));
    }
    match node.get("type").and_then(Json::as_str) {
        Some("string") => Ok(Shape::Simple(Type::String)),
        Some("boolean") => Ok(Shape::Simple(Type::Bool)),
        Some("number" | "integer") => Ok(Shape::Simple(Type::Number)),
        Some("array") => Ok(array(node)),
        Some("object") => Ok(object(node)),
        Some(other) => Err(format!("JSON type `{other}` has no Terraform type")),
        None if node.contains_key("type") => {
            Err("more than one JSON type has no Terraform type".to_owned())
        }
        None if node.contains_key("properties") => Ok(Shape::Object(node)),
        None => Ok(Shape::Simple(Type::Dynamic)),
    }
}

fn array(node: &Map<String, Json>) -> Shape<'_> {
    if let Some(Json::Array(elements)) = node.get("prefixItems") {
        return Shape::Tuple(elements);
    }
    let items = node.get("items").unwrap_or(&ANY);
    if node.get("uniqueItems").and_then(Json::as_bool) == Some(true) {
        Shape::Set(items)
    } else {
        Shape::List(items)
    }
}

fn object(node: &Map<String, Json>) -> Shape<'_> {
    match map_element(node) {
        Some(element) if !node.contains_key("properties") => Shape::Map(element),
        _ => Shape::Object(node),
    }
}

/// What a map holds. Keys that must match a pattern come as `patternProperties`.
fn map_element(node: &Map<String, Json>) -> Option<&Json> {
    if let Some(Json::Object(patterns)) = node.get("patternProperties") {
        return patterns.values().next();
    }
    node.get("additionalProperties")
        .filter(|element| **element != Json::Bool(false))
}

/// The node without the null that `Option` adds: in Terraform everything may be null.
pub(super) fn without_null(node: &Json) -> Cow<'_, Json> {
    let Json::Object(object) = node else {
        return Cow::Borrowed(node);
    };
    let mut stripped = object.clone();
    unwrap_single(&mut stripped);
    if let Some(Json::Array(types)) = stripped.get_mut("type") {
        types.retain(|ty| ty != "null");
        if let [single] = types.as_slice() {
            let single = single.clone();
            stripped.insert("type".to_owned(), single);
        }
    }
    if let Some(Json::Array(values)) = stripped.get_mut("enum") {
        values.retain(|value| !value.is_null());
    }
    if stripped == *object {
        Cow::Borrowed(node)
    } else {
        Cow::Owned(Json::Object(stripped))
    }
}

/// `anyOf: [X, null]` and `allOf: [X]` are X; what stands beside them wins over what X says.
fn unwrap_single(node: &mut Map<String, Json>) {
    for key in ["anyOf", "oneOf", "allOf"] {
        let Some(Json::Array(options)) = node.get(key) else {
            continue;
        };
        let mut options = options
            .iter()
            .filter(|option| option.get("type").is_none_or(|ty| ty != "null"));
        if let (Some(Json::Object(only)), None) = (options.next(), options.next()) {
            let only = only.clone();
            node.remove(key);
            for (name, value) in only {
                node.entry(name).or_insert(value);
            }
            return unwrap_single(node);
        }
    }
}

/// The limits that a node sets.
pub(super) fn rules_of(node: &Map<String, Json>) -> Vec<Rule> {
    let mut rules = Vec::new();
    rules.extend(choices(node).map(Rule::OneOf));
    rules
        .extend(bounds(node, "minLength", "maxLength").map(|(min, max)| Rule::Length { min, max }));
    rules.extend(
        node.get("pattern")
            .and_then(Json::as_str)
            .map(|pattern| Rule::Pattern(pattern.to_owned())),
    );
    number_rules(node, &mut rules);
    let size = bounds(node, "minItems", "maxItems")
        .or_else(|| bounds(node, "minProperties", "maxProperties"));
    if !node.contains_key("prefixItems") {
        rules.extend(size.map(|(min, max)| Rule::Size { min, max }));
    }
    rules.extend(key_rules(node));
    rules.extend(element_rules(node));
    rules
}

/// The values of an enum of names, plain or each with its own description.
fn choices(node: &Map<String, Json>) -> Option<Vec<String>> {
    let names = |values: &[Json]| {
        values
            .iter()
            .map(|value| Some(value.as_str()?.to_owned()))
            .collect()
    };
    if let Some(Json::Array(values)) = node.get("enum") {
        return names(values);
    }
    if let Some(value) = node.get("const") {
        return names(std::slice::from_ref(value));
    }
    let Some(Json::Array(options)) = node.get("oneOf") else {
        return None;
    };
    let options: Option<Vec<Vec<String>>> = options
        .iter()
        .map(|option| choices(option.as_object()?))
        .collect();
    Some(options?.concat())
}

fn bounds(node: &Map<String, Json>, min: &str, max: &str) -> Option<(Option<u64>, Option<u64>)> {
    let bound = |key: &str| node.get(key).and_then(Json::as_u64);
    let (min, max) = (bound(min), bound(max));
    (min.is_some() || max.is_some()).then_some((min, max))
}

fn number_rules(node: &Map<String, Json>, rules: &mut Vec<Rule>) {
    let limit = |key: &str| {
        node.get(key)
            .filter(|limit| limit.is_number())
            .and_then(|limit| limit.to_string().parse().ok())
    };
    if node.get("type").and_then(Json::as_str) == Some("integer") {
        rules.push(Rule::Integer);
    }
    // What was written comes first, in a rule of its own: it is what a message should name.
    let (least, most) = format_limits(node);
    let (min, max): (Option<Number>, Option<Number>) = (limit("minimum"), limit("maximum"));
    let (least, most) = (
        least.filter(|_| min.is_none()),
        most.filter(|_| max.is_none()),
    );
    for (min, max) in [(min, max), (least, most)] {
        if min.is_some() || max.is_some() {
            rules.push(Rule::Range { min, max });
        }
    }
    rules.extend(limit("exclusiveMinimum").map(Rule::Above));
    rules.extend(limit("exclusiveMaximum").map(Rule::Below));
}

/// What the Rust integer can hold.
fn format_limits(node: &Map<String, Json>) -> (Option<Number>, Option<Number>) {
    let limits: (i128, i128) = match node.get("format").and_then(Json::as_str) {
        Some("int8") => (i8::MIN.into(), i8::MAX.into()),
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("int64" | "int") => (i64::MIN.into(), i64::MAX.into()),
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint64" | "uint") => (0, u64::MAX.into()),
        _ => return (None, None),
    };
    (Some(limits.0.into()), Some(limits.1.into()))
}

fn key_rules(node: &Map<String, Json>) -> Option<Rule> {
    let mut rules = node
        .get("propertyNames")
        .and_then(Json::as_object)
        .map(rules_of)
        .unwrap_or_default();
    if let Some(Json::Object(patterns)) = node.get("patternProperties") {
        rules.extend(
            patterns
                .keys()
                .map(|pattern| Rule::Pattern(pattern.clone())),
        );
    }
    (!rules.is_empty()).then_some(Rule::Keys(rules))
}

/// Rules for elements; those of nested structs stand at their attributes.
fn element_rules(node: &Map<String, Json>) -> Option<Rule> {
    let element = match shape_of(node) {
        Ok(Shape::List(element) | Shape::Set(element) | Shape::Map(element)) => {
            without_null(element)
        }
        _ => return None,
    };
    let element = element.as_object()?;
    if matches!(shape_of(element), Ok(Shape::Object(_)) | Err(_)) {
        return None;
    }
    let rules = rules_of(element);
    (!rules.is_empty()).then_some(Rule::Each(rules))
}
