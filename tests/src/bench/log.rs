//! What the provider's log tells of a run: the graph, and how long the request took.

use std::collections::{BTreeMap, BTreeSet};

/// The log of one command of Terraform's, as `TF_LOG_PATH` has it.
#[derive(Debug)]
pub(super) struct Log(String);

impl Log {
    /// A log that was read.
    pub(super) fn of(text: String) -> Self {
        Self(text)
    }

    /// What each part waits for when it is made, by reference or by order.
    pub(super) fn needs(&self) -> BTreeMap<String, BTreeSet<String>> {
        self.lines("a part of the graph")
            .map(|line| {
                let part = field(line, "part").expect("the line names a part");
                let needs = field(line, "needs").unwrap_or_default();
                let needs = needs.split(',').filter(|need| !need.is_empty());
                (part.to_owned(), needs.map(str::to_owned).collect())
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

    fn lines<'a>(&'a self, message: &'a str) -> impl Iterator<Item = &'a str> {
        let lines = self.0.lines();
        let ours = lines.filter_map(|line| line.split_once("terraform-provider-cloister: "));
        ours.filter_map(move |(_, rest)| rest.strip_prefix(message))
    }
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
            r#"2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: a part of the graph: kind=ec2:vpc part=network/vpc needs="" timestamp=1
2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: a part of the graph: needs=network/vpc,keys/home part=domain
2026-01-01T00:00:00.000Z [DEBUG] provider.terraform-provider-cloister: AWS call: part=keys/home
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
        let expected = BTreeMap::from([
            ("network/vpc".to_owned(), set(&[])),
            ("domain".to_owned(), set(&["keys/home", "network/vpc"])),
        ]);
        assert_eq!(log.needs(), expected);
        assert!((log.applied_in() - 1.5).abs() < 1e-9);
    }
}
