//! Terraform values: null, unknown, and known of every type.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::{Number, Path, Step, Type};

/// A Terraform value.
///
/// Null, unknown and known are different answers everywhere. A value does not
/// carry its type, except inside [`Value::Dynamic`]: the schema has it.
/// Equality is by value: numbers by what they count, sets regardless of order
/// and repetition, and an unknown equals another unknown.
#[derive(Clone, Debug, Default)]
pub enum Value {
    #[default]
    Null,
    /// To be known after apply.
    Unknown,
    Bool(bool),
    Number(Number),
    String(String),
    List(Vec<Value>),
    Set(Vec<Value>),
    Map(BTreeMap<String, Value>),
    Object(BTreeMap<String, Value>),
    Tuple(Vec<Value>),
    /// A value where the schema leaves the type open. A null of no type, and a
    /// value whose type is unknown too, are plain `Null` and `Unknown`.
    Dynamic(Box<(Type, Value)>),
}

impl Value {
    pub fn string(text: impl Into<String>) -> Self {
        Self::String(text.into())
    }

    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, value)| (name.into(), value))
                .collect(),
        )
    }

    pub fn map<N: Into<String>>(elements: impl IntoIterator<Item = (N, Value)>) -> Self {
        Self::Map(
            elements
                .into_iter()
                .map(|(key, value)| (key.into(), value))
                .collect(),
        )
    }

    pub fn dynamic(ty: Type, value: Value) -> Self {
        Self::Dynamic(Box::new((ty, value)))
    }

    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null) || matches!(self, Self::Dynamic(inner) if inner.1.is_null())
    }

    pub fn is_unknown(&self) -> bool {
        matches!(self, Self::Unknown)
            || matches!(self, Self::Dynamic(inner) if inner.1.is_unknown())
    }

    /// Whether nothing inside is unknown.
    pub fn is_fully_known(&self) -> bool {
        self.first_unknown().is_none()
    }

    /// The path of the first unknown inside, sets counting as one place.
    pub fn first_unknown(&self) -> Option<Path> {
        find_unknown(self, &Path::root())
    }

    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(flag) => Some(*flag),
            _ => None,
        }
    }

    pub fn as_number(&self) -> Option<&Number> {
        match self {
            Self::Number(number) => Some(number),
            _ => None,
        }
    }

    /// The attributes of an object or the elements of a map.
    pub fn entries(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Object(entries) | Self::Map(entries) => Some(entries),
            Self::Dynamic(inner) => inner.1.entries(),
            _ => None,
        }
    }

    /// The elements of a list, set or tuple.
    pub fn elements(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => Some(elements),
            Self::Dynamic(inner) => inner.1.elements(),
            _ => None,
        }
    }

    /// A top-level attribute of an object.
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.entries()?.get(name)
    }

    /// What lies at a path, unless a step on the way does not exist, is null or unknown.
    pub fn get(&self, path: &Path) -> Option<&Value> {
        path.steps()
            .iter()
            .try_fold(self, |value, step| match (value, step) {
                (Self::Dynamic(inner), _) => inner.1.child(step),
                _ => value.child(step),
            })
    }

    /// Puts a value at a path and says whether its parent was there to take it.
    ///
    /// Attributes of an object and elements of a map are added when missing.
    pub fn set(&mut self, path: &Path, value: Value) -> bool {
        let Some((last, parents)) = path.steps().split_last() else {
            *self = value;
            return true;
        };
        let Some(parent) = parents
            .iter()
            .try_fold(self, |value, step| value.child_mut(step))
        else {
            return false;
        };
        match (parent.inner_mut(), last) {
            (Self::Object(entries), Step::Attribute(name))
            | (Self::Map(entries), Step::Key(name)) => {
                entries.insert(name.clone(), value);
                true
            }
            (other, step) => other.child_mut(step).map(|place| *place = value).is_some(),
        }
    }

    fn child(&self, step: &Step) -> Option<&Value> {
        match (self, step) {
            (Self::Object(entries), Step::Attribute(name))
            | (Self::Map(entries), Step::Key(name)) => entries.get(name),
            (Self::List(elements) | Self::Tuple(elements), Step::Index(index)) => {
                elements.get(usize::try_from(*index).ok()?)
            }
            _ => None,
        }
    }

    fn child_mut(&mut self, step: &Step) -> Option<&mut Value> {
        match (self.inner_mut(), step) {
            (Self::Object(entries), Step::Attribute(name))
            | (Self::Map(entries), Step::Key(name)) => entries.get_mut(name),
            (Self::List(elements) | Self::Tuple(elements), Step::Index(index)) => {
                elements.get_mut(usize::try_from(*index).ok()?)
            }
            _ => None,
        }
    }

    fn inner_mut(&mut self) -> &mut Value {
        match self {
            Self::Dynamic(inner) => inner.1.inner_mut(),
            other => other,
        }
    }

    /// The word for what this is, for messages.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Unknown => "an unknown value",
            Self::Bool(_) => "a bool",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Object(_) => "an object",
            Self::Tuple(_) => "a tuple",
            Self::Dynamic(_) => "a value with its type",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Unknown => 1,
            Self::Bool(_) => 2,
            Self::Number(_) => 3,
            Self::String(_) => 4,
            Self::List(_) => 5,
            Self::Set(_) => 6,
            Self::Map(_) => 7,
            Self::Object(_) => 8,
            Self::Tuple(_) => 9,
            Self::Dynamic(_) => 10,
        }
    }
}

fn find_unknown(value: &Value, path: &Path) -> Option<Path> {
    match value {
        Value::Unknown => Some(path.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        Value::List(elements) | Value::Tuple(elements) => elements
            .iter()
            .enumerate()
            .find_map(|(index, element)| find_unknown(element, &path.index(index))),
        Value::Set(elements) => elements
            .iter()
            .find_map(|element| find_unknown(element, path))
            .map(|_| path.clone()),
        Value::Map(entries) => entries
            .iter()
            .find_map(|(key, entry)| find_unknown(entry, &path.key(key))),
        Value::Object(entries) => entries
            .iter()
            .find_map(|(name, entry)| find_unknown(entry, &path.then(name))),
        Value::Dynamic(inner) => find_unknown(&inner.1, path),
    }
}

/// The elements of a set in their canonical order, each once.
fn canonical(elements: &[Value]) -> Vec<&Value> {
    let mut elements: Vec<&Value> = elements.iter().collect();
    elements.sort();
    elements.dedup();
    elements
}

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A total order, so that sets have a canonical form; it means nothing else.
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => left.cmp(right),
            (Self::Number(left), Self::Number(right)) => left.cmp(right),
            (Self::String(left), Self::String(right)) => left.cmp(right),
            (Self::List(left), Self::List(right)) | (Self::Tuple(left), Self::Tuple(right)) => {
                left.cmp(right)
            }
            (Self::Set(left), Self::Set(right)) => canonical(left).cmp(&canonical(right)),
            (Self::Map(left), Self::Map(right)) | (Self::Object(left), Self::Object(right)) => {
                left.cmp(right)
            }
            (Self::Dynamic(left), Self::Dynamic(right)) => left.cmp(right),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<Number> for Value {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl From<i64> for Value {
    fn from(integer: i64) -> Self {
        Self::Number(integer.into())
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(option: Option<T>) -> Self {
        option.map_or(Self::Null, Into::into)
    }
}

/// For snapshots and messages: as JSON without types, an unknown as `"(unknown)"`.
impl serde::Serialize for Value {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_none(),
            Self::Unknown => serializer.serialize_str("(unknown)"),
            Self::Bool(flag) => serializer.serialize_bool(*flag),
            Self::Number(number) => match (number.to_i64(), number.to_f64()) {
                (Some(integer), _) => serializer.serialize_i64(integer),
                (None, float) if float.is_finite() => serializer.serialize_f64(float),
                _ => serializer.collect_str(number),
            },
            Self::String(text) => serializer.serialize_str(text),
            Self::List(elements) | Self::Set(elements) | Self::Tuple(elements) => {
                serializer.collect_seq(elements)
            }
            Self::Map(entries) | Self::Object(entries) => serializer.collect_map(entries),
            Self::Dynamic(inner) => inner.1.serialize(serializer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        Value::object([
            ("name", Value::from("a")),
            ("tags", Value::map([("x/y", Value::from("1"))])),
            (
                "rules",
                Value::List(vec![Value::object([("port", Value::from(1))])]),
            ),
            (
                "any",
                Value::dynamic(
                    Type::object([("deep", Type::String)]),
                    Value::object([("deep", "d".into())]),
                ),
            ),
        ])
    }

    #[test]
    fn paths_find_and_replace_parts() {
        let cases = [
            (Path::attribute("name"), Some(Value::from("a"))),
            (Path::attribute("tags").key("x/y"), Some(Value::from("1"))),
            (
                Path::attribute("rules").index(0).then("port"),
                Some(Value::from(1)),
            ),
            (Path::attribute("any").then("deep"), Some(Value::from("d"))),
            (Path::attribute("rules").index(1), None),
            (Path::attribute("name").then("x"), None),
        ];
        for (path, expected) in cases {
            assert_eq!(sample().get(&path), expected.as_ref(), "{path}");
            let mut changed = sample();
            assert_eq!(
                changed.set(&path, Value::Unknown),
                expected.is_some(),
                "{path}"
            );
            if expected.is_some() {
                assert_eq!(changed.get(&path), Some(&Value::Unknown), "{path}");
                assert_eq!(changed.first_unknown(), Some(path));
            }
        }
    }

    #[test]
    fn missing_entries_are_added_to_maps_and_objects() {
        let mut value = sample();
        assert!(value.set(&Path::attribute("tags").key("new"), "2".into()));
        assert_eq!(
            value.get(&Path::attribute("tags").key("new")),
            Some(&Value::from("2"))
        );
    }

    #[test]
    fn sets_are_equal_regardless_of_order_and_repetition() {
        let set =
            |texts: &[&str]| Value::Set(texts.iter().map(|text| Value::from(*text)).collect());
        assert_eq!(set(&["a", "b"]), set(&["b", "a", "b"]));
        assert_ne!(set(&["a"]), set(&["b"]));
        assert_ne!(
            Value::List(vec!["a".into(), "b".into()]),
            Value::List(vec!["b".into(), "a".into()])
        );
    }

    #[test]
    fn null_unknown_and_known_differ() {
        assert_ne!(Value::Null, Value::Unknown);
        assert_ne!(Value::from(""), Value::Null);
        assert!(Value::dynamic(Type::String, Value::Unknown).is_unknown());
        assert!(!Value::Set(vec![Value::Unknown]).is_fully_known());
    }
}
