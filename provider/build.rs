//! Lets the linker keep one of each pair of functions that came out alike.
//!
//! What the SDKs generate is full of them, and every page of the program that a call touches counts as its memory.

#![expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script of its target and compiler in the environment"
)]

use std::{env, path::Path, process::Command};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    if env::var("TARGET").as_deref() == Ok("x86_64-unknown-linux-gnu") && links_with_lld() {
        println!("cargo::rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Whether the toolchain brings the linker that knows how: others refuse the option.
/// <https://blog.rust-lang.org/2025/09/01/rust-lld-on-1.90.0-stable/>
fn links_with_lld() -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let Ok(answer) = Command::new(rustc).args(["--print", "sysroot"]).output() else {
        return false;
    };
    let sysroot = String::from_utf8_lossy(&answer.stdout);
    Path::new(sysroot.trim())
        .join("lib/rustlib/x86_64-unknown-linux-gnu/bin/gcc-ld/ld.lld")
        .exists()
}
