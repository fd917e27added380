//! Records in local files and folders, several files at a time.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::EvidenceError;
use crate::scan::{Findings, Scanner};

/// Each thread holds one inflated file; more threads than this gain little and cost memory.
const MOST_THREADS: usize = 8;

/// Reads a file, or every record file below a folder, once for all queries.
///
/// A folder may hold anything: only `.json`, `.jsonl` and `.gz` files are
/// read, and digests and flow logs are passed over. A file named directly is always read.
pub fn scan_folder(path: &Path, scanner: &Scanner) -> Result<Findings, EvidenceError> {
    scan_files(path, scanner, &may_hold_records, &|file: &Path| {
        let name: Arc<str> = file.to_string_lossy().into();
        match fs::read(file) {
            Ok(bytes) => scanner.scan(&name, &bytes),
            Err(error) => scanner.unread(format!("{name}: {error}")),
        }
    })
}

/// Reads a file, or the files below a folder whose names are `wanted`, several at a time.
pub(crate) fn scan_files(
    path: &Path,
    scanner: &Scanner,
    wanted: &dyn Fn(&str) -> bool,
    scan: &(dyn Fn(&Path) -> Findings + Sync),
) -> Result<Findings, EvidenceError> {
    let files = list(path, wanted).map_err(|source| EvidenceError::Folder {
        path: path.to_owned(),
        source,
    })?;
    let findings = Mutex::new(scanner.nothing());
    let next = AtomicUsize::new(0);
    let threads = std::thread::available_parallelism()
        .map_or(1, usize::from)
        .min(MOST_THREADS);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(files.len()) {
            scope.spawn(|| {
                while let Some(file) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let found = scan(file);
                    let mut findings = findings
                        .lock()
                        .unwrap_or_else(std::sync::PoisonError::into_inner);
                    findings.merge(found, scanner);
                }
            });
        }
    });
    let mut findings = findings
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    findings.tally.faults.sort();
    Ok(findings)
}

/// The wanted files at or below `path`, sorted, so that runs are alike.
fn list(path: &Path, wanted: &dyn Fn(&str) -> bool) -> io::Result<Vec<PathBuf>> {
    if !fs::metadata(path)?.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            // Links are not followed: a link to a parent would never end.
            let kind = entry.file_type()?;
            let path = entry.path();
            let name = entry.file_name();
            if kind.is_dir() && name != "CloudTrail-Digest" {
                folders.push(path);
            } else if kind.is_file() && wanted(&name.to_string_lossy()) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

/// One bucket often holds digests and flow logs beside the trail, and is copied as a whole.
fn may_hold_records(name: &str) -> bool {
    let known = [".json", ".jsonl", ".gz"]
        .iter()
        .any(|end| name.ends_with(end));
    let other = ["_CloudTrail-Digest_", "_vpcflowlogs_"];
    known && !other.iter().any(|part| name.contains(part))
}
