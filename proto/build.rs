//! Compiles the `.proto` files with `protox`, so that no `protoc` is needed.

use std::error::Error;

const PROTOS: [&str; 3] = ["tfplugin6.proto", "go_plugin.proto", "health.proto"];

fn main() -> Result<(), Box<dyn Error>> {
    for proto in PROTOS {
        println!("cargo::rerun-if-changed={proto}");
    }
    let descriptors = protox::compile(PROTOS, ["."])?;
    tonic_prost_build::configure()
        .build_client(true)
        .build_server(true)
        .bytes(".tfplugin6")
        .compile_fds(descriptors)?;
    Ok(())
}
