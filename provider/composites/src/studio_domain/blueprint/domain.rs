//! The domain, its profiles and their spaces.

use std::collections::BTreeMap;

use cloister_aws::{
    AppDefaults, Docker, DomainSettings, HomeEfs, IdleTimeout, SpaceDefaults, StudioDomain,
    StudioDomainDesired, StudioDomainDisposal, StudioSpace, StudioSpaceDesired, StudioUserProfile,
    StudioUserProfileDesired, UserSettings,
};
use cloister_composite::{Builder, Input, Tags};
use cloister_framework::Attr;

use super::{Draft, Wires, arn, egress, keys, logs, named, roles, wire};
use crate::{
    studio_domain::{
        config::Studio,
        ip_plan::SubnetClass,
        policies::personas::TEAM_TAG,
        shape::{ProfileShape, flag, inputs},
    },
    symbols::{names, text},
};

const DOMAIN: &str = "domain";
/// Minutes without work after which an app stops, unless the user says otherwise.
const IDLE_MINUTES: u32 = 120;

pub(super) fn lay_out(
    parts: &mut Builder,
    draft: &Draft<'_>,
    wires: &Wires<'_>,
    roles: &roles::Roles,
) {
    let domain = domain(parts, draft, wires, roles);
    let mut arns = BTreeMap::new();
    for (name, profile) in &draft.shape.profiles {
        arns.insert(
            (*name).to_owned(),
            self::profile(parts, draft, wires, roles, &domain, name, profile),
        );
    }
    parts.expose("profile_arns", &arns);
}

fn domain(
    parts: &mut Builder,
    draft: &Draft<'_>,
    wires: &Wires<'_>,
    roles: &roles::Roles,
) -> Input<String> {
    let studio = draft.shape.studio();
    let role = roles::default_role(roles);
    let groups = security_groups(draft, wires);
    let mut part = parts
        .part::<StudioDomain>(
            DOMAIN,
            &StudioDomainDesired {
                name: draft.shape.name.to_owned(),
                auth_mode: text(&draft.shape.config.auth_mode).unwrap_or_else(|| "IAM".to_owned()),
                vpc_id: wires.network.vpc_id.clone(),
                subnet_ids: wires.network.studio_subnets.clone(),
                kms_key_arn: Some(arn(&wires.keys.home)),
                network_access: "VpcOnly".to_owned(),
                user_settings: UserSettings {
                    execution_role: Some(arn(&role)),
                    security_group_ids: groups.clone(),
                    portal_hidden_tools: hidden_tools(&studio),
                    portal_hidden_apps: hidden_apps(&studio),
                    jupyter_lab: Some(app_defaults(draft)),
                    code_editor: Some(app_defaults(draft)),
                    ..UserSettings::default()
                },
                space_settings: Some(SpaceDefaults {
                    execution_role: arn(&role),
                    security_group_ids: groups,
                }),
                domain_settings: domain_settings(draft),
                tag_propagation: flag(studio.tag_propagation, true).unwrap_or(true),
                status: None,
                update_failed: None,
                tags: Tags::new(),
            },
        )
        .disposal(&StudioDomainDisposal {
            home_efs: if draft.shape.keeps_homes {
                HomeEfs::Retain
            } else {
                HomeEfs::Delete
            },
        })
        .after(
            &format!("{}/policies", roles::part_key("default")),
            "a role is usable only with its policies",
        )
        .after(
            "groups/studio/rules",
            "the file system is reached by these rules",
        )
        .from("", "name")
        .from("subnet_ids", subnet_origin(draft))
        .from("user_settings/security_group_ids", "security_group_ids")
        .from("user_settings", "studio")
        .from("domain_settings", "studio")
        .from("tags", "tags");
    for key in keys::PARTS.iter().filter(|key| **key != "keys/home") {
        part = part.after(key, "what users make in the domain is encrypted with it");
    }
    let id = wire(&part.output(&StudioDomain::ID));
    let (domain_arn, url, efs) = (
        part.output(&StudioDomain::ARN).to_string(),
        part.output(&StudioDomain::URL).to_string(),
        part.output(&StudioDomain::HOME_EFS_ID).to_string(),
    );
    parts.expose("domain_id", &id);
    parts.expose("arn", &domain_arn);
    parts.expose("url", &url);
    parts.expose("home_efs_id", &efs);
    id
}

/// What is not allowed is not offered.
fn hidden_tools(studio: &Studio) -> Vec<String> {
    let mut hidden = names(&studio.hidden_tools);
    let jump_start = flag(studio.jump_start, false).unwrap_or(false);
    if !jump_start && !hidden.iter().any(|tool| tool == "JumpStart") {
        hidden.push("JumpStart".to_owned());
    }
    hidden
}

/// Canvas brings its own ways to data and out: whoever wants it says so by naming what is hidden instead.
fn hidden_apps(studio: &Studio) -> Vec<String> {
    match &studio.hidden_apps {
        Attr::Null => vec!["Canvas".to_owned()],
        given => names(given),
    }
}

fn subnet_origin(draft: &Draft<'_>) -> &'static str {
    match draft.shape.own() {
        Some(_) => "network.availability_zones",
        None => "existing_network.subnet_ids",
    }
}

fn security_groups(draft: &Draft<'_>, wires: &Wires<'_>) -> Vec<Input<String>> {
    let mut groups = vec![wires.groups.studio.clone()];
    groups.extend(inputs(&draft.shape.config.security_group_ids));
    groups
}

fn app_defaults(draft: &Draft<'_>) -> AppDefaults {
    let studio = draft.shape.studio();
    let minutes = studio.idle_timeout_minutes.or(IDLE_MINUTES).into_known();
    let minutes = minutes
        .and_then(|minutes| i32::try_from(minutes).ok())
        .filter(|minutes| *minutes > 0);
    AppDefaults {
        lifecycle_config_arns: inputs(&studio.lifecycle_config_arns)
            .iter()
            .map(arn)
            .collect(),
        idle: minutes.map(|minutes| IdleTimeout {
            minutes,
            min_minutes: None,
            max_minutes: None,
        }),
        ..AppDefaults::default()
    }
}

fn domain_settings(draft: &Draft<'_>) -> DomainSettings {
    let studio = draft.shape.studio();
    let is_on = |switch: Attr<bool>, usual: bool| flag(switch, usual).unwrap_or(usual);
    DomainSettings {
        docker: is_on(studio.docker, false).then(|| Docker {
            enabled: true,
            trusted_accounts: names(&studio.docker_trusted_accounts),
        }),
        amazon_q: is_on(studio.amazon_q, false).then(|| "ENABLED".to_owned()),
        execution_role_identity: is_on(studio.source_identity, true)
            .then(|| "USER_PROFILE_NAME".to_owned()),
        ..DomainSettings::default()
    }
}

fn profile(
    parts: &mut Builder,
    draft: &Draft<'_>,
    wires: &Wires<'_>,
    roles: &roles::Roles,
    domain: &Input<String>,
    name: &str,
    profile: &ProfileShape<'_>,
) -> Input<String> {
    let key = named("profiles", name);
    let origin = format!("profiles[\"{name}\"]");
    let persona = profile.config.persona.known().map_or("", String::as_str);
    let mut part = parts
        .part::<StudioUserProfile>(
            &key,
            &StudioUserProfileDesired {
                domain_id: domain.clone(),
                name: name.to_owned(),
                sso_user: text(&profile.config.sso_user).map(sso_user),
                user_settings: UserSettings {
                    execution_role: roles.get(persona).map(arn),
                    security_group_ids: inputs(&profile.config.security_group_ids),
                    ..UserSettings::default()
                },
                status: None,
                update_failed: None,
                tags: team_tags(draft, persona, &profile.config.team),
            },
        )
        .after(
            &format!("{}/policies", roles::part_key(persona)),
            "a role is usable only with its policies",
        )
        .from("", &origin)
        .from("execution_role", &format!("{origin}.persona"))
        .from(
            "security_group_ids",
            &format!("{origin}.security_group_ids"),
        );
    for (first, why) in gates(draft, wires) {
        part = part.made_after(&first, why);
    }
    let profile_arn = wire(&part.output(&StudioUserProfile::ARN));
    for (space, config) in &profile.spaces {
        let _ = parts
            .part::<StudioSpace>(
                &named(&format!("{key}/spaces"), space),
                &StudioSpaceDesired {
                    domain_id: domain.clone(),
                    name: (*space).to_owned(),
                    owner_profile: name.to_owned().into(),
                    sharing: "Private".to_owned(),
                    app_type: text(&config.app_type).unwrap_or_else(|| "JupyterLab".to_owned()),
                    display_name: None,
                    ebs_gb: config
                        .volume_gb
                        .into_known()
                        .and_then(|gb| i32::try_from(gb).ok()),
                    idle_timeout_minutes: None,
                    resources: None,
                    remote_access: None,
                    status: None,
                    update_failed: None,
                    tags: team_tags(draft, persona, &profile.config.team),
                },
            )
            .after(&key, "a space has an owner")
            .from("", &format!("{origin}.spaces[\"{space}\"]"));
    }
    profile_arn
}

/// What must stand before anybody can start an app: every way out filtered and recorded, every way in policed.
fn gates(draft: &Draft<'_>, wires: &Wires<'_>) -> Vec<(String, &'static str)> {
    let filtered = "nobody starts an app before every way out is filtered";
    let mut gates: Vec<(String, &'static str)> = draft
        .shape
        .zones()
        .iter()
        .map(|zone| {
            (
                egress::routes_key(&zone.name, SubnetClass::Studio),
                filtered,
            )
        })
        .collect();
    gates.extend(
        wires
            .endpoints
            .parts
            .iter()
            .map(|key| (key.clone(), "apps need the endpoints, and their policies")),
    );
    if draft.shape.flow_logs {
        gates.push((logs::FLOW_LOG.to_owned(), "nothing happens unrecorded"));
    }
    gates
}

fn team_tags(draft: &Draft<'_>, persona: &str, own: &Attr<String>) -> Tags {
    let of_persona = draft
        .shape
        .personas
        .get(persona)
        .and_then(|persona| text(&persona.team));
    let team = text(own).or(of_persona);
    team.map(|team| (TEAM_TAG.to_owned(), team))
        .into_iter()
        .collect()
}

fn sso_user(value: String) -> cloister_aws::SsoUser {
    cloister_aws::SsoUser {
        identifier: "UserName".to_owned(),
        value,
    }
}
