//! Sockets that killed processes left behind.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::Path;

use rustix::process::{Pid, test_kill_process};

use super::socket_file::maker_of;

/// Unlinks the sockets of ours in `dir` that have nobody behind them.
///
/// A socket goes only when its maker is gone *and* nobody answers there: in a
/// folder shared between containers the maker's number means nothing.
pub(crate) fn remove_stale_sockets(dir: &Path) {
    // Sweeping is a courtesy: a folder that cannot be listed stays as it is.
    let Ok(entries) = std::fs::read_dir(dir) else {
        return;
    };
    for entry in entries.flatten() {
        let Some(maker) = maker_of(&entry.file_name()) else {
            continue;
        };
        let path = entry.path();
        if is_gone(maker) && nobody_answers(&path) {
            let _ = std::fs::remove_file(path);
        }
    }
}

fn is_gone(pid: i32) -> bool {
    Pid::from_raw(pid).is_some_and(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH))
}

fn nobody_answers(path: &Path) -> bool {
    matches!(UnixStream::connect(path), Err(error) if error.kind() == io::ErrorKind::ConnectionRefused)
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::process::Command;

    use super::*;

    #[test]
    fn only_sockets_without_a_process_are_swept() {
        let dir = tempfile::tempdir().unwrap();
        let mut finished = Command::new("true").spawn().unwrap();
        finished.wait().unwrap();
        let name = |pid: u32, salt: u64| {
            dir.path()
                .join(format!("cloister-plugin-{pid}-{salt:016x}"))
        };

        let dead = name(finished.id(), 1);
        drop(UnixListener::bind(&dead).unwrap());
        let dead_maker_but_answering = name(finished.id(), 2);
        let _listener = UnixListener::bind(&dead_maker_but_answering).unwrap();
        let living_maker = name(std::process::id(), 3);
        drop(UnixListener::bind(&living_maker).unwrap());
        let foreign = dir.path().join("plugin4711");
        drop(UnixListener::bind(&foreign).unwrap());

        remove_stale_sockets(dir.path());

        assert!(!dead.exists());
        for kept in [dead_maker_but_answering, living_maker, foreign] {
            assert!(kept.exists(), "{}", kept.display());
        }
    }
}
