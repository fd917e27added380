//! The parts of a schema: blocks, attributes, nesting.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{Rule, Type, Value};

/// The schema of one resource, data source, ephemeral resource or provider.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Schema {
    /// Raised when state of an older version needs an upgrade.
    pub version: i64,
    pub block: Block,
    #[serde(skip)]
    pub(crate) purpose: Purpose,
    /// What deriving could not express; reported by `check`.
    #[serde(skip)]
    pub(crate) problems: Vec<String>,
}

/// What a schema is for: the rules differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// A resource, data source or ephemeral resource.
    Resource,
    Provider,
}

/// Attributes and nested blocks.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Block {
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub blocks: BTreeMap<String, NestedBlock>,
    /// Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attribute {
    #[serde(flatten)]
    pub kind: AttributeKind,
    pub presence: Presence,
    #[serde(skip_serializing_if = "is_false")]
    pub sensitive: bool,
    /// Taken from configuration, never stored.
    #[serde(skip_serializing_if = "is_false")]
    pub write_only: bool,
    /// Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecation: Option<String>,
    /// Planned where configuration says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Value>,
    /// What the provider computes does not change on update, once it is not null.
    #[serde(skip_serializing_if = "is_false")]
    pub keep: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replace: Option<Replace>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum AttributeKind {
    #[serde(rename = "type")]
    Typed(Type),
    Nested(NestedAttributes),
}

/// Attributes inside an attribute.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NestedAttributes {
    pub nesting: Nesting,
    pub attributes: BTreeMap<String, Attribute>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nesting {
    Single,
    List,
    Set,
    Map,
}

/// Who gives the value: the user, the provider, or either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    Required,
    Optional,
    Computed,
    OptionalComputed,
}

/// When a change of the attribute forces a new resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Replace {
    Always,
    /// Only where configuration names a value.
    IfConfigured,
}

/// A block inside a block.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NestedBlock {
    pub nesting: BlockNesting,
    pub block: Block,
    pub min_items: u64,
    /// Zero is no limit.
    pub max_items: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockNesting {
    /// An object or null.
    Single,
    /// An object, never null.
    Group,
    List,
    Set,
    Map,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes the field by reference"
)]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Schema {
    /// A schema written by hand, where no struct can say it.
    pub fn new(version: i64, block: Block) -> Self {
        Self {
            version,
            block,
            purpose: Purpose::Resource,
            problems: Vec::new(),
        }
    }

    /// The type of the whole object.
    pub fn ty(&self) -> Type {
        self.block.ty()
    }
}

impl Block {
    pub fn ty(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), attribute.ty()));
        let blocks = self
            .blocks
            .iter()
            .map(|(name, block)| (name.clone(), block.ty()));
        Type::Object(attributes.chain(blocks).collect())
    }
}

impl NestedBlock {
    pub fn ty(&self) -> Type {
        let block = self.block.ty();
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => block,
            BlockNesting::List => Type::list(block),
            BlockNesting::Set => Type::set(block),
            BlockNesting::Map => Type::map(block),
        }
    }

    /// What stands for no block at all: an empty collection, or null for a single one.
    pub fn absent(&self) -> Value {
        match self.nesting {
            BlockNesting::Single | BlockNesting::Group => Value::Null,
            BlockNesting::List => Value::List(Vec::new()),
            BlockNesting::Set => Value::Set(Vec::new()),
            BlockNesting::Map => Value::Map(BTreeMap::new()),
        }
    }
}

impl NestedAttributes {
    pub fn ty(&self) -> Type {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, attribute)| (name.clone(), attribute.ty()));
        let object = Type::Object(attributes.collect());
        match self.nesting {
            Nesting::Single => object,
            Nesting::List => Type::list(object),
            Nesting::Set => Type::set(object),
            Nesting::Map => Type::map(object),
        }
    }
}

impl Attribute {
    /// A plain attribute of this type.
    pub fn new(ty: Type, presence: Presence, description: impl Into<String>) -> Self {
        Self {
            kind: AttributeKind::Typed(ty),
            presence,
            sensitive: false,
            write_only: false,
            description: description.into(),
            deprecation: None,
            default: None,
            keep: false,
            replace: None,
            rules: Vec::new(),
        }
    }

    pub fn ty(&self) -> Type {
        match &self.kind {
            AttributeKind::Typed(ty) => ty.clone(),
            AttributeKind::Nested(nested) => nested.ty(),
        }
    }

    pub fn nested(&self) -> Option<&NestedAttributes> {
        match &self.kind {
            AttributeKind::Typed(_) => None,
            AttributeKind::Nested(nested) => Some(nested),
        }
    }

    pub fn required(&self) -> bool {
        self.presence == Presence::Required
    }

    pub fn optional(&self) -> bool {
        matches!(
            self.presence,
            Presence::Optional | Presence::OptionalComputed
        )
    }

    pub fn computed(&self) -> bool {
        matches!(
            self.presence,
            Presence::Computed | Presence::OptionalComputed
        )
    }

    /// Only the provider may give it.
    pub fn read_only(&self) -> bool {
        self.presence == Presence::Computed
    }
}
