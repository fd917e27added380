//! What the sandbox commands know of the machine: the environment, read once, and where the program lies.

use std::{
    collections::BTreeMap,
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

/// The interpreter that has the sandbox's requirements already.
pub(super) const PYTHON_VARIABLE: &str = "CLOISTER_SANDBOX_PYTHON";
const TERRAFORM_CONFIG_VARIABLE: &str = "TF_CLI_CONFIG_FILE";
const PROVIDER: &str = "terraform-provider-cloister";

/// The machine as the sandbox commands see it.
#[derive(Debug, Clone)]
pub(super) struct Host {
    /// Where installed packages and started sandboxes are kept.
    pub(super) cache: PathBuf,
    /// The interpreter that the user chose.
    pub(super) python: Option<PathBuf>,
    /// This program, which the sandbox asks about every call.
    pub(super) program: PathBuf,
    /// The environment that the caller gave.
    pub(super) variables: BTreeMap<OsString, OsString>,
    /// Which provider Terraform is to use.
    pub(super) provider: Provider,
}

/// Whether Terraform is told where the provider is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Provider {
    /// It lies in this folder, beside `cloister`.
    Beside(PathBuf),
    /// The user's own Terraform configuration decides.
    Configured(PathBuf),
    /// There is none here.
    Absent,
}

impl Host {
    /// Reads the environment and finds out where the program lies.
    pub(super) fn read() -> Result<Self> {
        let program = env::current_exe().context(
            "could not find out where this program lies, which the sandbox asks about every call",
        )?;
        Self::of(env::vars_os().collect(), program)
    }

    fn of(variables: BTreeMap<OsString, OsString>, program: PathBuf) -> Result<Self> {
        Ok(Self {
            cache: cache(&variables)?,
            python: chosen(&variables, PYTHON_VARIABLE).map(PathBuf::from),
            provider: provider(&variables, program.parent()),
            program,
            variables,
        })
    }

    /// A variable of the caller's environment; an empty one counts as unset.
    pub(super) fn variable(&self, name: &str) -> Option<&OsStr> {
        chosen(&self.variables, name)
    }
}

fn chosen<'a>(variables: &'a BTreeMap<OsString, OsString>, name: &str) -> Option<&'a OsStr> {
    variables
        .get(OsStr::new(name))
        .map(OsString::as_os_str)
        .filter(|value| !value.is_empty())
}

fn cache(variables: &BTreeMap<OsString, OsString>) -> Result<PathBuf> {
    // The base directory specification has relative paths ignored.
    // https://specifications.freedesktop.org/basedir-spec/latest/
    let given = chosen(variables, "XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let folder = match given {
        Some(folder) => folder,
        None => Path::new(chosen(variables, "HOME").context(
            "there is no place to keep the sandbox's packages: neither `XDG_CACHE_HOME` nor `HOME` is set\n\
             hint: set `XDG_CACHE_HOME` to a folder that is kept between runs",
        )?)
        .join(".cache"),
    };
    Ok(folder.join("cloister").join("sandbox"))
}

/// A configuration file that does not exist counts as none: Terraform warns of it and goes on without.
fn provider(variables: &BTreeMap<OsString, OsString>, folder: Option<&Path>) -> Provider {
    let configured = chosen(variables, TERRAFORM_CONFIG_VARIABLE).map(PathBuf::from);
    match (configured.filter(|path| path.exists()), folder) {
        (Some(path), _) => Provider::Configured(path),
        (None, Some(folder)) if folder.join(PROVIDER).is_file() => {
            Provider::Beside(folder.to_owned())
        }
        (None, _) => Provider::Absent,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::fs;

    use super::*;

    pub(in super::super) fn host(variables: &[(&str, &str)]) -> Host {
        let mut variables = given(variables);
        variables.insert("HOME".into(), "/home/ada".into());
        Host::of(variables, PathBuf::from("/opt/bin/cloister")).expect("a home is enough")
    }

    fn given(variables: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
        variables
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()))
            .collect()
    }

    #[test]
    fn packages_are_kept_in_the_cache_folder() {
        for (variables, expected) in [
            (&[("HOME", "/h")][..], Some("/h/.cache/cloister/sandbox")),
            (
                &[("HOME", "/h"), ("XDG_CACHE_HOME", "/c")],
                Some("/c/cloister/sandbox"),
            ),
            (
                &[("HOME", "/h"), ("XDG_CACHE_HOME", "c")],
                Some("/h/.cache/cloister/sandbox"),
            ),
            (
                &[("HOME", "/h"), ("XDG_CACHE_HOME", "")],
                Some("/h/.cache/cloister/sandbox"),
            ),
            (&[("HOME", "")], None),
        ] {
            assert_eq!(
                cache(&given(variables)).ok(),
                expected.map(PathBuf::from),
                "{variables:?}"
            );
        }
    }

    #[test]
    fn the_provider_beside_the_program_is_used_unless_terraform_is_configured() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("terraformrc");
        let variables = given(&[(TERRAFORM_CONFIG_VARIABLE, config.to_str().expect("UTF-8"))]);
        assert_eq!(provider(&variables, Some(folder.path())), Provider::Absent);

        fs::write(folder.path().join(PROVIDER), "").expect("a file");
        let beside = Provider::Beside(folder.path().to_owned());
        assert_eq!(provider(&given(&[]), Some(folder.path())), beside);
        assert_eq!(
            provider(&variables, Some(folder.path())),
            beside,
            "the file is missing"
        );

        fs::write(&config, "").expect("a file");
        assert_eq!(
            provider(&variables, Some(folder.path())),
            Provider::Configured(config)
        );
    }
}
