//! Settings that may stand for something another part makes, or that nobody knows yet.

use std::{borrow::Cow, fmt, marker::PhantomData};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::key::PartKey;

/// Opens a reference inside a string; private use, so that no name in AWS can hold it.
pub(crate) const REFERENCE_OPEN: char = '\u{F8F0}';
/// Closes a reference inside a string.
pub(crate) const REFERENCE_CLOSE: char = '\u{F8F1}';
/// Stands for a value that is not known yet.
pub(crate) const UNKNOWN: char = '\u{F8F2}';

/// The name of an output that a kind offers, and the type of its value.
#[derive(Debug)]
pub struct OutputName<T> {
    name: &'static str,
    value: PhantomData<fn() -> T>,
}

impl<T> OutputName<T> {
    /// Declares an output.
    pub const fn new(name: &'static str) -> Self {
        Self {
            name,
            value: PhantomData,
        }
    }

    /// The name that stands in plans: `arn` in `${key.arn}`.
    pub const fn name(&self) -> &'static str {
        self.name
    }
}

/// What another part will have made: a wire between two parts.
///
/// Printing it gives a mark that [`crate::Setting`] reads back as a reference, so that an output can be set into any
/// string: an ARN, a policy statement, a list element.
#[derive(Debug)]
pub struct Output<T> {
    part: PartKey,
    name: Cow<'static, str>,
    value: PhantomData<fn() -> T>,
}

impl<T> Output<T> {
    pub(crate) fn new(part: PartKey, name: &OutputName<T>) -> Self {
        Self {
            part,
            name: Cow::Borrowed(name.name),
            value: PhantomData,
        }
    }

    pub(crate) fn named(part: PartKey, name: String) -> Self {
        Self {
            part,
            name: Cow::Owned(name),
            value: PhantomData,
        }
    }
}

impl<T> Clone for Output<T> {
    fn clone(&self) -> Self {
        Self {
            part: self.part.clone(),
            name: self.name.clone(),
            value: PhantomData,
        }
    }
}

impl<T> fmt::Display for Output<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{REFERENCE_OPEN}{}.{}{REFERENCE_CLOSE}",
            self.part, self.name
        )
    }
}

/// One setting of a part: known, unknown, or another part's output.
///
/// When a kind is called to act, every input is [`Input::Known`]; [`Input::known`] says so in one place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input<T> {
    /// The value itself.
    Known(T),
    /// Another part's output, as the mark that [`Output`] prints.
    Output(String),
    /// Not known before something outside the composite exists.
    Unknown,
}

impl<T> Input<T> {
    /// The value, once settled; `None` in a blueprint where it is symbolic.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Output(_) | Self::Unknown => None,
        }
    }
}

/// The mark of an unknown string, for strings inside documents: a tree that holds it is unknown as a whole.
pub fn unknown_mark() -> String {
    UNKNOWN.to_string()
}

impl<T> From<T> for Input<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl<T> From<Output<T>> for Input<T> {
    fn from(output: Output<T>) -> Self {
        Self::Output(output.to_string())
    }
}

impl<T: Serialize> Serialize for Input<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Output(mark) => serializer.serialize_str(mark),
            Self::Unknown => serializer.serialize_str(&unknown_mark()),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Input<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        T::deserialize(deserializer).map(Self::Known)
    }
}
