//! What it means that a flow record was not found.

use std::borrow::Cow;

use jiff::{SignedDuration, Timestamp};

use super::absence::{Doubt, unreadable, weigh};
use super::count::{Absence, Ground, Window, capitalized, later};
use crate::evidence::Evidence;
use crate::flow::{Flow, FlowEvidence, FlowLog, FlowProof, FlowSource, Traffic};
use crate::verdict::{Judgement, Verdict};

/// AWS's default, and the longest there is.
const LONGEST_WINDOW: SignedDuration = SignedDuration::from_mins(10);
/// "It can take several minutes to begin collecting and publishing data."
/// <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-flow-logs.html>
const STARTING: SignedDuration = SignedDuration::from_mins(10);

/// The sources of flow records, as one step looks at them.
pub(super) struct FlowGround<'a> {
    pub(super) proof: &'a FlowProof,
    pub(super) flows: &'a FlowEvidence,
    pub(super) evidence: &'a Evidence,
}

impl Ground for FlowGround<'_> {
    fn silence(&self, window: Window, seen: &str) -> Judgement {
        let unavailable = |because: String| Judgement::new(Verdict::Unavailable, because);
        let (able, reasons): (Vec<_>, Vec<_>) = self
            .flows
            .sources
            .iter()
            .map(|source| (source, self.inability(source, window)))
            .partition(|(_, reason)| reason.is_none());
        if able.is_empty() {
            let reason = reasons.into_iter().find_map(|(_, reason)| reason);
            return unavailable(reason.unwrap_or_else(|| self.no_source()));
        }
        let due = able.iter().filter_map(|(source, _)| {
            let due = self.due(source, window.asked_until)?;
            (source.source.read_at < due).then_some(due)
        });
        if let Some(due) = due.max() {
            let because = format!("{seen}records of the window may arrive until {due}");
            return Judgement::pending(due, capitalized(&because));
        }
        let flawed = able.iter().find_map(|(source, _)| {
            let faults = &source.source.faults;
            let fault = (!faults.is_empty()).then(|| unreadable(&source.source));
            fault.or_else(|| self.skip(source, window.start, window.asked_until, None))
        });
        if let Some(because) = flawed {
            return unavailable(capitalized(&because));
        }
        let records: u64 = able.iter().map(|(source, _)| source.source.records).sum();
        let further = if seen.is_empty() { "" } else { "further " };
        let because = format!(
            "{seen}no {further}match among {records} flow records since {}",
            window.start
        );
        Judgement::new(Verdict::NotAttempted, capitalized(&because))
    }

    fn absence(&self, window: Window) -> Absence {
        let doubts = self.flows.sources.iter().map(|source| {
            let doubt = self
                .unproven(source, window.start)
                .map(Doubt::Reason)
                .or_else(|| self.gap(source, (window.start, window.asked_until), None));
            (source.source.name.as_str(), doubt)
        });
        weigh(doubts).unwrap_or_else(|| Absence::Unprovable {
            because: self.no_source(),
        })
    }
}

impl FlowGround<'_> {
    /// Whether the sources prove that nothing came back for `flow`.
    pub(super) fn no_answer(&self, flow: &Flow) -> Absence {
        let apart = longest_window(self.flows);
        let span = (later(flow.start, -apart), later(flow.end, apart));
        let doubts = self.flows.sources.iter().map(|source| {
            let doubt = self.gap(source, span, Some(flow));
            (source.source.name.as_str(), doubt)
        });
        match weigh(doubts) {
            Some(Absence::Unprovable { because }) => Absence::Unprovable {
                because: because.replacen("Nothing was found", "No answer was found", 1),
            },
            Some(Absence::Open { until, .. }) => Absence::Open {
                until,
                because: format!("An answer may arrive until {until}"),
            },
            Some(proven @ Absence::Proven { .. }) => proven,
            None => Absence::Unprovable {
                because: self.no_source(),
            },
        }
    }

    /// Why a source cannot hold what the step expects.
    fn inability(&self, source: &FlowSource, window: Window) -> Option<String> {
        let name = &source.source.name;
        let Some(log) = &source.log else {
            let is_empty = source.source.records == 0 && source.source.faults.is_empty();
            let nothing = is_empty.then(|| format!("{name} holds no flow record"));
            return nothing.or_else(|| self.missing_field(source));
        };
        if window.asked_until < log.created {
            return Some(format!("{name} was made at {} only", log.created));
        }
        let lacks_traffic = !self.proof.actions.is_empty()
            && log.traffic != Traffic::All
            && !self.proof.actions.contains(&log.traffic.to_string());
        if lacks_traffic {
            return Some(format!("{name} records {} traffic only", log.traffic));
        }
        troubled(name, log).or_else(|| self.missing_field(source))
    }

    /// Why a source cannot prove that something did not happen since `start`.
    fn unproven(&self, source: &FlowSource, start: Timestamp) -> Option<String> {
        let name = &source.source.name;
        let log = source.log.as_ref()?;
        if !self.proof.scope.is_within(&log.resource_id) {
            return Some(format!("{name} records `{}` only", log.resource_id));
        }
        let began = later(log.created, STARTING);
        if began > start {
            return Some(format!(
                "{name} was made at {} and records all traffic from {began} on at the latest",
                log.created
            ));
        }
        let from = source.source.from.filter(|from| *from > start);
        if let Some(from) = from {
            return Some(format!("{name} was read from {from} on only"));
        }
        (source.source.records == 0).then(|| format!("{name} holds no record at all"))
    }

    /// The first reason why `source` may lack a record of `span`: of any flow, or an answer to one.
    fn gap(
        &self,
        source: &FlowSource,
        span: (Timestamp, Timestamp),
        answer_to: Option<&Flow>,
    ) -> Option<Doubt> {
        let name = &source.source.name;
        let reason = |text: String| Some(Doubt::Reason(text));
        let Some(log) = &source.log else {
            return reason(format!("{name} is a copy, which may lack files"));
        };
        if log.traffic != Traffic::All {
            return reason(format!("{name} records {} traffic only", log.traffic));
        }
        if let Some(why) = troubled(name, log).or_else(|| self.missing_field(source)) {
            return reason(why);
        }
        if !source.source.faults.is_empty() {
            return reason(unreadable(&source.source));
        }
        let interface = answer_to.and_then(Flow::interface);
        if let Some(why) = self.skip(source, span.0, span.1, interface) {
            return reason(why);
        }
        let until = answer_to.map_or(span.1, |flow| flow.end);
        let due = self.due(source, until)?;
        (source.source.read_at < due).then_some(Doubt::Lag(due))
    }

    /// A record that says that records are missing.
    fn skip(
        &self,
        source: &FlowSource,
        from: Timestamp,
        until: Timestamp,
        interface: Option<&str>,
    ) -> Option<String> {
        let name = &source.source.name;
        if source.skipped.left_out > 0 {
            return Some(format!("{name} has too many records with `SKIPDATA`"));
        }
        let named = &self.proof.scope.interfaces;
        let bears = |skipped: &&Flow| {
            let on_the_interface = skipped.interface().is_none_or(|at| match interface {
                Some(interface) => at == interface,
                None => named.is_empty() || named.contains(at),
            });
            on_the_interface && skipped.start <= until && from <= skipped.end
        };
        let skipped = source.skipped.events.iter().find(bears)?;
        Some(format!(
            "{name} skipped records of `{}` from {} to {}",
            skipped.interface().unwrap_or("an unnamed interface"),
            skipped.start,
            skipped.end
        ))
    }

    fn missing_field(&self, source: &FlowSource) -> Option<String> {
        // Silence means little if it could not say that records were skipped.
        let needed = self.proof.fields.iter().map(String::as_str);
        let missing = needed
            .chain(["log-status"])
            .find(|field| !source.fields.contains(*field))?;
        let name = &source.source.name;
        Some(format!("{name} has no field `{missing}` in its format"))
    }

    /// When the last record of what ended at `until` has arrived; `None` if nothing more arrives.
    fn due(&self, source: &FlowSource, until: Timestamp) -> Option<Timestamp> {
        let log = source.log.as_ref()?;
        let captured = later(until, log.aggregation);
        Some(later(captured, self.evidence.delivery_lag.as_duration()))
    }

    fn no_source(&self) -> String {
        let scope = &self.proof.scope;
        let named = scope.vpc_id.as_deref().or(scope.flow_log_id.as_deref());
        let because: Cow<'_, str> = match (&self.flows.unseen, named, &scope.flow_log_id) {
            (Some(unseen), _, _) => unseen.into(),
            (None, Some(id), Some(_)) => format!("there is no flow log `{id}`").into(),
            (None, Some(id), None) => format!("no flow log records the traffic of `{id}`").into(),
            (None, None, _) => "no source of flow records was given".into(),
        };
        capitalized(&because)
    }
}

/// The longest capture window of the sources.
pub(super) fn longest_window(flows: &FlowEvidence) -> SignedDuration {
    let windows = flows.sources.iter().map(|source| {
        let log = source.log.as_ref();
        log.map_or(LONGEST_WINDOW, |log| log.aggregation)
    });
    windows.max().unwrap_or(LONGEST_WINDOW)
}

fn troubled(name: &str, log: &FlowLog) -> Option<String> {
    let problem = log.problem.as_ref()?;
    Some(format!("{name} does not deliver: {problem}"))
}
