//! The environment variables that concern AWS, read once at the edge of the program.

use std::{collections::BTreeMap, fmt};

/// What the process environment says about AWS.
///
/// Only names that this crate knows are kept, so that nothing else is held in memory. An empty value counts as absent,
/// as it does for the AWS command line.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// Reads the process environment.
    pub fn from_process() -> Self {
        Self::of(std::env::vars_os().filter_map(|(name, value)| {
            Some((name.into_string().ok()?, value.into_string().ok()?))
        }))
    }

    /// An environment of these variables; names that do not concern AWS are left out.
    pub fn of<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self(
            variables
                .into_iter()
                .map(|(name, value)| (name.into(), value.into()))
                .filter(|(name, value)| concerns_aws(name) && !value.is_empty())
                .collect(),
        )
    }

    /// The value of `name`, unless it is absent or empty.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The first of `names` that has a value.
    pub(crate) fn first(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.value(name))
    }

    /// Whether `name` is set to `true`, in any case.
    pub(crate) fn says_true(&self, name: &str) -> bool {
        self.value(name)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Values may be secrets: only names are shown.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn concerns_aws(name: &str) -> bool {
    const OTHERS: [&str; 9] = [
        "HOME",
        "USERPROFILE",
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "NO_PROXY",
        "no_proxy",
        "TF_APPEND_USER_AGENT",
    ];
    name.starts_with("AWS_") || OTHERS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_concerns_aws_is_kept_and_values_are_not_shown() {
        let environment = Environment::of([
            ("AWS_SECRET_ACCESS_KEY", "hidden"),
            ("AWS_REGION", ""),
            ("DATABASE_PASSWORD", "other"),
        ]);
        assert_eq!(environment.value("AWS_SECRET_ACCESS_KEY"), Some("hidden"));
        assert_eq!(environment.value("AWS_REGION"), None);
        assert_eq!(environment.value("DATABASE_PASSWORD"), None);
        assert_eq!(format!("{environment:?}"), r#"{"AWS_SECRET_ACCESS_KEY"}"#);
    }
}
