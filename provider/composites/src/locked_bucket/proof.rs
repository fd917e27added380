//! How a promise that is not kept reads: what would happen, to whose request, and what to change.

use cloister_framework::{Diagnostic, Path};
use cloister_policy::prove::{Counterexample, Culprit, Proof};

use super::{
    addition,
    claims::BUCKET_POLICY,
    lock::Lock,
    promise::{Broken, Promise},
};
use crate::claims::preformatted;

/// The error for a promise that the policies do not keep.
pub(crate) fn diagnostic(broken: &Broken, lock: &Lock) -> Diagnostic {
    let Some(attribute) = blame(broken) else {
        return provider_bug(broken);
    };
    let diagnostic = match &broken.proof {
        Proof::Refuted(found) => Diagnostic::error(summary(broken.promise))
            .found(format!("{}:", story(broken.promise, attribute)))
            .found(preformatted(found))
            .action(advice(broken.promise, attribute, found, lock)),
        Proof::Undecided(why) => Diagnostic::error("Policy cannot be proven")
            .found(format!(
                "Whether `{attribute}` leaves the bucket locked cannot be proven: {why}."
            ))
            .action(format!(
                "Say the same in `{attribute}` with fewer conditions, or with simpler ones."
            )),
        Proof::Proven { .. } => provider_bug(broken),
    };
    diagnostic.at(Path::attribute(attribute))
}

/// No setting of the user's can mend it.
fn provider_bug(broken: &Broken) -> Diagnostic {
    let found = match &broken.proof {
        Proof::Refuted(found) => format!(", as this request shows:\n\n{}", preformatted(found)),
        Proof::Undecided(why) => format!(" as far as can be proven: {why}."),
        Proof::Proven { .. } => ", it was reported, and it does.".to_owned(),
    };
    Diagnostic::provider_bug(format!(
        "The policy that locks the bucket does not keep the promise `{:?}`{found}",
        broken.promise
    ))
}

/// The attribute that can mend it.
fn blame(broken: &Broken) -> Option<&'static str> {
    match broken.promise {
        _ if broken.by_addition => Some(addition::ATTRIBUTE),
        Promise::Strangers | Promise::Services => Some(addition::ATTRIBUTE),
        Promise::Management | Promise::KeyManagement | Promise::NobodyElse => {
            Some("administrators")
        }
        Promise::BreakGlass | Promise::KeyUse => Some("break_glass_principals"),
        Promise::Objects => Some(exception(broken)),
        Promise::Transport | Promise::Encryption => None,
    }
}

/// The exception by which a request from elsewhere gets through.
fn exception(broken: &Broken) -> &'static str {
    let Some(found) = broken.proof.counterexample() else {
        return "vpc_endpoint_ids";
    };
    let has = |key: &str| found.request.context.get(key).is_some();
    if has("aws:SourceArn") {
        "allow_service_delivery"
    } else if has("aws:CalledVia") {
        "via_services"
    } else {
        "break_glass_principals"
    }
}

fn summary(promise: Promise) -> &'static str {
    match promise {
        Promise::Management => "Administrators would lose the bucket",
        Promise::KeyManagement => "Administrators would lose the key",
        Promise::BreakGlass => "Break-glass principals would be locked out",
        Promise::Strangers | Promise::Services => "Statements would open the bucket",
        Promise::NobodyElse
        | Promise::Objects
        | Promise::Transport
        | Promise::Encryption
        | Promise::KeyUse => "Bucket would be open to others",
    }
}

fn story(promise: Promise, attribute: &str) -> String {
    let so_far = format!("With `{attribute}` as given,");
    match promise {
        Promise::Management => format!(
            "{so_far} an administrator could not manage the bucket. This request would be refused"
        ),
        Promise::KeyManagement => format!(
            "{so_far} an administrator could not manage the bucket's key. This request would be refused"
        ),
        Promise::BreakGlass => format!(
            "{so_far} a break-glass principal could not reach objects. This request would be refused"
        ),
        Promise::NobodyElse => format!(
            "{so_far} others than the administrators could manage the bucket. This request would not be denied"
        ),
        Promise::Objects | Promise::Transport | Promise::Encryption | Promise::KeyUse => format!(
            "{so_far} objects could be reached otherwise than through `vpc_endpoint_ids`. This request would not be \
             denied"
        ),
        Promise::Strangers => format!(
            "`{attribute}` allows something to whoever asks, of whatever account. This request would be allowed"
        ),
        Promise::Services => format!(
            "`{attribute}` allows a service what `allow_service_delivery` does not. This request would be allowed"
        ),
    }
}

fn advice(promise: Promise, attribute: &str, found: &Counterexample, lock: &Lock) -> String {
    match (promise, attribute) {
        (_, addition::ATTRIBUTE) => match added_statement(found, lock) {
            Some(statement) => format!("Narrow {statement} of `{attribute}`, or remove it."),
            None => format!("Narrow the statements of `{attribute}`, or remove it."),
        },
        (Promise::Management | Promise::KeyManagement | Promise::BreakGlass, _) => format!(
            "Name roles and users in `{attribute}` by their own ARNs, such as `arn:aws:iam::ACCOUNT:role/NAME`: a \
             session's ARN is not what `aws:PrincipalArn` holds."
        ),
        _ => {
            format!("Name in `{attribute}` the account of each principal, without wildcards in it.")
        }
    }
}

/// The statement of the user's that decided, as the user counts.
fn added_statement(found: &Counterexample, lock: &Lock) -> Option<String> {
    let Culprit {
        document,
        statement,
        sid,
    } = found.by.as_ref()?;
    let added = lock.additional.as_ref()?.statements.len();
    let own = lock.policy().statements.len() - added;
    let index = statement.checked_sub(own)?;
    (document == BUCKET_POLICY).then(|| match sid.as_deref().filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("statement `{sid}`"),
        None => format!("statement {}", index + 1),
    })
}
