//! The command line of a sweep.

use std::{env, path::PathBuf, thread};

use anyhow::{Context, Result, bail, ensure};

use super::{choice::Amount, fault::FAULTS};

/// What can be typed.
pub const USAGE: &str = "\
usage: crash [--points N|all] [--seed N] [--jobs N] [--only PREFIX]... [--fault NAME]... [--fresh]
             [--folder PATH]

  --points   how many faults at calls to take; default 1000, and each call at least once
  --seed     chooses others
  --jobs     how many at the same time; default: as many as there are processors
  --only     those that begin like this, such as create-bucket or
             create-domain/ec2:CreateVpc#1/lost; all of them unless --points says otherwise
  --fault    such as kill-before or stale; all of them unless --points says otherwise
  --fresh    take again what was finished before
  --folder   where the journal and the failures are";

/// What was asked for.
#[derive(Debug)]
pub struct Options {
    /// How many points.
    pub amount: Amount,
    /// Which ones, of all those.
    pub seed: u64,
    /// How many at the same time.
    pub jobs: usize,
    /// How the points begin that are taken; none is all.
    pub only: Vec<String>,
    /// The faults that are taken; none is all.
    pub faults: Vec<String>,
    /// Whether a journal is forgotten.
    pub fresh: bool,
    /// Where the journal and the failures are.
    pub folder: PathBuf,
}

impl Options {
    /// Takes arguments apart.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self> {
        let mut options = Self {
            amount: Amount::AtLeast(1000),
            seed: 1,
            jobs: thread::available_parallelism().map_or(2, usize::from),
            only: Vec::new(),
            faults: Vec::new(),
            fresh: false,
            folder: target().join("crash"),
        };
        let mut points = None;
        let mut arguments = arguments;
        while let Some(name) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .with_context(|| format!("{name} needs a value\n{USAGE}"))
            };
            match name.as_str() {
                "--points" => points = Some(amount(&value()?)?),
                "--seed" => options.seed = number(&value()?)?,
                "--jobs" => options.jobs = number::<usize>(&value()?)?.max(1),
                "--only" => options.only.push(value()?),
                "--fault" => options.faults.push(known_fault(value()?)?),
                "--fresh" => options.fresh = true,
                "--folder" => options.folder = value()?.into(),
                _ => bail!("`{name}` is not known\n{USAGE}"),
            }
        }
        let unless_said = if options.only.is_empty() && options.faults.is_empty() {
            options.amount
        } else {
            Amount::All
        };
        options.amount = points.unwrap_or(unless_said);
        Ok(options)
    }
}

fn amount(text: &str) -> Result<Amount> {
    if text == "all" {
        return Ok(Amount::All);
    }
    Ok(Amount::Some(number(text)?))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T> {
    text.parse()
        .ok()
        .with_context(|| format!("`{text}` is not a number\n{USAGE}"))
}

fn known_fault(name: String) -> Result<String> {
    let known: Vec<_> = FAULTS.iter().map(ToString::to_string).collect();
    ensure!(
        known.contains(&name),
        "`{name}` is no fault; there are: {}",
        known.join(", ")
    );
    Ok(name)
}

fn target() -> PathBuf {
    let named = env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    named.unwrap_or_else(|| crate::rig::workspace().join("target"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(arguments: &str) -> Result<Options> {
        Options::parse(arguments.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_thousand_points_are_the_default_and_all_where_some_are_named() {
        let amount = |arguments: &str| parsed(arguments).expect("they are understood").amount;
        assert_eq!(amount(""), Amount::AtLeast(1000));
        assert_eq!(amount("--points 30"), Amount::Some(30));
        assert_eq!(amount("--only create-bucket"), Amount::All);
        assert_eq!(amount("--points 5 --only create-bucket"), Amount::Some(5));
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for (arguments, named) in [
            ("--pints 3", "--pints"),
            ("--seed x", "`x`"),
            ("--jobs", "--jobs"),
        ] {
            let told = parsed(arguments).expect_err("it is refused").to_string();
            assert!(told.contains(named) && told.contains("usage:"), "{told}");
        }
    }
}
