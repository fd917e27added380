//! The roles that users and jobs work as.

use std::collections::BTreeMap;

use cloister_aws::{
    IamPolicy, IamPolicyDesired, IamRole, IamRoleDesired, IamRolePolicies, IamRolePoliciesDesired,
    IamRolePoliciesDisposal,
};
use cloister_composite::{Builder, Input, Tags, unknown_mark};
use cloister_framework::Attr;
use cloister_policy::{Document, Statement};
use serde_json::Value;

use super::{Draft, Wires, arn, mark, named, wire};
use crate::{
    studio_domain::{
        policies::{
            Choice, Home,
            guardrails::Guardrails,
            personas::{Persona, Role, TEAM_TAG},
            sign_in::SignIn,
            trust,
        },
        promises::Acting,
        shape::{Base, DEFAULT_PERSONA, PersonaShape, flag, input},
    },
    symbols::{Names, known_names, names, text},
};

/// IAM's limit: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>.
const LONGEST_NAME: usize = 64;
const USUAL_PREFIX: &str = "cloister-";

/// The roles' ARNs by persona, as wires.
pub(super) type Roles = BTreeMap<String, Input<String>>;

/// The key of a persona's role; its policies stand below it.
pub(super) fn part_key(persona: &str) -> String {
    named("roles", persona)
}

pub(super) fn lay_out(parts: &mut Builder, draft: &Draft<'_>, wires: &Wires<'_>) -> Roles {
    let mut made = Roles::new();
    let guardrails = guardrails_policy(parts, draft, wires);
    for (name, persona) in &draft.shape.personas {
        let key = part_key(name);
        let desired = IamRoleDesired {
            description: Some(format!(
                "Persona {name} of Studio domain {}",
                draft.shape.name
            )),
            max_session_seconds: session_seconds(persona),
            tags: team_tag(persona),
            ..role(
                draft,
                &key,
                name,
                trust::sagemaker(&Home::of(draft.site)).to_value(),
            )
        };
        let origin = format!("personas[\"{name}\"]");
        let part = parts
            .part::<IamRole>(&key, &desired)
            .from(
                "",
                if persona.config.is_some() {
                    &origin
                } else {
                    "name"
                },
            )
            .from("boundary_arn", "iam.permissions_boundary_arn")
            .from("path", "iam.path")
            .from("tags", &format!("{origin}.team"));
        made.insert(name.clone(), wire(&part.output(&IamRole::ARN)));
        let role = wire(&part.output(&IamRole::NAME));
        let _ = parts
            .part::<IamRolePolicies>(
                &format!("{key}/policies"),
                &IamRolePoliciesDesired {
                    role,
                    inline: policies(draft, wires, name, persona),
                    attached: vec![guardrails.clone()],
                },
            )
            .disposal(&IamRolePoliciesDisposal {
                freeze: Some(freeze().to_value()),
            })
            .from(
                "",
                if persona.config.is_some() {
                    &origin
                } else {
                    "name"
                },
            )
            .from("inline/additional", &format!("{origin}.additional_policy"));
    }
    parts.expose("role_arns", &persona_arns(draft));
    made
}

/// One policy for all personas: beside their own, IAM's limit for inline ones would leave the user no room.
fn guardrails_policy(parts: &mut Builder, draft: &Draft<'_>, wires: &Wires<'_>) -> Input<String> {
    const KEY: &str = "policies/guardrails";
    let desired = IamPolicyDesired {
        name: role_name(draft, KEY, "guardrails"),
        path: iam_path(draft),
        description: Some(format!(
            "What nobody may do in Studio domain {}",
            draft.shape.name
        )),
        policy: guardrails(draft, wires).document().to_value(),
        tags: Tags::new(),
    };
    let policy = parts
        .part::<IamPolicy>(KEY, &desired)
        .from("", "guardrails")
        .from("path", "iam.path");
    wire(&policy.output(&IamPolicy::ARN))
}

fn iam_path(draft: &Draft<'_>) -> Option<String> {
    text(&draft.shape.config.iam.known()?.path)
}

/// A role of the domain, without what is its own.
pub(super) fn role(draft: &Draft<'_>, key: &str, name: &str, trust: Value) -> IamRoleDesired {
    let iam = draft.shape.config.iam.known().cloned().unwrap_or_default();
    IamRoleDesired {
        name: role_name(draft, key, name),
        path: iam_path(draft),
        trust,
        boundary_arn: match &iam.permissions_boundary_arn {
            Attr::Null => None,
            given => Some(arn(&input(given))),
        },
        description: None,
        max_session_seconds: None,
        tags: Tags::new(),
    }
}

fn role_name(draft: &Draft<'_>, key: &str, name: &str) -> String {
    let prefix = match draft.shape.config.iam.known().map(|iam| &iam.name_prefix) {
        Some(Attr::Known(prefix)) => prefix.clone(),
        Some(Attr::Unknown) => unknown_mark(),
        Some(Attr::Null) | None => USUAL_PREFIX.to_owned(),
    };
    let key = cloister_composite::PartKey::parse(key).expect("a blueprint's keys are part keys");
    let longest = LONGEST_NAME - SUFFIX;
    let readable: String = format!("{prefix}{}-{name}", draft.shape.name)
        .chars()
        .take(longest)
        .collect();
    cloister_composite::derived_name(readable.trim_end_matches('-'), &draft.identity, &key)
}

/// A hyphen and ten characters.
const SUFFIX: usize = 11;

/// The ARNs of all personas' roles: they follow from their names, so that policies can hold them before they exist.
pub(super) fn persona_arns(draft: &Draft<'_>) -> BTreeMap<String, String> {
    let arn = |name: &String| {
        let role_name = role_name(draft, &part_key(name), name);
        (name.clone(), role_arn(draft, &role_name))
    };
    draft.shape.personas.keys().map(arn).collect()
}

fn role_arn(draft: &Draft<'_>, role_name: &str) -> String {
    let iam = draft.shape.config.iam.known();
    let path = iam
        .and_then(|iam| text(&iam.path))
        .unwrap_or_else(|| "/".to_owned());
    format!(
        "arn:{}:iam::{}:role{path}{role_name}",
        draft.site.partition, draft.site.account
    )
}

fn team_tag(persona: &PersonaShape<'_>) -> Tags {
    let team = persona.config.and_then(|config| text(&config.team));
    team.map(|team| (TEAM_TAG.to_owned(), team))
        .into_iter()
        .collect()
}

fn session_seconds(persona: &PersonaShape<'_>) -> Option<i32> {
    let seconds = persona.config?.max_session_seconds.into_known()?;
    i32::try_from(seconds).ok()
}

fn policies(
    draft: &Draft<'_>,
    wires: &Wires<'_>,
    name: &str,
    persona: &PersonaShape<'_>,
) -> BTreeMap<String, Value> {
    let persona_policy = persona_policy(draft, wires, name, persona);
    let mut inline = BTreeMap::from([("persona".to_owned(), persona_policy.document().to_value())]);
    match persona.config.map(|config| &config.additional_policy) {
        Some(Attr::Known(policy)) => {
            if let Ok(document) = Document::parse(policy) {
                inline.insert("additional".to_owned(), document.to_value());
            }
        }
        Some(Attr::Unknown) => {
            inline.insert("additional".to_owned(), Value::String(unknown_mark()));
        }
        Some(Attr::Null) | None => {}
    }
    inline
}

/// The personas as they will act; `None` while something in their policies is unknown.
pub(super) fn acting(draft: &Draft<'_>, wires: &Wires<'_>) -> Option<Vec<(String, Acting)>> {
    let config = draft.shape.config;
    let sets = [
        &config.data_buckets,
        &config.security_group_ids,
        &config.administrators,
    ];
    let are_known = sets.into_iter().all(|set| known_names(set).is_some());
    if !are_known {
        return None;
    }
    let guardrails = guardrails(draft, wires).document();
    let mut arns = persona_arns(draft);
    let personas = draft.shape.personas.iter().map(|(name, persona)| {
        let policy = persona_policy(draft, wires, name, persona);
        let additional = match persona.config.map(|config| &config.additional_policy) {
            Some(Attr::Unknown) => return None,
            Some(Attr::Known(text)) => Some(Document::parse(text).ok()?),
            Some(Attr::Null) | None => None,
        };
        let acting = Acting {
            role_arn: arns.remove(name)?,
            passes: policy.passes.clone(),
            team: policy.team.clone(),
            policy: policy.document(),
            guardrails: guardrails.clone(),
            additional,
        };
        Some((name.clone(), acting))
    });
    personas.collect()
}

pub(super) fn persona_policy(
    draft: &Draft<'_>,
    wires: &Wires<'_>,
    name: &str,
    persona: &PersonaShape<'_>,
) -> Persona {
    let home = Home::of(draft.site);
    let own = persona_arns(draft).remove(name);
    let buckets = names(&draft.shape.config.data_buckets);
    Persona {
        role: match persona.base {
            Base::ReadOnly => Role::Default,
            Base::DataScientist => Role::DataScientist,
            Base::Mlops => Role::MlOps,
        },
        passes: own.into_iter().collect(),
        team: text(&persona.team),
        vpc: mark(&wires.network.vpc_id),
        buckets: buckets.iter().map(|bucket| home.s3(bucket)).collect(),
        keys: Vec::new(),
        repositories: Vec::new(),
        parameters: None,
        home,
    }
}

fn security_groups(draft: &Draft<'_>, wires: &Wires<'_>) -> Vec<String> {
    let mut groups = vec![mark(&wires.groups.studio)];
    groups.extend(names(&draft.shape.config.security_group_ids));
    groups
}

pub(super) fn guardrails(draft: &Draft<'_>, wires: &Wires<'_>) -> Guardrails {
    let config = draft.shape.config;
    let given = config.guardrails.known().cloned().unwrap_or_default();
    let sign_in = config.sign_in.known().cloned().unwrap_or_default();
    let list = |set: &Names| names(set);
    let choice = |allowed: bool| {
        if allowed {
            Choice::Allowed
        } else {
            Choice::Denied
        }
    };
    Guardrails {
        home: Home::of(draft.site),
        subnets: wires.network.studio_subnets.iter().map(mark).collect(),
        security_groups: security_groups(draft, wires),
        volume_key: Some(mark(&wires.keys.volumes)),
        output_key: Some(mark(&wires.keys.data)),
        network_access: choice(!flag(given.network_isolation, false).unwrap_or(false)),
        instance_types: list(&given.instance_types),
        jump_start: choice(flag(draft.shape.studio().jump_start, false).unwrap_or(false)),
        sign_in: SignIn {
            endpoints: list(&sign_in.vpc_endpoint_ids),
            vpcs: list(&sign_in.vpc_ids),
            cidrs: list(&sign_in.source_cidrs),
        },
    }
}

/// What keeps users from starting anything while the domain goes: else apps come back as fast as they are deleted.
fn freeze() -> Document {
    Document::of([Statement::deny("CloisterFreeze")
        .actions([
            "sagemaker:CreateApp",
            "sagemaker:CreatePresignedDomainUrl",
            "sagemaker:CreateSpace",
            "sagemaker:CreateUserProfile",
        ])
        .resource("*")])
}

/// The wire to the domain's own role.
pub(super) fn default_role(roles: &Roles) -> Input<String> {
    roles
        .get(DEFAULT_PERSONA)
        .cloned()
        .unwrap_or(Input::Unknown)
}
