//! What tells two resources apart, for import by identity.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Type;

/// Flat attributes that together name one resource.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct IdentitySchema {
    pub version: i64,
    pub attributes: BTreeMap<String, IdentityAttribute>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct IdentityAttribute {
    /// A primitive or a list of primitives.
    pub ty: Type,
    /// Otherwise an import may leave it out.
    pub required_for_import: bool,
    pub description: String,
}

impl IdentitySchema {
    pub fn ty(&self) -> Type {
        Type::object(
            self.attributes
                .iter()
                .map(|(name, attribute)| (name.clone(), attribute.ty.clone())),
        )
    }

    /// What Terraform demands of an identity schema.
    pub fn check(&self) -> Result<(), super::SchemaError> {
        let problems: Vec<String> = self
            .attributes
            .iter()
            .filter(|(_, attribute)| !is_flat(&attribute.ty))
            .map(|(name, _)| {
                format!("identity attribute `{name}` is neither primitive nor a list of primitives")
            })
            .collect();
        super::SchemaError::unless_empty(problems)
    }
}

fn is_flat(ty: &Type) -> bool {
    let primitive = |ty: &Type| matches!(ty, Type::String | Type::Number | Type::Bool);
    match ty {
        Type::List(element) => primitive(element),
        other => primitive(other),
    }
}
