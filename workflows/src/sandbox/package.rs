//! The embedded Python package: its files, their digest, and unpacking them.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// The package's files by path, made by `build.rs`.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sandbox_files.rs"));

/// The file that says which packages it needs.
pub(super) const REQUIREMENTS: &str = "requirements.txt";

/// The module that serves.
pub(super) const MODULE: &str = "cloister_sandbox";

/// Changes whenever any file does.
pub(super) fn digest() -> String {
    digest_of(FILES.iter().copied())
}

/// Changes only with the requirements, so that their installation survives an update of the package.
pub(super) fn requirements_digest() -> String {
    digest_of(
        FILES
            .iter()
            .copied()
            .filter(|(path, _)| *path == REQUIREMENTS),
    )
}

/// Writes all files below `folder`.
pub(super) fn unpack(folder: &Path) -> Result<()> {
    for (path, content) in FILES {
        let target = folder.join(path);
        let above = target.parent().unwrap_or(folder);
        fs::create_dir_all(above)
            .and_then(|()| fs::write(&target, content))
            .with_context(|| format!("could not write `{}`", target.display()))?;
    }
    Ok(())
}

/// Lengths come first, so that no two lists of files run together to the same bytes.
fn digest_of<'a>(files: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut hash = Sha256::new();
    for (path, content) in files {
        for field in [path.as_bytes(), content] {
            hash.update((field.len() as u64).to_be_bytes());
            hash.update(field);
        }
    }
    let digest: [u8; 32] = hash.finalize().into();
    let mut short = [0; 8];
    short.copy_from_slice(&digest[..8]);
    format!("{:016x}", u64::from_be_bytes(short))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_whole_and_holds_sources_only() {
        let paths: Vec<&str> = FILES.iter().map(|(path, _)| *path).collect();
        for expected in [
            REQUIREMENTS,
            "cloister_sandbox/__init__.py",
            "cloister_sandbox/__main__.py",
        ] {
            assert!(paths.contains(&expected), "{expected}");
        }
        let others: Vec<_> = paths
            .iter()
            .filter(|path| {
                **path != REQUIREMENTS && Path::new(path).extension() != Some("py".as_ref())
            })
            .collect();
        assert!(others.is_empty(), "{others:?}");
    }

    #[test]
    fn unpacking_writes_what_was_embedded() {
        let folder = tempfile::tempdir().expect("a folder");
        unpack(folder.path()).expect("a folder to write to");
        for (path, content) in FILES {
            assert_eq!(
                fs::read(folder.path().join(path)).expect("unpacked"),
                *content,
                "{path}"
            );
        }
    }

    #[test]
    fn the_digest_tells_where_a_file_ends() {
        let one = digest_of([("a", b"bc".as_slice())].into_iter());
        let two = digest_of([("ab", b"c".as_slice())].into_iter());
        assert_ne!(one, two);
        assert_eq!(one.len(), 16);
    }
}
