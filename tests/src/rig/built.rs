//! Where the programs under test, the workspace and the sandbox's Python are.

use std::{
    env,
    path::{Path, PathBuf},
};

use crate::programs;

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the crate lies in the workspace")
}

/// The built provider.
pub fn provider() -> PathBuf {
    let folder = programs::provider_folder().unwrap_or_else(|missing| panic!("{missing}"));
    folder.join("terraform-provider-cloister")
}

/// The built command line.
pub fn cloister() -> PathBuf {
    programs::cloister().unwrap_or_else(|missing| panic!("{missing}"))
}

/// The interpreter that has `sandbox/requirements.txt`.
pub(crate) fn python() -> PathBuf {
    let named = env::var_os("CLOISTER_SANDBOX_PYTHON").map(PathBuf::from);
    let missing = "CLOISTER_SANDBOX_PYTHON must name a Python with sandbox/requirements.txt; `make test` sets it";
    named.filter(|path| path.is_file()).expect(missing)
}

/// The name of `terraform`, or else of `tofu`.
pub(crate) fn terraform() -> &'static str {
    programs::terraform().unwrap_or_else(|missing| panic!("{missing}"))
}
