//! Answers questions about access: JSON lines in, JSON lines out.
//!
//! `cloister access` does the same; this program needs nothing but the crate.

use std::io::{self, BufRead, Write};

use cloister_policy::access::answer_line;

fn main() -> io::Result<()> {
    let mut answers = io::stdout().lock();
    for (index, line) in io::stdin().lock().lines().enumerate() {
        writeln!(answers, "{}", answer_line(index + 1, &line?))?;
        answers.flush()?;
    }
    Ok(())
}
