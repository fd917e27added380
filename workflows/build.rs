//! Embeds the sandbox's Python package: every `.py` file of it, and its requirements.
//!
//! A list made here instead of a macro over the folder, for two reasons: a new file must be noticed by an incremental
//! build, and bytecode that Python leaves beside the sources must stay out of the binary and of the package's digest.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

const REQUIREMENTS: &str = "requirements.txt";
const PACKAGE: &str = "cloister_sandbox";

fn main() -> io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../sandbox")
        .canonicalize()?;
    let mut files = vec![PathBuf::from(REQUIREMENTS)];
    collect(&root, Path::new(PACKAGE), &mut files)?;
    files.sort();

    let rows: Vec<String> = files.iter().map(|file| row(&root, file)).collect();
    let output = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("Cargo sets OUT_DIR"))?;
    fs::write(
        Path::new(&output).join("sandbox_files.rs"),
        format!("&[\n{}\n]\n", rows.join("\n")),
    )?;

    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", root.join(PACKAGE).display());
    println!(
        "cargo::rerun-if-changed={}",
        root.join(REQUIREMENTS).display()
    );
    Ok(())
}

/// One `(path, content)` of the table, as Rust source.
fn row(root: &Path, file: &Path) -> String {
    let source = root.join(file);
    let (file, source) = (file.to_string_lossy(), source.to_string_lossy());
    format!("    ({file:?}, include_bytes!({source:?})),")
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let path = folder.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            collect(root, &path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "py") {
            files.push(path);
        }
    }
    Ok(())
}
