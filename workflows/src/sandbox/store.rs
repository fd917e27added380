//! Folders in the user's cache that are made once and used by many processes.
//!
//! Forces: two first uses at the same time, a first use that is killed half-way, programs of two versions side by
//! side, and no clean-up of what somebody runs. Decision: one lock for making, a marker that is written last, and one
//! shared lock that every user of the store holds while it runs and that clearing out needs for itself. The locks are
//! the kernel's and go with the process, or with the child that inherits them.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result};

use super::command::note;

const MARKER: &str = "complete";
const USERS_LOCK: &str = "users.lock";
const MAKING_LOCK: &str = "making.lock";

/// How many versions of a thing are kept: programs of two versions used in turn must not undo each other's work.
const KEPT: usize = 2;

/// The store, held open: nothing in it is cleared out while this, or a copy of its lock, lives.
#[derive(Debug)]
pub(super) struct Store {
    root: PathBuf,
    users: File,
}

/// What the store keeps several versions of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Package,
    Environment,
}

const KINDS: [Kind; 2] = [Kind::Package, Kind::Environment];

impl Kind {
    fn prefix(self) -> &'static str {
        match self {
            Self::Package => "package-",
            Self::Environment => "environment-",
        }
    }
}

impl Store {
    /// Opens the store below `root` and clears out what has long been out of use, if nobody uses the store.
    pub(super) fn open(root: &Path) -> Result<Self> {
        make_private_folder(root)?;
        let users = open_lock(&root.join(USERS_LOCK))?;
        if users.try_lock().is_ok() {
            for kind in KINDS {
                clear_out(root, kind)?;
            }
        }
        // Turns an exclusive lock into a shared one.
        users
            .lock_shared()
            .context("could not lock the sandbox's cache")?;
        Ok(Self {
            root: root.to_owned(),
            users,
        })
    }

    /// The folder of one version, made by `make` unless it is there already and `intact`.
    ///
    /// `make` gets an empty folder, and the lock to hand to its children: it is held until the last of them ends.
    pub(super) fn entry(
        &self,
        kind: Kind,
        digest: &str,
        intact: impl Fn(&Path) -> bool,
        make: impl FnOnce(&Path, &File) -> Result<()>,
    ) -> Result<PathBuf> {
        let folder = self.root.join(format!("{}{digest}", kind.prefix()));
        let marker = folder.join(MARKER);
        let finished = || marker.exists() && intact(&folder);
        if !finished() {
            let lock = self.lock_making()?;
            if !finished() {
                remove_folder(&folder)?;
                make_private_folder(&folder)?;
                make(&folder, &lock)?;
                // Before the lock goes: who waits for it must find the entry finished.
                write_marker(&marker)?;
            }
        }
        // Also says when the entry was last used.
        write_marker(&marker)?;
        Ok(folder)
    }

    /// A copy of the users' lock, for a child that outlives this process.
    pub(super) fn users_lock(&self) -> Result<File> {
        self.users
            .try_clone()
            .context("could not copy the lock of the sandbox's cache")
    }

    fn lock_making(&self) -> Result<File> {
        let lock = open_lock(&self.root.join(MAKING_LOCK))?;
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) => {
                note("sandbox: waiting for another process that is preparing it");
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).context("could not lock the sandbox's cache");
            }
        }
        lock.lock().context("could not lock the sandbox's cache")?;
        Ok(lock)
    }
}

fn write_marker(marker: &Path) -> Result<()> {
    fs::write(marker, "").with_context(|| format!("could not write `{}`", marker.display()))
}

/// Makes a folder, and those above it, that only the user can enter: it holds code that is run later.
pub(super) fn make_private_folder(folder: &Path) -> Result<()> {
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .with_context(|| format!("could not make the folder `{}`", folder.display()))
}

/// Removes a folder and what is in it; a missing one is removed already.
pub(super) fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("could not remove `{}`", folder.display()))
        }
        _ => Ok(()),
    }
}

/// Opens a file to lock; what is in it does not matter.
pub(super) fn open_lock(path: &Path) -> Result<File> {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(path)
        .with_context(|| format!("could not open `{}`", path.display()))
}

/// Removes all versions but the last used ones; a half-made one was never used.
fn clear_out(root: &Path, kind: Kind) -> Result<()> {
    let mut versions = versions(root, kind)?;
    versions.sort_by_key(|(used, _)| std::cmp::Reverse(*used));
    for (_, folder) in versions.into_iter().skip(KEPT) {
        remove_folder(&folder)?;
    }
    Ok(())
}

fn versions(root: &Path, kind: Kind) -> Result<Vec<(Option<SystemTime>, PathBuf)>> {
    let mut found = Vec::new();
    let entries =
        fs::read_dir(root).with_context(|| format!("could not list `{}`", root.display()))?;
    for entry in entries.flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(kind.prefix())
        {
            let folder = entry.path();
            let used = fs::metadata(folder.join(MARKER)).and_then(|marker| marker.modified());
            found.push((used.ok(), folder));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use anyhow::bail;

    use super::*;

    fn make(store: &Store, digest: &str, made: &Cell<u32>) -> Result<PathBuf> {
        store.entry(
            Kind::Package,
            digest,
            |_| true,
            |folder, _| {
                made.set(made.get() + 1);
                Ok(fs::write(folder.join("content"), digest)?)
            },
        )
    }

    #[test]
    fn an_entry_is_made_once() {
        let root = tempfile::tempdir().expect("a folder");
        let made = Cell::new(0);
        for _ in 0..3 {
            let store = Store::open(root.path()).expect("a store");
            let folder = make(&store, "1", &made).expect("an entry");
            assert_eq!(
                fs::read_to_string(folder.join("content")).expect("made"),
                "1"
            );
        }
        assert_eq!(made.get(), 1);
    }

    #[test]
    fn an_entry_that_was_left_half_made_is_made_again_from_nothing() {
        let root = tempfile::tempdir().expect("a folder");
        let store = Store::open(root.path()).expect("a store");
        let failed = store.entry(
            Kind::Package,
            "1",
            |_| true,
            |folder, _| {
                fs::write(folder.join("leftover"), "")?;
                bail!("killed")
            },
        );
        assert!(failed.is_err());
        let folder = make(&store, "1", &Cell::new(0)).expect("an entry");
        assert!(!folder.join("leftover").exists());
    }

    #[test]
    fn an_entry_that_broke_since_is_made_again() {
        let root = tempfile::tempdir().expect("a folder");
        let store = Store::open(root.path()).expect("a store");
        let made = Cell::new(0);
        for _ in 0..2 {
            let broken = |_: &Path| false;
            let counted = |_: &Path, _: &File| {
                made.set(made.get() + 1);
                Ok(())
            };
            store
                .entry(Kind::Environment, "1", broken, counted)
                .expect("an entry");
        }
        assert_eq!(made.get(), 2);
    }

    #[test]
    fn old_versions_go_once_nobody_uses_the_store() {
        let root = tempfile::tempdir().expect("a folder");
        let user = Store::open(root.path()).expect("a store");
        for digest in ["1", "2", "3"] {
            let folder = make(&user, digest, &Cell::new(0)).expect("an entry");
            let age = std::time::Duration::from_secs(10 * digest.parse::<u64>().expect("a digit"));
            let marker = File::options()
                .write(true)
                .open(folder.join(MARKER))
                .expect("a marker");
            marker
                .set_modified(SystemTime::UNIX_EPOCH + age)
                .expect("its time");
        }
        let count = || {
            versions(root.path(), Kind::Package)
                .expect("a folder")
                .len()
        };

        drop(Store::open(root.path()).expect("a store"));
        assert_eq!(count(), 3, "somebody uses it");

        let inherited = user.users_lock().expect("a copy");
        drop(user);
        drop(Store::open(root.path()).expect("a store"));
        assert_eq!(count(), 3, "a child of somebody uses it");

        drop(inherited);
        drop(Store::open(root.path()).expect("a store"));
        assert_eq!(count(), KEPT);
        assert!(!root.path().join("package-1").exists(), "the oldest goes");
    }
}
