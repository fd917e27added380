//! The first use on a machine, with a Python that installs nothing.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Command, Stdio},
    thread,
};

use anyhow::{Context, Result};
use cloister_tests::{Output, cloister};

use crate::soon;

/// A Python that makes environments of nothing: how often, and whether its `pip` is to hang, lies in its folder.
const FAKE_PYTHON: &str = r#"#!/bin/sh
here=${FAKE_PYTHON_FOLDER:?}
case "$*" in
*" -c "*) echo "3 13 yes $0" ;;
*" -m venv "*)
    for last; do :; done
    mkdir -p "$last/bin" && cp "$0" "$last/bin/python" && echo made >>"$here/made" ;;
*" -m pip "*)
    touch "$here/installing"
    while [ -e "$here/hold" ]; do sleep 0.02; done ;;
esac
"#;

struct FirstUse {
    folder: tempfile::TempDir,
}

impl FirstUse {
    fn new(python: &str) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let program = folder.path().join("python3.13");
        fs::write(&program, python)?;
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755))?;
        Ok(Self { folder })
    }

    fn command(&self) -> Result<Command> {
        let folder = self.folder.path();
        let mut command = Command::new(cloister()?);
        command
            .args(["sandbox", "python"])
            .env("PATH", format!("{}:/bin:/usr/bin", folder.display()))
            .env("XDG_CACHE_HOME", folder.join("cache"))
            .env("FAKE_PYTHON_FOLDER", folder)
            .env_remove("CLOISTER_SANDBOX_PYTHON")
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Ok(command)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn times_made(&self) -> usize {
        fs::read_to_string(self.file("made"))
            .unwrap_or_default()
            .lines()
            .count()
    }
}

#[test]
fn two_first_uses_at_once_install_once() -> Result<()> {
    let first_use = FirstUse::new(FAKE_PYTHON)?;
    fs::write(first_use.file("hold"), "")?;
    let first = first_use.command()?.spawn()?;
    soon("the first one installs", || {
        first_use.file("installing").exists()
    });
    let second = first_use.command()?.spawn()?;
    fs::remove_file(first_use.file("hold"))?;

    let first = Output::from(first.wait_with_output()?).success();
    let second = Output::from(second.wait_with_output()?).success();
    assert_eq!(first.stdout, second.stdout);
    assert_eq!(first_use.times_made(), 1);
    Ok(())
}

#[test]
fn a_first_use_that_was_killed_is_begun_again_once_its_children_are_gone() -> Result<()> {
    let first_use = FirstUse::new(FAKE_PYTHON)?;
    fs::write(first_use.file("hold"), "")?;
    let mut first = first_use.command()?.spawn()?;
    soon("it installs", || first_use.file("installing").exists());
    first.kill()?;
    first.wait()?;

    let mut second = first_use.command()?.spawn()?;
    let mut said = BufReader::new(second.stderr.take().context("piped")?).lines();
    let line = said.next().context("a line")??;
    assert_eq!(
        line,
        "sandbox: waiting for another process that is preparing it"
    );
    assert_eq!(
        first_use.times_made(),
        1,
        "the first one's pip still writes"
    );

    fs::remove_file(first_use.file("hold"))?;
    thread::spawn(move || said.count());
    Output::from(second.wait_with_output()?).success();
    assert_eq!(first_use.times_made(), 2);
    Ok(())
}

#[test]
fn a_python_that_is_too_old_is_named_with_how_to_get_a_newer_one() -> Result<()> {
    let first_use = FirstUse::new("#!/bin/sh\necho '3 9 yes /usr/bin/python3.9'\n")?;
    for name in ["python3.12", "python3.11", "python3"] {
        fs::write(first_use.file(name), "#!/bin/sh\nexit 127\n")?;
        fs::set_permissions(first_use.file(name), fs::Permissions::from_mode(0o755))?;
    }
    let output = Output::of(&mut first_use.command()?)?;
    assert_eq!(output.code, 4);
    assert!(
        output
            .stderr
            .contains("`python3.13` is Python 3.9, which is too old"),
        "{output}"
    );
    assert!(
        output
            .stderr
            .contains("\nhint: install Python 3.11 or newer"),
        "{output}"
    );
    Ok(())
}
