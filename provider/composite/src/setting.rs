//! The settings of a part as a tree whose leaves are known, unknown, or another part's output.

use std::{collections::BTreeMap, fmt::Write as _};

use serde::Serialize;
use serde_json::{Number, Value};

use crate::{
    input::{REFERENCE_CLOSE, REFERENCE_OPEN, UNKNOWN},
    key::PartKey,
};

/// A tree of settings. What is null is absent: AWS's default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setting {
    /// A null inside a list; nulls in maps are left out.
    Null,
    /// A truth value.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string, with references in it or not.
    Text(Text),
    /// A list, in the order that AWS keeps.
    List(Vec<Setting>),
    /// A map by setting name.
    Map(BTreeMap<String, Setting>),
    /// Not known yet.
    Unknown,
}

/// A string that may hold references.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(Vec<Piece>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Reference { part: PartKey, output: String },
}

/// Why settings cannot be written down or settled.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    /// The struct of the kind does not serialise to a tree.
    #[error("settings do not serialise: {0}")]
    Serialise(#[from] serde_json::Error),
    /// A reference to an output that no part has made.
    #[error("`${{{part}.{output}}}` has no value")]
    Unsettled {
        /// The part that is referred to.
        part: PartKey,
        /// Its output.
        output: String,
    },
    /// Something outside the composite is not known yet.
    #[error("a setting is not known yet")]
    Unknown,
}

impl Setting {
    /// Reads the settings of a kind, with the marks of outputs and unknowns in them.
    pub fn of(desired: &impl Serialize) -> Result<Self, SettingError> {
        Ok(Self::from_marked(serde_json::to_value(desired)?))
    }

    /// Takes observed settings, in which nothing is a reference.
    pub fn literal(value: &Value) -> Self {
        build(value.clone(), &|text| {
            Self::Text(Text(vec![Piece::Literal(text)]))
        })
    }

    fn from_marked(value: Value) -> Self {
        build(value, &|text| marked_text(&text))
    }

    /// Whether anything in it is unknown.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Unknown => true,
            Self::List(items) => items.iter().any(Self::is_unknown),
            Self::Map(fields) => fields.values().any(Self::is_unknown),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    /// The parts and outputs that it refers to.
    pub fn references(&self) -> Vec<(&PartKey, &str)> {
        let mut found = Vec::new();
        self.collect_references(&mut found);
        found
    }

    fn collect_references<'a>(&'a self, found: &mut Vec<(&'a PartKey, &'a str)>) {
        match self {
            Self::Text(Text(pieces)) => {
                found.extend(pieces.iter().filter_map(|piece| match piece {
                    Piece::Reference { part, output } => Some((part, output.as_str())),
                    Piece::Literal(_) => None,
                }));
            }
            Self::List(items) => items.iter().for_each(|item| item.collect_references(found)),
            Self::Map(fields) => fields
                .values()
                .for_each(|field| field.collect_references(found)),
            Self::Null | Self::Bool(_) | Self::Number(_) | Self::Unknown => {}
        }
    }

    /// The JSON text that plans and state files hold: sorted keys, no spaces; `None` while something is unknown.
    ///
    /// References are `${part.output}`; a literal `${` is `$${`.
    pub fn render(&self) -> Option<String> {
        self.to_state_value().map(|value| value.to_string())
    }

    fn to_state_value(&self) -> Option<Value> {
        self.map_texts(&|text| Some(text.render())).ok().flatten()
    }

    /// Settles every reference with `output`.
    pub fn settle(
        &self,
        output: &impl Fn(&PartKey, &str) -> Option<String>,
    ) -> Result<Value, SettingError> {
        if self.is_unknown() {
            return Err(SettingError::Unknown);
        }
        if let Some((part, name)) = self
            .references()
            .into_iter()
            .find(|(part, name)| output(part, name).is_none())
        {
            return Err(SettingError::Unsettled {
                part: part.clone(),
                output: name.to_owned(),
            });
        }
        self.map_texts(&|text| text.settle(output))?
            .ok_or(SettingError::Unknown)
    }

    /// Settles what can be settled; a string that cannot be, and what is unknown, becomes null.
    pub fn settle_known(&self, output: &impl Fn(&PartKey, &str) -> Option<String>) -> Value {
        match self {
            Self::Text(text) => text.settle(output).map_or(Value::Null, Value::String),
            Self::List(items) => items.iter().map(|item| item.settle_known(output)).collect(),
            Self::Map(fields) => Value::Object(
                fields
                    .iter()
                    .map(|(name, field)| (name.clone(), field.settle_known(output)))
                    .collect(),
            ),
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Number(number) => Value::Number(number.clone()),
            Self::Null | Self::Unknown => Value::Null,
        }
    }

    fn map_texts(
        &self,
        text_value: &impl Fn(&Text) -> Option<String>,
    ) -> Result<Option<Value>, SettingError> {
        Ok(match self {
            Self::Null => Some(Value::Null),
            Self::Bool(flag) => Some(Value::Bool(*flag)),
            Self::Number(number) => Some(Value::Number(number.clone())),
            Self::Text(text) => text_value(text).map(Value::String),
            Self::List(items) => items
                .iter()
                .map(|item| item.map_texts(text_value))
                .collect::<Result<Option<Vec<_>>, _>>()?
                .map(Value::Array),
            Self::Map(fields) => fields
                .iter()
                .map(|(name, field)| {
                    Ok(field
                        .map_texts(text_value)?
                        .map(|value| (name.clone(), value)))
                })
                .collect::<Result<Option<serde_json::Map<_, _>>, SettingError>>()?
                .map(Value::Object),
            Self::Unknown => None,
        })
    }
}

impl Text {
    fn render(&self) -> String {
        let mut rendered = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Literal(literal) => rendered.push_str(&literal.replace("${", "$${")),
                Piece::Reference { part, output } => {
                    let _ = write!(rendered, "${{{part}.{output}}}");
                }
            }
        }
        rendered
    }

    fn settle(&self, output: &impl Fn(&PartKey, &str) -> Option<String>) -> Option<String> {
        self.0
            .iter()
            .map(|piece| match piece {
                Piece::Literal(literal) => Some(literal.clone()),
                Piece::Reference { part, output: name } => output(part, name),
            })
            .collect()
    }
}

fn build(value: Value, text: &impl Fn(String) -> Setting) -> Setting {
    match value {
        Value::Null => Setting::Null,
        Value::Bool(flag) => Setting::Bool(flag),
        Value::Number(number) => Setting::Number(number),
        Value::String(string) => text(string),
        Value::Array(items) => {
            Setting::List(items.into_iter().map(|item| build(item, text)).collect())
        }
        Value::Object(fields) => Setting::Map(
            fields
                .into_iter()
                .filter(|(_, field)| !field.is_null())
                .map(|(name, field)| (name, build(field, text)))
                .collect(),
        ),
    }
}

/// Splits a string at the marks that [`crate::Output`] printed into it.
fn marked_text(string: &str) -> Setting {
    if string.contains(UNKNOWN) {
        return Setting::Unknown;
    }
    let mut pieces = Vec::new();
    let mut rest = string;
    while let Some((literal, reference, after)) = next_reference(rest) {
        if !literal.is_empty() {
            pieces.push(Piece::Literal(literal.to_owned()));
        }
        pieces.push(reference);
        rest = after;
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Literal(rest.to_owned()));
    }
    Setting::Text(Text(pieces))
}

fn next_reference(text: &str) -> Option<(&str, Piece, &str)> {
    let (literal, opened) = text.split_once(REFERENCE_OPEN)?;
    let (inside, after) = opened.split_once(REFERENCE_CLOSE)?;
    let (part, output) = inside.rsplit_once('.')?;
    let reference = Piece::Reference {
        part: PartKey::parse(part).ok()?,
        output: output.to_owned(),
    };
    Some((literal, reference, after))
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test stops where something is not as it should be"
)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::input::{Output, OutputName};

    const ARN: OutputName<String> = OutputName::new("arn");

    fn key_arn() -> String {
        Output::new(PartKey::parse("key").unwrap(), &ARN).to_string()
    }

    fn check(value: &Value, rendered: &str) {
        assert_eq!(Setting::of(value).unwrap().render().unwrap(), rendered);
    }

    #[test]
    fn settings_render_sorted_with_references_and_escapes() {
        check(&json!({"b": 1, "a": true}), r#"{"a":true,"b":1}"#);
        check(&json!({"arn": key_arn()}), r#"{"arn":"${key.arn}"}"#);
        check(
            &json!({"arn": format!("{}/*", key_arn())}),
            r#"{"arn":"${key.arn}/*"}"#,
        );
        check(
            &json!({"var": "home/${aws:username}"}),
            r#"{"var":"home/$${aws:username}"}"#,
        );
        check(&json!({"gone": null, "kept": [null]}), r#"{"kept":[null]}"#);
        check(&json!({"empty": ""}), r#"{"empty":""}"#);
    }

    #[test]
    fn an_unknown_anywhere_leaves_nothing_to_render() {
        let mark = crate::input::unknown_mark();
        let setting = Setting::of(&json!({"a": {"b": [mark]}, "c": 1})).unwrap();
        assert_eq!(setting.render(), None);
        assert!(setting.is_unknown());
    }

    #[test]
    fn settling_needs_every_output() {
        let setting = Setting::of(&json!({"arn": key_arn()})).unwrap();
        let settled = setting
            .settle(&|_, _| Some("arn:aws:kms".to_owned()))
            .unwrap();
        assert_eq!(settled, json!({"arn": "arn:aws:kms"}));
        assert!(matches!(
            setting.settle(&|_, _| None),
            Err(SettingError::Unsettled { .. })
        ));
        assert_eq!(setting.settle_known(&|_, _| None), json!({"arn": null}));
    }

    #[test]
    fn what_aws_returns_is_never_taken_for_a_reference() {
        let setting = Setting::literal(&json!({"arn": "${key.arn}"}));
        assert_eq!(setting.render().unwrap(), r#"{"arn":"$${key.arn}"}"#);
        assert!(setting.references().is_empty());
    }
}
