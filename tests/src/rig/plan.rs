//! A saved plan, as `terraform show -json` tells it.

use serde_json::Value;

use super::differences::differences;

/// A saved plan.
#[derive(Debug)]
pub struct Plan(Value);

/// What a plan does to one resource.
#[derive(Debug)]
pub struct Change<'a>(&'a Value);

impl Plan {
    pub(crate) fn parse(text: &str) -> Self {
        Self(serde_json::from_str(text).expect("Terraform shows JSON"))
    }

    /// What is planned for a resource.
    #[track_caller]
    pub fn change(&self, address: &str) -> Change<'_> {
        let changes = self.0["resource_changes"].as_array().into_iter().flatten();
        let found = changes
            .into_iter()
            .find(|change| change["address"] == address);
        Change(
            &found.unwrap_or_else(|| panic!("`{address}` is not in the plan: {}", self.0))["change"],
        )
    }
}

impl Change<'_> {
    /// What Terraform does, such as `update` or `delete, create`.
    pub fn actions(&self) -> String {
        let actions = self.0["actions"].as_array().into_iter().flatten();
        actions
            .filter_map(Value::as_str)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Each part and setting that differs, such as `bucket: versioning`.
    pub fn parts(&self) -> Vec<String> {
        differences(self.0)
    }

    /// What is not known before the apply.
    pub fn unknown(&self) -> &Value {
        &self.0["after_unknown"]
    }

    /// The attributes as planned, without those that are not known.
    pub fn after(&self) -> &Value {
        &self.0["after"]
    }
}
