//! From a config struct to its schema.
//!
//! `schemars` says what the struct's fields are; extensions on a field say what
//! only Terraform knows: `x-computed`, `x-sensitive`, `x-replace`, `x-keep`,
//! `x-default`, `x-block`, and the standard `readOnly` and `writeOnly`. What
//! cannot be expressed is kept as a problem, for `check` to report.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::{Map, Value as Json};

use super::json_schema::{Shape, rules_of, shape_of, without_null};
use super::presence::{Flags, Parent, default_of, presence_of};
use super::{
    Attribute, AttributeKind, Block, BlockNesting, NestedAttributes, NestedBlock, Nesting,
    Presence, Purpose, Schema,
};
use crate::{Path, Type};

impl Schema {
    /// The schema of a resource, data source or ephemeral resource that decodes into `T`.
    pub fn of<T: JsonSchema>(version: i64) -> Self {
        let mut settings = SchemaSettings::draft2020_12();
        settings.inline_subschemas = true;
        settings.meta_schema = None;
        let json = settings
            .into_generator()
            .into_root_schema_for::<T>()
            .to_value();
        let mut deriving = Deriving::default();
        let block = match without_null(&json).as_object() {
            Some(object) => deriving.block(object, &Path::root(), Parent::Configurable),
            None => deriving.block(&Map::new(), &Path::root(), Parent::Configurable),
        };
        if json.get("properties").is_none()
            && json.get("type").and_then(Json::as_str) != Some("object")
        {
            deriving
                .problems
                .push("the root is not a struct".to_owned());
        }
        Self {
            version,
            block,
            purpose: Purpose::Resource,
            problems: deriving.problems,
        }
    }

    /// The schema of a provider block: nothing in it is computed, and defaults
    /// apply when the provider is configured.
    pub fn of_provider<T: JsonSchema>() -> Self {
        let mut schema = Self::of::<T>(0);
        schema.purpose = Purpose::Provider;
        uncompute(&mut schema.block);
        schema
    }
}

fn uncompute(block: &mut Block) {
    uncompute_attributes(&mut block.attributes);
    block
        .blocks
        .values_mut()
        .for_each(|nested| uncompute(&mut nested.block));
}

fn uncompute_attributes(attributes: &mut BTreeMap<String, Attribute>) {
    for attribute in attributes.values_mut() {
        if attribute.presence == Presence::OptionalComputed {
            attribute.presence = Presence::Optional;
        }
        if let AttributeKind::Nested(nested) = &mut attribute.kind {
            uncompute_attributes(&mut nested.attributes);
        }
    }
}

#[derive(Default)]
struct Deriving {
    problems: Vec<String>,
}

impl Deriving {
    fn block(&mut self, object: &Map<String, Json>, path: &Path, parent: Parent) -> Block {
        let mut block = Block {
            description: text(object, "description"),
            ..Block::default()
        };
        block.deprecation = Flags::of(object).deprecation;
        for (name, json, required) in properties(object) {
            let path = path.then(name);
            let json = without_null(json);
            let Some(field) = json.as_object() else {
                // `true`: anything goes.
                block.attributes.insert(
                    name.to_owned(),
                    self.attribute(&Map::new(), required, &path, parent),
                );
                continue;
            };
            match field.get("x-block") {
                None => {
                    block.attributes.insert(
                        name.to_owned(),
                        self.attribute(field, required, &path, parent),
                    );
                }
                Some(nesting) => {
                    if let Some(nested) = self.nested_block(nesting, field, required, &path) {
                        block.blocks.insert(name.to_owned(), nested);
                    }
                }
            }
        }
        block
    }

    fn nested_block(
        &mut self,
        nesting: &Json,
        field: &Map<String, Json>,
        required: bool,
        path: &Path,
    ) -> Option<NestedBlock> {
        let nesting = match nesting.as_str() {
            Some("single") => BlockNesting::Single,
            Some("group") => BlockNesting::Group,
            Some("list") => BlockNesting::List,
            Some("set") => BlockNesting::Set,
            Some("map") => BlockNesting::Map,
            _ => return self.problem(path, "`x-block` must be single, group, list, set or map"),
        };
        let object = match (nesting, shape_of(field)) {
            (BlockNesting::Single | BlockNesting::Group, Ok(Shape::Object(object))) => object,
            (
                BlockNesting::List | BlockNesting::Set,
                Ok(Shape::List(element) | Shape::Set(element)),
            )
            | (BlockNesting::Map, Ok(Shape::Map(element))) => self.object_of(element, path)?,
            _ => return self.problem(path, "the field's type does not fit its `x-block`"),
        };
        let (min_items, max_items) = match nesting {
            BlockNesting::Single => (u64::from(required), u64::from(required)),
            BlockNesting::Group | BlockNesting::Map => (0, 0),
            BlockNesting::List | BlockNesting::Set => {
                (count(field, "minItems"), count(field, "maxItems"))
            }
        };
        let mut block = self.block(object, path, Parent::Configurable);
        let described = text(field, "description");
        if !described.is_empty() {
            block.description = described;
        }
        Some(NestedBlock {
            nesting,
            block,
            min_items,
            max_items,
        })
    }

    fn object_of<'a>(&mut self, element: &'a Json, path: &Path) -> Option<&'a Map<String, Json>> {
        match element.as_object().map(|object| (object, shape_of(object))) {
            Some((_, Ok(Shape::Object(object)))) => Some(object),
            _ => self.problem(path, "a block holds a struct"),
        }
    }

    fn attribute(
        &mut self,
        field: &Map<String, Json>,
        required: bool,
        path: &Path,
        parent: Parent,
    ) -> Attribute {
        let flags = Flags::of(field);
        self.problems.extend(
            flags
                .problems
                .iter()
                .map(|problem| format!("`{path}`: {problem}")),
        );
        let within = parent.with(&flags);
        let (kind, kind_description) = self.kind(field, path, within);
        let ty = match &kind {
            AttributeKind::Typed(ty) => ty.clone(),
            AttributeKind::Nested(nested) => nested.ty(),
        };
        let default =
            if flags.computed == Some(Presence::Computed) || within != Parent::Configurable {
                None
            } else {
                default_of(field, &ty).unwrap_or_else(|why| self.problem(path, &why))
            };
        Attribute {
            rules: rules_of(field),
            presence: presence_of(&flags, required, default.is_some(), within),
            sensitive: flags.sensitive,
            write_only: flags.write_only || within == Parent::WriteOnly,
            description: described(field, kind_description),
            deprecation: flags.deprecation,
            keep: flags.keep,
            replace: flags.replace,
            default,
            kind,
        }
    }

    /// The kind, and what the struct inside says about itself.
    fn kind(
        &mut self,
        field: &Map<String, Json>,
        path: &Path,
        parent: Parent,
    ) -> (AttributeKind, String) {
        let (nesting, element) = match shape_of(field) {
            Ok(Shape::Object(object)) => return self.nested(Nesting::Single, object, path, parent),
            Ok(Shape::List(element)) => (Nesting::List, element),
            Ok(Shape::Set(element)) => (Nesting::Set, element),
            Ok(Shape::Map(element)) => (Nesting::Map, element),
            Ok(Shape::Simple(_) | Shape::Tuple(_)) | Err(_) => return self.typed(field, path),
        };
        match without_null(element).as_object().map(shape_of) {
            Some(Ok(Shape::Object(object))) => self.nested(nesting, object, path, parent),
            _ => self.typed(field, path),
        }
    }

    fn typed(&mut self, field: &Map<String, Json>, path: &Path) -> (AttributeKind, String) {
        (AttributeKind::Typed(self.ty(field, path)), String::new())
    }

    fn nested(
        &mut self,
        nesting: Nesting,
        object: &Map<String, Json>,
        path: &Path,
        parent: Parent,
    ) -> (AttributeKind, String) {
        let block = self.block(object, path, parent);
        if !block.blocks.is_empty() {
            self.problems.push(format!(
                "`{path}`: a block inside an attribute is not possible"
            ));
        }
        (
            AttributeKind::Nested(NestedAttributes {
                nesting,
                attributes: block.attributes,
            }),
            block.description,
        )
    }

    /// The type where no nested attributes are possible: inside collections of collections.
    fn ty(&mut self, field: &Map<String, Json>, path: &Path) -> Type {
        match shape_of(field) {
            Ok(Shape::Simple(ty)) => ty,
            Ok(Shape::List(element)) => Type::list(self.element_ty(element, path)),
            Ok(Shape::Set(element)) => Type::set(self.element_ty(element, path)),
            Ok(Shape::Map(element)) => Type::map(self.element_ty(element, path)),
            Ok(Shape::Tuple(elements)) => Type::Tuple(
                elements
                    .iter()
                    .map(|element| self.element_ty(element, path))
                    .collect(),
            ),
            Ok(Shape::Object(object)) => Type::Object(
                properties(object)
                    .map(|(name, json, _)| {
                        (name.to_owned(), self.element_ty(json, &path.then(name)))
                    })
                    .collect(),
            ),
            Err(why) => {
                self.problems.push(format!("`{path}`: {why}"));
                Type::Dynamic
            }
        }
    }

    fn element_ty(&mut self, element: &Json, path: &Path) -> Type {
        match without_null(element).as_object() {
            Some(object) => self.ty(object, path),
            None => Type::Dynamic,
        }
    }

    fn problem<T>(&mut self, path: &Path, what: &str) -> Option<T> {
        self.problems.push(format!("`{path}`: {what}"));
        None
    }
}

/// The fields of a struct: name, schema, and whether it has no default.
fn properties(object: &Map<String, Json>) -> impl Iterator<Item = (&str, &Json, bool)> {
    let required = object.get("required").and_then(Json::as_array);
    let is_required =
        move |name: &str| required.is_some_and(|names| names.iter().any(|other| other == name));
    let properties = object
        .get("properties")
        .and_then(Json::as_object)
        .into_iter()
        .flatten();
    properties.map(move |(name, json)| (name.as_str(), json, is_required(name)))
}

/// The field's own words, or those of the struct it holds, then those of each enum value.
fn described(field: &Map<String, Json>, kind_description: String) -> String {
    let own = text(field, "description");
    let mut sentences = vec![if own.is_empty() {
        kind_description
    } else {
        own
    }];
    for option in field
        .get("oneOf")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
    {
        if let (Some(value), Some(meaning)) = (
            option.get("const").and_then(Json::as_str),
            option.get("description").and_then(Json::as_str),
        ) {
            sentences.push(format!("`{value}`: {meaning}"));
        }
    }
    sentences.retain(|sentence| !sentence.is_empty());
    sentences.join(" ")
}

fn text(object: &Map<String, Json>, key: &str) -> String {
    object
        .get(key)
        .and_then(Json::as_str)
        .unwrap_or_default()
        .to_owned()
}

fn count(object: &Map<String, Json>, key: &str) -> u64 {
    object.get(key).and_then(Json::as_u64).unwrap_or_default()
}
