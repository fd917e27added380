//! Rules of security groups: what one lets through, as it is wished and as EC2 describes it.

use aws_sdk_ec2::types::{
    IpPermission, IpRange, Ipv6Range, PrefixListId, SecurityGroup, UserIdGroupPair,
};
use cloister_composite::{Input, PartError};
use serde::{Deserialize, Serialize};

use crate::kinds::settled::{answered, settled};

const API: &str = "ec2:DescribeSecurityGroups";
/// The protocol that stands for all of them.
const ANY: &str = "-1";

/// One rule of a security group; it names exactly one of `cidr`, `group_id` and `prefix_list_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type; absent where the protocol is `-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code; absent where the protocol is `-1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    /// A range of IPv4 or IPv6 addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cidr: Option<Input<String>>,
    /// A security group; with the account and a slash in front where it is another account's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_id: Option<Input<String>>,
    /// A prefix list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prefix_list_id: Option<Input<String>>,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A rule as EC2 describes it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct RuleObserved {
    /// `tcp`, `udp`, `icmp`, a number, or `-1` for all.
    pub protocol: String,
    /// The first port, or the ICMP type.
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code.
    pub to_port: Option<i32>,
    /// A range of IPv4 or IPv6 addresses.
    pub cidr: Option<String>,
    /// A security group; with the account and a slash in front where it is another account's.
    pub group_id: Option<String>,
    /// A prefix list.
    pub prefix_list_id: Option<String>,
    /// What it is for.
    pub description: Option<String>,
}

/// The rules of a group, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct GroupRules {
    /// What may come in.
    pub ingress: Vec<RuleObserved>,
    /// What may go out.
    pub egress: Vec<RuleObserved>,
}

impl Rule {
    pub(crate) fn observed(&self, kind: &str, name: &str) -> Result<RuleObserved, PartError> {
        let known = |input: &Option<Input<String>>| {
            let value = input.as_ref().map(|input| settled(input, kind, name));
            value.transpose().map(Option::<&String>::cloned)
        };
        Ok(RuleObserved {
            protocol: self.protocol.clone(),
            from_port: self.from_port.filter(|_| self.protocol != ANY),
            to_port: self.to_port.filter(|_| self.protocol != ANY),
            cidr: known(&self.cidr)?,
            group_id: known(&self.group_id)?,
            prefix_list_id: known(&self.prefix_list_id)?,
            description: self.description.clone(),
        })
    }
}

impl From<RuleObserved> for Rule {
    fn from(rule: RuleObserved) -> Self {
        Self {
            protocol: rule.protocol,
            from_port: rule.from_port,
            to_port: rule.to_port,
            cidr: rule.cidr.map(Input::Known),
            group_id: rule.group_id.map(Input::Known),
            prefix_list_id: rule.prefix_list_id.map(Input::Known),
            description: rule.description,
        }
    }
}

impl RuleObserved {
    /// Whether both let the same through, whatever they are described as: EC2 takes no second one.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let described = |rule: &Self| Self {
            description: None,
            ..rule.clone()
        };
        described(self) == described(other)
    }

    pub(super) fn permission(&self) -> IpPermission {
        let text = self.description.clone();
        let permission = IpPermission::builder()
            .ip_protocol(&self.protocol)
            .set_from_port(self.from_port)
            .set_to_port(self.to_port);
        let permission = match self.cidr.as_deref() {
            Some(cidr) if cidr.contains(':') => permission.ipv6_ranges(
                Ipv6Range::builder()
                    .cidr_ipv6(cidr)
                    .set_description(text.clone())
                    .build(),
            ),
            Some(cidr) => permission.ip_ranges(
                IpRange::builder()
                    .cidr_ip(cidr)
                    .set_description(text.clone())
                    .build(),
            ),
            None => permission,
        };
        let permission = match self.group_id.as_deref() {
            Some(group) => permission.user_id_group_pairs(group_pair(group, text.clone())),
            None => permission,
        };
        let permission = match &self.prefix_list_id {
            Some(list) => permission.prefix_list_ids(
                PrefixListId::builder()
                    .prefix_list_id(list)
                    .set_description(text)
                    .build(),
            ),
            None => permission,
        };
        permission.build()
    }
}

fn group_pair(group: &str, description: Option<String>) -> UserIdGroupPair {
    let (account, id) = match group.split_once('/') {
        Some((account, id)) => (Some(account.to_owned()), id),
        None => (None, group),
    };
    UserIdGroupPair::builder()
        .set_user_id(account)
        .group_id(id)
        .set_description(description)
        .build()
}

impl GroupRules {
    /// The rules that EC2 gives a new group: everything may go out.
    pub(crate) fn of_new_group() -> Self {
        let everywhere = RuleObserved {
            protocol: ANY.to_owned(),
            from_port: None,
            to_port: None,
            cidr: Some("0.0.0.0/0".to_owned()),
            group_id: None,
            prefix_list_id: None,
            description: None,
        };
        Self {
            ingress: Vec::new(),
            egress: vec![everywhere],
        }
    }

    /// The rules of a group that EC2 described.
    pub(crate) fn of(group: &SecurityGroup) -> Result<Self, PartError> {
        let owner = group.owner_id.as_deref();
        Ok(Self {
            ingress: parse_rules(group.ip_permissions(), owner)?,
            egress: parse_rules(group.ip_permissions_egress(), owner)?,
        })
    }

    /// Those of the rules that name the group `id`.
    pub(crate) fn naming(&self, id: &str) -> Self {
        let naming = |rules: &[RuleObserved]| {
            let found = rules.iter().filter(|rule| {
                let group = rule.group_id.as_deref();
                group.is_some_and(|group| group.rsplit('/').next() == Some(id))
            });
            found.cloned().collect()
        };
        Self {
            ingress: naming(&self.ingress),
            egress: naming(&self.egress),
        }
    }
}

fn parse_rules(
    permissions: &[IpPermission],
    owner: Option<&str>,
) -> Result<Vec<RuleObserved>, PartError> {
    let mut rules = Vec::new();
    for permission in permissions {
        let bare = RuleObserved {
            protocol: answered(permission.ip_protocol.clone(), API, "IpProtocol")?,
            from_port: permission.from_port,
            to_port: permission.to_port,
            cidr: None,
            group_id: None,
            prefix_list_id: None,
            description: None,
        };
        let described =
            |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        rules.extend(permission.ip_ranges().iter().map(|range| RuleObserved {
            cidr: range.cidr_ip.clone(),
            description: described(range.description()),
            ..bare.clone()
        }));
        rules.extend(permission.ipv6_ranges().iter().map(|range| RuleObserved {
            cidr: range.cidr_ipv6.clone(),
            description: described(range.description()),
            ..bare.clone()
        }));
        rules.extend(
            permission
                .user_id_group_pairs()
                .iter()
                .map(|pair| RuleObserved {
                    group_id: group_name(pair, owner),
                    description: described(pair.description()),
                    ..bare.clone()
                }),
        );
        rules.extend(
            permission
                .prefix_list_ids()
                .iter()
                .map(|list| RuleObserved {
                    prefix_list_id: list.prefix_list_id.clone(),
                    description: described(list.description()),
                    ..bare.clone()
                }),
        );
    }
    rules.sort();
    Ok(rules)
}

fn group_name(pair: &UserIdGroupPair, owner: Option<&str>) -> Option<String> {
    let id = pair.group_id.clone()?;
    match pair.user_id.as_deref() {
        Some(account) if Some(account) != owner => Some(format!("{account}/{id}")),
        _ => Some(id),
    }
}
