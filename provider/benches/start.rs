//! How long the provider takes from its start until its schema is answered, and how much memory it needs for that,
//! beside what `terraform` itself takes for the same command.
//!
//! `make bench` runs it; `CLOISTER_BIN_DIR` says where the built provider lies. The figures hold for the machine they
//! were taken on; the ratio to `terraform` is what may be compared.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/serve/client.rs"]
mod client;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../tests/serve/host.rs"]
mod host;

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use client::ClientCertificate;
use cloister_proto::{go_plugin::Empty, tfplugin6::get_provider_schema};
use host::Host;

const STARTS: usize = 40;
const TERRAFORM_RUNS: usize = 5;

/// What one start took.
struct Start {
    handshake: Duration,
    schema: Duration,
    peak_kib: u64,
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let provider = built("terraform-provider-cloister");
    let mut starts = Vec::new();
    for _ in 0..STARTS {
        starts.push(start(&provider).await);
    }
    let column = |pick: fn(&Start) -> f64| {
        let mut values: Vec<f64> = starts.iter().map(pick).collect();
        values.sort_by(f64::total_cmp);
        values
    };
    let schema = column(|start| millis(start.schema));
    report(
        "start to handshake",
        &column(|start| millis(start.handshake)),
        "ms",
    );
    report("start to schema answered", &schema, "ms");
    report("peak memory", &column(|start| mebi(start.peak_kib)), "MiB");
    let terraform = terraform(provider.parent().unwrap());
    report("terraform providers schema -json", &terraform, "ms");
    println!(
        "provider's share of that command: {:.1} %",
        100.0 * median(&schema) / median(&terraform)
    );
}

/// The built program; `make build` puts it there.
fn built(name: &str) -> PathBuf {
    let folder = std::env::var_os("CLOISTER_BIN_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/release"),
        PathBuf::from,
    );
    let program = folder.join(name);
    assert!(
        program.exists(),
        "{} is missing: run `make build`",
        program.display()
    );
    program
}

async fn start(provider: &Path) -> Start {
    // Terraform makes the client's certificate before it starts the provider.
    let certificate = ClientCertificate::new();
    let begun = Instant::now();
    let mut host = Host::start_program(provider, certificate, |_| {}).await;
    let handshake = begun.elapsed();
    let mut client = host.connect().await;
    let request = get_provider_schema::Request::default();
    let answer = client
        .provider
        .get_provider_schema(request)
        .await
        .unwrap()
        .into_inner();
    let schema = begun.elapsed();
    assert!(
        !answer.resource_schemas.is_empty(),
        "the provider has resources"
    );
    let peak_kib = peak_kib(host.process.id().unwrap());
    client.controller.shutdown(Empty {}).await.unwrap();
    host.ended().await;
    Start {
        handshake,
        schema,
        peak_kib,
    }
}

fn peak_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

/// The wall time of Terraform for the same question, provider included.
fn terraform(provider_folder: &Path) -> Vec<f64> {
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("terraformrc");
    let overrides = format!(
        "provider_installation {{\n  dev_overrides {{\n    \"cloister/cloister\" = \"{}\"\n  }}\n  direct {{}}\n}}\n",
        provider_folder.canonicalize().unwrap().display()
    );
    std::fs::write(&config, overrides).unwrap();
    let main = "terraform {\n  required_providers {\n    cloister = { source = \"cloister/cloister\" }\n  }\n}\n";
    std::fs::write(folder.path().join("main.tf"), main).unwrap();
    let mut times: Vec<f64> = (0..TERRAFORM_RUNS)
        .map(|_| {
            let begun = Instant::now();
            let output = Command::new("terraform")
                .args(["providers", "schema", "-json"])
                .current_dir(folder.path())
                .env("TF_CLI_CONFIG_FILE", &config)
                .env("CHECKPOINT_DISABLE", "1")
                .output()
                .unwrap();
            let text = String::from_utf8_lossy(&output.stdout);
            assert!(text.contains("cloister_s3_locked_bucket"), "{output:?}");
            millis(begun.elapsed())
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

#[expect(
    clippy::cast_precision_loss,
    reason = "memory of a process is far below 2^52 KiB"
)]
fn mebi(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}

fn report(what: &str, sorted: &[f64], unit: &str) {
    println!(
        "{what}: median {:.1} {unit}, best {:.1}, worst {:.1} ({} runs)",
        median(sorted),
        sorted[0],
        sorted[sorted.len() - 1],
        sorted.len()
    );
}
