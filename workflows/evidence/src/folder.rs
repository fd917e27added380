//! Records in local files and folders, several files at a time.

use std::ffi::OsStr;
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
/// read, and digests are passed over. A file named directly is always read.
pub fn scan_folder(path: &Path, scanner: &Scanner) -> Result<Findings, EvidenceError> {
    let files = list(path).map_err(|source| EvidenceError::Folder {
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
                    let found = scan_file(scanner, file);
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

fn scan_file(scanner: &Scanner, file: &Path) -> Findings {
    let name: Arc<str> = file.to_string_lossy().into();
    match fs::read(file) {
        Ok(bytes) => scanner.scan(&name, &bytes),
        Err(error) => {
            let mut findings = scanner.nothing();
            findings.tally.files = 1;
            findings.tally.fault(format!("{name}: {error}"));
            findings
        }
    }
}

/// The record files at or below `path`, sorted, so that runs are alike.
fn list(path: &Path) -> io::Result<Vec<PathBuf>> {
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
            if kind.is_dir() && path.file_name() != Some(OsStr::new("CloudTrail-Digest")) {
                folders.push(path);
            } else if kind.is_file() && may_hold_records(&path) {
                files.push(path);
            }
        }
    }
    files.sort();
    Ok(files)
}

fn may_hold_records(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let known = path
        .extension()
        .is_some_and(|end| ["json", "jsonl", "gz"].iter().any(|k| end == *k));
    known && !name.contains("_CloudTrail-Digest_")
}
