//! Paths through small graphs.

use std::collections::BTreeMap;

use super::path::{CriticalPath, Rate, Task, critical_path};

const CREATE: Rate = Rate {
    api: "create",
    burst: 2.0,
    refill: 0.5,
};

fn tasks(of: &[(&str, &[&str], f64, Option<&'static str>)]) -> BTreeMap<String, Task> {
    let task = |(name, needs, seconds, api): &(&str, &[&str], f64, Option<&'static str>)| {
        let needs = needs.iter().map(|need| (*need).to_owned()).collect();
        let task = Task {
            needs,
            seconds: *seconds,
            api: *api,
        };
        ((*name).to_owned(), task)
    };
    of.iter().map(task).collect()
}

fn told(path: &CriticalPath) -> Vec<(&str, f64)> {
    let steps = path.steps.iter();
    steps
        .map(|step| (step.task.as_str(), step.begins))
        .collect()
}

#[test]
fn the_longest_chain_counts_and_no_other() {
    let tasks = tasks(&[
        ("vpc", &[], 1.0, None),
        ("subnet", &["vpc"], 2.0, None),
        ("key", &[], 2.5, None),
        ("firewall", &["subnet", "key"], 30.0, None),
        ("role", &[], 9.0, None),
        ("profile", &["firewall", "role"], 1.0, None),
    ]);
    let path = critical_path(&tasks, &[]);
    assert!((path.seconds - 34.0).abs() < 1e-9);
    assert_eq!(
        told(&path),
        [
            ("vpc", 0.0),
            ("subnet", 1.0),
            ("firewall", 3.0),
            ("profile", 33.0)
        ]
    );
}

#[test]
fn who_waits_for_the_rate_waits_for_the_one_before() {
    // Two at once, then one every two seconds.
    let one = |name| (name, &[][..], 10.0, Some("create"));
    let path = critical_path(&tasks(&[one("a"), one("b"), one("c"), one("d")]), &[CREATE]);
    assert!((path.seconds - 14.0).abs() < 1e-9, "{path:?}");
    assert_eq!(path.steps.len(), 3, "{path:?}");
    assert!((path.steps[2].begins - 4.0).abs() < 1e-9, "{path:?}");
}

#[test]
fn the_longest_way_goes_first_where_a_rate_holds_back() {
    let tasks = tasks(&[
        ("a", &[], 1.0, Some("create")),
        ("b", &[], 1.0, Some("create")),
        ("slow", &[], 20.0, Some("create")),
    ]);
    assert!((critical_path(&tasks, &[CREATE]).seconds - 20.0).abs() < 1e-9);
}

#[test]
fn tokens_fill_up_while_nobody_waits() {
    let tasks = tasks(&[
        ("first", &[], 100.0, None),
        ("a", &["first"], 1.0, Some("create")),
        ("b", &["first"], 1.0, Some("create")),
        ("c", &["first"], 1.0, Some("create")),
    ]);
    assert!((critical_path(&tasks, &[CREATE]).seconds - 103.0).abs() < 1e-9);
}

#[test]
fn nothing_takes_no_time() {
    assert_eq!(
        critical_path(&BTreeMap::new(), &[]),
        CriticalPath::default()
    );
}

#[test]
#[should_panic(expected = "tasks wait for each other")]
fn a_circle_is_no_graph() {
    critical_path(
        &tasks(&[("a", &["b"], 1.0, None), ("b", &["a"], 1.0, None)]),
        &[],
    );
}
