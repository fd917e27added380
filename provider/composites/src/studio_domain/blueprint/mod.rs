//! What a Studio domain consists of.

mod domain;
mod egress;
mod endpoints;
mod keys;
mod logs;
mod network;
mod roles;

use cloister_aws::Arn;
use cloister_composite::{
    Blueprint, Builder, Identity, Input, Output, PartKey, SettingError, derived_name, unknown_mark,
};
use serde_json::Value;

use super::{
    config::SecureStudioDomain,
    policies::{Home, guardrails::Guardrails, keys::KeyPolicy},
    promises::Acting,
    recipe,
    shape::Shape,
};
use crate::composite::{Composite, Site};

/// Lays out the parts; `None` while something that decides which there are is unknown.
pub(crate) fn blueprint(
    config: &SecureStudioDomain,
    site: &Site,
) -> Result<Option<Blueprint>, SettingError> {
    let Some(shape) = Shape::of(config, &Home::of(site)) else {
        return Ok(None);
    };
    let identity = site.identity(SecureStudioDomain::TYPE, shape.name);
    let draft = Draft {
        shape: &shape,
        site,
        identity: identity.clone(),
    };
    let mut parts = Blueprint::builder(identity, &site.owner, site.tags.clone());
    let network = network::lay_out(&mut parts, &draft);
    let groups = network::groups(&mut parts, &draft, &network);
    let endpoints = endpoints::lay_out(&mut parts, &draft, &network, &groups);
    network::group_rules(&mut parts, &draft, &groups, &endpoints);
    logs::lay_out(&mut parts, &draft, &network);
    egress::lay_out(&mut parts, &draft, &network);
    let keys = keys::lay_out(&mut parts, &draft, &endpoints);
    let wires = Wires {
        keys: &keys,
        network: &network,
        groups: &groups,
        endpoints: &endpoints,
    };
    let roles = roles::lay_out(&mut parts, &draft, &wires);
    domain::lay_out(&mut parts, &draft, &wires, &roles);
    keep(&mut parts, &draft);
    let mut blueprint = parts.finish()?;
    // What the resource shows of its parts is no config, and is there only once they are made.
    if let Some(Value::Object(recipe)) = &mut blueprint.recipe {
        recipe.retain(|name, _| !blueprint.exposed.contains_key(name.as_str()));
    }
    Ok(Some(blueprint))
}

/// The personas and keys as their policies will be, with names of nothing for what is yet to be made; `None` while
/// something that they hold is unknown.
pub(crate) fn proof_subjects(config: &SecureStudioDomain, site: &Site) -> Option<ProofSubjects> {
    let home = Home::of(site);
    let shape = Shape::of(config, &home)?;
    let draft = Draft {
        shape: &shape,
        site,
        identity: site.identity(SecureStudioDomain::TYPE, shape.name),
    };
    let key = |name: &str| {
        Input::Known(home.arn("kms", &format!("key/00000000-0000-4000-8000-0000000{name}")))
    };
    let keys = keys::Keys {
        home: key("00001"),
        volumes: key("00002"),
        data: key("00003"),
    };
    let network = network::Lines::unmade();
    let groups = network::Groups {
        studio: Input::Known("sg-00000000000000000".to_owned()),
        endpoints: None,
    };
    let endpoints = endpoints::Endpoints::unmade();
    let wires = Wires {
        keys: &keys,
        network: &network,
        groups: &groups,
        endpoints: &endpoints,
    };
    let personas = roles::acting(&draft, &wires)?;
    let keys = keys::policies(&draft, &endpoints);
    Some(ProofSubjects {
        guardrails: roles::guardrails(&draft, &wires),
        personas,
        keys,
    })
}

/// What is proven of a domain.
pub(crate) struct ProofSubjects {
    pub(crate) guardrails: Guardrails,
    pub(crate) personas: Vec<(String, Acting)>,
    pub(crate) keys: Vec<KeyPolicy>,
}

/// What every part of the layout is drawn from.
struct Draft<'a> {
    shape: &'a Shape<'a>,
    site: &'a Site,
    identity: Identity,
}

/// Parts that are referred to.
struct Wires<'a> {
    keys: &'a keys::Keys,
    network: &'a network::Lines,
    groups: &'a network::Groups,
    endpoints: &'a endpoints::Endpoints,
}

impl Draft<'_> {
    /// A name that follows from the composite's identity and the part's key, at most `longest` characters.
    fn name(&self, prefix: &str, part: &str, longest: usize) -> String {
        /// A hyphen and ten characters.
        const SUFFIX: usize = 11;
        let key = PartKey::parse(part).expect("a blueprint's keys are part keys");
        let readable: String = format!("{prefix}{}", self.shape.name)
            .chars()
            .take(longest - SUFFIX)
            .collect();
        derived_name(readable.trim_end_matches('-'), &self.identity, &key)
    }
}

/// The key of a part for something that the user named.
fn named(prefix: &str, name: &str) -> String {
    let key = PartKey::named(prefix, name).expect("a percent-encoded name is a part key");
    key.as_str().to_owned()
}

/// A wire as a text that other texts can hold.
fn mark(input: &Input<String>) -> String {
    match input {
        Input::Known(text) | Input::Output(text) => text.clone(),
        Input::Unknown => unknown_mark(),
    }
}

fn wire<T>(output: &Output<T>) -> Input<String> {
    Input::Output(output.to_string())
}

/// The same wire, to an ARN.
fn arn(wire: &Input<String>) -> Input<Arn> {
    match wire {
        Input::Known(text) => Input::Known(text.clone().into()),
        Input::Output(mark) => Input::Output(mark.clone()),
        Input::Unknown => Input::Unknown,
    }
}

/// What AWS cannot store, and what an import cannot see.
fn keep(parts: &mut Builder, draft: &Draft<'_>) {
    let shape = draft.shape;
    let word = |keeps: bool| if keeps { "retain" } else { "delete" };
    parts.keep("deletion_protection", draft.site.deletion_protection);
    parts.keep("home_efs", word(shape.keeps_homes));
    parts.keep("logs", word(shape.keeps_logs));
    parts.remember(recipe::of(shape.config));
}
