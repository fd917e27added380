//! How a command's environment differs from the caller's, so that it reaches the sandbox and nothing else.

use std::{
    collections::BTreeMap,
    ffi::{OsStr, OsString},
};

use super::{host::Host, ready::Ready, settings::Settings};

/// Every other variable of the AWS tools is taken away: a profile, a role, an endpoint for one service or a setting yet
/// to be invented would lead a command away from the sandbox, into a real account.
const HARMLESS: [&str; 4] = [
    "AWS_PAGER",
    "AWS_MAX_ATTEMPTS",
    "AWS_RETRY_MODE",
    "AWS_CLI_AUTO_PROMPT",
];

/// Variables to set, or, where there is no value, to unset.
pub(super) type Changes = BTreeMap<OsString, Option<OsString>>;

/// What to change for commands that are to use a sandbox.
pub(super) fn changes(host: &Host, ready: &Ready, settings: &Settings) -> Changes {
    let unset = host.variables.keys().filter(|name| leads_away(name));
    let mut changes: Changes = unset.map(|name| (name.clone(), None)).collect();
    let mut set = |name: &str, value: OsString| changes.insert(name.into(), Some(value));

    for (name, value) in &ready.environment {
        set(name, value.into());
    }
    for (name, value) in ready.terraform_environment() {
        set(&name, value.into());
    }
    set("AWS_CONFIG_FILE", settings.aws.clone().into());
    set("AWS_SHARED_CREDENTIALS_FILE", settings.aws.clone().into());
    if let Some(terraform) = &settings.terraform {
        set("TF_CLI_CONFIG_FILE", terraform.clone().into());
    }
    let direct = without_proxy(host);
    set("NO_PROXY", direct.clone());
    set("no_proxy", direct);
    changes
}

fn leads_away(name: &OsStr) -> bool {
    name.to_str()
        .is_some_and(|name| name.starts_with("AWS_") && !HARMLESS.contains(&name))
}

/// Some tools send calls to loopback through a proxy as well, unless told otherwise.
fn without_proxy(host: &Host) -> OsString {
    let mut hosts = OsString::from("127.0.0.1,localhost");
    if let Some(given) = host
        .variable("no_proxy")
        .or_else(|| host.variable("NO_PROXY"))
    {
        hosts.push(",");
        hosts.push(given);
    }
    hosts
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{
        super::{host::tests::host, ready::tests::ready},
        *,
    };

    fn check(given: &[(&str, &str)], terraform: Option<&str>, expected: &[(&str, Option<&str>)]) {
        let settings = Settings {
            aws: PathBuf::from("/t/aws"),
            terraform: terraform.map(PathBuf::from),
        };
        let changes = changes(&host(given), &ready(), &settings);
        for (name, value) in expected {
            let value = value.map(|value| Some(OsString::from(value)));
            let found = changes.get(OsStr::new(name)).cloned();
            match value {
                Some(_) => assert_eq!(found, value, "{name}"),
                None => assert_eq!(found, Some(None), "{name} is unset"),
            }
        }
    }

    #[test]
    fn the_sandbox_is_reached_and_nothing_else() {
        check(
            &[
                ("AWS_PROFILE", "production"),
                ("AWS_ENDPOINT_URL_S3", "https://elsewhere"),
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.2"),
                ("AWS_REGION", "eu-west-1"),
            ],
            None,
            &[
                ("AWS_PROFILE", None),
                ("AWS_ENDPOINT_URL_S3", None),
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", None),
                ("AWS_REGION", Some("us-east-1")),
                ("AWS_ENDPOINT_URL", Some("http://127.0.0.1:1")),
                ("AWS_CONFIG_FILE", Some("/t/aws")),
                ("AWS_SHARED_CREDENTIALS_FILE", Some("/t/aws")),
                ("TF_VAR_s3_endpoint_id", Some("vpce-1")),
                ("NO_PROXY", Some("127.0.0.1,localhost")),
            ],
        );
    }

    #[test]
    fn what_the_user_set_stays_unless_it_leads_away() {
        let host = host(&[
            ("AWS_PAGER", ""),
            ("TF_IN_AUTOMATION", "1"),
            ("PATH", "/bin"),
        ]);
        let settings = Settings {
            aws: PathBuf::from("/t/aws"),
            terraform: None,
        };
        let changes = changes(&host, &ready(), &settings);
        for name in [
            "AWS_PAGER",
            "TF_IN_AUTOMATION",
            "PATH",
            "TF_CLI_CONFIG_FILE",
        ] {
            assert!(!changes.contains_key(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn terraform_and_proxies_are_told() {
        check(
            &[("no_proxy", "corp.example")],
            Some("/t/rc"),
            &[
                ("TF_CLI_CONFIG_FILE", Some("/t/rc")),
                ("no_proxy", Some("127.0.0.1,localhost,corp.example")),
            ],
        );
    }
}
