//! `make docs`: writes the generated docs into a folder, from the code that they describe.

use std::{env, fs, path::Path};

use anyhow::{Context, Result};
use cloister_framework::{Provider, docs};
use cloister_workflow::{access_answer_schema, access_schema, report_schema, workflow_schema};
use terraform_provider_cloister::{Cloister, Environment};

const PROVIDER: &str = "cloister";

fn main() -> Result<()> {
    let folder = env::args_os().nth(1).context("usage: docs FOLDER")?;
    let folder = Path::new(&folder);
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
    write_registry_pages(folder, &examples)?;
    let schemas = folder.join("schemas");
    for (name, schema) in [
        ("workflow", workflow_schema()),
        ("report", report_schema()),
        ("access", access_schema()),
        ("access-answer", access_answer_schema()),
    ] {
        let path = schemas.join(format!("{name}.schema.json"));
        write(&path, &render_json(&schema)?)?;
    }
    Ok(())
}

/// The layout that registries read.
fn write_registry_pages(folder: &Path, examples: &Path) -> Result<()> {
    let provider = Cloister::new(Environment::default());
    write(
        &folder.join("index.md"),
        &docs::provider_page(PROVIDER, provider.schema(), None),
    )?;
    for resource in provider.resources() {
        let name = resource.type_name();
        let short = name.trim_start_matches(PROVIDER).trim_start_matches('_');
        let of_resource = examples.join("resources").join(name);
        let example = read(&of_resource.join("resource.tf"))?;
        let import = read(&of_resource.join("import.sh"))?;
        let schema = resource.schema();
        let page = docs::resource_page(name, schema, Some(&example), Some(import.trim_end()));
        write(&folder.join("resources").join(format!("{short}.md")), &page)?;
    }
    for function in provider.functions() {
        let name = function.name();
        let example = read(&examples.join("functions").join(name).join("function.tf"))?;
        let page = docs::function_page(PROVIDER, &**function, Some(&example));
        write(&folder.join("functions").join(format!("{name}.md")), &page)?;
    }
    Ok(())
}

fn read(example: &Path) -> Result<String> {
    fs::read_to_string(example).with_context(|| format!("no example at `{}`", example.display()))
}

fn render_json(schema: &impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_string_pretty(schema)? + "\n")
}

fn write(path: &Path, content: &str) -> Result<()> {
    let folder = path.parent().context("a file lies in a folder")?;
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(path, content))
        .with_context(|| format!("could not write `{}`", path.display()))
}
