//! What judging needs to know of one flow record, and when one answers another.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::event::Place;
use crate::verdict::{AnswerExhibit, FlowExhibit};

/// A TCP reset and nothing else: somebody refused, nobody answered.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>
const ONLY_RESET: u64 = 4;

/// One record of a flow log that matched a step's pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// The first packet of the capture window.
    pub start: Timestamp,
    /// The last packet of the capture window.
    pub end: Timestamp,
    /// Id of the event of CloudWatch Logs that holds the record.
    pub event_id: Option<String>,
    pub place: Place,
    fields: Fields,
}

/// A record that lacks what every flow needs to be placed in time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a flow record with `start` and `end`: {0}")]
pub struct NoFlow(pub String);

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Fields {
    interface_id: Option<String>,
    srcaddr: Option<String>,
    dstaddr: Option<String>,
    srcport: Option<u64>,
    dstport: Option<u64>,
    protocol: Option<u64>,
    packets: Option<u64>,
    start: i64,
    end: i64,
    action: Option<String>,
    tcp_flags: Option<u64>,
}

/// What tells one flow of an interface from the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Tuple<'a> {
    interface: Option<&'a str>,
    from: (&'a str, u64),
    to: (&'a str, u64),
    protocol: u64,
}

impl Tuple<'_> {
    /// The tuple of what comes back.
    pub(crate) fn swapped(self) -> Self {
        Tuple {
            from: self.to,
            to: self.from,
            ..self
        }
    }
}

impl Flow {
    /// Reads the JSON text of one record.
    pub fn parse(record: &[u8], event_id: Option<String>, place: Place) -> Result<Flow, NoFlow> {
        let fields: Fields =
            serde_json::from_slice(record).map_err(|error| NoFlow(error.to_string()))?;
        let time =
            |second: i64| Timestamp::from_second(second).map_err(|error| NoFlow(error.to_string()));
        Ok(Flow {
            start: time(fields.start)?,
            end: time(fields.end)?,
            event_id,
            place,
            fields,
        })
    }

    pub(crate) fn interface(&self) -> Option<&str> {
        self.fields.interface_id.as_deref()
    }

    /// Addresses, ports and protocol; none of them for an interval without traffic.
    pub(crate) fn tuple(&self) -> Option<Tuple<'_>> {
        let Fields {
            srcaddr, dstaddr, ..
        } = &self.fields;
        Some(Tuple {
            interface: self.interface(),
            from: (srcaddr.as_deref()?, self.fields.srcport?),
            to: (dstaddr.as_deref()?, self.fields.dstport?),
            protocol: self.fields.protocol?,
        })
    }

    pub(crate) fn is_accepted(&self) -> bool {
        self.fields.action.as_deref() == Some("ACCEPT")
    }

    /// Whether packets of this record, known to go the other way, answer those of `asked`.
    ///
    /// Both directions have capture windows of their own, so the two may lie up to `apart` from
    /// each other.
    pub(crate) fn answers(&self, asked: &Flow, apart: SignedDuration) -> bool {
        let is_near = self.start.duration_since(asked.end) <= apart
            && asked.start.duration_since(self.end) <= apart;
        is_near && self.is_accepted() && self.fields.tcp_flags != Some(ONLY_RESET)
    }

    pub(crate) fn exhibit(&self, answer: Option<&Flow>) -> FlowExhibit {
        let Fields {
            srcport,
            dstport,
            protocol,
            packets,
            ..
        } = self.fields;
        let fields = self.fields.clone();
        FlowExhibit {
            interface_id: fields.interface_id,
            srcaddr: fields.srcaddr,
            srcport,
            dstaddr: fields.dstaddr,
            dstport,
            protocol,
            action: fields.action,
            packets,
            start: self.start,
            end: self.end,
            event_id: self.event_id.clone(),
            place: self.place.clone(),
            answer: answer.map(|answer| AnswerExhibit {
                packets: answer.fields.packets,
                event_id: answer.event_id.clone(),
                place: answer.place.clone(),
            }),
        }
    }
}
