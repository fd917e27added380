//! How a promise that is not kept reads: what would happen, to whose request, and what to change.

use cloister_framework::{Diagnostic, Path};
use cloister_policy::prove::Proof;

use super::promise::{Broken, Promise};
use crate::claims::preformatted;

/// The error for a promise that the policies do not keep.
pub(crate) fn diagnostic(broken: &Broken) -> Diagnostic {
    let Some(Fault {
        attribute,
        summary,
        story,
        advice,
    }) = fault(broken.promise)
    else {
        return provider_bug(broken);
    };
    let diagnostic = match &broken.proof {
        Proof::Refuted(found) => Diagnostic::error(summary)
            .found(format!("With `{attribute}` as given, {story}:"))
            .found(preformatted(found))
            .action(advice),
        Proof::Undecided(why) => Diagnostic::error("Policy cannot be proven")
            .found(format!(
                "Whether `{attribute}` leaves the trail's bucket and key to those it names cannot be proven: {why}."
            ))
            .action(format!("Name fewer principals in `{attribute}`, or simpler patterns.")),
        Proof::Proven { .. } => return provider_bug(broken),
    };
    diagnostic.at(Path::attribute(attribute))
}

/// What the user can mend.
struct Fault {
    attribute: &'static str,
    summary: &'static str,
    story: &'static str,
    advice: &'static str,
}

const OWN_ARNS: &str = "Name roles and users by their own ARNs, such as `arn:aws:iam::ACCOUNT:role/NAME`: a session's \
                        ARN is not what `aws:PrincipalArn` holds.";
const ONE_ACCOUNT: &str = "Name the account of each principal, without wildcards in it.";

/// `None` where no setting of the user's can mend it.
fn fault(promise: Promise) -> Option<Fault> {
    let (attribute, summary, story, advice) = match promise {
        Promise::Management | Promise::KeyManagement => (
            "administrators",
            "Administrators would lose the trail",
            "an administrator could not manage the trail's bucket and key. This request would be refused",
            OWN_ARNS,
        ),
        Promise::NobodyElse => (
            "administrators",
            "Trail would be open to others",
            "others than the administrators could manage the trail's bucket and key, or delete log files. This request \
             would not be denied",
            ONE_ACCOUNT,
        ),
        Promise::Reading => (
            "readers",
            "Readers would be locked out",
            "a reader could not read log files. This request would be refused",
            OWN_ARNS,
        ),
        Promise::Confidence => (
            "readers",
            "Log files would be open to others",
            "others than administrators and readers could read log files. This request would not be denied",
            ONE_ACCOUNT,
        ),
        Promise::Authorship | Promise::Transport => return None,
    };
    Some(Fault {
        attribute,
        summary,
        story,
        advice,
    })
}

fn provider_bug(broken: &Broken) -> Diagnostic {
    let found = match &broken.proof {
        Proof::Refuted(found) => format!(", as this request shows:\n\n{}", preformatted(found)),
        Proof::Undecided(why) => format!(" as far as can be proven: {why}."),
        Proof::Proven { .. } => ", it was reported, and it does.".to_owned(),
    };
    Diagnostic::provider_bug(format!(
        "The policies of the trail do not keep the promise `{:?}`{found}",
        broken.promise
    ))
}
