//! The environment, read once.

use std::collections::BTreeMap;

/// Variables that are cloister's own or the AWS provider's.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// What the AWS session needs.
    pub aws: cloister_aws::Environment,
    /// `CLOISTER_OWNER`.
    pub(crate) owner: Option<String>,
    /// `CLOISTER_TIME_SCALE`.
    pub(crate) time_scale: Option<String>,
    /// `TF_AWS_DEFAULT_TAGS_<key>`.
    pub(crate) default_tags: BTreeMap<String, String>,
}

const DEFAULT_TAG: &str = "TF_AWS_DEFAULT_TAGS_";

impl Environment {
    /// Reads the process environment; called once, by `main`.
    pub fn from_process() -> Self {
        let mut environment = Self {
            aws: cloister_aws::Environment::from_process(),
            ..Self::default()
        };
        let texts = std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        });
        for (name, value) in texts {
            if let Some(key) = name.strip_prefix(DEFAULT_TAG) {
                environment.default_tags.insert(key.to_owned(), value);
            } else if name == "CLOISTER_OWNER" && !value.is_empty() {
                environment.owner = Some(value);
            } else if name == "CLOISTER_TIME_SCALE" && !value.is_empty() {
                environment.time_scale = Some(value);
            }
        }
        environment
    }
}
