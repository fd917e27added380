//! Where the programs under test lie.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use anyhow::{Context, Result, ensure};

/// The `cloister` that was built.
pub fn cloister() -> Result<PathBuf> {
    built("cloister")
}

/// The folder in which the provider that was built lies.
pub fn provider_folder() -> Result<PathBuf> {
    let provider = built("terraform-provider-cloister")?;
    Ok(provider
        .parent()
        .context("a program lies in a folder")?
        .to_owned())
}

/// `terraform`, or else `tofu`.
pub fn terraform() -> Result<&'static str> {
    static FOUND: OnceLock<Option<&str>> = OnceLock::new();
    // Asked for an answer: a launcher of a version manager may be there without a version behind it.
    let answers = |name: &&str| {
        let version = Command::new(name).arg("version").output();
        version.is_ok_and(|output| output.status.success())
    };
    FOUND
        .get_or_init(|| ["terraform", "tofu"].into_iter().find(answers))
        .context("neither `terraform` nor `tofu` is on PATH")
}

fn built(name: &str) -> Result<PathBuf> {
    let folder = match env::var_os("CLOISTER_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/release"),
    };
    let program = folder.join(name);
    ensure!(
        program.is_file(),
        "`{}` is not built: run `make build`",
        program.display()
    );
    Ok(program.canonicalize()?)
}
