//! What Terraform Core refuses, or crashes on, when it loads a schema.

use super::{
    Attribute, AttributeKind, Block, BlockNesting, NestedBlock, Nesting, Presence, Purpose, Schema,
};
use crate::{Path, Rule, Type};

/// Terraform gives these a meaning of its own in every resource.
const RESERVED_IN_RESOURCES: [&str; 7] = [
    "connection",
    "count",
    "depends_on",
    "for_each",
    "lifecycle",
    "provider",
    "provisioner",
];

/// The same in a provider block.
const RESERVED_IN_PROVIDERS: [&str; 2] = ["alias", "version"];

/// Everything that is wrong with a schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("schema is not valid:\n - {}", problems.join("\n - "))]
pub struct SchemaError {
    pub problems: Vec<String>,
}

impl SchemaError {
    pub(crate) fn unless_empty(problems: Vec<String>) -> Result<(), Self> {
        if problems.is_empty() {
            Ok(())
        } else {
            Err(Self { problems })
        }
    }
}

impl Schema {
    /// Finds every fault at once; call it in a test of each schema.
    pub fn check(&self) -> Result<(), SchemaError> {
        let mut problems = self.problems.clone();
        let reserved: &[&str] = match self.purpose {
            Purpose::Resource => &RESERVED_IN_RESOURCES,
            Purpose::Provider => &RESERVED_IN_PROVIDERS,
        };
        let names = self.block.attributes.keys().chain(self.block.blocks.keys());
        let reserved = names.filter(|name| reserved.contains(&name.as_str()));
        problems.extend(reserved.map(|name| format!("`{name}` is reserved by Terraform")));
        let mut check = Check {
            purpose: self.purpose,
            problems,
        };
        check.block(&self.block, &Path::root(), Inside::Anything);
        SchemaError::unless_empty(check.problems)
    }
}

/// Elements of a set have no identity apart from their whole value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Anything,
    Set,
}

struct Check {
    purpose: Purpose,
    problems: Vec<String>,
}

impl Check {
    fn block(&mut self, block: &Block, path: &Path, inside: Inside) {
        for (name, attribute) in &block.attributes {
            self.name(name, path);
            self.attribute(attribute, &path.then(name), inside);
        }
        for (name, nested) in &block.blocks {
            self.name(name, path);
            if block.attributes.contains_key(name) {
                self.problem(&path.then(name), "is both an attribute and a block");
            }
            self.nested_block(nested, &path.then(name), inside);
        }
    }

    fn name(&mut self, name: &str, path: &Path) {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || !name.bytes().all(allowed) {
            self.problem(&path.then(name), "is not a name: only a-z, 0-9 and _");
        }
    }

    fn nested_block(&mut self, nested: &NestedBlock, path: &Path, inside: Inside) {
        let (min, max) = (nested.min_items, nested.max_items);
        let counts_hold = match nested.nesting {
            BlockNesting::Single => min == max && min <= 1,
            BlockNesting::Group | BlockNesting::Map => min == 0 && max == 0,
            BlockNesting::List | BlockNesting::Set => max == 0 || min <= max,
        };
        if !counts_hold {
            self.problem(
                path,
                &format!("{min} to {max} blocks is not possible for its nesting"),
            );
        }
        // With a dynamic attribute inside, the collection would become a tuple or object: not built.
        if nested.nesting != BlockNesting::Single && nested.block.ty().has_dynamic() {
            self.problem(path, "a repeated block cannot hold a dynamic attribute");
        }
        let inside = if nested.nesting == BlockNesting::Set {
            Inside::Set
        } else {
            inside
        };
        self.block(&nested.block, path, inside);
    }

    fn attribute(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        let default = attribute.default.is_some();
        for (wrong, why) in [
            (
                attribute.write_only && inside == Inside::Set,
                "write-only inside a set",
            ),
            (
                attribute.write_only && attribute.computed(),
                "write-only and computed",
            ),
            (attribute.write_only && default, "write-only with a default"),
            (
                default && !self.may_default(attribute),
                "has a default but is not optional and computed",
            ),
            (
                attribute.keep && !attribute.computed(),
                "keeps its state but is not computed",
            ),
            (
                self.purpose == Purpose::Provider && attribute.computed(),
                "computed in a provider block",
            ),
            (
                holds_dynamic_in_collection(attribute),
                "a collection cannot hold dynamic values",
            ),
        ] {
            if wrong {
                self.problem(path, why);
            }
        }
        for problem in attribute.rules.iter().filter_map(Rule::problem) {
            self.problem(path, &problem);
        }
        self.children(attribute, path, inside);
    }

    /// A default must be planned, and only what is computed may be planned apart
    /// from configuration. Provider settings are never planned.
    fn may_default(&self, attribute: &Attribute) -> bool {
        match self.purpose {
            Purpose::Resource => attribute.presence == Presence::OptionalComputed,
            Purpose::Provider => attribute.presence == Presence::Optional,
        }
    }

    fn children(&mut self, attribute: &Attribute, path: &Path, inside: Inside) {
        let Some(nested) = attribute.nested() else {
            return;
        };
        let inside = if nested.nesting == Nesting::Set {
            Inside::Set
        } else {
            inside
        };
        for (name, child) in &nested.attributes {
            self.name(name, path);
            let path = path.then(name);
            if attribute.read_only() && !child.read_only() {
                self.problem(&path, "configurable inside a read-only attribute");
            }
            if attribute.write_only && !child.write_only {
                self.problem(&path, "stored inside a write-only attribute");
            }
            self.attribute(child, &path, inside);
        }
    }

    fn problem(&mut self, path: &Path, what: &str) {
        self.problems.push(format!("`{path}`: {what}"));
    }
}

fn holds_dynamic_in_collection(attribute: &Attribute) -> bool {
    match &attribute.kind {
        AttributeKind::Typed(ty) => collection_holds_dynamic(ty),
        AttributeKind::Nested(nested) => {
            nested.nesting != Nesting::Single && nested.ty().has_dynamic()
        }
    }
}

fn collection_holds_dynamic(ty: &Type) -> bool {
    match ty {
        Type::List(element) | Type::Set(element) | Type::Map(element) => element.has_dynamic(),
        Type::Object(attributes) => attributes.values().any(collection_holds_dynamic),
        Type::Tuple(elements) => elements.iter().any(collection_holds_dynamic),
        Type::Dynamic | Type::String | Type::Number | Type::Bool => false,
    }
}
