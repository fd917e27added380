//! Files that the commands in a sandbox are pointed at.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use super::host::{Host, Provider};

/// Where the files lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Settings {
    /// An empty file in the place of the user's AWS configuration and credentials.
    pub(super) aws: PathBuf,
    /// A Terraform configuration that uses the provider beside `cloister`.
    pub(super) terraform: Option<PathBuf>,
}

impl Settings {
    /// Where the files of the sandbox in `folder` lie, once written.
    pub(super) fn within(folder: &Path, host: &Host) -> Self {
        let beside = matches!(host.provider, Provider::Beside(_));
        Self {
            aws: folder.join("aws-config"),
            terraform: beside.then(|| folder.join("terraformrc")),
        }
    }

    /// Writes the files.
    pub(super) fn write(&self, host: &Host) -> Result<()> {
        write(&self.aws, "")?;
        if let (Some(path), Provider::Beside(folder)) = (&self.terraform, &host.provider) {
            write(path, &render_terraform(folder))?;
        }
        Ok(())
    }
}

fn write(path: &Path, content: &str) -> Result<()> {
    fs::write(path, content).with_context(|| format!("could not write `{}`", path.display()))
}

/// The source address has no host, so that it means Terraform's registry to Terraform and OpenTofu's to OpenTofu.
fn render_terraform(folder: &Path) -> String {
    // A JSON string is an HCL string as long as it holds no template.
    let folder = serde_json::Value::from(folder.to_string_lossy()).to_string();
    format!(
        "provider_installation {{\n  dev_overrides {{\n    \"cloister/cloister\" = {folder}\n  }}\n  direct {{}}\n}}\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terraform_finds_the_provider_in_its_folder() {
        let expected = r#"provider_installation {
  dev_overrides {
    "cloister/cloister" = "/opt/a \"b\""
  }
  direct {}
}
"#;
        assert_eq!(render_terraform(Path::new(r#"/opt/a "b""#)), expected);
    }
}
