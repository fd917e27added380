//! What carries the tag of a composite: the way back to objects that no state holds.

use std::collections::BTreeMap;

use aws_sdk_iam::types::{EntityType, RoleDetail};
use aws_sdk_resourcegroupstagging::types::{ResourceTagMapping, TagFilter};
use cloister_composite::{AnchorStore, PartError, TAG_COMPOSITE, TAG_OWNER, TAG_PART, Tags};

use crate::{calls::Operation, kinds::kinds, session::Aws};

const LIST: Operation = Operation::read("tag:GetResources");
const ROLES: Operation = Operation::read("iam:GetAccountAuthorizationDetails");
const ALIASES: Operation = Operation::read("kms:ListAliases");

/// The most that one page holds:
/// <https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html>.
const PAGE: i32 = 100;

const ANCHOR: &str = "ssm:parameter";
const KEY: &str = "kms:key";
const ALIAS: &str = "kms:alias";

/// An object that carries the tag `cloister:composite`, or belongs to one that does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaggedObject {
    /// The value of that tag: `TYPE/REGION/NAME`.
    pub composite: String,
    /// The value of `cloister:part`; empty without it.
    pub part: String,
    /// The kind of part, such as `kms:key`; `None` for what cloister does not make itself.
    pub kind: Option<&'static str>,
    /// The id under which a state would hold it; the ARN where the kind is not known.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The value of `cloister:owner`; empty without it.
    pub owner: String,
}

/// How the id of a kind stands in its ARN.
#[derive(Debug, Clone, Copy)]
enum Id {
    /// What follows the prefix.
    Rest,
    /// The ARN itself.
    Whole,
    /// `DOMAIN/NAME`, in lower case whatever the name is.
    Member,
    /// A path without its first slash.
    Path,
}

/// Service and beginning of the resource, kind, and where the id is. ARNs:
/// <https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html>
const FORMS: &[(&str, &str, &str, Id)] = &[
    ("cloudtrail", "trail/", "cloudtrail:trail", Id::Rest),
    ("ec2", "elastic-ip/", "ec2:elastic-ip", Id::Rest),
    ("ec2", "internet-gateway/", "ec2:internet-gateway", Id::Rest),
    ("ec2", "natgateway/", "ec2:nat-gateway", Id::Rest),
    ("ec2", "route-table/", "ec2:route-table", Id::Rest),
    ("ec2", "security-group/", "ec2:security-group", Id::Rest),
    ("ec2", "subnet/", "ec2:subnet", Id::Rest),
    ("ec2", "vpc/", "ec2:vpc", Id::Rest),
    ("ec2", "vpc-endpoint/", "ec2:vpc-endpoint", Id::Rest),
    ("ec2", "vpc-flow-log/", "ec2:flow-log", Id::Rest),
    ("iam", "policy/", "iam:policy", Id::Whole),
    ("kms", "key/", KEY, Id::Rest),
    ("logs", "log-group:", "logs:log-group", Id::Rest),
    (
        "network-firewall",
        "firewall/",
        "network-firewall:firewall",
        Id::Rest,
    ),
    (
        "network-firewall",
        "firewall-policy/",
        "network-firewall:firewall-policy",
        Id::Rest,
    ),
    (
        "network-firewall",
        "stateful-rulegroup/",
        "network-firewall:rule-group",
        Id::Rest,
    ),
    ("s3", "", "s3:bucket", Id::Rest),
    ("sagemaker", "domain/", "sagemaker:domain", Id::Rest),
    ("sagemaker", "space/", "sagemaker:space", Id::Member),
    (
        "sagemaker",
        "user-profile/",
        "sagemaker:user-profile",
        Id::Member,
    ),
    ("ssm", "parameter/", ANCHOR, Id::Path),
];

/// Everything in the session's region that carries the tag `cloister:composite`, and what is left of such things: AWS
/// lists some for a while after they are gone. IAM's objects are not among them; see [`tagged_in_iam`].
pub async fn tagged_objects(aws: &Aws) -> Result<Vec<TaggedObject>, PartError> {
    let found = listed(aws, None).await?;
    let elsewhere = |object: &TaggedObject| object.arn.split(':').nth(2) == Some("iam");
    let mut found: Vec<_> = found.into_iter().filter(|one| !elsewhere(one)).collect();
    found.sort();
    Ok(found)
}

/// The roles and managed policies of the account that carry the tag. The session is to be one in the region where IAM
/// lists its policies, [`crate::Partition::iam_region`].
pub async fn tagged_in_iam(aws: &Aws) -> Result<Vec<TaggedObject>, PartError> {
    let (policies, roles) = futures::try_join!(listed(aws, Some("iam:policy")), roles(aws))?;
    let mut found: Vec<_> = policies.into_iter().chain(roles).collect();
    found.sort();
    Ok(found)
}

/// Those of `objects` that stand, with the aliases of their keys, which carry no tags. What cannot be read is taken to
/// stand.
pub async fn standing(
    aws: &Aws,
    objects: Vec<TaggedObject>,
) -> Result<Vec<TaggedObject>, PartError> {
    let mut by_kind: BTreeMap<Option<&'static str>, Vec<TaggedObject>> = BTreeMap::new();
    for object in objects {
        by_kind.entry(object.kind).or_default().push(object);
    }
    let mut all = Vec::new();
    for (kind, objects) in by_kind {
        if kind == Some(KEY) {
            all.extend(aliases(aws, &objects).await?);
        }
        all.extend(read(aws, kind, objects).await);
    }
    all.sort();
    Ok(all)
}

async fn read(aws: &Aws, kind: Option<&str>, objects: Vec<TaggedObject>) -> Vec<TaggedObject> {
    let ids: Vec<String> = objects.iter().map(|object| object.id.clone()).collect();
    let known = kinds();
    let stands: Vec<bool> = match kind.and_then(|kind| known.get(kind)) {
        Some(kind) => match kind.read(aws, &ids).await {
            Ok(read) => read.iter().map(Option::is_some).collect(),
            Err(_) => return objects,
        },
        None if kind == Some(ANCHOR) => {
            let reads = ids.iter().map(|id| AnchorStore::read(aws, id));
            let read = futures::future::join_all(reads).await;
            read.iter().map(|one| !matches!(one, Ok(None))).collect()
        }
        None => return objects,
    };
    let pairs = objects.into_iter().zip(stands);
    pairs
        .filter_map(|(one, stands)| stands.then_some(one))
        .collect()
}

async fn listed(aws: &Aws, of: Option<&str>) -> Result<Vec<TaggedObject>, PartError> {
    let mut found = Vec::new();
    let mut next = None;
    loop {
        let request = aws
            .resourcegroupstaggingapi()
            .get_resources()
            .tag_filters(TagFilter::builder().key(TAG_COMPOSITE).build())
            .set_resource_type_filters(of.map(|of| vec![of.to_owned()]))
            .resources_per_page(PAGE)
            .set_pagination_token(next);
        let page = aws.call(LIST, "", || request.clone().send()).await?;
        let listed = page.resource_tag_mapping_list.unwrap_or_default();
        found.extend(listed.into_iter().filter_map(tagged));
        next = page.pagination_token.filter(|token| !token.is_empty());
        if next.is_none() {
            return Ok(found);
        }
    }
}

/// Roles are not among what AWS lists by tags, and this call brings the tags of a thousand at once.
async fn roles(aws: &Aws) -> Result<Vec<TaggedObject>, PartError> {
    let mut found = Vec::new();
    let mut marker = None;
    loop {
        let request = aws
            .iam()
            .get_account_authorization_details()
            .filter(EntityType::Role)
            .max_items(1000)
            .set_marker(marker);
        let page = aws.call(ROLES, "", || request.clone().send()).await?;
        found.extend(
            page.role_detail_list
                .unwrap_or_default()
                .into_iter()
                .filter_map(role),
        );
        marker = page.marker.filter(|_| page.is_truncated);
        if marker.is_none() {
            return Ok(found);
        }
    }
}

fn role(role: RoleDetail) -> Option<TaggedObject> {
    let tags = role.tags.unwrap_or_default();
    let tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    object(&role.arn?, Some("iam:role"), role.role_name?, &tags)
}

async fn aliases(aws: &Aws, keys: &[TaggedObject]) -> Result<Vec<TaggedObject>, PartError> {
    let mut found = Vec::new();
    for key in keys {
        let request = aws.kms().list_aliases().key_id(&key.id);
        let answer = match aws.call(ALIASES, &key.id, || request.clone().send()).await {
            Err(error) if error.is_not_found() => continue,
            answer => answer?,
        };
        let names = answer.aliases.unwrap_or_default().into_iter();
        found.extend(
            names
                .filter_map(|alias| Some((alias.alias_name?, alias.alias_arn?)))
                .map(|(id, arn)| TaggedObject {
                    kind: Some(ALIAS),
                    id,
                    arn,
                    ..key.clone()
                }),
        );
    }
    Ok(found)
}

fn tagged(mapping: ResourceTagMapping) -> Option<TaggedObject> {
    let arn = mapping.resource_arn?;
    let tags = mapping.tags.unwrap_or_default();
    let tags: Tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
    let part = tags.get(TAG_PART).map_or("", String::as_str);
    match known_form(&arn, part) {
        Some((kind, id)) => object(&arn, Some(kind), id, &tags),
        None => object(&arn, None, arn.clone(), &tags),
    }
}

fn object(arn: &str, kind: Option<&'static str>, id: String, tags: &Tags) -> Option<TaggedObject> {
    let tag = |key: &str| tags.get(key).cloned();
    Some(TaggedObject {
        composite: tag(TAG_COMPOSITE)?,
        part: tag(TAG_PART).unwrap_or_default(),
        owner: tag(TAG_OWNER).unwrap_or_default(),
        kind,
        id,
        arn: arn.to_owned(),
    })
}

/// The kind and the id that an ARN names; `part` knows how a member of a domain is really spelt.
fn known_form(arn: &str, part: &str) -> Option<(&'static str, String)> {
    let fields: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, service, _, _, resource] = fields[..] else {
        return None;
    };
    let form = |(of, prefix, kind, id): &(&str, &str, &'static str, Id)| {
        let rest = resource.strip_prefix(prefix).filter(|_| service == *of)?;
        Some((*kind, id_of(*id, arn, rest, part)?))
    };
    FORMS.iter().find_map(form)
}

fn id_of(id: Id, arn: &str, rest: &str, part: &str) -> Option<String> {
    match id {
        Id::Rest => Some(rest.trim_end_matches(":*").to_owned()),
        Id::Whole => Some(arn.to_owned()),
        Id::Path => Some(format!("/{rest}")),
        Id::Member => {
            let (domain, name) = rest.split_once('/')?;
            let spelt = decoded(part.rsplit('/').next()?);
            let name = spelt.filter(|spelt| spelt.eq_ignore_ascii_case(name));
            Some(format!(
                "{domain}|{}",
                name.as_deref().unwrap_or(rest.split_once('/')?.1)
            ))
        }
    }
}

/// A name out of a part key, where it is percent-encoded.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let digits = [rest.next()?, rest.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_names_the_id_that_a_state_holds() {
        let regional = |service: &str, rest: &str| {
            format!("arn:aws-cn:{service}:cn-north-1:111122223333:{rest}")
        };
        for (arn, part, expected) in [
            (
                regional("ec2", "natgateway/nat-1"),
                "",
                Some(("ec2:nat-gateway", "nat-1")),
            ),
            (
                regional("logs", "log-group:/a/b:*"),
                "",
                Some(("logs:log-group", "/a/b")),
            ),
            (
                regional("ssm", "parameter/cloister/t/n"),
                "anchor",
                Some((ANCHOR, "/cloister/t/n")),
            ),
            (
                regional("sagemaker", "user-profile/d-1/ada-l"),
                "profiles/%41da-%4C",
                Some(("sagemaker:user-profile", "d-1|Ada-L")),
            ),
            (
                regional("sagemaker", "space/d-1/ada"),
                "spaces/other",
                Some(("sagemaker:space", "d-1|ada")),
            ),
            (
                "arn:aws:s3:::data".to_owned(),
                "",
                Some(("s3:bucket", "data")),
            ),
            (
                "arn:aws:iam::1:policy/p/n".to_owned(),
                "",
                Some(("iam:policy", "arn:aws:iam::1:policy/p/n")),
            ),
            (regional("sagemaker", "app/d-1/ada/x/y"), "", None),
            (regional("ec2", "vpc-endpoint-service/x"), "", None),
            ("no arn".to_owned(), "", None),
        ] {
            let found = known_form(&arn, part);
            let found = found.as_ref().map(|(kind, id)| (*kind, id.as_str()));
            assert_eq!(found, expected, "{arn}");
        }
    }

    /// An object of a kind that no form leads to would never be seen.
    #[test]
    fn every_kind_with_tags_is_known_by_its_arn() {
        let all = kinds();
        for name in all.names() {
            let tagged = all.get(name).is_some_and(|kind| kind.tagged());
            let known = FORMS.iter().any(|(_, _, kind, _)| *kind == name);
            // Roles come from IAM itself.
            assert_eq!(tagged && name != "iam:role", known, "{name}");
        }
    }
}
