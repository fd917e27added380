//! The shortest time in which a graph of tasks can be done, when nobody ever waits for nothing.

use std::collections::{BTreeMap, BTreeSet};

/// Something that takes time, and what has to be done before.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Task {
    /// The tasks that it waits for.
    pub needs: BTreeSet<String>,
    /// How long it takes.
    pub seconds: f64,
    /// The API that it begins with, if AWS lets only so many begin.
    pub api: Option<&'static str>,
}

/// How many calls of an API AWS takes at once, and how many a second after that.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// The API.
    pub api: &'static str,
    /// Calls at once.
    pub burst: f64,
    /// Calls a second afterwards.
    pub refill: f64,
}

/// The path that takes longest, from the first task to the last.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CriticalPath {
    /// How long it takes.
    pub seconds: f64,
    /// The tasks on it.
    pub steps: Vec<Step>,
}

/// One task on the path.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The task.
    pub task: String,
    /// When it begins.
    pub begins: f64,
    /// How long it takes.
    pub seconds: f64,
}

/// Does all tasks, each as soon as it can be done, and gives the path that took longest.
///
/// Where a rate lets only one of several begin, the one with the longest way still before it goes first.
pub(super) fn critical_path(tasks: &BTreeMap<String, Task>, rates: &[Rate]) -> CriticalPath {
    let mut run = Run::new(tasks, rates);
    while run.advance() {}
    assert_eq!(run.done.len(), tasks.len(), "tasks wait for each other");
    run.path()
}

/// A task that began, and the one that it had waited for last.
struct Begun<'a> {
    at: f64,
    after: Option<&'a str>,
}

struct Run<'a> {
    tasks: &'a BTreeMap<String, Task>,
    ways: BTreeMap<&'a str, f64>,
    lanes: Vec<Lane<'a>>,
    now: f64,
    begun: BTreeMap<&'a str, Begun<'a>>,
    done: BTreeSet<&'a str>,
}

/// Tasks that wait until AWS takes one more call.
struct Lane<'a> {
    rate: Rate,
    tokens: f64,
    filled_at: f64,
    waiting: Vec<&'a str>,
    last: Option<&'a str>,
}

impl<'a> Run<'a> {
    fn new(tasks: &'a BTreeMap<String, Task>, rates: &[Rate]) -> Self {
        let lanes = rates.iter().map(|rate| Lane {
            rate: *rate,
            tokens: rate.burst,
            filled_at: 0.0,
            waiting: Vec::new(),
            last: None,
        });
        let mut run = Self {
            tasks,
            ways: ways(tasks),
            lanes: lanes.collect(),
            now: 0.0,
            begun: BTreeMap::new(),
            done: BTreeSet::new(),
        };
        for (name, task) in tasks {
            if task.needs.is_empty() {
                run.admit(name, None);
            }
        }
        run.let_in();
        run
    }

    /// Goes on to the next moment at which something happens; `false` if nothing will.
    fn advance(&mut self) -> bool {
        let running = self.begun.keys().filter(|name| !self.done.contains(**name));
        let next = running.map(|name| (self.end_of(name), Some(*name)));
        let tokens = self.lanes.iter().filter_map(Lane::next);
        let Some((now, ended)) = next
            .chain(tokens.map(|at| (at, None)))
            .min_by(|one, other| one.0.total_cmp(&other.0))
        else {
            return false;
        };
        self.now = now;
        if let Some(ended) = ended {
            self.done.insert(ended);
            for (name, task) in self.tasks {
                let ready = task
                    .needs
                    .iter()
                    .all(|need| self.done.contains(need.as_str()));
                if task.needs.contains(ended) && ready {
                    self.admit(name, Some(ended));
                }
            }
        }
        self.let_in();
        true
    }

    fn end_of(&self, name: &str) -> f64 {
        self.begun[name].at + self.tasks[name].seconds
    }

    /// The task can begin, as far as others are concerned.
    fn admit(&mut self, name: &'a str, after: Option<&'a str>) {
        let api = self.tasks[name].api;
        if let Some(lane) = self
            .lanes
            .iter_mut()
            .find(|lane| Some(lane.rate.api) == api)
        {
            lane.waiting.push(name);
        } else {
            self.begin(name, after);
        }
    }

    fn begin(&mut self, name: &'a str, after: Option<&'a str>) {
        self.begun.insert(
            name,
            Begun {
                at: self.now,
                after,
            },
        );
    }

    /// Lets those begin for whom AWS takes a call.
    fn let_in(&mut self) {
        for index in 0..self.lanes.len() {
            while let Some(name) = self.lanes[index].take(self.now, &self.ways) {
                let last_need = self.tasks[name].needs.iter();
                let last_need =
                    last_need.max_by(|one, other| self.end_of(one).total_cmp(&self.end_of(other)));
                // Who had to wait for the rate waited for the one before.
                let waited = last_need.map_or(0.0, |need| self.end_of(need)) < self.now;
                let before = self.lanes[index].last.replace(name);
                let after = if waited { before } else { None };
                let after = after.or(last_need.map(String::as_str));
                self.begin(name, after);
            }
        }
    }

    fn path(&self) -> CriticalPath {
        let last = self.begun.keys().max_by(|one, other| {
            let (one, other) = (self.end_of(one), self.end_of(other));
            one.total_cmp(&other)
        });
        let mut steps = Vec::new();
        let mut next = last.copied();
        while let Some(task) = next {
            let begun = &self.begun[task];
            steps.push(Step {
                task: task.to_owned(),
                begins: begun.at,
                seconds: self.tasks[task].seconds,
            });
            next = begun.after;
        }
        steps.reverse();
        CriticalPath {
            seconds: last.map_or(0.0, |name| self.end_of(name)),
            steps,
        }
    }
}

impl<'a> Lane<'a> {
    /// When the next of those that wait can begin.
    fn next(&self) -> Option<f64> {
        let missing = (1.0 - self.tokens).max(0.0);
        (!self.waiting.is_empty()).then(|| self.filled_at + missing / self.rate.refill)
    }

    fn take(&mut self, now: f64, ways: &BTreeMap<&str, f64>) -> Option<&'a str> {
        let more = (now - self.filled_at) * self.rate.refill;
        self.tokens = (self.tokens + more).min(self.rate.burst);
        self.filled_at = now;
        let first = (0..self.waiting.len()).max_by(|one, other| {
            let way = |index: &usize| ways[self.waiting[*index]];
            way(one).total_cmp(&way(other))
        })?;
        // A hair below one is one: the moment was computed in floating point.
        if self.tokens < 1.0 - 1e-9 {
            return None;
        }
        self.tokens -= 1.0;
        Some(self.waiting.swap_remove(first))
    }
}

/// How long it takes from the beginning of each task to the end of all that waits for it.
fn ways(tasks: &BTreeMap<String, Task>) -> BTreeMap<&str, f64> {
    fn way<'a>(
        name: &'a str,
        tasks: &'a BTreeMap<String, Task>,
        known: &mut BTreeMap<&'a str, f64>,
    ) -> f64 {
        if let Some(known) = known.get(name) {
            return *known;
        }
        // What waits for itself never begins; the run finds that out.
        known.insert(name, 0.0);
        let waiting = tasks.iter().filter(|(_, task)| task.needs.contains(name));
        let longest = waiting
            .map(|(other, _)| way(other, tasks, known))
            .fold(0.0, f64::max);
        let found = longest + tasks[name].seconds;
        known.insert(name, found);
        found
    }
    let mut known = BTreeMap::new();
    for name in tasks.keys() {
        way(name, tasks, &mut known);
    }
    known
}
