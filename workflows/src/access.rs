//! `cloister access`: questions about access in, one answer a line out.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use cloister_policy::access::{AnswerFailure, answer_line};
use serde::de::IgnoredAny;

use crate::failure::{Exit, Failure};

#[derive(Debug, Args)]
pub(crate) struct AccessArgs {
    /// Files with questions; `-`, or none, means standard input.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Runs `cloister access`. Each answer is written before the next question is read, so that a program can ask one
/// after the other over a pipe.
pub(crate) fn run(args: &AccessArgs) -> Result<Exit, Failure> {
    let stdin = [PathBuf::from("-")];
    let files = match args.files.as_slice() {
        [] => &stdin,
        files => files,
    };
    let mut exit = Exit::AllWell;
    for file in files {
        let answered = if file == Path::new("-") {
            answer_all(io::stdin().lock(), None, &mut io::stdout().lock())
        } else {
            let name = file.display().to_string();
            let unreadable = |error: io::Error| {
                Failure::wrong_usage(format!("`{name}` could not be read: {error}"))
            };
            let reader = BufReader::new(File::open(file).map_err(unreadable)?);
            answer_all(reader, Some(&name), &mut io::stdout().lock())
        };
        match answered {
            Ok(All::WellFormed) => {}
            Ok(All::SomeMalformed) => exit = Exit::WrongUsage,
            // Whoever read the answers has read enough (`cloister access | head`).
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(exit),
            Err(error) => {
                return Err(Failure::broken(format!(
                    "reading or writing broke off: {error}"
                )));
            }
        }
    }
    Ok(exit)
}

/// Whether every question could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum All {
    WellFormed,
    SomeMalformed,
}

fn answer_all(reader: impl BufRead, file: Option<&str>, out: &mut impl Write) -> io::Result<All> {
    let mut questions = Questions {
        reader,
        line: 0,
        ahead: None,
    };
    let mut all = All::WellFormed;
    while let Some((line, text)) = questions.next()? {
        let mut answer = match &text {
            Ok(text) => answer_line(line, text),
            Err(NotText) => written(&AnswerFailure {
                id: None,
                line,
                error: "this is no text in UTF-8; write JSON in UTF-8".to_owned(),
            }),
        };
        if let Ok(failure) = serde_json::from_str::<AnswerFailure>(&answer) {
            all = All::SomeMalformed;
            answer = written(&with_file(failure, file));
        }
        answer.push('\n');
        out.write_all(answer.as_bytes())?;
        out.flush()?;
    }
    Ok(all)
}

fn with_file(failure: AnswerFailure, file: Option<&str>) -> AnswerFailure {
    match file {
        Some(file) => AnswerFailure {
            error: format!("{file}: {}", failure.error),
            ..failure
        },
        None => failure,
    }
}

fn written(failure: &AnswerFailure) -> String {
    serde_json::to_string(failure).expect("it holds texts and a number")
}

/// Takes questions from lines: one a line, or one over several lines as people and pretty-printers write it.
struct Questions<R> {
    reader: R,
    /// The number of the last line that was read.
    line: usize,
    /// A line that was read and belongs to the next question.
    ahead: Option<Line>,
}

type Line = Result<String, NotText>;

/// Bytes that are no UTF-8.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NotText;

impl<R: BufRead> Questions<R> {
    /// The next question with the number of its first line.
    fn next(&mut self) -> io::Result<Option<(usize, Line)>> {
        let Some(line) = self.next_line()? else {
            return Ok(None);
        };
        let first = self.line;
        match line {
            Ok(text) if is_opened(&text) => Ok(Some((first, Ok(self.rest_of(text)?)))),
            line => Ok(Some((first, line))),
        }
    }

    /// Adds lines until the question is whole, or certainly no JSON, or another one begins.
    fn rest_of(&mut self, mut question: String) -> io::Result<String> {
        while is_unfinished(&question) {
            match self.next_line()? {
                Some(Ok(line)) if !line.starts_with('{') => {
                    question.push('\n');
                    question.push_str(&line);
                }
                other => {
                    self.line -= usize::from(other.is_some());
                    self.ahead = other;
                    break;
                }
            }
        }
        Ok(question)
    }

    /// The next line that is not blank, without its end.
    fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(ahead) = self.ahead.take() {
            self.line += 1;
            return Ok(Some(ahead));
        }
        loop {
            let mut bytes = Vec::new();
            if self.reader.read_until(b'\n', &mut bytes)? == 0 {
                return Ok(None);
            }
            self.line += 1;
            let text = String::from_utf8(bytes).map_err(|_| NotText);
            match text.map(|text| text.trim_end().to_owned()) {
                Ok(text) if text.is_empty() => {}
                line => return Ok(Some(line)),
            }
        }
    }
}

/// Whether a question goes on in the next line. A line that breaks off anywhere else is answered at once as malformed:
/// whoever asks over a pipe waits for an answer to each line.
fn is_opened(line: &str) -> bool {
    line.ends_with(['{', '[', ',', ':']) && is_unfinished(line)
}

fn is_unfinished(text: &str) -> bool {
    serde_json::from_str::<IgnoredAny>(text).is_err_and(|error| error.is_eof())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn questions(input: &[u8]) -> Vec<(usize, Line)> {
        let mut questions = Questions {
            reader: input,
            line: 0,
            ahead: None,
        };
        let next = || questions.next().expect("reading from memory");
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn a_question_is_a_line_or_several() {
        let text = |text: &str| Ok(text.to_owned());
        for (input, expected) in [
            ("", vec![]),
            ("{}\n\n{}\r\n", vec![(1, text("{}")), (3, text("{}"))]),
            ("{}", vec![(1, text("{}"))]),
            (
                "{\n \"a\":\n  1\n}\n{}\n",
                vec![(1, text("{\n \"a\":\n  1\n}")), (5, text("{}"))],
            ),
            // Cut short: an error of its own, whatever follows.
            ("{\"a\"\n{}\n", vec![(1, text("{\"a\"")), (2, text("{}"))]),
            (
                "{\"a\": 1,\n{}\n",
                vec![(1, text("{\"a\": 1,")), (2, text("{}"))],
            ),
            (
                "{\n\"a\": }\n{}\n",
                vec![(1, text("{\n\"a\": }")), (3, text("{}"))],
            ),
            ("{\n", vec![(1, text("{"))]),
        ] {
            assert_eq!(questions(input.as_bytes()), expected, "{input}");
        }
        assert_eq!(
            questions(b"\xff\n{}\n"),
            [(1, Err(NotText)), (2, text("{}"))]
        );
    }

    #[test]
    fn a_malformed_question_is_an_error_of_its_line() {
        let question = r#"{"id": "good", "principal": "arn:aws:iam::111122223333:user/ada", "action": "s3:GetObject",
            "resource": "arn:aws:s3:::logs/a"}"#;
        let question = question.replace('\n', " ");
        let input = format!("{question}\n{{\"id\": \"bad\"}}\n{question}\n");
        let mut out = Vec::new();
        let all =
            answer_all(input.as_bytes(), Some("q.jsonl"), &mut out).expect("reading from memory");
        let out = String::from_utf8(out).expect("JSON");
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!((all, lines.len()), (All::SomeMalformed, 3));
        assert_eq!(lines[0], lines[2]);
        assert!(
            lines[0].starts_with(r#"{"id":"good","decision":"implicit_deny""#),
            "{out}"
        );
        assert!(
            lines[1].starts_with(r#"{"id":"bad","line":2,"error":"q.jsonl: "#),
            "{out}"
        );
    }
}
