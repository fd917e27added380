//! Reads a domain, also one of which only leftovers exist, and finds one by its tags.

use aws_sdk_sagemaker::{operation::describe_domain::DescribeDomainOutput, types::TagPropagation};
use cloister_composite::{ErrorClass, PartError, Tags};

use super::{
    DomainSettings, StudioDomainObserved,
    nfs_groups::leftover_groups,
    settings::{read_domain_settings, read_space_defaults},
};
use crate::{
    calls::Operation,
    kinds::{
        sagemaker::{
            apps::PAGE,
            status,
            tagging::read_tags,
            user_settings::{UserSettings, read_user_settings},
            values::inputs,
        },
        settled::answered,
        tags::are_of_part,
    },
    session::Aws,
};

const DESCRIBE: Operation = Operation::read("sagemaker:DescribeDomain");
const LIST: Operation = Operation::read("sagemaker:ListDomains");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE, LIST];

/// A domain as lists show it.
pub(super) struct Listed {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) status: String,
}

/// The domain's ARN, which follows from its id.
pub(super) fn domain_arn(aws: &Aws, id: &str) -> String {
    aws.arn("sagemaker", &format!("domain/{id}"))
}

/// The domain; one that is deleted is `Deleted` as long as its NFS groups exist, which go last.
pub(super) async fn read_domain(
    aws: &Aws,
    id: &str,
) -> Result<Option<StudioDomainObserved>, PartError> {
    let request = aws.sagemaker().describe_domain().domain_id(id);
    let found = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return read_leftovers(aws, id).await,
        answer => answer?,
    };
    match read_tags(aws, &domain_arn(aws, id)).await {
        Err(error) if error.is_not_found() => read_leftovers(aws, id).await,
        tags => observed(aws, id, found, tags?).map(Some),
    }
}

async fn read_leftovers(aws: &Aws, id: &str) -> Result<Option<StudioDomainObserved>, PartError> {
    let groups = leftover_groups(aws, id).await?;
    let Some(group) = groups.values().next() else {
        return Ok(None);
    };
    Ok(Some(StudioDomainObserved {
        status: status::DELETED.to_owned(),
        vpc_id: group.vpc_id.clone().unwrap_or_default(),
        leftover_security_group_ids: groups.into_keys().collect(),
        ..StudioDomainObserved::bare(aws, id)
    }))
}

impl StudioDomainObserved {
    /// A domain of which nothing but the id is known.
    pub(super) fn bare(aws: &Aws, id: &str) -> Self {
        Self {
            id: id.to_owned(),
            arn: domain_arn(aws, id),
            name: String::new(),
            status: String::new(),
            failure_reason: None,
            auth_mode: String::new(),
            vpc_id: String::new(),
            subnet_ids: Vec::new(),
            kms_key_id: None,
            network_access: String::new(),
            user_settings: UserSettings::default(),
            space_settings: None,
            domain_settings: DomainSettings::default(),
            tag_propagation: false,
            home_efs_id: None,
            url: None,
            boundary_security_group_id: None,
            sso_application_arn: None,
            creation_date: None,
            leftover_security_group_ids: Vec::new(),
            tags: Tags::new(),
        }
    }
}

fn observed(
    aws: &Aws,
    id: &str,
    found: DescribeDomainOutput,
    tags: Tags,
) -> Result<StudioDomainObserved, PartError> {
    let text = |value: Option<&str>, name| answered(value.map(str::to_owned), DESCRIBE.api, name);
    Ok(StudioDomainObserved {
        status: text(found.status.as_ref().map(AsRef::as_ref), "Status")?,
        auth_mode: text(found.auth_mode.as_ref().map(AsRef::as_ref), "AuthMode")?,
        network_access: text(
            found.app_network_access_type.as_ref().map(AsRef::as_ref),
            "AppNetworkAccessType",
        )?,
        name: answered(found.domain_name, DESCRIBE.api, "DomainName")?,
        vpc_id: answered(found.vpc_id, DESCRIBE.api, "VpcId")?,
        failure_reason: found.failure_reason.filter(|reason| !reason.is_empty()),
        subnet_ids: inputs(found.subnet_ids),
        kms_key_id: found.kms_key_id,
        user_settings: found
            .default_user_settings
            .map(read_user_settings)
            .unwrap_or_default(),
        space_settings: found.default_space_settings.and_then(read_space_defaults),
        domain_settings: found
            .domain_settings
            .map(read_domain_settings)
            .unwrap_or_default(),
        tag_propagation: found.tag_propagation == Some(TagPropagation::Enabled),
        home_efs_id: found.home_efs_file_system_id,
        url: found.url,
        boundary_security_group_id: found.security_group_id_for_domain_boundary,
        sso_application_arn: found.single_sign_on_application_arn,
        creation_date: found.creation_time.map(|date| date.to_string()),
        tags,
        ..StudioDomainObserved::bare(aws, id)
    })
}

/// The domains of the account and region that are not being deleted.
pub(super) async fn standing_domains(aws: &Aws) -> Result<Vec<Listed>, PartError> {
    let mut domains = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .sagemaker()
            .list_domains()
            .max_results(PAGE)
            .set_next_token(next);
        let page = aws.call(LIST, "domains", || request.clone().send()).await?;
        for found in page.domains.unwrap_or_default() {
            let status = found.status.map(|status| status.as_str().to_owned());
            domains.push(Listed {
                id: answered(found.domain_id, LIST.api, "DomainId")?,
                name: answered(found.domain_name, LIST.api, "DomainName")?,
                status: answered(status, LIST.api, "Status")?,
            });
        }
        next = page.next_token;
        if next.is_none() {
            break;
        }
    }
    domains.retain(|domain| domain.status != status::DELETING);
    Ok(domains)
}

/// Whether the domain is the part that is to carry `tags`.
pub(super) async fn carries(aws: &Aws, id: &str, tags: &Tags) -> Result<bool, PartError> {
    match read_tags(aws, &domain_arn(aws, id)).await {
        Err(error) if error.is_not_found() => Ok(false),
        found => Ok(are_of_part(&found?, tags)),
    }
}

/// SageMaker finds nothing by tag: the tags of every domain of the name are read. An account has one or two.
pub(super) async fn find_domain(
    aws: &Aws,
    name: Option<&str>,
    tags: &Tags,
) -> Result<Option<StudioDomainObserved>, PartError> {
    let mut ids = Vec::new();
    for domain in standing_domains(aws).await? {
        if name.is_none_or(|name| name == domain.name) && carries(aws, &domain.id, tags).await? {
            ids.push(domain.id);
        }
    }
    match ids.as_slice() {
        [] => Ok(None),
        [id] => read_domain(aws, id).await,
        several => Err(PartError::new(
            ErrorClass::Refused,
            LIST.iam_action,
            several.join(", "),
            "several domains carry the tags of this part: remove the tag `cloister:part` from all but the one in use",
        )),
    }
}
