//! What is wrong with a workflow file or its inputs, shown at its place.

use std::fmt;

use crate::yaml::Spot;

/// One thing wrong at one place, with the way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where in the file; `None` if the fault is not in the file (an input).
    pub spot: Option<Spot>,
    pub message: String,
    pub hint: Option<String>,
}

/// All problems of one workflow, sorted by place; never empty.
///
/// `Display` renders each with the line of the file and a caret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Problems {
    pub file: String,
    pub list: Vec<Problem>,
    /// The lines the problems point at, so that rendering needs no file.
    text: String,
}

impl Problem {
    pub(crate) fn at(spot: Spot, message: impl Into<String>) -> Self {
        let spot = (spot.line > 0).then_some(spot);
        Problem {
            spot,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn outside_the_file(message: impl Into<String>) -> Self {
        Problem {
            spot: None,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl Problems {
    pub(crate) fn one(file: &str, text: &str, problem: Problem) -> Self {
        Problems {
            file: file.to_owned(),
            list: vec![problem],
            text: text.to_owned(),
        }
    }

    /// `Err` with the problems in the order of the file, `Ok` if there are none.
    pub(crate) fn check(file: &str, text: &str, mut list: Vec<Problem>) -> Result<(), Problems> {
        if list.is_empty() {
            return Ok(());
        }
        list.sort_by_key(|problem| problem.spot);
        list.dedup();
        Err(Problems {
            file: file.to_owned(),
            list,
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.list.iter().enumerate() {
            if index > 0 {
                writeln!(out)?;
            }
            write_problem(out, &self.file, &self.text, problem)?;
        }
        Ok(())
    }
}

fn write_problem(
    out: &mut fmt::Formatter<'_>,
    file: &str,
    text: &str,
    problem: &Problem,
) -> fmt::Result {
    writeln!(out, "error: {}", problem.message)?;
    match problem.spot {
        Some(spot) => write_place(out, file, text, spot)?,
        None => writeln!(out, "  --> {file}")?,
    }
    match &problem.hint {
        Some(hint) => writeln!(out, "hint: {hint}"),
        None => Ok(()),
    }
}

fn write_place(out: &mut fmt::Formatter<'_>, file: &str, text: &str, spot: Spot) -> fmt::Result {
    let Spot {
        line: number,
        column,
        ..
    } = spot;
    let margin = " ".repeat(number.to_string().len());
    writeln!(out, "{margin}--> {file}:{number}:{column}")?;
    let at = usize::try_from(number - 1).unwrap_or(usize::MAX);
    let Some(line) = text.lines().nth(at) else {
        return Ok(());
    };
    writeln!(out, "{margin} |")?;
    writeln!(out, "{number} | {line}")?;
    writeln!(out, "{margin} | {}", caret(line, spot))
}

/// Marks the value on its line: a value of several lines is marked up to the line's end.
fn caret(line: &str, spot: Spot) -> String {
    let start = usize::try_from(spot.column.saturating_sub(1)).unwrap_or(usize::MAX);
    let left = line.trim_end().chars().count().saturating_sub(start);
    let width = usize::try_from(spot.width)
        .unwrap_or(usize::MAX)
        .clamp(1, left.max(1));
    let indent: String = line
        .chars()
        .take(start)
        .map(|letter| if letter == '\t' { '\t' } else { ' ' })
        .collect();
    format!("{indent}{}", "^".repeat(width))
}
