//! Terraform's types and their JSON form.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value as Json;

/// Deeper types than this are refused: nothing real is, and each level costs stack.
const MAX_DEPTH: usize = 64;

/// The type of a Terraform value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Type {
    String,
    Number,
    Bool,
    /// Any type; a value of it carries its own.
    Dynamic,
    List(Box<Type>),
    Set(Box<Type>),
    Map(Box<Type>),
    Object(BTreeMap<String, Type>),
    Tuple(Vec<Type>),
}

/// Why bytes are not the JSON form of a type.
#[derive(Debug, thiserror::Error)]
pub enum TypeError {
    #[error("type is not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    #[error("`{0}` is not a type")]
    Malformed(String),
    #[error("type is nested more than {MAX_DEPTH} levels deep")]
    TooDeep,
}

impl Type {
    pub fn list(element: Type) -> Self {
        Self::List(Box::new(element))
    }

    pub fn set(element: Type) -> Self {
        Self::Set(Box::new(element))
    }

    pub fn map(element: Type) -> Self {
        Self::Map(Box::new(element))
    }

    pub fn object<N: Into<String>>(attributes: impl IntoIterator<Item = (N, Type)>) -> Self {
        Self::Object(
            attributes
                .into_iter()
                .map(|(name, ty)| (name.into(), ty))
                .collect(),
        )
    }

    /// Whether a value of this type can hold one of any type inside.
    pub fn has_dynamic(&self) -> bool {
        match self {
            Self::Dynamic => true,
            Self::String | Self::Number | Self::Bool => false,
            Self::List(element) | Self::Set(element) | Self::Map(element) => element.has_dynamic(),
            Self::Object(attributes) => attributes.values().any(Type::has_dynamic),
            Self::Tuple(elements) => elements.iter().any(Type::has_dynamic),
        }
    }

    /// The compact JSON form that schemas and dynamic values carry.
    pub fn to_json(&self) -> String {
        self.json().to_string()
    }

    pub fn from_json(bytes: &[u8]) -> Result<Self, TypeError> {
        Self::parse(&serde_json::from_slice(bytes)?, 0)
    }

    fn json(&self) -> Json {
        match self {
            Self::String => "string".into(),
            Self::Number => "number".into(),
            Self::Bool => "bool".into(),
            Self::Dynamic => "dynamic".into(),
            Self::List(element) => pair("list", element.json()),
            Self::Set(element) => pair("set", element.json()),
            Self::Map(element) => pair("map", element.json()),
            Self::Object(attributes) => {
                let attributes = attributes
                    .iter()
                    .map(|(name, ty)| (name.clone(), ty.json()))
                    .collect();
                pair("object", Json::Object(attributes))
            }
            Self::Tuple(elements) => pair("tuple", elements.iter().map(Type::json).collect()),
        }
    }

    pub(crate) fn parse(json: &Json, depth: usize) -> Result<Self, TypeError> {
        if depth > MAX_DEPTH {
            return Err(TypeError::TooDeep);
        }
        match json {
            Json::String(name) => match name.as_str() {
                "string" => Ok(Self::String),
                "number" => Ok(Self::Number),
                "bool" => Ok(Self::Bool),
                "dynamic" => Ok(Self::Dynamic),
                _ => Err(malformed(json)),
            },
            Json::Array(parts) => Self::parse_compound(json, parts, depth + 1),
            _ => Err(malformed(json)),
        }
    }

    fn parse_compound(json: &Json, parts: &[Json], depth: usize) -> Result<Self, TypeError> {
        match (
            parts.first().and_then(Json::as_str),
            parts.get(1),
            parts.len(),
        ) {
            (Some("list"), Some(element), 2) => Ok(Self::list(Self::parse(element, depth)?)),
            (Some("set"), Some(element), 2) => Ok(Self::set(Self::parse(element, depth)?)),
            (Some("map"), Some(element), 2) => Ok(Self::map(Self::parse(element, depth)?)),
            // A third part names optional attributes: they matter to conversion only.
            (Some("object"), Some(Json::Object(attributes)), 2 | 3) => Ok(Self::Object(
                attributes
                    .iter()
                    .map(|(name, ty)| Ok((name.clone(), Self::parse(ty, depth)?)))
                    .collect::<Result<_, TypeError>>()?,
            )),
            (Some("tuple"), Some(Json::Array(elements)), 2) => Ok(Self::Tuple(
                elements
                    .iter()
                    .map(|ty| Self::parse(ty, depth))
                    .collect::<Result<_, _>>()?,
            )),
            _ => Err(malformed(json)),
        }
    }
}

fn pair(name: &str, inner: Json) -> Json {
    Json::Array(vec![name.into(), inner])
}

fn malformed(json: &Json) -> TypeError {
    let text: String = json.to_string().chars().take(80).collect();
    TypeError::Malformed(text)
}

/// Prints as a type constraint in HCL: `list(object({ name = string }))`.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::String => f.write_str("string"),
            Self::Number => f.write_str("number"),
            Self::Bool => f.write_str("bool"),
            Self::Dynamic => f.write_str("any"),
            Self::List(element) => write!(f, "list({element})"),
            Self::Set(element) => write!(f, "set({element})"),
            Self::Map(element) => write!(f, "map({element})"),
            Self::Object(attributes) => {
                let attributes: Vec<String> = attributes
                    .iter()
                    .map(|(name, ty)| format!("{name} = {ty}"))
                    .collect();
                write!(f, "object({{ {} }})", attributes.join(", "))
            }
            Self::Tuple(elements) => {
                let elements: Vec<String> = elements.iter().map(Type::to_string).collect();
                write!(f, "tuple([{}])", elements.join(", "))
            }
        }
    }
}

impl serde::Serialize for Type {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.json().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_print_and_parse_as_compact_json() {
        let cases = [
            (Type::String, r#""string""#),
            (Type::Dynamic, r#""dynamic""#),
            (
                Type::list(Type::set(Type::Number)),
                r#"["list",["set","number"]]"#,
            ),
            (Type::map(Type::Bool), r#"["map","bool"]"#),
            (
                Type::object([("b", Type::Tuple(vec![Type::String])), ("a", Type::Number)]),
                r#"["object",{"a":"number","b":["tuple",["string"]]}]"#,
            ),
        ];
        for (ty, json) in cases {
            assert_eq!(ty.to_json(), json);
            assert_eq!(Type::from_json(json.as_bytes()).expect("a type"), ty);
        }
    }

    #[test]
    fn optional_attributes_are_read_and_forgotten() {
        let ty = Type::from_json(br#"["object",{"a":"string"},["a"]]"#).expect("a type");
        assert_eq!(ty, Type::object([("a", Type::String)]));
    }

    #[test]
    fn what_is_no_type_is_an_error() {
        for json in [
            r#""text""#,
            "[]",
            r#"["list"]"#,
            r#"["list","string","x"]"#,
            r#"["tuple",{}]"#,
            "1",
            "",
            "{",
        ] {
            assert!(Type::from_json(json.as_bytes()).is_err(), "{json}");
        }
        let deep = format!("{}\"string\"{}", r#"["list","#.repeat(100), "]".repeat(100));
        assert!(matches!(
            Type::from_json(deep.as_bytes()),
            Err(TypeError::TooDeep)
        ));
    }
}
