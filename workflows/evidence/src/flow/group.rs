//! Flow records that a flow log delivers to CloudWatch Logs.

use std::sync::Arc;

use jiff::Timestamp;

use super::columns::Columns;
use super::line::write_record;
use crate::error::EvidenceError;
use crate::readers::{LogEvent, LogReader};
use crate::records::Found;
use crate::scan::{Findings, Reading, Scanner};

/// How the streams of flow logs end.
const STREAMS: [&str; 3] = ["all", "accept", "reject"];

/// The log group of a flow log and the form of its lines, which have no header there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowGroup {
    pub name: String,
    /// `ALL`, `ACCEPT` or `REJECT`: streams are named `INTERFACE-all` and so on, and several flow
    /// logs may share a group.
    pub traffic: String,
    pub format: Columns,
}

/// Reads every record of the group that begins between two times, once for all queries.
pub async fn scan_flow_group(
    reader: &impl LogReader,
    scanner: &Scanner,
    group: &FlowGroup,
    from: Timestamp,
    until: Timestamp,
) -> Result<Findings, EvidenceError> {
    let mut findings = scanner.nothing();
    findings
        .tally
        .fields
        .extend(group.format.names().map(str::to_owned));
    let mut page = None;
    loop {
        let found = reader.events(&group.name, from, until, page).await;
        let found = found.map_err(|source| EvidenceError::FlowLog {
            name: format!("log group {}", group.name),
            source,
        })?;
        for event in found.events.iter().filter(|event| group.holds(event)) {
            read(event, group, scanner, &mut findings);
        }
        findings.tally.files += 1;
        page = found.next;
        if page.is_none() {
            return Ok(findings);
        }
    }
}

impl FlowGroup {
    /// Whether the stream is not that of a flow log of other traffic.
    fn holds(&self, event: &LogEvent) -> bool {
        let traffic = event.stream.rsplit('-').next().unwrap_or_default();
        !STREAMS.contains(&traffic) || traffic.eq_ignore_ascii_case(&self.traffic)
    }
}

fn read(event: &LogEvent, group: &FlowGroup, scanner: &Scanner, findings: &mut Findings) {
    let stream: Arc<str> = format!("{}/{}", group.name, event.stream).into();
    let mut reading = Reading::new(scanner, &stream, findings);
    reading.event_id = Some(&event.id);
    let mut record = String::new();
    match write_record(&event.message, &group.format, &mut record) {
        Ok(()) => reading.record(&Found {
            text: record.as_bytes().into(),
            offset: 0,
        }),
        Err(what) => reading.fault(format!("{stream} event {}: {what}", event.id)),
    }
}
