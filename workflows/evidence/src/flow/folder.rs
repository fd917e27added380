//! Flow records in local files and folders.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::sync::Arc;

use super::columns::Columns;
use super::text::scan_text;
use crate::error::EvidenceError;
use crate::folder::scan_files;
use crate::scan::{Findings, Scanner};

const ENDINGS: [&str; 5] = [".log", ".log.gz", ".txt", ".txt.gz", ".parquet"];

/// Reads a file, or every file of flow records below a folder, once for all queries.
///
/// Of a folder only `.log` and `.txt` files are read, plain or gzip; Parquet is named as a fault.
/// A file named directly is always read. `format` holds for files without a header line.
pub fn scan_flow_folder(
    path: &Path,
    scanner: &Scanner,
    format: Option<&Columns>,
) -> Result<Findings, EvidenceError> {
    let wanted = |name: &str| ENDINGS.iter().any(|ending| name.ends_with(ending));
    scan_files(path, scanner, &wanted, &|file: &Path| {
        let name: Arc<str> = file.to_string_lossy().into();
        match File::open(file) {
            Ok(input) => scan_text(scanner, &name, BufReader::new(input), format),
            Err(error) => scanner.unread(format!("{name}: {error}")),
        }
    })
}
