//! What making and unmaking one part takes of AWS: the calls that have to be made, and the work that they begin.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use serde_json::Value;

use super::{
    necessary::{NECESSARY, Stage},
    path::{Rate, Task},
};

/// A call as it was held back and what it set going, in seconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sample {
    /// Service and operation, such as `ec2:CreateVpc`.
    pub operation: String,
    /// Every text in its request and answer: names and ids of what it was about.
    pub mentions: BTreeSet<String>,
    /// By how much its answer was held back.
    pub delay: f64,
    /// How long what it began took.
    pub done: f64,
    /// How long until all that followed was over, such as interfaces that linger.
    pub over: f64,
}

/// Which way a run goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Parts are made, each after those that it needs.
    Making,
    /// Parts are unmade, each after those that need it.
    Unmaking,
}

/// The rates that AWS publishes and that a domain meets: of no other API it makes more calls than AWS takes at once.
/// The deletion of endpoints takes all of them in one call.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
const CREATE_ENDPOINT: Rate = Rate {
    api: "ec2:CreateVpcEndpoint",
    burst: 4.0,
    refill: 0.3,
};

/// The rates of something that takes `scale` of AWS's durations.
pub(super) fn rates(scale: f64) -> [Rate; 1] {
    [Rate {
        refill: CREATE_ENDPOINT.refill / scale,
        ..CREATE_ENDPOINT
    }]
}

/// The tasks of a run over `parts`, a state's, of which `edges` tells what each is made after, or unmade before.
pub(super) fn tasks(
    way: Way,
    parts: &Value,
    edges: &BTreeMap<String, BTreeSet<String>>,
    samples: &[Sample],
) -> BTreeMap<String, Task> {
    let parts = parts.as_object().expect("parts are a map").iter();
    let parts: BTreeMap<&str, &Value> = parts
        .filter(|(key, _)| *key != "anchor")
        .map(|(key, part)| (key.as_str(), part))
        .collect();
    let mut tasks = BTreeMap::new();
    for (key, part) in &parts {
        let effort = Effort::of(way, part, samples);
        let waits_for = waits_for(way, key, &parts, edges);
        let api = effort.first_call.filter(|api| *api == CREATE_ENDPOINT.api);
        let task = Task {
            needs: waits_for,
            seconds: effort.done,
            api: api.filter(|_| way == Way::Making),
        };
        tasks.insert((*key).to_owned(), task);
        if way == Way::Unmaking {
            // Its interfaces, which those wait for that they stand in.
            let lingers = Task {
                needs: BTreeSet::from([(*key).to_owned()]),
                seconds: effort.over - effort.done,
                api: None,
            };
            tasks.insert(interfaces_of(key), lingers);
        }
    }
    tasks
}

fn interfaces_of(key: &str) -> String {
    let mut name = key.to_owned();
    write!(name, " (what it leaves)").expect("a text takes text");
    name
}

/// Whom the part waits for: for those it needs, or for those that need it.
fn waits_for(
    way: Way,
    key: &str,
    parts: &BTreeMap<&str, &Value>,
    edges: &BTreeMap<String, BTreeSet<String>>,
) -> BTreeSet<String> {
    let needed_by = |other: &str, needed: &str| {
        let of = edges.get(other);
        of.is_some_and(|of| of.contains(needed))
    };
    let others = parts.keys().filter(|other| match way {
        Way::Making => needed_by(key, other),
        Way::Unmaking => needed_by(other, key),
    });
    // Interfaces stand in subnets and use groups.
    let holds_interfaces = ["ec2:subnet", "ec2:security-group"]
        .iter()
        .any(|kind| parts[key]["kind"] == *kind);
    others
        .map(|other| {
            if way == Way::Unmaking && holds_interfaces {
                interfaces_of(other)
            } else {
                (*other).to_owned()
            }
        })
        .collect()
}

/// What a part took of AWS, in seconds from its first call.
#[derive(Debug, Default, PartialEq)]
struct Effort {
    first_call: Option<&'static str>,
    /// When the last call so far was answered.
    answered: f64,
    /// When all was done that the calls began: a call need not wait for the work of the one before.
    done: f64,
    over: f64,
}

impl Effort {
    fn of(way: Way, part: &Value, samples: &[Sample]) -> Self {
        let kind = part["kind"].as_str().unwrap_or_default();
        let row = NECESSARY.iter().find(|(of, ..)| *of == kind);
        let (_, making, unmaking) =
            row.unwrap_or_else(|| panic!("no call is known to make or unmake a `{kind}`"));
        let stages = match way {
            Way::Making => making,
            Way::Unmaking => unmaking,
        };
        let mut effort = Self::default();
        for stage in *stages {
            effort.add(*stage, part, samples);
        }
        effort
    }

    fn add(&mut self, stage: Stage, part: &Value, samples: &[Sample]) {
        let operations: &[&'static str] = match &stage {
            Stage::Together(operations) => operations,
            Stage::OneByOne(operation) => std::slice::from_ref(operation),
        };
        self.first_call = self.first_call.or(operations.first().copied());
        let calls = samples.iter().filter(|sample| {
            operations.contains(&sample.operation.as_str()) && sample.is_about(part)
        });
        let begun = self.answered;
        for call in calls {
            let sent = match stage {
                Stage::Together(_) => begun,
                Stage::OneByOne(_) => self.answered,
            };
            let answered = sent + call.delay;
            self.answered = self.answered.max(answered);
            self.done = self.done.max(answered + call.done);
            self.over = self.over.max(answered + call.done.max(call.over));
        }
    }
}

impl Sample {
    /// Whether it names the part's object, all of it: a user's id holds that of the domain.
    fn is_about(&self, part: &Value) -> bool {
        let id = part["id"].as_str().unwrap_or_default();
        id.split('|').all(|name| self.mentions.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sample(operation: &str, mentions: &[&str], delay: f64, done: f64, over: f64) -> Sample {
        Sample {
            operation: operation.to_owned(),
            mentions: mentions.iter().map(|one| (*one).to_owned()).collect(),
            delay,
            done,
            over,
        }
    }

    fn close(found: &Effort, done: f64, over: f64) {
        assert!((found.done - done).abs() < 1e-9, "{found:?}");
        assert!((found.over - over).abs() < 1e-9, "{found:?}");
    }

    #[test]
    fn a_part_takes_the_calls_that_name_it_and_what_they_begin() {
        let vpc = json!({"kind": "ec2:vpc", "id": "vpc-1"});
        let calls = [
            sample("ec2:CreateVpc", &["vpc-1"], 0.1, 1.0, 1.0),
            sample("ec2:CreateVpc", &["vpc-2"], 9.0, 9.0, 9.0),
            sample("ec2:ModifyVpcAttribute", &["vpc-1"], 0.2, 0.0, 0.0),
            sample("ec2:ModifyVpcAttribute", &["vpc-1"], 0.3, 0.0, 0.0),
            sample("ec2:DescribeVpcs", &["vpc-1"], 9.0, 0.0, 0.0),
        ];
        close(&Effort::of(Way::Making, &vpc, &calls), 1.1, 1.1);

        let profile = json!({"kind": "sagemaker:user-profile", "id": "d-1|ada"});
        let calls = [
            sample(
                "sagemaker:CreateUserProfile",
                &["d-1", "bob"],
                9.0,
                9.0,
                9.0,
            ),
            sample(
                "sagemaker:CreateUserProfile",
                &["d-1", "ada"],
                0.1,
                2.0,
                2.0,
            ),
        ];
        close(&Effort::of(Way::Making, &profile, &calls), 2.1, 2.1);

        let logging = json!({"kind": "network-firewall:logging", "id": "f"});
        let calls = [1.0, 2.0].map(|delay| {
            sample(
                "network-firewall:UpdateLoggingConfiguration",
                &["f"],
                delay,
                0.0,
                0.0,
            )
        });
        close(&Effort::of(Way::Unmaking, &logging, &calls), 3.0, 3.0);
    }

    #[test]
    fn what_lingers_holds_up_subnets_and_nothing_else() {
        let parts = json!({
            "anchor": {"kind": "ssm:parameter", "id": "/a"},
            "firewall": {"kind": "network-firewall:firewall", "id": "f"},
            "policy": {"kind": "network-firewall:firewall-policy", "id": "p"},
            "subnet": {"kind": "ec2:subnet", "id": "s"},
        });
        let set = |of: &[&str]| {
            of.iter()
                .map(|one| (*one).to_owned())
                .collect::<BTreeSet<_>>()
        };
        let needs = BTreeMap::from([("firewall".to_owned(), set(&["policy", "subnet", "gone"]))]);
        let calls = [sample(
            "network-firewall:DeleteFirewall",
            &["f"],
            1.0,
            10.0,
            13.0,
        )];
        let unmaking = tasks(Way::Unmaking, &parts, &needs, &calls);
        assert_eq!(unmaking["policy"].needs, set(&["firewall"]));
        assert_eq!(
            unmaking["subnet"].needs,
            set(&["firewall (what it leaves)"])
        );
        assert!((unmaking["firewall"].seconds - 11.0).abs() < 1e-9);
        assert!((unmaking["firewall (what it leaves)"].seconds - 3.0).abs() < 1e-9);
        let making = tasks(Way::Making, &parts, &needs, &calls);
        assert_eq!(making.len(), 3);
        assert_eq!(making["firewall"].needs, set(&["policy", "subnet"]));
        assert!(making["policy"].needs.is_empty());
    }

    #[test]
    fn only_the_creation_of_endpoints_waits_for_a_rate() {
        let parts = json!({
            "endpoint": {"kind": "ec2:vpc-endpoint", "id": "e"},
            "subnet": {"kind": "ec2:subnet", "id": "s"},
        });
        let api = |way, key: &str| tasks(way, &parts, &BTreeMap::new(), &[])[key].api;
        assert_eq!(api(Way::Making, "endpoint"), Some("ec2:CreateVpcEndpoint"));
        assert_eq!(api(Way::Unmaking, "endpoint"), None);
        assert_eq!(api(Way::Making, "subnet"), None);
        assert!((rates(0.1)[0].refill - 3.0).abs() < 1e-9);
    }
}
