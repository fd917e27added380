//! What a configuration tells once it is applied.

use std::ops::Index;

use serde_json::Value;

/// The outputs of a configuration.
#[derive(Debug, Clone)]
pub struct Outputs {
    text: String,
    values: Value,
}

impl Outputs {
    pub(crate) fn parse(text: String) -> Self {
        let values = serde_json::from_str(&text).expect("Terraform prints JSON");
        Self { text, values }
    }

    /// All of them, as Terraform prints them.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// An output that is a list.
    #[track_caller]
    pub fn list(&self, name: &str) -> Vec<String> {
        let value = self.values[name]["value"].as_array();
        let elements = value.unwrap_or_else(|| panic!("`{name}` is an output, and a list"));
        elements
            .iter()
            .filter_map(|element| element.as_str().map(str::to_owned))
            .collect()
    }
}

impl Index<&str> for Outputs {
    type Output = str;

    /// An output that is a text.
    #[track_caller]
    fn index(&self, name: &str) -> &str {
        let value = self.values[name]["value"].as_str();
        value.unwrap_or_else(|| panic!("`{name}` is an output, and a text"))
    }
}
