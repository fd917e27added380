//! How many requests a second one core decides under 20 statements, beside a peer, the crate `iam-rs`.
//!
//! `make bench` runs it. The figures hold for the machine they were taken on; the ratio to the peer is what may be
//! compared. The peer knows neither layers nor accounts, so it gets the statements as one identity policy.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and stops at the first surprise"
)]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

use cloister_policy::Document;
use cloister_policy::access::{Attached, Caller, Compiled, Outcome, Policies, Request};

/// One measurement runs for about this long.
const ROUND: Duration = Duration::from_millis(150);
const ROUNDS: usize = 11;
const CALLER: &str = "arn:aws:iam::111122223333:user/lab/anna";

/// Request, and what it comes to under [`policy`].
const REQUESTS: [(&str, &str, Outcome); 5] = [
    (
        "s3:GetObject",
        "arn:aws:s3:::team-a-data/raw/2026/table.csv",
        Outcome::Allowed,
    ),
    (
        "sagemaker:DescribeTrainingJob",
        "arn:aws:sagemaker:eu-west-1:111122223333:training-job/nightly",
        Outcome::Allowed,
    ),
    (
        "ssm:GetParameters",
        "arn:aws:ssm:eu-west-1:111122223333:parameter/lab/bucket",
        Outcome::Allowed,
    ),
    (
        "s3:PutObject",
        "arn:aws:s3:::team-b-data/raw/2026/table.csv",
        Outcome::ExplicitDeny,
    ),
    (
        "ec2:RunInstances",
        "arn:aws:ec2:eu-west-1:111122223333:instance/*",
        Outcome::ImplicitDeny,
    ),
];

fn main() {
    let text = policy();
    let policies = policies(&text);
    let compiled = Compiled::new(&policies);
    let requests = REQUESTS.map(|(action, resource, expected)| {
        let request = request(action, resource);
        assert_eq!(compiled.decide(&request).outcome, expected, "{action}");
        request
    });
    let peer =
        iam_rs::PolicyEvaluator::with_policies(vec![iam_rs::IAMPolicy::from_json(&text).unwrap()]);
    let peer_requests = REQUESTS.map(|(action, resource, expected)| {
        let request = peer_request(action, resource);
        let allowed = peer.evaluate(&request).unwrap().decision == iam_rs::Decision::Allow;
        assert_eq!(allowed, expected == Outcome::Allowed, "{action}");
        request
    });

    let (mut ours, mut uncompiled, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(&requests, |request| {
            black_box(compiled.decide(black_box(request)));
        }));
        uncompiled.push(rate(&requests, |request| {
            black_box(black_box(&policies).decide(black_box(request)));
        }));
        theirs.push(rate(&peer_requests, |request| {
            black_box(peer.evaluate(black_box(request)).unwrap());
        }));
    }
    report("20 statements, compiled once", &mut ours);
    report(
        "20 statements, compiled for every decision",
        &mut uncompiled,
    );
    report("20 statements, iam-rs 0.8", &mut theirs);
    println!("ratio to iam-rs: {:.1}", median(&ours) / median(&theirs));
}

/// Decisions a second.
fn rate<R>(requests: &[R], decide: impl Fn(&R)) -> f64 {
    let start = Instant::now();
    let mut decisions = 0_u32;
    while start.elapsed() < ROUND {
        for _ in 0..20 {
            requests.iter().for_each(&decide);
        }
        decisions += 20 * u32::try_from(requests.len()).unwrap();
    }
    f64::from(decisions) / start.elapsed().as_secs_f64()
}

fn report(name: &str, rates: &mut [f64]) {
    rates.sort_by(f64::total_cmp);
    let (lowest, highest) = (rates[0], rates[rates.len() - 1]);
    let rate = median(rates);
    println!(
        "{name}: {rate:.0} decisions/s ({:.2} µs each; {lowest:.0} to {highest:.0} in {ROUNDS} rounds)",
        1e6 / rate
    );
}

fn median(rates: &[f64]) -> f64 {
    rates[rates.len() / 2]
}

fn policies(text: &str) -> Policies {
    Policies {
        identity: vec![Attached::new("lab", Document::parse(text).unwrap())],
        ..Policies::default()
    }
}

fn request(action: &str, resource: &str) -> Request {
    Request::new(Caller::parse(CALLER).unwrap(), action, resource)
        .with("aws:SourceVpce", "vpce-1")
        .with("aws:PrincipalTag/team", "team-a")
        .with("aws:ResourceTag/team", "team-a")
}

fn peer_request(action: &str, resource: &str) -> iam_rs::IAMRequest {
    iam_rs::IAMRequest::new_with_context(
        iam_rs::Principal::Aws(iam_rs::PrincipalId::String(CALLER.to_owned())),
        action,
        iam_rs::Arn::parse(resource).unwrap(),
        iam_rs::Context::new()
            .with_string("aws:SourceVpce", "vpce-1")
            .with_string("aws:PrincipalTag/team", "team-a")
            .with_string("aws:ResourceTag/team", "team-a"),
    )
}

/// What a data scientist of a team has, and what is denied to it: 20 statements.
fn policy() -> String {
    let allow = |sid: &str, actions: &str, resources: &str| {
        format!(
            r#"{{"Sid": "{sid}", "Effect": "Allow", "Action": [{actions}], "Resource": [{resources}]}}"#
        )
    };
    let mut statements = vec![
        allow(
            "Jobs",
            r#""sagemaker:CreateTrainingJob", "sagemaker:StopTrainingJob""#,
            r#""arn:aws:sagemaker:*:111122223333:*""#,
        ),
        allow(
            "Describe",
            r#""sagemaker:Describe*", "sagemaker:List*""#,
            r#""arn:aws:sagemaker:*:111122223333:*""#,
        ),
        allow(
            "Data",
            r#""s3:GetObject", "s3:PutObject""#,
            r#""arn:aws:s3:::team-a-data/*", "arn:aws:s3:::team-a-models/*""#,
        ),
        allow(
            "Lists",
            r#""s3:ListBucket""#,
            r#""arn:aws:s3:::team-a-data", "arn:aws:s3:::team-a-models""#,
        ),
        allow(
            "Key",
            r#""kms:Decrypt", "kms:GenerateDataKey*""#,
            r#""arn:aws:kms:eu-west-1:111122223333:key/*""#,
        ),
        allow(
            "Logs",
            r#""logs:CreateLogStream", "logs:PutLogEvents""#,
            r#""arn:aws:logs:*:111122223333:log-group:/aws/sagemaker/*""#,
        ),
        allow("Metrics", r#""cloudwatch:PutMetricData""#, r#""*""#),
        allow(
            "Images",
            r#""ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer""#,
            r#""arn:aws:ecr:*:111122223333:repository/*sagemaker*""#,
        ),
        allow(
            "Parameters",
            r#""ssm:GetParameter*""#,
            r#""arn:aws:ssm:*:111122223333:parameter/lab/*""#,
        ),
    ];
    for (sid, service) in [
        ("Git", "codecommit"),
        ("Functions", "lambda"),
        ("Topics", "sns"),
        ("Queues", "sqs"),
        ("Tables", "dynamodb"),
        ("Secrets", "secretsmanager"),
        ("States", "states"),
    ] {
        statements.push(allow(
            sid,
            &format!(r#""{service}:Get*""#),
            &format!(r#""arn:aws:{service}:*:111122223333:team-a-*""#),
        ));
    }
    let deny = |sid: &str, action: &str, resource: &str, condition: &str| {
        format!(
            r#"{{"Sid": "{sid}", "Effect": "Deny", "Action": "{action}", "Resource": "{resource}", "Condition": {{{condition}}}}}"#
        )
    };
    statements.push(deny(
        "OnlyFromHere",
        "s3:*",
        "*",
        r#""StringNotEquals": {"aws:SourceVpce": "vpce-1"}"#,
    ));
    statements.push(deny(
        "OtherTeams",
        "sagemaker:*",
        "*",
        r#""StringNotEqualsIfExists": {"aws:ResourceTag/team": "team-a"}"#,
    ));
    statements.push(deny(
        "OtherBuckets",
        "s3:PutObject",
        "arn:aws:s3:::team-b-*",
        r#""StringEquals": {"aws:SourceVpce": "vpce-1"}"#,
    ));
    statements.push(deny(
        "Admin",
        "iam:*",
        "*",
        r#""Null": {"aws:PrincipalTag/team": "false"}"#,
    ));
    assert_eq!(statements.len(), 20);
    let mut text = String::new();
    write!(
        text,
        r#"{{"Version": "2012-10-17", "Statement": [{}]}}"#,
        statements.join(", ")
    )
    .unwrap();
    text
}
