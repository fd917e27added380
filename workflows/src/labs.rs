//! The labs that come with cloister: workflow files embedded in the program.

use std::fmt::Write;

use cloister_workflow::Workflow;

use crate::cli::{LabsArgs, LabsCommand};
use crate::console;
use crate::failure::{Exit, Failure};

/// One embedded lab.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lab {
    pub(crate) id: &'static str,
    pub(crate) text: &'static str,
}

const LABS: [Lab; 2] = [
    Lab {
        id: "locked-bucket",
        text: include_str!("../labs/locked-bucket.yaml"),
    },
    Lab {
        id: "studio-domain",
        text: include_str!("../labs/studio-domain.yaml"),
    },
];

/// Runs `cloister labs`.
pub(crate) fn run(args: &LabsArgs) -> Result<Exit, Failure> {
    let text = match &args.command {
        None => list()?,
        Some(LabsCommand::Show { id }) => find(id)?.text.to_owned(),
    };
    console::result(&text)?;
    if args.command.is_none() {
        console::note("hint: `cloister labs show LAB` prints a lab, `cloister verify LAB` runs it");
    }
    Ok(Exit::AllWell)
}

/// The lab of that id.
pub(crate) fn find(id: &str) -> Result<Lab, Failure> {
    LABS.into_iter().find(|lab| lab.id == id).ok_or_else(|| {
        let known = LABS.map(|lab| lab.id);
        Failure::wrong_usage(format!("there is no file and no lab called `{id}`"))
            .hint(format!("labs are: {}", known.join(", ")))
    })
}

fn list() -> Result<String, Failure> {
    let mut text = String::new();
    for lab in LABS {
        let workflow = Workflow::load(lab.id, lab.text)
            .map_err(|problems| Failure::broken(problems.to_string()))?;
        let inputs: Vec<&str> = workflow.file.inputs.keys().map(String::as_str).collect();
        let _ = writeln!(text, "{}\n    {}", lab.id, workflow.file.title);
        if !inputs.is_empty() {
            let _ = writeln!(text, "    inputs: {}", inputs.join(", "));
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lab_loads_and_carries_its_file_name_as_id() {
        for lab in LABS {
            match Workflow::load(lab.id, lab.text) {
                Ok(workflow) => assert_eq!(workflow.file.id, lab.id),
                Err(problems) => panic!("{problems}"),
            }
        }
    }
}
