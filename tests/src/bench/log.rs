//! What the provider's log tells of a run: the graph, and how long the request took.

use std::collections::{BTreeMap, BTreeSet};

use super::effort::Way;

const DAY: f64 = 86_400.0;

/// The log of one command of Terraform's, as `TF_LOG_PATH` has it.
#[derive(Debug)]
pub(super) struct Log(String);

impl Log {
    /// A log that was read.
    pub(super) fn of(text: String) -> Self {
        Self(text)
    }

    /// What each part is made after, or unmade before, by reference or by order.
    pub(super) fn edges(&self, way: Way) -> BTreeMap<String, BTreeSet<String>> {
        let name = match way {
            Way::Making => "needs",
            Way::Unmaking => "outlived_by",
        };
        self.lines("a part of the graph")
            .map(|line| {
                let part = field(line, "part").expect("the line names a part");
                let others = field(line, name).expect("the line names the edges");
                let others = others.split(',').filter(|other| !other.is_empty());
                (part.to_owned(), others.map(str::to_owned).collect())
            })
            .collect()
    }

    /// How long the provider took to apply, in seconds.
    pub(super) fn applied_in(&self) -> f64 {
        let lines = self.lines("call answered");
        let mut applied = lines.filter(|line| field(line, "tf_rpc") == Some("ApplyResourceChange"));
        let line = applied.next().expect("the log has the request");
        let took = field(line, "tf_req_duration_ms").expect("the line says how long it took");
        took.parse::<f64>().expect("a number") / 1000.0
    }

    /// How long all its calls took it, in seconds.
    pub(super) fn calls_took(&self) -> f64 {
        let calls = self.lines("AWS call");
        let times = calls.filter_map(|line| field(line, "milliseconds")?.parse::<f64>().ok());
        times.sum::<f64>() / 1000.0
    }

    /// When the provider began to make or to unmake each part, in seconds after it was asked to.
    pub(super) fn beginnings(&self) -> BTreeMap<String, f64> {
        let answered = self.moments("call answered");
        let mut applied =
            answered.filter(|(_, line)| field(line, "tf_rpc") == Some("ApplyResourceChange"));
        let (end, _) = applied.next().expect("the log has the request");
        let asked = end - self.applied_in();
        let begun = ["deleting it", "making it"]
            .into_iter()
            .flat_map(|message| self.moments(message));
        let mut beginnings = BTreeMap::new();
        for (at, line) in begun {
            let part = field(line, "part").expect("the line names a part");
            // Midnight may have passed.
            let after = (at - asked).rem_euclid(DAY);
            beginnings.entry(part.to_owned()).or_insert(after);
        }
        beginnings
    }

    fn lines<'a>(&'a self, message: &'a str) -> impl Iterator<Item = &'a str> {
        self.moments(message).map(|(_, line)| line)
    }

    /// The lines with this message, and the second of the day at which each was written.
    fn moments<'a>(&'a self, message: &'a str) -> impl Iterator<Item = (f64, &'a str)> {
        let lines = self.0.lines();
        let ours = lines.filter_map(|line| line.split_once("terraform-provider-cloister: "));
        ours.filter_map(move |(head, rest)| {
            Some((second_of_day(head)?, rest.strip_prefix(message)?))
        })
    }
}

/// The time in `2026-01-01T09:30:00.250Z [DEBUG] ...`.
fn second_of_day(head: &str) -> Option<f64> {
    let (_, time) = head.split_once('T')?;
    let time = time.split(['Z', '+']).next()?;
    let mut fields = time.split(':').map(str::parse::<f64>);
    let mut next = || fields.next()?.ok();
    Some(next()? * 3600.0 + next()? * 60.0 + next()?)
}

/// The value of a field, without quotes.
fn field<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = line.split_once(&format!(" {name}="))?;
    if let Some(quoted) = rest.strip_prefix('"') {
        return quoted.split('"').next();
    }
    rest.split(' ').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_graph_and_the_time_are_read_and_nothing_else() {
        let log = Log::of(
            r#"2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: a part of the graph: kind=ec2:vpc part=network/vpc outlived_by="" needs="" timestamp=1
2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: a part of the graph: needs=network/vpc,keys/home part=domain outlived_by=network/vpc
2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: AWS call: part=keys/home milliseconds=250 outcome=ok
2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: AWS call: milliseconds=500
2026-01-01T00:00:01.000Z [DEBUG] provider.terraform-provider-cloister: call answered: tf_req_duration_ms=5 tf_rpc=PlanResourceChange
2026-01-01T00:00:01.000Z [DEBUG] provider.terraform-provider-cloister: call answered: tf_req_duration_ms=1500 tf_rpc=ApplyResourceChange
"#
            .to_owned(),
        );
        let set = |of: &[&str]| {
            of.iter()
                .map(|one| (*one).to_owned())
                .collect::<BTreeSet<_>>()
        };
        for (way, domain) in [
            (Way::Making, set(&["keys/home", "network/vpc"])),
            (Way::Unmaking, set(&["network/vpc"])),
        ] {
            let expected = BTreeMap::from([
                ("network/vpc".to_owned(), set(&[])),
                ("domain".to_owned(), domain),
            ]);
            assert_eq!(log.edges(way), expected);
        }
        assert!((log.applied_in() - 1.5).abs() < 1e-9);
        assert!((log.calls_took() - 0.75).abs() < 1e-9);
        assert!(log.beginnings().is_empty());
    }

    #[test]
    fn beginnings_count_from_the_request_also_over_midnight() {
        let log = Log::of(
            r"2026-01-01T23:59:59.500Z [INFO]  provider.terraform-provider-cloister: making it: part=a kind=k
2026-01-02T00:00:00.250Z [INFO]  provider.terraform-provider-cloister: making it: part=b kind=k
2026-01-02T00:00:01.000Z [INFO]  provider.terraform-provider-cloister: making it: part=a kind=k
2026-01-02T00:00:01.250Z [DEBUG] provider.terraform-provider-cloister: call answered: tf_req_duration_ms=2000 tf_rpc=ApplyResourceChange
"
            .to_owned(),
        );
        let found = log.beginnings();
        assert_eq!(found.len(), 2);
        assert!((found["a"] - 0.25).abs() < 1e-6, "{found:?}");
        assert!((found["b"] - 1.0).abs() < 1e-6, "{found:?}");
    }
}
