//! Schemas.

use std::collections::BTreeMap;

use cloister_framework as framework;
use cloister_framework::{AttributeKind, BlockNesting, NestedAttributes, Nesting};
use cloister_proto::tfplugin6::schema::{
    Attribute, Block, NestedBlock, Object, nested_block, object,
};
use cloister_proto::tfplugin6::{Schema, StringKind};

pub(crate) fn wire_schema(schema: &framework::Schema) -> Schema {
    Schema {
        version: schema.version,
        block: Some(wire_block(&schema.block, schema.version)),
    }
}

fn wire_block(block: &framework::Block, version: i64) -> Block {
    Block {
        version,
        attributes: wire_attributes(&block.attributes),
        block_types: block
            .blocks
            .iter()
            .map(|(name, nested)| wire_nested_block(name, nested))
            .collect(),
        description: block.description.clone(),
        description_kind: StringKind::Markdown.into(),
        deprecated: block.deprecation.is_some(),
        deprecation_message: block.deprecation.clone().unwrap_or_default(),
        computed: false,
    }
}

fn wire_nested_block(name: &str, nested: &framework::NestedBlock) -> NestedBlock {
    use nested_block::NestingMode;

    let nesting = match nested.nesting {
        BlockNesting::Single => NestingMode::Single,
        BlockNesting::Group => NestingMode::Group,
        BlockNesting::List => NestingMode::List,
        BlockNesting::Set => NestingMode::Set,
        BlockNesting::Map => NestingMode::Map,
    };
    NestedBlock {
        type_name: name.to_owned(),
        block: Some(wire_block(&nested.block, 0)),
        nesting: nesting.into(),
        min_items: saturating(nested.min_items),
        max_items: saturating(nested.max_items),
    }
}

fn wire_attributes(attributes: &BTreeMap<String, framework::Attribute>) -> Vec<Attribute> {
    attributes
        .iter()
        .map(|(name, attribute)| wire_attribute(name, attribute))
        .collect()
}

fn wire_attribute(name: &str, attribute: &framework::Attribute) -> Attribute {
    // A nested attribute has no type of its own: a client that knows nesting
    // takes both for a mistake.
    let (ty, nested) = match &attribute.kind {
        AttributeKind::Typed(ty) => (ty.to_json(), None),
        AttributeKind::Nested(nested) => (String::new(), Some(wire_object(nested))),
    };
    Attribute {
        name: name.to_owned(),
        r#type: ty.into(),
        nested_type: nested,
        description: attribute.description.clone(),
        description_kind: StringKind::Markdown.into(),
        required: attribute.required(),
        optional: attribute.optional(),
        computed: attribute.computed(),
        sensitive: attribute.sensitive,
        deprecated: attribute.deprecation.is_some(),
        write_only: attribute.write_only,
        deprecation_message: attribute.deprecation.clone().unwrap_or_default(),
    }
}

fn wire_object(nested: &NestedAttributes) -> Object {
    use object::NestingMode;

    let nesting = match nested.nesting {
        Nesting::Single => NestingMode::Single,
        Nesting::List => NestingMode::List,
        Nesting::Set => NestingMode::Set,
        Nesting::Map => NestingMode::Map,
    };
    Object {
        attributes: wire_attributes(&nested.attributes),
        nesting: nesting.into(),
        ..Object::default()
    }
}

fn saturating(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use cloister_framework::{Presence, Type};

    use super::*;

    fn attribute(kind: AttributeKind, presence: Presence) -> framework::Attribute {
        framework::Attribute {
            kind,
            ..framework::Attribute::new(Type::String, presence, "What it is.")
        }
    }

    #[test]
    fn an_attribute_has_either_a_type_or_nested_attributes() {
        let typed = attribute(
            AttributeKind::Typed(Type::list(Type::Number)),
            Presence::OptionalComputed,
        );
        let wire = wire_attribute("sizes", &typed);
        assert_eq!(&wire.r#type[..], br#"["list","number"]"#);
        assert_eq!(
            (wire.required, wire.optional, wire.computed),
            (false, true, true)
        );

        let attributes = BTreeMap::from([("id".to_owned(), typed)]);
        let nested = NestedAttributes {
            nesting: Nesting::Map,
            attributes,
        };
        let wire = wire_attribute(
            "parts",
            &attribute(AttributeKind::Nested(nested), Presence::Computed),
        );
        assert!(wire.r#type.is_empty());
        let object = wire.nested_type.unwrap();
        assert_eq!(object.nesting, i32::from(object::NestingMode::Map));
        assert_eq!(object.attributes[0].name, "id");
    }

    #[test]
    fn blocks_keep_nesting_limits_and_deprecation() {
        let block = framework::Block {
            deprecation: Some("Use `b`.".to_owned()),
            ..framework::Block::default()
        };
        let nested = framework::NestedBlock {
            nesting: BlockNesting::List,
            block,
            min_items: 1,
            max_items: 3,
        };
        let wire = wire_nested_block("rule", &nested);
        assert_eq!(wire.type_name, "rule");
        assert_eq!(wire.nesting, i32::from(nested_block::NestingMode::List));
        assert_eq!((wire.min_items, wire.max_items), (1, 3));
        let block = wire.block.unwrap();
        assert_eq!(
            (block.deprecated, block.deprecation_message.as_str()),
            (true, "Use `b`.")
        );
    }
}
