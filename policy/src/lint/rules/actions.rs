//! The names of actions, and what their wildcards mean.

use crate::actions::{AccessLevel, Action, Service};
use crate::lint::Finding;
use crate::lint::rule::{Check, Rule};
use crate::lint::scene::{At, Scene, listed};

const ACTIONS: &str = "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html";

pub(in crate::lint) const L10: Rule = Rule {
    id: "L10",
    title: "Action that does not exist",
    wrong: "AWS stores a policy with a misspelt action, and the action that was meant is neither allowed nor denied.",
    source: ACTIONS,
    check: Check::Statement(unknown),
};

pub(in crate::lint) const L11: Rule = Rule {
    id: "L11",
    title: "Wildcard action wider than its title",
    wrong: "A wildcard before a noun, such as `*App`, means creating and deleting as well as describing.",
    source: "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_understand-policy-summary-access-level-summaries.html",
    check: Check::Statement(wider_than_title),
};

/// Calls of the API that an action of another name permits.
const CALLS: [(&str, &str); 11] = [
    ("s3:CompleteMultipartUpload", "PutObject"),
    ("s3:CopyObject", "PutObject"),
    ("s3:CreateMultipartUpload", "PutObject"),
    ("s3:HeadBucket", "ListBucket"),
    ("s3:HeadObject", "GetObject"),
    ("s3:ListBuckets", "ListAllMyBuckets"),
    ("s3:ListObjectVersions", "ListBucketVersions"),
    ("s3:ListObjects", "ListBucket"),
    ("s3:ListObjectsV2", "ListBucket"),
    ("s3:ListParts", "ListMultipartUploadParts"),
    ("s3:UploadPart", "PutObject"),
];

/// Words by which a Sid or a document's name promises that nothing is changed.
const READING: [&str; 6] = [
    "readonly",
    "readyonly",
    "viewonly",
    "listonly",
    "describeonly",
    "metricsonly",
];

fn unknown(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    let patterns = at.statement.actions.patterns();
    let unknown = patterns
        .iter()
        .filter(|pattern| *pattern != "*" && scene.table.expand(pattern).is_empty());
    unknown
        .map(|pattern| unknown_action(scene, at, pattern))
        .collect()
}

fn unknown_action(scene: &Scene<'_>, at: &At<'_>, pattern: &str) -> Finding {
    let finding = match pattern.split_once(':') {
        None => at.error(
            format!("`{pattern}` is no action."),
            "Write the service before it, as in `s3:GetObject`.",
        ),
        Some((prefix, name)) => match scene.table.service(prefix) {
            None => unknown_service(scene, at, pattern, prefix),
            Some(service) => match meant(service, name) {
                Some(meant) => no_action(at, pattern, &format!("{}:{meant}", service.prefix())),
                None => perhaps_newer(scene, at, pattern, service, name),
            },
        },
    };
    finding.at(at.path("Action"))
}

/// The action that was probably meant by a name that is none.
fn meant(service: &Service, name: &str) -> Option<String> {
    let full = format!("{}:{name}", service.prefix());
    let call = CALLS
        .iter()
        .find(|(call, _)| call.eq_ignore_ascii_case(&full));
    if let Some((_, action)) = call {
        return Some((*action).to_owned());
    }
    if service.actions_like(&format!("{name}*")).next().is_some() {
        return Some(format!("{name}*"));
    }
    let nearest = service.nearest_action(name)?;
    Some(nearest.name().to_owned())
}

/// The name is like none that is known, or only like a longer one.
fn perhaps_newer(
    scene: &Scene<'_>,
    at: &At<'_>,
    pattern: &str,
    service: &Service,
    name: &str,
) -> Finding {
    let finding = newer(scene, at, &format!("action `{pattern}`"));
    let mut actions = service.actions();
    match actions.find(|action| has_inserted(name, action.name())) {
        Some(longer) => Finding {
            mend: format!("Write `{longer}` if that is meant."),
            ..finding.guessed()
        },
        None => finding,
    }
}

/// Whether `longer` is `name` with something in its middle.
fn has_inserted(name: &str, longer: &str) -> bool {
    const SHORTEST: usize = 3;
    let ends = name.len().saturating_sub(SHORTEST);
    let mut splits = (SHORTEST..=ends).filter_map(|split| name.split_at_checked(split));
    splits.any(|(start, end)| longer.starts_with(start) && longer.ends_with(end))
}

fn unknown_service(scene: &Scene<'_>, at: &At<'_>, pattern: &str, prefix: &str) -> Finding {
    let nearest = scene.table.nearest_service(prefix);
    match nearest.filter(|_| !prefix.contains(['*', '?'])) {
        Some(nearest) => no_action(at, pattern, &pattern.replacen(prefix, nearest, 1)),
        None => newer(scene, at, &format!("service `{prefix}`")),
    }
}

fn no_action(at: &At<'_>, pattern: &str, meant: &str) -> Finding {
    let reason = format!(
        "There is no action `{pattern}`, so what was meant is not {} here.",
        effect(at)
    );
    at.error(reason, format!("Write `{meant}`."))
}

fn newer(scene: &Scene<'_>, at: &At<'_>, what: &str) -> Finding {
    let date = scene.table.source().date;
    let reason = format!("AWS's reference, taken on {date}, knows no {what}.");
    at.warning(
        reason,
        "Check its spelling; if it is newer than that, this can be ignored.",
    )
}

fn effect(at: &At<'_>) -> &'static str {
    if at.allows() { "allowed" } else { "denied" }
}

fn wider_than_title(scene: &Scene<'_>, at: &At<'_>) -> Vec<Finding> {
    if !at.allows() {
        return Vec::new();
    }
    let promises = promises_reading(at);
    at.action_patterns()
        .iter()
        .filter(|pattern| pattern.contains(['*', '?']) && !starts_with_reading(pattern))
        .filter_map(|pattern| {
            let meant = scene.table.expand(pattern);
            let changing: Vec<&Action<'_>> = meant
                .iter()
                .filter(|action| !action.level().is_read_only())
                .collect();
            let is_mixed = is_before_noun(pattern) && changing.len() < meant.len();
            let finding = match (changing.is_empty(), promises, is_mixed) {
                (false, true, _) => at.error(
                    wider(pattern, &changing, "although the title says it only reads"),
                    MEND,
                ),
                (false, false, true) => at
                    .warning(wider(pattern, &changing, "beside what only reads"), MEND)
                    .guessed(),
                _ => return None,
            };
            Some(finding.at(at.path("Action")))
        })
        .collect()
}

const MEND: &str = "Write out the actions that are meant.";

fn wider(pattern: &str, changing: &[&Action<'_>], beside: &str) -> String {
    let mut named: Vec<&&Action<'_>> = changing.iter().collect();
    // What changes permissions is worth naming first.
    named.sort_by_key(|action| action.level() != AccessLevel::PermissionsManagement);
    format!("`{pattern}` means {} as well, {beside}.", listed(named))
}

/// Whether the name before the wildcard is a verb that changes nothing, although
/// AWS may classify some such action as writing.
fn starts_with_reading(pattern: &str) -> bool {
    const VERBS: [&str; 7] = [
        "BatchGet", "Describe", "Get", "List", "Lookup", "Search", "View",
    ];
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    VERBS.iter().any(|verb| name.starts_with(verb))
}

/// Whether the wildcard stands for the verb: `sagemaker:*App`.
fn is_before_noun(pattern: &str) -> bool {
    let name = pattern.split_once(':').map_or(pattern, |(_, name)| name);
    name.starts_with('*') && name.len() > 1
}

fn promises_reading(at: &At<'_>) -> bool {
    let sid = at.statement.sid.as_deref().unwrap_or("");
    [sid, at.placed.name.as_str()].iter().any(|title| {
        let letters = title.chars().filter(char::is_ascii_alphanumeric);
        let plain: String = letters.map(|letter| letter.to_ascii_lowercase()).collect();
        READING.iter().any(|word| plain.contains(word))
    })
}
