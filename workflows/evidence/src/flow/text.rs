//! Reading a text of flow records line by line: memory does not grow with the file.

use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;

use super::columns::Columns;
use super::line::write_record;
use crate::inflate::GZIP_MAGIC;
use crate::records::Found;
use crate::scan::{Findings, Reading, Scanner};

/// The longest line that is read; one with every field takes less than 2 KiB.
const LONGEST_LINE: u64 = 64 << 10;
const PARQUET_MAGIC: &[u8] = b"PAR1";
/// Why Parquet is not read, and the way out.
pub(super) const PARQUET: &str = "it is Parquet, which cloister does not read; \
     make a flow log that writes plain text (`FileFormat` `plain-text`)";
const NO_HEADER: &str =
    "it has no header line, so nothing says which field is which; give the flow log's format";

/// Asks every query of the records in `input`, plain or gzip; what is wrong with it is part of the findings.
///
/// A header line says what the columns are; without one they are those of `format`.
pub(super) fn scan_text(
    scanner: &Scanner,
    file: &Arc<str>,
    mut input: impl BufRead,
    format: Option<&Columns>,
) -> Findings {
    let mut findings = scanner.nothing();
    findings.tally.files = 1;
    let outcome = input.fill_buf().map(|start| start.starts_with(&GZIP_MAGIC));
    let outcome = outcome.and_then(|is_gzip| {
        let mut text = Text {
            file,
            columns: format.cloned(),
            reading: Reading::new(scanner, file, &mut findings),
            record: String::new(),
        };
        // S3 objects may be joined from several gzip members; all of them are records.
        if is_gzip {
            text.read(BufReader::new(MultiGzDecoder::new(input)))
        } else {
            text.read(input)
        }
    });
    if let Err(error) = outcome {
        findings.tally.fault(format!("{file}: {error}"));
    }
    findings
}

struct Text<'a> {
    file: &'a Arc<str>,
    columns: Option<Columns>,
    reading: Reading<'a>,
    record: String,
}

impl Text<'_> {
    fn read(&mut self, mut input: impl BufRead) -> io::Result<()> {
        if input.fill_buf()?.starts_with(PARQUET_MAGIC) {
            self.reading.fault(format!("{}: {PARQUET}", self.file));
            return Ok(());
        }
        let mut lines = Lines::new(input);
        while let Some(line) = lines.next()? {
            if !self.line(&line) {
                break;
            }
        }
        if lines.number == 0 {
            self.reading
                .fault(format!("{}: the file is empty", self.file));
        }
        if let Some(columns) = &self.columns {
            self.reading.saw(columns.names());
        }
        Ok(())
    }

    /// Takes in one line; `false` if the rest cannot be read either.
    fn line(&mut self, line: &Line<'_>) -> bool {
        let text = match line.text() {
            Ok("") => return true,
            Ok(text) => text,
            Err(what) => {
                self.fault(line, what);
                return true;
            }
        };
        if let Some(columns) = Columns::of_header(text) {
            self.reading.saw(columns.names());
            self.columns = Some(columns);
            return true;
        }
        let Some(columns) = &self.columns else {
            self.reading.fault(format!("{}: {NO_HEADER}", self.file));
            return false;
        };
        match write_record(text, columns, &mut self.record) {
            Ok(()) => {
                let text = self.record.as_bytes().into();
                self.reading.record(&Found {
                    text,
                    offset: line.offset,
                });
            }
            Err(what) => self.fault(line, &what),
        }
        true
    }

    fn fault(&mut self, line: &Line<'_>, what: &str) {
        let Line { number, offset, .. } = line;
        self.reading.fault(format!(
            "{} line {number} (byte {offset}): {what}",
            self.file
        ));
    }
}

/// One line, without its end.
struct Line<'a> {
    bytes: &'a [u8],
    /// Counted from 1, as editors do.
    number: u64,
    offset: usize,
    is_too_long: bool,
}

impl Line<'_> {
    fn text(&self) -> Result<&str, &'static str> {
        if self.is_too_long {
            return Err("the line is too long for a record of a flow log");
        }
        match std::str::from_utf8(self.bytes) {
            Ok(text) => Ok(text.trim_ascii()),
            Err(_) => Err("the line is no UTF-8 text"),
        }
    }
}

/// The lines of a text, none of them kept.
struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    number: u64,
    offset: usize,
}

impl<R: BufRead> Lines<R> {
    fn new(input: R) -> Self {
        Lines {
            input,
            buffer: Vec::new(),
            number: 0,
            offset: 0,
        }
    }

    fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        let mut limited = self.input.by_ref().take(LONGEST_LINE);
        let read = limited.read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            return Ok(None);
        }
        let offset = self.offset;
        self.offset += read;
        self.number += 1;
        let is_too_long = read as u64 == LONGEST_LINE && !self.buffer.ends_with(b"\n");
        if is_too_long {
            self.offset += skip_line(&mut self.input)?;
        }
        Ok(Some(Line {
            bytes: &self.buffer,
            number: self.number,
            offset,
            is_too_long,
        }))
    }
}

/// Passes over the rest of a line and says how long it was.
fn skip_line(input: &mut impl BufRead) -> io::Result<usize> {
    let mut skipped = 0;
    loop {
        let waiting = input.fill_buf()?;
        let end = memchr::memchr(b'\n', waiting);
        let length = end.map_or(waiting.len(), |end| end + 1);
        input.consume(length);
        skipped += length;
        if end.is_some() || length == 0 {
            return Ok(skipped);
        }
    }
}
