//! Resource identities: what an import block can name an object by.

use cloister_framework::{CodecError, IdentitySchema, Value};
use cloister_proto::tfplugin6::resource_identity_schema::IdentityAttribute;
use cloister_proto::tfplugin6::{ResourceIdentityData, ResourceIdentitySchema};

use super::{decode, encode};

pub(crate) fn wire_identity_schema(schema: &IdentitySchema) -> ResourceIdentitySchema {
    let attributes = schema
        .attributes
        .iter()
        .map(|(name, attribute)| IdentityAttribute {
            name: name.clone(),
            r#type: attribute.ty.to_json().into(),
            required_for_import: attribute.required_for_import,
            optional_for_import: !attribute.required_for_import,
            description: attribute.description.clone(),
        });
    ResourceIdentitySchema {
        version: schema.version,
        identity_attributes: attributes.collect(),
    }
}

/// Reads an identity; nothing where the client sent none or the resource has none.
pub(crate) fn decode_identity(
    identity: Option<&ResourceIdentityData>,
    schema: Option<&IdentitySchema>,
) -> Result<Option<Value>, CodecError> {
    let (Some(identity), Some(schema)) = (identity, schema) else {
        return Ok(None);
    };
    let value = decode(identity.identity_data.as_ref(), &schema.ty())?;
    Ok(Some(value).filter(|value| !value.is_null()))
}

/// Writes an identity; nothing where there is none.
pub(crate) fn encode_identity(
    identity: Option<&Value>,
    schema: Option<&IdentitySchema>,
) -> Result<Option<ResourceIdentityData>, CodecError> {
    let (Some(identity), Some(schema)) = (identity, schema) else {
        return Ok(None);
    };
    Ok(Some(ResourceIdentityData {
        identity_data: encode(identity, &schema.ty())?,
    }))
}
