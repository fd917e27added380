//! Whole pages: front matter, prose, example, schema, import.

use super::schema::render_schema;
use crate::schema::Schema;

/// The page of a resource. `import` is the command line, or the `import` block, that brings one in.
pub fn resource_page(
    name: &str,
    schema: &Schema,
    example: Option<&str>,
    import: Option<&str>,
) -> String {
    let page = schema_page(name, "Resource", schema, example);
    let import = import.map(import_section).unwrap_or_default();
    [page, import].concat()
}

/// The page of a data source.
pub fn data_source_page(name: &str, schema: &Schema, example: Option<&str>) -> String {
    schema_page(name, "Data Source", schema, example)
}

/// The page of an ephemeral resource.
pub fn ephemeral_page(name: &str, schema: &Schema, example: Option<&str>) -> String {
    schema_page(name, "Ephemeral Resource", schema, example)
}

/// The index page of the provider.
pub fn provider_page(provider: &str, schema: &Schema, example: Option<&str>) -> String {
    let description = &schema.block.description;
    [
        front_matter(&format!("{provider} Provider"), description),
        format!("# {provider} Provider\n\n"),
        paragraph(description),
        example_section(example),
        render_schema(&schema.block),
    ]
    .concat()
}

fn schema_page(name: &str, kind: &str, schema: &Schema, example: Option<&str>) -> String {
    let description = &schema.block.description;
    let provider = name.split('_').next().unwrap_or(name);
    [
        front_matter(&format!("{name} {kind} - {provider}"), description),
        format!("# {name} ({kind})\n\n"),
        paragraph(description),
        deprecation_note(schema.block.deprecation.as_deref()),
        example_section(example),
        render_schema(&schema.block),
    ]
    .concat()
}

fn import_section(import: &str) -> String {
    let is_block = import.trim_start().starts_with("import {");
    let code = fenced(if is_block { "terraform" } else { "shell" }, import);
    format!("\n## Import\n\nImport is supported using the following syntax:\n\n{code}")
}

pub(super) fn front_matter(title: &str, description: &str) -> String {
    let summary = description.split("\n\n").next().unwrap_or_default();
    let summary: String = summary
        .lines()
        .flat_map(|line| ["  ", line, "\n"])
        .collect();
    format!("---\npage_title: \"{title}\"\nsubcategory: \"\"\ndescription: |-\n{summary}---\n\n")
}

pub(super) fn deprecation_note(message: Option<&str>) -> String {
    message
        .map(|message| format!("~> **Deprecated** {message}\n\n"))
        .unwrap_or_default()
}

pub(super) fn example_section(example: Option<&str>) -> String {
    let section = |example| format!("## Example Usage\n\n{}\n", fenced("terraform", example));
    example.map(section).unwrap_or_default()
}

pub(super) fn fenced(language: &str, text: &str) -> String {
    format!("```{language}\n{}\n```\n", text.trim_end())
}

pub(super) fn paragraph(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("{}\n\n", text.trim_end())
    }
}
