//! The type of what was encoded where any type may stand.

use crate::{Type, Value};

/// An encoded dynamic value as its type and content. Null and unknown have no type.
pub(super) fn type_of(value: Value) -> (Type, Value) {
    match value {
        Value::Dynamic(inner) => *inner,
        untyped => (Type::Dynamic, untyped),
    }
}
