//! The six verdicts, and what each names as its evidence.

use std::fmt;

use cloister_policy::access::{Layer, Outcome};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::event::{Event, Place};
use crate::file::Unreadable;

/// What the evidence says about a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The evidence shows that it holds.
    Pass,
    /// The evidence shows that it does not hold.
    Fail,
    /// Nothing shows that it was tried, and the time for that evidence is over.
    NotAttempted,
    /// Evidence may still arrive.
    Pending,
    /// This evidence cannot exist here.
    Unavailable,
    /// A person decides.
    Manual,
}

/// A verdict with its reason and its evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    pub verdict: Verdict,
    /// One sentence: why this verdict.
    pub because: String,
    pub evidence: Vec<Exhibit>,
    /// For `pending`: when the wait is over.
    pub until: Option<Timestamp>,
}

/// One piece of evidence, named so that it can be found again.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Exhibit {
    /// A CloudTrail record.
    Event(EventExhibit),
    /// A record of a flow log.
    Flow(FlowExhibit),
    /// What policies come to for one request.
    Decision(DecisionExhibit),
    /// An AWS object as observed.
    Object {
        kind: String,
        id: String,
        /// When it was observed.
        #[schemars(with = "String")]
        #[serde(serialize_with = "as_text")]
        time: Timestamp,
    },
}

/// A CloudTrail record as a report names it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct EventExhibit {
    pub event_id: Option<String>,
    pub request_id: Option<String>,
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub time: Timestamp,
    pub name: String,
    pub source: String,
    pub region: Option<String>,
    pub principal: Option<String>,
    pub error_code: Option<String>,
    pub vpc_endpoint_id: Option<String>,
    pub place: Place,
}

/// A record of a flow log as a report names it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FlowExhibit {
    pub interface_id: Option<String>,
    pub srcaddr: Option<String>,
    pub srcport: Option<u64>,
    pub dstaddr: Option<String>,
    pub dstport: Option<u64>,
    /// IANA's number.
    pub protocol: Option<u64>,
    pub action: Option<String>,
    pub packets: Option<u64>,
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub start: Timestamp,
    #[schemars(with = "String")]
    #[serde(serialize_with = "as_text")]
    pub end: Timestamp,
    /// Id of the event of CloudWatch Logs that holds the record.
    pub event_id: Option<String>,
    pub place: Place,
    /// The record of the packets that came back, where the step asks for an answer.
    pub answer: Option<AnswerExhibit>,
}

/// Where the answer to a flow was read.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct AnswerExhibit {
    pub packets: Option<u64>,
    pub event_id: Option<String>,
    pub place: Place,
}

/// What policies come to for one request, as a report names it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DecisionExhibit {
    pub principal: String,
    pub action: String,
    pub resource: String,
    pub decision: Outcome,
    /// The layer that decided.
    pub layer: Layer,
    /// The policy that decided; none where one that allows is missing.
    pub document: Option<String>,
    pub statement: Option<StatementExhibit>,
    /// One sentence.
    pub reason: String,
    /// Layers that may bear on it and were not read.
    pub not_read: Vec<Layer>,
    /// What was taken not to be there because the workflow says so.
    pub assumed_none: Vec<Unreadable>,
}

/// The statement of a policy that decided.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct StatementExhibit {
    /// Counted from 0.
    pub index: usize,
    pub sid: Option<String>,
}

impl Verdict {
    /// The verdict after "which", in a sentence.
    pub(crate) fn phrase(self) -> &'static str {
        match self {
            Verdict::Pass => "passed",
            Verdict::Fail => "failed",
            Verdict::NotAttempted => "was not attempted",
            Verdict::Pending => "is pending",
            Verdict::Unavailable => "is unavailable",
            Verdict::Manual => "is for a person to decide",
        }
    }
}

impl Judgement {
    pub(crate) fn new(verdict: Verdict, because: impl Into<String>) -> Self {
        Judgement {
            verdict,
            because: because.into(),
            evidence: Vec::new(),
            until: None,
        }
    }

    pub(crate) fn pending(until: Timestamp, because: impl Into<String>) -> Self {
        Judgement {
            until: Some(until),
            ..Judgement::new(Verdict::Pending, because)
        }
    }

    /// Names the first of `exhibits` as evidence; a report needs a few, not thousands.
    pub(crate) fn with_exhibits(mut self, exhibits: impl Iterator<Item = Exhibit>) -> Self {
        const NAMED: usize = 10;
        self.evidence.extend(exhibits.take(NAMED));
        self
    }

    pub(crate) fn with_exhibit(mut self, exhibit: Exhibit) -> Self {
        self.evidence.push(exhibit);
        self
    }
}

impl From<&Event> for Exhibit {
    fn from(event: &Event) -> Self {
        let event = event.clone();
        Exhibit::Event(EventExhibit {
            event_id: event.id,
            request_id: event.request_id,
            time: event.time,
            name: event.name,
            source: event.source,
            region: event.region,
            principal: event.principal,
            error_code: event.error_code,
            vpc_endpoint_id: event.vpc_endpoint_id,
            place: event.place,
        })
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Verdict::Pass => "pass",
            Verdict::Fail => "fail",
            Verdict::NotAttempted => "not attempted",
            Verdict::Pending => "pending",
            Verdict::Unavailable => "unavailable",
            Verdict::Manual => "manual",
        })
    }
}

/// Serializes through `Display`: jiff's own form is the one people write.
pub(crate) fn as_text<T: fmt::Display, S: serde::Serializer>(
    value: &T,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}
