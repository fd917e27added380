//! Finding a Python that can make the sandbox's environment.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};

/// Newest first; the plain name last, since it may be anything.
const NAMES: [&str; 4] = ["python3.13", "python3.12", "python3.11", "python3"];

const OLDEST: (u32, u32) = (3, 11);

/// Runs on every Python, however old, so that an old one can say so.
const PROBE: &str = "\
import sys
try:
    import ensurepip, venv
    able = 'yes'
except ImportError:
    able = 'no'
print('%d %d %s %s' % (sys.version_info[0], sys.version_info[1], able, sys.executable))
";

const HINT: &str = "hint: install Python 3.11 or newer: `apt-get install python3 python3-venv` (Debian 12, Ubuntu 24.04 \
    or later), `dnf install python3.12` (Fedora, RHEL), `brew install python@3.13` (macOS)";

/// What was found under one name.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Found {
    Usable(PathBuf),
    TooOld { name: String, version: (u32, u32) },
    WithoutVenv { name: String },
    Nothing,
}

/// The newest Python on PATH that can make virtual environments.
pub(super) fn find() -> Result<PathBuf> {
    choose(NAMES.iter().map(|name| probe(name)))
}

fn choose(candidates: impl Iterator<Item = Found>) -> Result<PathBuf> {
    let mut seen = Vec::new();
    for found in candidates {
        match found {
            Found::Usable(path) => return Ok(path),
            Found::Nothing => {}
            Found::TooOld {
                name,
                version: (major, minor),
            } => {
                seen.push(format!(
                    "`{name}` is Python {major}.{minor}, which is too old"
                ));
            }
            Found::WithoutVenv { name } => {
                seen.push(format!(
                    "`{name}` has no `venv` module (Debian has it in `{name}-venv`)"
                ));
            }
        }
    }
    let seen = if seen.is_empty() {
        "there is none on PATH".to_owned()
    } else {
        seen.join("; ")
    };
    bail!("the sandbox needs Python 3.11 or newer: {seen}\n{HINT}")
}

/// A name on PATH may be a launcher that fails when its version is not chosen: only an answer counts.
fn probe(name: &str) -> Found {
    let output = Command::new(name)
        .args(["-I", "-c", PROBE])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => {
            read_answer(name, &String::from_utf8_lossy(&output.stdout))
        }
        _ => Found::Nothing,
    }
}

fn read_answer(name: &str, answer: &str) -> Found {
    let name = name.to_owned();
    let fields: Vec<&str> = answer.trim_end().splitn(4, ' ').collect();
    let [major, minor, able, executable] = fields[..] else {
        return Found::Nothing;
    };
    let (Ok(major), Ok(minor)) = (major.parse(), minor.parse()) else {
        return Found::Nothing;
    };
    match (major, minor) {
        version if version < OLDEST => Found::TooOld { name, version },
        _ if able != "yes" => Found::WithoutVenv { name },
        _ => Found::Usable(PathBuf::from(executable)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_whether_a_python_will_do() {
        let usable = |path: &str| Found::Usable(PathBuf::from(path));
        let old = |version| Found::TooOld {
            name: "python3".to_owned(),
            version,
        };
        for (answer, expected) in [
            (
                "3 11 yes /usr/bin/python3.11\n",
                usable("/usr/bin/python3.11"),
            ),
            ("3 14 yes /a b/python3\n", usable("/a b/python3")),
            ("4 0 yes /p\n", usable("/p")),
            ("3 9 yes /p\n", old((3, 9))),
            ("2 7 no /p\n", old((2, 7))),
            (
                "3 12 no /p\n",
                Found::WithoutVenv {
                    name: "python3".to_owned(),
                },
            ),
            ("what?\n", Found::Nothing),
            ("", Found::Nothing),
        ] {
            assert_eq!(read_answer("python3", answer), expected, "{answer:?}");
        }
    }

    #[test]
    fn the_refusal_names_what_was_found_and_how_to_get_a_better_one() {
        let found = [
            Found::Nothing,
            Found::TooOld {
                name: "python3".to_owned(),
                version: (3, 9),
            },
        ];
        let text = choose(found.into_iter()).expect_err("too old").to_string();
        assert!(text.contains("`python3` is Python 3.9"), "{text}");
        assert!(text.contains("\nhint: install Python 3.11"), "{text}");
        let text = choose(std::iter::empty()).expect_err("nothing").to_string();
        assert!(text.contains("there is none on PATH"), "{text}");
    }
}
