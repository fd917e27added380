//! The file in which a sandbox says how to reach it.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;
use serde_json::Value;

/// A sandbox that serves.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Ready {
    /// The server's process.
    pub(super) pid: i32,
    /// Where it listens.
    pub(super) endpoints: Endpoints,
    /// Variables for those who call it.
    pub(super) environment: BTreeMap<String, String>,
    /// What a fresh sandbox holds, for Terraform.
    terraform_variables: BTreeMap<String, Value>,
}

/// One address per vantage.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Endpoints {
    /// As from the internet.
    pub(super) outside: String,
    /// As from within the private network.
    pub(super) inside: String,
}

impl Ready {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text =
            fs::read(path).with_context(|| format!("could not read `{}`", path.display()))?;
        serde_json::from_slice(&text)
            .with_context(|| format!("`{}` is not what a sandbox writes", path.display()))
    }

    /// The variables as Terraform takes them from the environment: text as it is, everything else as JSON.
    pub(super) fn terraform_environment(&self) -> impl Iterator<Item = (String, String)> {
        self.terraform_variables.iter().map(|(name, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (format!("TF_VAR_{name}"), text)
        })
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn ready() -> Ready {
        serde_json::from_value(serde_json::json!({
            "pid": 7,
            "account_id": "111122223333",
            "endpoints": { "outside": "http://127.0.0.1:1", "inside": "http://127.0.0.1:2" },
            "control": "http://127.0.0.1:1/_cloister",
            "environment": { "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "us-east-1" },
            "terraform_variables": { "s3_endpoint_id": "vpce-1", "subnet_ids": ["subnet-1", "subnet-2"] },
        }))
        .expect("what a sandbox writes")
    }

    #[test]
    fn terraform_gets_text_plain_and_lists_as_json() {
        let variables: Vec<_> = ready().terraform_environment().collect();
        let expected = [
            ("TF_VAR_s3_endpoint_id", "vpce-1"),
            ("TF_VAR_subnet_ids", r#"["subnet-1","subnet-2"]"#),
        ];
        assert_eq!(
            variables,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }
}
