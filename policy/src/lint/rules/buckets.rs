//! Bucket policies.

use crate::actions::Action;
use crate::lint::Finding;
use crate::lint::bundle::{Place, Placed};
use crate::lint::finding::Severity;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, Test, listed, statements_of};
use crate::{Document, Operator};

pub(in crate::lint) const L14: Rule = Rule {
    id: "L14",
    title: "Bucket Deny that leaves out object actions",
    wrong: "A Deny of GetObject, PutObject and ListBucket from elsewhere leaves deleting, versions, tags and ACLs of objects open.",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-bucket-policies-vpc-endpoint.html",
    check: Check::Document(leaves_out_actions),
};

pub(in crate::lint) const L15: Rule = Rule {
    id: "L15",
    title: "Encryption header test that is reversed",
    wrong: "`Null: false` means that the header is there: the statement refuses uploads that ask for KMS encryption and lets those without a header pass.",
    source: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
    check: Check::Statement(reversed_header),
};

const HEADER: &str = "s3:x-amz-server-side-encryption";

/// Keys by which a bucket is closed to the outside.
const PERIMETER: [&str; 10] = [
    "aws:PrincipalAccount",
    "aws:PrincipalOrgID",
    "aws:SourceIp",
    "aws:SourceVpc",
    "aws:SourceVpcArn",
    "aws:SourceVpce",
    "aws:VpceAccount",
    "aws:VpceOrgID",
    "aws:VpceOrgPaths",
    "aws:VpcSourceIp",
];

fn leaves_out_actions(scene: &Scene<'_>, placed: &Placed, document: &Document) -> Vec<Finding> {
    if !matches!(placed.place, Place::Bucket { .. }) {
        return Vec::new();
    }
    let closing: Vec<At<'_>> = statements_of(placed, document).filter(closes).collect();
    let mut keys: Vec<&str> = PERIMETER.to_vec();
    keys.retain(|key| {
        closing
            .iter()
            .any(|at| at.tests_of(key).any(|test| test.is_negated()))
    });
    keys.iter()
        .filter_map(|key| left_out(scene, &closing, key))
        .collect()
}

/// Whether the statement denies everyone something about objects, from elsewhere.
fn closes(at: &At<'_>) -> bool {
    let mut objects = at.resource_patterns().iter();
    at.denies() && objects.any(|pattern| pattern == "*" || pattern.contains('/'))
}

fn left_out(scene: &Scene<'_>, closing: &[At<'_>], key: &str) -> Option<Finding> {
    let by_key: Vec<&At<'_>> = closing
        .iter()
        .filter(|at| at.tests_of(key).any(|test| test.is_negated()))
        .collect();
    let service = scene.table.service("s3")?;
    let open: Vec<Action<'_>> = service
        .actions()
        .filter(|action| action.takes("object"))
        .filter(|action| !by_key.iter().any(|at| at.covers_action(action)))
        .collect();
    let at = by_key.first()?;
    // A Deny of one kind of action, such as uploads, is no fence around the bucket.
    let reads = by_key.iter().any(|at| at.covers("s3:GetObject"));
    if open.is_empty() || !reads {
        return None;
    }
    let reason = format!(
        "{} on objects stay open to requests with another `{key}`.",
        listed(sorted(open))
    );
    let mend = "Deny `s3:*` on the objects, and `s3:ListBucket*` on the bucket.";
    Some(Finding {
        severity: Severity::Warning,
        ..at.error(reason, mend).at(at.path("Action"))
    })
}

/// What harms most, first.
fn sorted(mut actions: Vec<Action<'_>>) -> Vec<Action<'_>> {
    const FIRST: [&str; 4] = [
        "DeleteObject",
        "GetObjectVersion",
        "DeleteObjectVersion",
        "PutObjectAcl",
    ];
    actions.sort_by_key(|action| {
        FIRST
            .iter()
            .position(|name| *name == action.name())
            .unwrap_or(FIRST.len())
    });
    actions
}

fn reversed_header(_: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.denies() || !at.covers("s3:PutObject") {
        return Vec::new();
    }
    let tests: Vec<Test<'_>> = at.tests_of(HEADER).collect();
    let Some(null) = tests.iter().find(|test| test.null() == Some(false)) else {
        return Vec::new();
    };
    let others: Vec<&Test<'_>> = tests.iter().filter(|test| test.null().is_none()).collect();
    let spares_kms = others.iter().any(|test| {
        let is_negated = test.is_negated() && test.operator.operator != Operator::Null;
        is_negated
            && test
                .values
                .iter()
                .any(|value| value.contains("kms") || value == "*")
    });
    let only_hits_others = others.iter().any(|test| !test.is_negated());
    if spares_kms || only_hits_others {
        return Vec::new();
    }
    let reason = "This refuses uploads that ask for KMS encryption by header, and lets those without a header pass.";
    let mend = format!(
        "Write `\"Null\": {{\"{HEADER}\": \"true\"}}` to demand the header, or `StringNotEquals` with `aws:kms` beside this test to refuse other encryption."
    );
    vec![at.error(reason, mend).at(at.path_of(null))]
}
