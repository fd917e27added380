//! `terraform-provider-cloister`: started by Terraform or OpenTofu, never by hand.

use std::process::ExitCode;
use std::sync::Arc;

use terraform_provider_cloister::serve::{Options, run};
use terraform_provider_cloister::{Cloister, Environment};

fn main() -> ExitCode {
    let options = Options {
        program: env!("CARGO_PKG_NAME"),
        version: env!("CARGO_PKG_VERSION"),
        source: "registry.terraform.io/cloister/cloister",
    };
    run(
        Arc::new(Cloister::new(Environment::from_process())),
        options,
    )
}
