//! A record, read once and matched against many patterns.

use serde_json::Value;

use crate::MAX_RECORD_DEPTH;
use crate::error::RecordError;
use crate::json::{Document, Fault, Item, Keep, Kind, Limits, Rest, What, copy_value, read};

/// One event, live object or flow record.
///
/// Duplicate keys keep all their values, numbers keep their text.
#[derive(Clone, Debug)]
pub struct Record {
    document: Document,
}

impl Record {
    /// Reads the JSON object at the start of `text`.
    ///
    /// What follows the object is not looked at, as AWS's matcher does it.
    pub fn parse(text: &[u8]) -> Result<Self, RecordError> {
        std::str::from_utf8(text).map_err(|error| RecordError::NotUtf8 {
            offset: error.valid_up_to(),
        })?;
        let limits = Limits {
            depth: MAX_RECORD_DEPTH,
            keep: Keep::Values,
            rest: Rest::Ignored,
        };
        Self::of_document(read(text, limits).map_err(|fault| RecordError::of_fault(&fault))?)
    }

    /// Copies a value that was parsed elsewhere.
    pub fn from_value(value: &Value) -> Result<Self, RecordError> {
        let document = copy_value(value, MAX_RECORD_DEPTH);
        Self::of_document(document.ok_or(RecordError::TooDeep { offset: 0 })?)
    }

    pub(crate) fn root(&self) -> Item<'_> {
        self.document.root()
    }

    fn of_document(document: Document) -> Result<Self, RecordError> {
        match document.root().kind() {
            Kind::Object => Ok(Self { document }),
            _ => Err(RecordError::NotAnObject),
        }
    }
}

impl RecordError {
    fn of_fault(fault: &Fault) -> Self {
        let offset = fault.offset;
        match fault.what {
            What::Syntax(what) => Self::Syntax { offset, what },
            What::TooDeep => Self::TooDeep { offset },
            What::TextAfter => Self::Syntax {
                offset,
                what: "there is text after the record",
            },
        }
    }
}
