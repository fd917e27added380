//! How much the user wants to see.

use tracing::level_filters::LevelFilter;

/// Where the level is looked for; the most specific comes first.
const VARIABLES: [&str; 3] = ["TF_LOG_PROVIDER_CLOISTER", "TF_LOG_PROVIDER", "TF_LOG"];

/// The level that the host's user asked for; off when nothing is set.
pub(crate) fn wanted_level(variable: impl Fn(&str) -> Option<String>) -> LevelFilter {
    VARIABLES
        .iter()
        .find_map(|name| variable(name).filter(|value| !value.is_empty()))
        .map_or(LevelFilter::OFF, |value| parse_level(&value))
}

/// Reads a level as Terraform does: any other word means everything.
fn parse_level(value: &str) -> LevelFilter {
    match value.to_ascii_uppercase().as_str() {
        "OFF" => LevelFilter::OFF,
        "ERROR" => LevelFilter::ERROR,
        "WARN" => LevelFilter::WARN,
        "INFO" => LevelFilter::INFO,
        "DEBUG" => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_specific_variable_decides() {
        let off = LevelFilter::OFF;
        for (variables, expected) in [
            (&[][..], off),
            (&[("TF_LOG", "debug")], LevelFilter::DEBUG),
            (&[("TF_LOG", "JSON")], LevelFilter::TRACE),
            (
                &[("TF_LOG", "debug"), ("TF_LOG_PROVIDER", "WARN")],
                LevelFilter::WARN,
            ),
            (
                &[("TF_LOG_PROVIDER", ""), ("TF_LOG", "error")],
                LevelFilter::ERROR,
            ),
            (
                &[
                    ("TF_LOG_PROVIDER", "trace"),
                    ("TF_LOG_PROVIDER_CLOISTER", "off"),
                ],
                off,
            ),
        ] {
            let level = wanted_level(|name| {
                variables
                    .iter()
                    .find(|(key, _)| *key == name)
                    .map(|(_, value)| (*value).to_owned())
            });
            assert_eq!(level, expected, "{variables:?}");
        }
    }
}
