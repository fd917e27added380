//! What a domain's policies promise, proven before anything is made.

use cloister_framework::{Diagnostic, Path};
use cloister_policy::{
    Document,
    access::{Attached, Policies},
    prove::{Claim, Counterexample, Proof, prove},
};

use super::{
    claims::{ADDITION, GUARDRAILS, OWN, claims, key_claims, simplified},
    policies::{guardrails::Guardrails, keys::KeyPolicy},
};

/// One thing that a domain promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Promise {
    /// No persona computes outside the domain's subnets and groups, or changes the network.
    Network,
    /// No volume of a job is under another key.
    VolumeKey,
    /// No result of a job is under another key.
    OutputKey,
    /// Traffic between the containers of a job is encrypted.
    Traffic,
    /// Containers reach no network.
    Isolation,
    /// Only the listed instances run.
    Instances,
    /// Nobody gets into apps and containers from outside.
    Remote,
    /// No persona changes the domain, its profiles, or makes notebook instances.
    Administration,
    /// No persona passes another role than those that are named for it.
    OtherRoles,
    /// No persona changes what anybody may do.
    OwnRights,
    /// What a team makes has its tag, and nothing of another team's is changed.
    Teams,
    /// Nobody signs in from elsewhere.
    SignIn,
    /// `JumpStart` is out of reach.
    JumpStart,
    /// Administrators manage the keys.
    KeyManagement,
    /// Nobody else does.
    KeyOfOthers,
    /// No key is handed on to anybody but services.
    Grants,
}

/// Somebody with the policies of a persona.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acting {
    pub role_arn: String,
    /// The ARNs of the roles that it may pass.
    pub passes: Vec<String>,
    /// The team whose tag it gives; `None` tells no teams apart.
    pub team: Option<String>,
    pub policy: Document,
    pub guardrails: Document,
    /// What the user adds.
    pub additional: Option<Document>,
}

/// A promise that the policies do not keep, or that cannot be proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    pub promise: Promise,
    pub proof: Proof,
    /// It would be kept but for what the user adds.
    pub by_addition: bool,
}

impl Acting {
    pub(crate) fn policies(&self) -> Policies {
        let additional = self.additional.iter();
        let additional = additional.map(|document| Attached::new(ADDITION, document.clone()));
        let own = [
            Attached::new(OWN, self.policy.clone()),
            Attached::new(GUARDRAILS, self.guardrails.clone()),
        ];
        Policies {
            identity: own.into_iter().chain(additional).collect(),
            ..Policies::default()
        }
    }
}

/// The promises that a persona's policies do not keep, each once. Every name in them has to be known: for what is yet
/// to be made, take any that nothing else has.
pub fn broken_promises(acting: &Acting, guardrails: &Guardrails) -> Vec<Broken> {
    let mut broken = refuted(claims(acting, guardrails));
    if acting.additional.is_some() && !broken.is_empty() {
        let alone = Acting {
            additional: None,
            ..acting.clone()
        };
        let of_own = refuted(claims(&alone, guardrails));
        for it in &mut broken {
            it.by_addition = of_own.iter().all(|own| own.promise != it.promise);
        }
    }
    broken
}

/// The promises that a key's policy does not keep, each once.
pub fn broken_key_promises(key: &KeyPolicy) -> Vec<Broken> {
    refuted(key_claims(key))
}

fn refuted(claims: Vec<(Promise, Claim)>) -> Vec<Broken> {
    let mut broken: Vec<Broken> = Vec::new();
    for (promise, claim) in claims {
        let is_known = broken.iter().any(|it| it.promise == promise);
        if is_known || prove(&simplified(&claim)).is_proven() {
            continue;
        }
        let proof = prove(&claim);
        if !proof.is_proven() {
            broken.push(Broken {
                promise,
                proof,
                by_addition: false,
            });
        }
    }
    broken
}

impl Broken {
    /// The error, at what the user can mend: the policy that is added to this persona.
    pub fn of_persona(&self, name: &str) -> Diagnostic {
        const ATTRIBUTE: &str = "additional_policy";
        if !self.by_addition {
            return self.provider_bug();
        }
        let diagnostic = match &self.proof {
            Proof::Refuted(found) => Diagnostic::error("Persona could break a guardrail")
                .found(format!(
                    "With the `{ATTRIBUTE}` of `{name}`, {}. This request would be allowed:",
                    self.promise.broken()
                ))
                .found(preformatted(found))
                .action(advice(found, ATTRIBUTE)),
            Proof::Undecided(_) | Proof::Proven { .. } => {
                Diagnostic::error("Policy cannot be proven")
                    .found(format!(
                        "Whether, with the `{ATTRIBUTE}` of `{name}`, {}, cannot be proven: {}.",
                        self.promise.broken(),
                        self.reason()
                    ))
                    .action(format!(
                        "Say the same in `{ATTRIBUTE}` with fewer conditions, or with simpler ones."
                    ))
            }
        };
        diagnostic.at(Path::attribute("personas").key(name).then(ATTRIBUTE))
    }

    /// The error for a key that its administrators would lose, or share.
    pub fn of_key(&self) -> Diagnostic {
        let Proof::Refuted(found) = &self.proof else {
            return self.provider_bug();
        };
        if self.promise == Promise::Grants {
            return self.provider_bug();
        }
        Diagnostic::error("Administrators would lose the keys")
            .found(format!(
                "With `administrators` as given, {}. This request shows it:",
                self.promise.broken()
            ))
            .found(preformatted(found))
            .action(
                "Name roles and users in `administrators` by their own ARNs, such as `arn:aws:iam::ACCOUNT:role/NAME`: \
                 a session's ARN is not what `aws:PrincipalArn` holds.",
            )
            .at(Path::attribute("administrators"))
    }

    /// No setting of the user's can mend it.
    fn provider_bug(&self) -> Diagnostic {
        Diagnostic::provider_bug(format!(
            "With the policies of the domain, {}: {}",
            self.promise.broken(),
            self.reason()
        ))
    }

    fn reason(&self) -> String {
        match &self.proof {
            Proof::Refuted(found) => format!("\n\n{}", preformatted(found)),
            Proof::Undecided(why) => why.to_string(),
            Proof::Proven { .. } => "it was reported, and it is not so".to_owned(),
        }
    }
}

impl Promise {
    /// What can be done where it is not kept, as the end of a sentence.
    fn broken(self) -> &'static str {
        match self {
            Self::Network => {
                "what computes could be outside the domain's subnets and security groups, or its network changed"
            }
            Self::VolumeKey => "a job could have volumes under another key",
            Self::OutputKey => "a job could write results under another key",
            Self::Traffic => "containers of a job could talk to each other in plain text",
            Self::Isolation => "containers could reach the network",
            Self::Instances => "instances could run that are not among `instance_types`",
            Self::Remote => "apps or containers could be entered from outside the sign-in",
            Self::Administration => {
                "the domain or its profiles could be changed, or notebook instances be used"
            }
            Self::OtherRoles => "a role could be passed that is not the persona's",
            Self::OwnRights => "permissions could be changed",
            Self::Teams => {
                "something could be made without the team's tag, or another team's be changed"
            }
            Self::SignIn => "people could sign in from elsewhere",
            Self::JumpStart => "JumpStart could be used",
            Self::KeyManagement => "an administrator could not manage a key of the domain",
            Self::KeyOfOthers => "others than the administrators could manage a key of the domain",
            Self::Grants => "use of a key could be granted to others than services",
        }
    }
}

fn advice(found: &Counterexample, attribute: &str) -> String {
    let added = found.by.as_ref().filter(|by| by.document == ADDITION);
    let statement = added.map(|by| match by.sid.as_deref().filter(|sid| !sid.is_empty()) {
        Some(sid) => format!("statement `{sid}`"),
        None => format!("statement {}", by.statement + 1),
    });
    let statement = statement.unwrap_or_else(|| "the statements".to_owned());
    format!("Narrow {statement} of `{attribute}`, or remove it.")
}

/// Lines that start with a space are left as they are.
fn preformatted(found: &Counterexample) -> String {
    let text = found.to_string();
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    lines.join("\n")
}
