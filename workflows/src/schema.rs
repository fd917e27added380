//! `cloister schema`: the JSON Schema of the file formats.

use cloister_workflow::{access_answer_schema, access_schema, report_schema, workflow_schema};

use crate::cli::{SchemaArgs, SchemaFormat};
use crate::console;
use crate::failure::{Exit, Failure};

/// Prints the schema of one format.
pub(crate) fn run(args: &SchemaArgs) -> Result<Exit, Failure> {
    let schema = match args.format {
        SchemaFormat::Workflow => workflow_schema(),
        SchemaFormat::Report => report_schema(),
        SchemaFormat::Access => access_schema(),
        SchemaFormat::AccessAnswer => access_answer_schema(),
    };
    let text = serde_json::to_string_pretty(&schema).expect("a schema has text keys only");
    console::result(&(text + "\n"))?;
    Ok(Exit::AllWell)
}
