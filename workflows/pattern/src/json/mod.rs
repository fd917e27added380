//! JSON as this crate needs it: exact number text, duplicate keys kept, depth bounded.

mod document;
mod reader;
mod scalars;
pub(crate) mod text;
mod value;

pub(crate) use document::{Document, Item, Kind};
pub(crate) use reader::{Fault, Keep, Limits, Rest, What, read};
pub(crate) use value::copy_value;
