//! The report for a person at a terminal: readable without colour, at any width.

use std::fmt::Write;

use super::{Outcome, Report, SourceReport, StepReport};
use crate::event::Place;
use crate::verdict::{DecisionExhibit, EventExhibit, Exhibit, FlowExhibit, Verdict};

/// Narrower than this, wrapping makes text harder to read than a long line does.
const NARROWEST: usize = 40;
/// Verdicts stand in a column of their own; `not attempted` is the longest.
const VERDICT_WIDTH: usize = 13;
const INDENT: usize = 2 + VERDICT_WIDTH + 2;

/// Whether to write ANSI colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paint {
    Plain,
    Colour,
}

/// Renders the report for a terminal of `width` columns.
pub fn render_terminal(report: &Report, paint: Paint, width: usize) -> String {
    let mut page = Page {
        text: String::new(),
        paint,
        width: width.max(NARROWEST),
    };
    page.line(0, &page.bold(&report.title));
    page.blank();
    for step in &report.steps {
        page.step(step);
    }
    page.blank();
    for source in &report.sources {
        page.source(source);
    }
    if !report.sources.is_empty() {
        page.blank();
    }
    page.grade(report);
    page.text
}

struct Page {
    text: String,
    paint: Paint,
    width: usize,
}

impl Page {
    fn step(&mut self, step: &StepReport) {
        let label = format!("{:<VERDICT_WIDTH$}", step.verdict.to_string());
        let label = self.coloured(&label, step.verdict);
        let points = counted(step.points.into(), "point");
        let _ = write!(self.text, "  {label}  ");
        self.wrapped(
            INDENT,
            INDENT,
            &format!("{} ({}, {points})", step.title, step.id),
        );
        // Where records prove a pass they speak for themselves; absence has only its reason.
        if step.verdict != Verdict::Pass || step.evidence.is_empty() {
            self.wrapped(0, INDENT, &step.because);
        }
        for exhibit in &step.evidence {
            self.wrapped(0, INDENT, &exhibit_line(exhibit));
        }
        for (label, text) in [("hint: ", &step.hint), ("remedy: ", &step.remedy)] {
            if let Some(text) = text {
                self.wrapped(0, INDENT, &format!("{label}{}", text.trim()));
            }
        }
    }

    fn source(&mut self, source: &SourceReport) {
        let files = counted(source.files, "file");
        let records = counted(source.records, "record");
        let line = format!("Read {}: {files}, {records}", source.name);
        self.wrapped(0, 2, &line);
        for fault in &source.faults {
            self.wrapped(0, 4, &format!("not read: {fault}"));
        }
    }

    fn grade(&mut self, report: &Report) {
        let grade = &report.grade;
        let mut line = format!(
            "{} of {} points, {} %",
            grade.earned, grade.possible, grade.percent
        );
        if grade.manual > 0 {
            let _ = write!(line, "; {} more for a person to decide", grade.manual);
        }
        let verdict = match report.outcome {
            Outcome::Pass => self.coloured("passed", Verdict::Pass),
            Outcome::Fail => self.coloured("failed", Verdict::Fail),
            Outcome::Undecided => self.coloured("undecided", Verdict::Pending),
        };
        let _ = writeln!(self.text, "  {line}: {verdict}");
    }

    fn line(&mut self, indent: usize, text: &str) {
        let _ = writeln!(self.text, "{:indent$}{text}", "");
    }

    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// Writes words up to the width; `written` columns of the first line are in use.
    fn wrapped(&mut self, written: usize, indent: usize, text: &str) {
        let mut column = written;
        for word in text.split_whitespace() {
            let length = word.chars().count();
            if column > indent && column + 1 + length > self.width {
                self.text.push('\n');
                column = 0;
            }
            if column == 0 {
                let _ = write!(self.text, "{:indent$}", "");
                column = indent;
            } else if column > indent {
                self.text.push(' ');
                column += 1;
            }
            self.text.push_str(word);
            column += length;
        }
        self.text.push('\n');
    }

    fn bold(&self, text: &str) -> String {
        self.ansi("1", text)
    }

    fn coloured(&self, text: &str, verdict: Verdict) -> String {
        let code = match verdict {
            Verdict::Pass => "32",
            Verdict::Fail | Verdict::NotAttempted => "31",
            Verdict::Pending | Verdict::Unavailable => "33",
            Verdict::Manual => "36",
        };
        self.ansi(code, text)
    }

    fn ansi(&self, code: &str, text: &str) -> String {
        match self.paint {
            Paint::Plain => text.to_owned(),
            Paint::Colour => format!("\u{1b}[{code}m{text}\u{1b}[0m"),
        }
    }
}

fn counted(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

fn exhibit_line(exhibit: &Exhibit) -> String {
    match exhibit {
        Exhibit::Object { kind, id, time } => format!("- {kind} {id}, observed {time}"),
        Exhibit::Decision(decision) => decision_line(decision),
        Exhibit::Event(event) => event_line(event),
        Exhibit::Flow(flow) => flow_line(flow),
    }
}

/// What a decision leaves out is said beside it: it stands only as far as that goes.
fn decision_line(decision: &DecisionExhibit) -> String {
    let mut line = format!(
        "- {} on {} by {}: {}",
        decision.action, decision.resource, decision.principal, decision.reason
    );
    let kinds = decision.not_read.iter().map(|layer| layer.policy_kind());
    let assumed = decision.assumed_none.iter().map(|what| what.phrase());
    for (label, names) in [
        ("not read", kinds.collect::<Vec<_>>()),
        ("taken not to be there", assumed.collect()),
    ] {
        if !names.is_empty() {
            let _ = write!(line, "; {label}: {}", names.join(", "));
        }
    }
    line
}

fn event_line(event: &EventExhibit) -> String {
    let mut line = format!("- {} {}", event.time, event.name);
    let details = [
        ("by", &event.principal),
        ("through", &event.vpc_endpoint_id),
        ("refused:", &event.error_code),
        ("event", &event.event_id),
        ("request", &event.request_id),
    ];
    for (label, value) in details {
        if let Some(value) = value {
            let _ = write!(line, ", {label} {value}");
        }
    }
    let _ = write!(line, ", {}", place(&event.place, None));
    line
}

fn flow_line(flow: &FlowExhibit) -> String {
    let end = |address: &Option<String>, port: Option<u64>| {
        let address = address.as_deref().unwrap_or("-");
        port.map_or(address.to_owned(), |port| format!("{address}:{port}"))
    };
    let mut line = format!(
        "- {} {} -> {}",
        flow.start,
        end(&flow.srcaddr, flow.srcport),
        end(&flow.dstaddr, flow.dstport),
    );
    let texts = [&flow.action, &flow.interface_id];
    for text in texts.into_iter().flatten() {
        let _ = write!(line, ", {text}");
    }
    let _ = write!(line, ", {}", place(&flow.place, flow.event_id.as_deref()));
    if let Some(answer) = &flow.answer {
        let answered = place(&answer.place, answer.event_id.as_deref());
        let _ = write!(line, ", answered: {answered}");
    }
    line
}

fn place(place: &Place, event_id: Option<&str>) -> String {
    match event_id {
        Some(event_id) => format!("{} event {event_id}", place.file),
        None => format!(
            "{} byte {} (record {})",
            place.file, place.offset, place.index
        ),
    }
}
