//! The real `terraform` with the toy provider.

use std::path::Path;
use std::process::{Command, Output};

use super::host::toy;

const CONFIG: &str = r#"
terraform {
  required_providers {
    toy = { source = "cloister/toy" }
  }
}

resource "toy_thing" "one" {
  name = provider::toy::join("-", "a", "b")
}

data "toy_echo" "one" {
  text = toy_thing.one.id
}

ephemeral "toy_secret" "one" {
  name = "n"
}

output "echo" {
  value = data.toy_echo.one.echo
}
"#;

fn terraform(dir: &Path, arguments: &[&str]) -> Output {
    Command::new("terraform")
        .args(arguments)
        .current_dir(dir)
        .env("TF_CLI_CONFIG_FILE", dir.join("terraform.rc"))
        .env("TMPDIR", dir.join("tmp"))
        .env("CHECKPOINT_DISABLE", "1")
        .env_remove("TF_LOG")
        .output()
        .expect("`terraform` is on the PATH")
}

fn succeeded(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    text(&output.stdout)
}

#[test]
fn terraform_applies_plans_nothing_and_destroys() {
    let dir = tempfile::tempdir().unwrap();
    let (bin, tmp) = (dir.path().join("bin"), dir.path().join("tmp"));
    std::fs::create_dir(&bin).unwrap();
    std::fs::create_dir(&tmp).unwrap();
    std::os::unix::fs::symlink(toy(), bin.join("terraform-provider-toy")).unwrap();
    let rc = format!(
        "provider_installation {{\n  dev_overrides {{ \"cloister/toy\" = {bin:?} }}\n  direct {{}}\n}}\n"
    );
    std::fs::write(dir.path().join("terraform.rc"), rc).unwrap();
    std::fs::write(dir.path().join("main.tf"), CONFIG).unwrap();

    let applied = succeeded(&terraform(
        dir.path(),
        &["apply", "-auto-approve", "-no-color"],
    ));
    assert!(applied.contains(r#"echo = "id-a-b""#), "{applied}");
    succeeded(&terraform(
        dir.path(),
        &["plan", "-detailed-exitcode", "-no-color"],
    ));
    succeeded(&terraform(
        dir.path(),
        &["destroy", "-auto-approve", "-no-color"],
    ));
    let left: Vec<_> = std::fs::read_dir(&tmp)
        .unwrap()
        .flatten()
        .map(|entry| entry.file_name())
        .collect();
    assert!(left.is_empty(), "sockets left behind: {left:?}");
}
