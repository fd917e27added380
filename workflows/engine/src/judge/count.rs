//! Judging a count of records in a window: the same for every form of record.

use jiff::{SignedDuration, Timestamp};

use super::Bench;
use crate::evidence::Evidence;
use crate::file::Expect;
use crate::length::Length;
use crate::plan::Count;
use crate::verdict::{Exhibit, Judgement, Verdict};

/// A record that can be counted.
pub(super) trait Countable<'a>: Copy {
    /// When what it tells of began and ended.
    fn span(self) -> (Timestamp, Timestamp);
    /// Orders records of one time alike in every run.
    fn name(self) -> (Option<&'a str>, u64);
    /// Whose it is: who called, or which interface saw it.
    fn owner(self) -> Option<&'a str>;
    fn exhibit(self) -> Exhibit;
}

/// What the sources say about what they do not show.
pub(super) trait Ground {
    /// Judges silence where records were expected: never a pass. `seen` says what was found
    /// nevertheless, as the start of a sentence.
    fn silence(&self, window: Window, seen: &str) -> Judgement;

    /// Whether the sources prove that nothing else happened in the window.
    fn absence(&self, window: Window) -> Absence;
}

/// Whether the sources prove that nothing else happened in a window.
pub(super) enum Absence {
    Proven { source: String },
    Open { until: Timestamp, because: String },
    Unprovable { because: String },
}

/// From when to when records count.
#[derive(Clone, Copy, Debug)]
pub(super) struct Window {
    pub(super) start: Timestamp,
    /// `None`: records that come in while the run waits count as well.
    pub(super) end: Option<Timestamp>,
    /// Up to when absence is asked about: never later than the start of the run.
    pub(super) asked_until: Timestamp,
}

/// The record that other steps refer to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Anchor<'a> {
    pub(super) time: Timestamp,
    pub(super) owner: Option<&'a str>,
}

/// The judgement, and what other steps refer to.
pub(super) struct Ruling<'a> {
    pub(super) judgement: Judgement,
    pub(super) anchor: Option<Anchor<'a>>,
}

/// The records of a step, sorted out.
pub(super) struct Tally<R> {
    pub(super) counted: Vec<R>,
    /// Records that match and do not count, and why: they fail a step that expects some.
    pub(super) beside: Option<(String, Vec<R>)>,
    /// What keeps more records from being counted or ruled out.
    pub(super) open: Option<Judgement>,
    /// How many more matched than were kept.
    pub(super) left_out: u64,
}

impl<'a, R: Countable<'a>> Tally<R> {
    /// The records of the window, in their order, told apart by owner if the step asks for it.
    pub(super) fn of_window(
        records: impl Iterator<Item = R>,
        left_out: u64,
        window: Window,
    ) -> Self {
        let mut counted: Vec<R> = records.filter(|record| window.holds(*record)).collect();
        counted.sort_by_key(|record| (record.span(), record.name()));
        Tally {
            counted,
            beside: None,
            open: None,
            left_out,
        }
    }

    /// Keeps the records of the owner that step `same_as` is about.
    ///
    /// `others` says what it means if only others have such records.
    pub(super) fn keep_owner(&mut self, owner: &str, others: impl Fn(R) -> String) {
        let (same, rest): (Vec<R>, Vec<R>) = self
            .counted
            .iter()
            .partition(|record| record.owner() == Some(owner));
        self.counted = same;
        self.beside = rest.first().map(|first| (others(*first), rest.clone()));
    }

    /// Says what the count proves.
    pub(super) fn judge(self, expect: Expect, window: Window, ground: &impl Ground) -> Ruling<'a> {
        let judgement = match expect {
            Expect::AtLeast(least) => self.at_least(least, window, ground),
            Expect::AtMost(most) => self.at_most(most, window, ground),
            Expect::None => self.at_most(0, window, ground),
        };
        let first = self.counted.first().copied();
        let anchor = first
            .filter(|_| judgement.verdict == Verdict::Pass)
            .map(|record| Anchor {
                time: record.span().0,
                owner: record.owner(),
            });
        Ruling { judgement, anchor }
    }

    fn at_least(&self, least: u32, window: Window, ground: &impl Ground) -> Judgement {
        let counted = self.counted.len();
        if counted >= usize::try_from(least).unwrap_or(usize::MAX) {
            let because = format!("{} in the window", plural(counted, "matching record"));
            return self.shown(Judgement::new(Verdict::Pass, because));
        }
        if let Some(open) = &self.open {
            return self.shown(open.clone());
        }
        if let Some((because, others)) = &self.beside {
            let failed = Judgement::new(Verdict::Fail, because.clone());
            return failed.with_exhibits(others.iter().map(|one| one.exhibit()));
        }
        if self.left_out > 0 {
            return self.shown(too_many(self.left_out));
        }
        let seen = match counted {
            0 => String::new(),
            some => format!("{some} of {least} records; "),
        };
        self.shown(ground.silence(window, &seen))
    }

    fn at_most(&self, most: u32, window: Window, ground: &impl Ground) -> Judgement {
        let counted = self.counted.len();
        if counted > usize::try_from(most).unwrap_or(usize::MAX) {
            let records = plural(counted, "matching record");
            let because = match most {
                0 => format!("{records} that must not be there"),
                _ => format!("{records}, at most {most} allowed"),
            };
            return self.shown(Judgement::new(Verdict::Fail, because));
        }
        if let Some(open) = &self.open {
            return self.shown(open.clone());
        }
        if self.left_out > 0 {
            return too_many(self.left_out);
        }
        let judgement = match ground.absence(window) {
            Absence::Proven { source } => {
                let because = format!(
                    "{} from {} to {}, and {source} is complete for that time",
                    match counted {
                        0 => "No matching record".to_owned(),
                        some => plural(some, "matching record"),
                    },
                    window.start,
                    window.asked_until,
                );
                Judgement::new(Verdict::Pass, because)
            }
            Absence::Open { until, because } => Judgement::pending(until, because),
            Absence::Unprovable { because } => Judgement::new(Verdict::Unavailable, because),
        };
        self.shown(judgement)
    }

    fn shown(&self, judgement: Judgement) -> Judgement {
        judgement.with_exhibits(self.counted.iter().map(|one| one.exhibit()))
    }
}

impl Window {
    /// The window of a step, as it and the steps before it bound it.
    pub(super) fn of(count: &Count, bench: &Bench<'_>) -> Window {
        let as_of = bench.evidence.as_of;
        let anchor = count
            .after
            .as_deref()
            .and_then(|step| bench.anchors.get(step));
        let within = count.within.map(Length::as_duration);
        let (start, end) = match (anchor, within) {
            (Some(anchor), Some(within)) => (anchor.time, Some(later(anchor.time, within))),
            (Some(anchor), None) => (anchor.time, None),
            (None, Some(within)) => (later(as_of, -within), None),
            (None, None) => (bench.evidence.since, None),
        };
        Window {
            start,
            end,
            asked_until: end.map_or(as_of, |end| end.min(as_of)),
        }
    }

    /// Whether the record's time touches the window.
    fn holds<'a>(&self, record: impl Countable<'a>) -> bool {
        let (began, ended) = record.span();
        self.start <= ended && self.end.is_none_or(|end| began <= end)
    }

    /// When the last record of the window has arrived.
    pub(super) fn deadline(self, evidence: &Evidence) -> Timestamp {
        later(self.asked_until, evidence.delivery_lag.as_duration())
    }
}

pub(super) fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    let limit = if by.is_negative() {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    time.checked_add(by).unwrap_or(limit)
}

pub(super) fn plural(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{count} {noun}s"),
    }
}

pub(super) fn capitalized(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn too_many(left_out: u64) -> Judgement {
    let because = format!("{left_out} more records match than can be kept; narrow the pattern");
    Judgement::new(Verdict::Unavailable, because)
}
