//! Failures of the engine as diagnostics: what was asked, what is now true, what to do, and which attribute to edit.

use cloister_composite::{
    Applied, Blocked, Destroyed, ErrorClass, Failure, Identity, PartError, PartKey, PartState,
    PartsState, SettingError,
};
use cloister_framework::{Diagnostic, Diagnostics, Path};

/// What a run was about to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verb {
    /// A create whose failure taints.
    Create,
    /// A create that the next apply resumes.
    Resume,
    /// An update.
    Update,
    /// A delete.
    Delete,
}

/// A session that could not be had.
pub(crate) fn session_diagnostic(error: &PartError) -> Diagnostic {
    let summary = match error.class {
        ErrorClass::Credentials => "AWS credentials cannot be used",
        ErrorClass::Denied => "AWS account cannot be entered",
        ErrorClass::Refused => "Setting cannot be used",
        _ => "AWS cannot be reached",
    };
    let action = match error.class {
        ErrorClass::Credentials => {
            "Provide credentials of the right account: in the provider block, in the environment (AWS_PROFILE, \
             AWS_ACCESS_KEY_ID, ...), or through a role of the machine."
        }
        ErrorClass::Denied => {
            "Have the role trust the principal that runs Terraform, with the external id it sends."
        }
        ErrorClass::Refused if error.setting.as_deref() == Some("account") => {
            "Name another account, or change the provider's lists of accounts."
        }
        _ => "Correct the setting, or the way to AWS, and run this again.",
    };
    let diagnostic = Diagnostic::error(summary)
        .found(sentence(error.to_string()))
        .action(action);
    match &error.setting {
        Some(setting) => diagnostic.at(path(setting)),
        None => diagnostic,
    }
}

/// A run that needs an account or region that is not known.
pub(super) fn unknown_place() -> Diagnostic {
    Diagnostic::error("Account or region is not known yet")
        .found("The provider block or `account` holds a value that is only known after another resource was applied.")
        .action("Apply that resource first (`terraform apply -target`), or write the value itself.")
}

/// Settings that a blueprint could not lay out.
pub(super) fn blueprint_bug(error: &SettingError) -> Diagnostic {
    Diagnostic::provider_bug(format!("The blueprint cannot be laid out: {error}."))
}

/// A run that did not start.
pub(super) fn blocked_diagnostic(
    blocked: &Blocked,
    identity: &Identity,
    caller: &str,
) -> Diagnostic {
    let nothing = "Nothing was changed.";
    let kind = &identity.composite;
    match blocked {
        Blocked::Complete { import_id, owner } => Diagnostic::error("Composite exists already")
            .found(format!(
                "A complete `{kind}` named `{}` stands in account `{}`, region `{}`; its owner is `{owner}`.",
                identity.name, identity.account, identity.region
            ))
            .now(nothing)
            .action(format!(
                "Choose another `name`, or bring it into this state:\n\n  terraform import ADDRESS {import_id}\n\nwith ADDRESS as shown after `with` above."
            ))
            .at(Path::attribute("name")),
        Blocked::AnchorLost { part, id, import_id } => Diagnostic::error("Composite stands without its anchor")
            .found(format!(
                "Part `{part}` (`{id}`) carries the tags of this composite, but its anchor `{}` is gone. Another state may hold it.",
                identity.anchor_name()
            ))
            .now(nothing)
            .action(format!(
                "Choose another `name`, or bring it into this state:\n\n  terraform import ADDRESS {import_id}\n\nwith ADDRESS as shown after `with` above. An apply with the state that holds it makes the anchor again; where no state does, `cloister orphans` lists what is left of it, and deletes it if asked to."
            ))
            .at(Path::attribute("name")),
        Blocked::Held { name, until } => Diagnostic::error("Another run works on this composite")
            .found(format!("The anchor `{name}` is held by a run that was alive a moment ago; its lease ends at {until}."))
            .now(nothing)
            .action("Wait until that run has ended, then run this again."),
        Blocked::OtherOwner { name, owner } => Diagnostic::error("Composite belongs to another owner")
            .found(format!("The anchor `{name}` is of an unfinished composite whose owner is `{owner}`."))
            .now(nothing)
            .action("Choose another `name`, or set the provider's `owner` to that owner if it is yours."),
        Blocked::Unreadable { name, why } => Diagnostic::error("Anchor cannot be read")
            .found(format!("The SSM parameter `{name}` is not as cloister writes it: {why}."))
            .now(nothing)
            .action("Use the version of cloister that wrote it, or restore the parameter from its history."),
        Blocked::Call(error) => part_diagnostic(error, caller).now(nothing),
    }
}

/// One failed call, by itself.
pub(super) fn part_diagnostic(error: &PartError, caller: &str) -> Diagnostic {
    if error.class == ErrorClass::Bug {
        return Diagnostic::provider_bug(sentence(error.to_string()));
    }
    if error.class == ErrorClass::Credentials {
        return session_diagnostic(error);
    }
    Diagnostic::error(summary(error.class, Verb::Update))
        .found(sentence(error.to_string()))
        .action(advice(error, caller, Verb::Update))
}

/// What an apply reached, one diagnostic per cause.
pub(super) fn failure_diagnostics(verb: Verb, applied: &Applied, caller: &str) -> Diagnostics {
    let now = inventory(&applied.parts);
    let mut diagnostics: Diagnostics = applied
        .failures
        .iter()
        .map(|failure| failure_diagnostic(failure, &now, caller, verb))
        .collect();
    if applied.failures.is_empty() && !applied.not_started.is_empty() {
        let names = applied
            .not_started
            .iter()
            .map(|key| format!("`{key}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let stopped = severity(verb, "Run was stopped")
            .found(format!(
                "The run was told to stop before it started on {names}."
            ))
            .now(now)
            .action(resuming(verb).unwrap_or("Apply again."));
        diagnostics.push(stopped);
    }
    diagnostics
}

/// What a delete left, one diagnostic per cause.
pub(super) fn destroy_diagnostics(destroyed: &Destroyed, caller: &str) -> Diagnostics {
    let now = inventory(&destroyed.remaining);
    let mut diagnostics: Diagnostics = destroyed
        .failures
        .iter()
        .map(|failure| failure_diagnostic(failure, &now, caller, Verb::Delete))
        .collect();
    if diagnostics.is_empty() && !destroyed.remaining.is_empty() {
        let left = Diagnostic::error("Run was stopped")
            .found("The run was told to stop before everything was deleted.")
            .now(now)
            .action("Run the destroy again: it goes on where it stopped.");
        diagnostics.push(left);
    }
    diagnostics
}

fn failure_diagnostic(failure: &Failure, now: &str, caller: &str, verb: Verb) -> Diagnostic {
    let error = &failure.error;
    if error.class == ErrorClass::Bug {
        return Diagnostic::provider_bug(sentence(error.to_string()));
    }
    let part = failure
        .part
        .as_ref()
        .map_or_else(|| "the anchor".to_owned(), |key| format!("part `{key}`"));
    let mut action = advice(error, caller, verb);
    if let Some(after) = after(verb, error.class) {
        action = format!("{action}\n\n{after}");
    }
    let diagnostic = severity(verb, summary(error.class, verb))
        .found(sentence(format!("For {part}: {error}")))
        .now(now)
        .action(action);
    match &failure.origin {
        Some(origin) => diagnostic.at(path(origin)),
        None => diagnostic,
    }
}

fn severity(verb: Verb, summary: &str) -> Diagnostic {
    match verb {
        Verb::Resume => Diagnostic::warning(summary),
        Verb::Create | Verb::Update | Verb::Delete => Diagnostic::error(summary),
    }
}

/// The same title for the same cause.
fn summary(class: ErrorClass, verb: Verb) -> &'static str {
    match class {
        ErrorClass::Denied => "Permission is missing",
        ErrorClass::AlreadyExists => "Name is taken",
        ErrorClass::Throttled => "AWS throttles the account",
        ErrorClass::Busy => "Something is in the way",
        ErrorClass::Propagation => "A role or key is not seen yet",
        ErrorClass::Uncertain => "AWS did not answer",
        ErrorClass::NotFound => "Object is gone",
        ErrorClass::Credentials => "AWS credentials cannot be used",
        ErrorClass::Exhausted => "Quota is exceeded",
        ErrorClass::Failed => "AWS could not finish an object",
        ErrorClass::Refused | ErrorClass::Bug if verb == Verb::Delete => "Object cannot be deleted",
        ErrorClass::Refused | ErrorClass::Bug => "AWS refused a setting",
    }
}

fn advice(error: &PartError, caller: &str, verb: Verb) -> String {
    let again = match verb {
        Verb::Delete => "run the destroy again",
        Verb::Create | Verb::Resume | Verb::Update => "apply again",
    };
    match error.class {
        ErrorClass::Denied => format!(
            "Grant `{}` on `{}` to the principal that runs Terraform (`{caller}`), then {again}.",
            error.operation, error.subject
        ),
        ErrorClass::AlreadyExists => "Choose another name, or remove what has this one.".to_owned(),
        ErrorClass::Throttled => {
            format!("Wait a minute, or run with a smaller `-parallelism`, then {again}.")
        }
        ErrorClass::Credentials => format!("Renew the credentials, then {again}."),
        ErrorClass::Refused if verb == Verb::Delete => {
            format!("Remove what stands in the way, then {again}.")
        }
        ErrorClass::Refused => format!("Correct the setting, then {again}."),
        ErrorClass::Exhausted => {
            format!(
                "Raise the quota in Service Quotas, or remove what is not needed, then {again}."
            )
        }
        ErrorClass::Failed => {
            format!("Mend what the reason names, unless the fault is AWS's own, then {again}.")
        }
        ErrorClass::Busy if verb == Verb::Delete => {
            format!("Remove what is in the way, then {again}: it goes on where it stopped.")
        }
        ErrorClass::Busy
        | ErrorClass::Propagation
        | ErrorClass::Uncertain
        | ErrorClass::NotFound
        | ErrorClass::Bug => {
            let mut sentence = again.to_owned();
            sentence[..1].make_ascii_uppercase();
            format!("{sentence}: it goes on where it stopped.")
        }
    }
}

/// What else to know after a failure of this class.
fn after(verb: Verb, class: ErrorClass) -> Option<&'static str> {
    match class {
        // Another name is another composite: keeping what was made would help nobody.
        ErrorClass::AlreadyExists if verb == Verb::Create => {
            Some("The next apply deletes what was made here, and starts anew.")
        }
        _ => resuming(verb),
    }
}

/// How to go on without rebuilding.
fn resuming(verb: Verb) -> Option<&'static str> {
    match verb {
        Verb::Create => Some(
            "Terraform has marked the resource as tainted, and would rebuild all of it. To keep what was made, run \
             this first, with ADDRESS as shown after `with` above:\n\n  terraform untaint ADDRESS",
        ),
        Verb::Resume | Verb::Update | Verb::Delete => None,
    }
}

/// The text with the full stop that AWS's own words often bring along.
fn sentence(mut text: String) -> String {
    if !text.ends_with('.') {
        text.push('.');
    }
    text
}

/// More parts than these are counted: nobody reads forty names.
const MOST_NAMES: usize = 10;

/// What is now true in the account.
fn inventory(parts: &PartsState) -> String {
    let (made, missing): (Vec<_>, Vec<_>) = parts.iter().partition(|(_, part)| part.id.is_some());
    let names = |parts: &[(&PartKey, &PartState)]| {
        let names = parts.iter().take(MOST_NAMES);
        let names: Vec<String> = names.map(|(key, _)| format!("`{key}`")).collect();
        let listed = names.join(", ");
        match parts.len().saturating_sub(MOST_NAMES) {
            0 => listed,
            more => format!("{listed}, and {more} more"),
        }
    };
    let exist = match made.len() {
        0 => return "None of the parts exists.".to_owned(),
        1..=MOST_NAMES => format!("Parts that exist, and are in the state: {}.", names(&made)),
        count if missing.is_empty() => format!("{count} parts exist, and are in the state."),
        count => format!(
            "{count} of {} parts exist, and are in the state.",
            parts.len()
        ),
    };
    if missing.is_empty() {
        return exist;
    }
    format!("{exist} Not made: {}.", names(&missing))
}

/// The path that a blueprint wrote as `profiles["ana"].persona`.
fn path(origin: &str) -> Path {
    let mut path = Path::root();
    let mut rest = origin;
    while !rest.is_empty() {
        let key = rest
            .strip_prefix("[\"")
            .and_then(|inside| inside.split_once("\"]"));
        if let Some((key, after)) = key {
            path = path.key(key);
            rest = after;
            continue;
        }
        rest = rest.trim_start_matches('.');
        let end = rest.find(['.', '[']).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        path = path.then(name);
        rest = after;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_name_attributes_and_keys() {
        let cases = [
            ("name", Path::attribute("name")),
            (
                "own_key.rotation_period_days",
                Path::attribute("own_key").then("rotation_period_days"),
            ),
            (
                r#"profiles["ana.b"].spaces["x"].volume_gb"#,
                Path::attribute("profiles")
                    .key("ana.b")
                    .then("spaces")
                    .key("x")
                    .then("volume_gb"),
            ),
        ];
        for (origin, expected) in cases {
            assert_eq!(path(origin), expected, "{origin}");
        }
    }
}
