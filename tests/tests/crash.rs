//! A seeded sample of `make crash`: faults and kills at some calls of each command.

use cloister_tests::crash::{Amount, Options, sweep};

/// Some points of these scenarios.
fn check(only: &[&str], points: usize) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let report = sweep(&Options {
        amount: Amount::Some(points),
        seed: 1,
        jobs: 2,
        only: only.iter().map(|&prefix| prefix.to_owned()).collect(),
        faults: Vec::new(),
        fresh: true,
        folder: folder.path().to_owned(),
    });
    let failures: Vec<_> = report
        .failures()
        .map(|(point, finding)| format!("{point}: {}", finding.told))
        .collect();
    assert_eq!(failures, Vec::<String>::new(), "{report}");
    assert_eq!(report.points(), points, "{report}");
}

#[test]
fn a_locked_bucket_survives_faults_at_its_calls() {
    check(&["create-bucket", "update-bucket", "destroy-bucket"], 20);
}

#[test]
fn a_studio_domain_survives_faults_at_its_calls() {
    check(&["create-domain", "update-domain", "destroy-domain"], 5);
}
