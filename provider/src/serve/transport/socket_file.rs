//! The file of a Unix socket: its name, its rights, its removal.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// What every socket of ours starts with, so that dead ones can be swept.
const PREFIX: &str = "cloister-plugin-";
/// The longest path that every kernel takes: macOS has room for 104 bytes with the final zero.
/// <https://man7.org/linux/man-pages/man7/unix.7.html>
const LONGEST_PATH: usize = 103;

/// The path of a socket, unlinked when dropped.
#[derive(Debug)]
pub(crate) struct SocketFile(PathBuf);

impl SocketFile {
    /// Picks the path of a new socket in `dir`; nothing when it would be too long to bind.
    pub(crate) fn in_dir(dir: &Path, pid: u32, salt: u64) -> Option<Self> {
        let path = dir.join(format!("{PREFIX}{pid}-{salt:016x}"));
        (path.as_os_str().as_bytes().len() <= LONGEST_PATH).then_some(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Lets only the owner connect, or also `group` (a name or a number) where one is given.
    pub(crate) fn restrict(&self, group: Option<&str>) -> io::Result<()> {
        let mode = match group {
            Some(group) => {
                std::os::unix::fs::chown(&self.0, None, Some(group_id(group)?))?;
                0o660
            }
            None => 0o600,
        };
        std::fs::set_permissions(&self.0, std::fs::Permissions::from_mode(mode))
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        // Absent is as good as removed, and at exit nobody could act on more.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// The process that made a socket of this name; nothing when it is not one of ours.
pub(crate) fn maker_of(file_name: &OsStr) -> Option<i32> {
    let (pid, salt) = file_name.to_str()?.strip_prefix(PREFIX)?.split_once('-')?;
    (salt.len() == 16).then(|| pid.parse().ok()).flatten()
}

/// Reads the group database: linking to the C library's lookup would bar a static build.
fn group_id(group: &str) -> io::Result<u32> {
    if let Ok(id) = group.parse() {
        return Ok(id);
    }
    group_id_in(&std::fs::read_to_string("/etc/group")?, group).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            format!("no group `{group}` in /etc/group"),
        )
    })
}

fn group_id_in(database: &str, group: &str) -> Option<u32> {
    database.lines().find_map(|line| {
        let mut fields = line.split(':');
        (fields.next() == Some(group))
            .then(|| fields.nth(1)?.parse().ok())
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maker_is_read_back_from_the_name() {
        let file = SocketFile::in_dir(Path::new("/tmp"), 4711, 9).unwrap();
        assert_eq!(maker_of(file.path().file_name().unwrap()), Some(4711));
        for foreign in [
            "plugin123",
            "cloister-plugin-",
            "cloister-plugin-12",
            "cloister-plugin-x-0000000000000001",
        ] {
            assert_eq!(maker_of(OsStr::new(foreign)), None, "{foreign}");
        }
    }

    #[test]
    fn a_path_that_no_kernel_binds_is_not_picked() {
        assert!(SocketFile::in_dir(Path::new(&"/d".repeat(60)), 1, 1).is_none());
    }

    #[test]
    fn groups_are_found_by_name() {
        let database = "root:x:0:\nstaff:x:50:ann,bob\n";
        assert_eq!(group_id_in(database, "staff"), Some(50));
        assert_eq!(group_id_in(database, "sta"), None);
    }
}
