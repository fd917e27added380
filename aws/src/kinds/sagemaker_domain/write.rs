//! Makes a domain, and changes one as far as SageMaker lets it be changed.

use aws_sdk_sagemaker::types::{
    AppNetworkAccessType, AuthMode, DomainSettings as SdkSettings, DomainSettingsForUpdate,
    ExecutionRoleIdentityConfig, RetentionPolicy, RetentionType, TagPropagation,
};
use cloister_composite::{Changing, ErrorClass, Input, PartError, PartKind};

use super::{
    StudioDomain, StudioDomainDesired, StudioDomainObserved,
    read::{carries, standing_domains},
    settings::{Docker, DomainSettings, sdk_amazon_q, sdk_docker, sdk_space_defaults},
};
use crate::{
    calls::Operation,
    kinds::{
        sagemaker::{
            apps::{App, live_apps},
            quotas::naming_the_quota,
            status,
            tagging::{put_tags, sdk_tags},
            user_settings::{UserSettings, sdk_user_settings},
            values::{known, known_all},
        },
        settled::{answered, settled},
    },
    session::Aws,
};

const CREATE: Operation = Operation::once("sagemaker:CreateDomain");
const UPDATE: Operation = Operation::idempotent("sagemaker:UpdateDomain");
const DELETE: Operation = Operation::idempotent("sagemaker:DeleteDomain");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[CREATE, UPDATE, DELETE];
const KIND: &str = StudioDomain::KIND;

/// Makes the domain, after a failed one of the same part is gone: it counts as a domain, and the console hides it.
pub(super) async fn create_domain(
    aws: &Aws,
    desired: &StudioDomainDesired,
) -> Result<StudioDomainObserved, PartError> {
    delete_own_failed(aws, desired).await?;
    let nothing = UserSettings::default();
    let settings = &desired.domain_settings;
    let space = desired.space_settings.as_ref();
    let request = aws
        .sagemaker()
        .create_domain()
        .domain_name(&desired.name)
        .auth_mode(AuthMode::from(desired.auth_mode.as_str()))
        .vpc_id(settled(&desired.vpc_id, KIND, "vpc_id")?)
        .set_subnet_ids(Some(known_all(&desired.subnet_ids, KIND, "subnet_ids")?))
        .set_kms_key_id(known(desired.kms_key_arn.as_ref(), KIND, "kms_key_arn")?)
        .app_network_access_type(AppNetworkAccessType::from(desired.network_access.as_str()))
        .default_user_settings(sdk_user_settings(&desired.user_settings, &nothing, KIND)?)
        .set_default_space_settings(
            space
                .map(|space| sdk_space_defaults(space, None, KIND))
                .transpose()?,
        )
        .set_domain_settings(sdk_domain_settings(settings)?)
        .tag_propagation(propagation(desired.tag_propagation))
        .set_tags(Some(sdk_tags(&desired.tags)));
    let made = aws
        .call(CREATE, &desired.name, || request.clone().send())
        .await
        .map_err(|error| naming_the_quota(error, KIND))?;
    let arn = answered(made.domain_arn, CREATE.api, "DomainArn")?;
    let id = arn.rsplit('/').next().unwrap_or(&arn).to_owned();
    Ok(StudioDomainObserved {
        name: desired.name.clone(),
        status: status::PENDING.to_owned(),
        auth_mode: desired.auth_mode.clone(),
        vpc_id: settled(&desired.vpc_id, KIND, "vpc_id")?.clone(),
        subnet_ids: desired.subnet_ids.clone(),
        kms_key_id: known(desired.kms_key_arn.as_ref(), KIND, "kms_key_arn")?,
        network_access: desired.network_access.clone(),
        user_settings: desired.user_settings.clone(),
        space_settings: desired.space_settings.clone(),
        domain_settings: desired.domain_settings.clone(),
        tag_propagation: desired.tag_propagation,
        url: made.url,
        tags: desired.tags.clone(),
        ..StudioDomainObserved::bare(aws, &id)
    })
}

async fn delete_own_failed(aws: &Aws, desired: &StudioDomainDesired) -> Result<(), PartError> {
    for domain in standing_domains(aws).await? {
        let failed = domain.status == status::FAILED && domain.name == desired.name;
        if failed && carries(aws, &domain.id, &desired.tags).await? {
            // Nobody ever worked in it: there are no homes to keep.
            delete_call(aws, &domain.id, RetentionType::Delete).await?;
            let message = "a failed domain of an earlier try is being deleted";
            return Err(PartError::new(
                ErrorClass::Busy,
                DELETE.iam_action,
                domain.id,
                message,
            ));
        }
    }
    Ok(())
}

pub(super) async fn delete_call(
    aws: &Aws,
    id: &str,
    homes: RetentionType,
) -> Result<(), PartError> {
    tracing::info!(domain = id, homes = homes.as_str(), "deleting the domain");
    let retention = RetentionPolicy::builder()
        .home_efs_file_system(homes)
        .build();
    let request = aws
        .sagemaker()
        .delete_domain()
        .domain_id(id)
        .retention_policy(retention);
    match aws.call(DELETE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => Ok(()),
        answer => answer.map(|_| ()),
    }
}

fn sdk_domain_settings(settings: &DomainSettings) -> Result<Option<SdkSettings>, PartError> {
    if settings.is_usual() {
        return Ok(None);
    }
    let groups = known_all(
        &settings.security_group_ids,
        KIND,
        "domain_settings/security_group_ids",
    )?;
    let identity = settings.execution_role_identity.as_deref();
    let docker = settings.docker.as_ref();
    Ok(Some(
        SdkSettings::builder()
            .set_security_group_ids((!groups.is_empty()).then_some(groups))
            .set_docker_settings(docker.map(|docker| sdk_docker(docker, &Docker::default())))
            .set_amazon_q_settings(settings.amazon_q.is_some().then(|| sdk_amazon_q(settings)))
            .set_execution_role_identity_config(identity.map(ExecutionRoleIdentityConfig::from))
            .build(),
    ))
}

fn propagation(on: bool) -> TagPropagation {
    if on {
        TagPropagation::Enabled
    } else {
        TagPropagation::Disabled
    }
}

/// One `UpdateDomain` with what differs, and nothing else: some members are refused even where they repeat what is.
pub(super) async fn update_domain(
    aws: &Aws,
    changing: &Changing<'_, StudioDomainDesired, StudioDomainObserved>,
) -> Result<(), PartError> {
    let Changing {
        desired, observed, ..
    } = *changing;
    let id = observed.id.as_str();
    if changing.touches("tags") {
        put_tags(aws, &observed.arn, &desired.tags, &observed.tags).await?;
    }
    if changing.changed.iter().all(|name| name == "tags") {
        return Ok(());
    }
    let before = StudioDomain::settings(observed);
    if let Some(setting) = bound_to_apps(desired, &before) {
        refuse_with_apps(id, setting, &live_apps(aws, id).await?)?;
    }
    let mut request = aws.sagemaker().update_domain().domain_id(id);
    // A failed update is repeated whole, whatever differs.
    if changing.touches("user_settings") || changing.touches("update_failed") {
        request = request.default_user_settings(sdk_user_settings(
            &desired.user_settings,
            &before.user_settings,
            KIND,
        )?);
    }
    if changing.touches("space_settings") {
        let Some(space) = &desired.space_settings else {
            return Err(kept("space_settings", id));
        };
        let had = before.space_settings.as_ref();
        request = request.default_space_settings(sdk_space_defaults(space, had, KIND)?);
    }
    if changing.touches("domain_settings") {
        request = request.domain_settings_for_update(settings_for_update(id, desired, &before)?);
    }
    if changing.touches("tag_propagation") {
        request = request.tag_propagation(propagation(desired.tag_propagation));
    }
    let subnets = known_all(&desired.subnet_ids, KIND, "subnet_ids")?;
    if changing.touches("network_access") {
        // With `VpcOnly` the network has to be named too. <https://github.com/hashicorp/terraform-provider-aws/issues/45528>
        request = request
            .app_network_access_type(AppNetworkAccessType::from(desired.network_access.as_str()))
            .vpc_id(&observed.vpc_id)
            .set_subnet_ids(Some(subnets));
    } else if changing.touches("subnet_ids") {
        request = request.set_subnet_ids(Some(subnets));
    }
    aws.call(UPDATE, id, || request.clone().send())
        .await
        .map(|_| ())
}

fn settings_for_update(
    id: &str,
    desired: &StudioDomainDesired,
    before: &StudioDomainDesired,
) -> Result<DomainSettingsForUpdate, PartError> {
    let (wanted, had) = (&desired.domain_settings, &before.domain_settings);
    let groups = known_all(
        &wanted.security_group_ids,
        KIND,
        "domain_settings/security_group_ids",
    )?;
    if groups.is_empty() && !had.security_group_ids.is_empty() {
        // An empty list is accepted and ignored. <https://github.com/hashicorp/terraform-provider-aws/pull/40726>
        return Err(kept("domain_settings/security_group_ids", id));
    }
    let mut update = DomainSettingsForUpdate::builder()
        .set_security_group_ids((!groups.is_empty()).then_some(groups));
    if wanted.docker != had.docker {
        let none = Docker::default();
        let docker = wanted.docker.as_ref().unwrap_or(&none);
        update = update.docker_settings(sdk_docker(docker, had.docker.as_ref().unwrap_or(&none)));
    }
    if wanted.amazon_q != had.amazon_q {
        update = update.amazon_q_settings(sdk_amazon_q(wanted));
    }
    if wanted.identity() != had.identity() {
        update = update.execution_role_identity_config(wanted.identity().into());
    }
    Ok(update.build())
}

fn kept(setting: &str, id: &str) -> PartError {
    let message = format!(
        "SageMaker keeps `{setting}` once a domain has it: write down what it is to be, or make a new domain"
    );
    PartError::new(ErrorClass::Refused, UPDATE.iam_action, id, message).about(setting)
}

/// The first setting that SageMaker changes only while no app runs.
/// <https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_UpdateDomain.html>
fn bound_to_apps(
    desired: &StudioDomainDesired,
    before: &StudioDomainDesired,
) -> Option<&'static str> {
    let removes = |after: &[Input<String>], before: &[Input<String>]| {
        before.iter().any(|member| !after.contains(member))
    };
    if desired.network_access != before.network_access {
        return Some("network_access");
    }
    if removes(&desired.subnet_ids, &before.subnet_ids) {
        return Some("subnet_ids");
    }
    let (after, before) = (&desired.domain_settings, &before.domain_settings);
    (after.identity() != before.identity()).then_some("domain_settings/execution_role_identity")
}

/// Apps that are ending are waited for; one that runs is somebody's work.
fn refuse_with_apps(id: &str, setting: &str, apps: &[App]) -> Result<(), PartError> {
    if apps.is_empty() {
        return Ok(());
    }
    let ending = apps.iter().all(|app| app.status == status::DELETING);
    let class = if ending {
        ErrorClass::Busy
    } else {
        ErrorClass::Refused
    };
    let named: Vec<String> = apps.iter().map(ToString::to_string).collect();
    let message = format!(
        "`{setting}` can be changed only while no app runs; these do: {}. Stop them, then apply again",
        named.join(", ")
    );
    Err(PartError::new(class, UPDATE.iam_action, id, message).about(setting))
}
