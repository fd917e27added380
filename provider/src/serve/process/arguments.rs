//! The command line: a host gives no arguments, a person may.

use std::ffi::OsString;

/// What the command line asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Serve the host that started this process.
    Plugin,
    /// Serve any host that is told where we listen, for use with a debugger.
    Reattach,
    Help,
    Version,
    /// An argument that means nothing here.
    Unknown(String),
}

impl Mode {
    /// Reads the arguments after the program's name.
    pub(crate) fn parse(arguments: impl IntoIterator<Item = OsString>) -> Self {
        let mut mode = Self::Plugin;
        for argument in arguments {
            let argument = argument.to_string_lossy();
            // One dash is the form that Terraform providers written in Go take.
            mode = match argument.trim_start_matches('-') {
                "debug" => Self::Reattach,
                "help" | "h" => return Self::Help,
                "version" | "V" => return Self::Version,
                _ => return Self::Unknown(argument.into_owned()),
            };
        }
        mode
    }
}

/// What `--help` prints.
pub(crate) fn render_help(program: &str, source: &str) -> String {
    format!(
        "{program} is a plugin: Terraform and OpenTofu start it by themselves.\n\
         \n\
         Name it in a configuration and run `terraform init`:\n\
         \n  \
         terraform {{\n    required_providers {{\n      cloister = {{ source = \"{source}\" }}\n    }}\n  }}\n\
         \n\
         Options:\n  \
         --debug      Serve until Ctrl-C and print the TF_REATTACH_PROVIDERS setting that\n               \
         makes Terraform use this very process (for debuggers)\n  \
         --version    Print the version\n  \
         --help       Print this text\n"
    )
}

/// What a person reads who runs the program by hand.
pub(crate) fn render_run_by_hand(program: &str) -> String {
    format!(
        "{program} is a plugin and does nothing when run by hand.\n\
         Terraform or OpenTofu starts it when a configuration uses it.\n\
         hint: `{program} --help` shows such a configuration\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_an_argument_is_understood() {
        for (arguments, expected) in [
            (&[][..], Mode::Plugin),
            (&["--debug"], Mode::Reattach),
            (&["-debug"], Mode::Reattach),
            (&["--debug", "--help"], Mode::Help),
            (&["-h"], Mode::Help),
            (&["--version"], Mode::Version),
            (&["--frob"], Mode::Unknown("--frob".to_owned())),
        ] {
            let parsed = Mode::parse(arguments.iter().map(OsString::from));
            assert_eq!(parsed, expected, "{arguments:?}");
        }
    }
}
