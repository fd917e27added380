//! The folder of one `sandbox run`, removed with it, or, if that was killed, by the next one.

use std::{
    fs::{self, File},
    path::Path,
};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::store::{make_private_folder, open_lock, remove_folder};

const FOLDER: &str = "runs";
const LOCK: &str = "lock";

/// A folder that is held for as long as this lives.
#[derive(Debug)]
pub(super) struct Fresh {
    folder: TempDir,
    _lock: File,
}

impl Fresh {
    /// Makes a folder below `cache`, and removes those whose makers are gone.
    pub(super) fn make(cache: &Path) -> Result<Self> {
        let root = cache.join(FOLDER);
        make_private_folder(&root)?;
        // Nobody may take a folder that is being made for one that was left behind.
        let making = open_lock(&root.join(LOCK))?;
        making
            .lock()
            .context("could not lock the sandbox's cache")?;
        remove_abandoned(&root)?;
        let folder = tempfile::Builder::new()
            .prefix("run-")
            .tempdir_in(&root)
            .with_context(|| format!("could not make a folder in `{}`", root.display()))?;
        let lock = open_lock(&folder.path().join(LOCK))?;
        lock.lock().context("could not lock the sandbox's folder")?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Where it lies.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn remove_abandoned(root: &Path) -> Result<()> {
    let entries =
        fs::read_dir(root).with_context(|| format!("could not list `{}`", root.display()))?;
    for entry in entries.flatten() {
        let folder = entry.path();
        if folder.is_dir() && open_lock(&folder.join(LOCK))?.try_lock().is_ok() {
            remove_folder(&folder)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_goes_with_its_run_or_with_the_next() {
        let cache = tempfile::tempdir().expect("a folder");
        let held = Fresh::make(cache.path()).expect("a folder");
        let abandoned = cache.path().join(FOLDER).join("run-abandoned");
        fs::create_dir(&abandoned).expect("a folder");
        fs::write(abandoned.join("object"), "large").expect("a file");

        let next = Fresh::make(cache.path()).expect("a folder");
        assert!(!abandoned.exists());
        assert!(held.path().exists(), "somebody works in it");

        let path = next.path().to_owned();
        drop(next);
        assert!(!path.exists());
    }
}
