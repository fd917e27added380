//! How many calls a refresh takes, and how many AWS makes anybody take.

use std::{collections::BTreeMap, fmt};

use serde_json::Value;

use crate::rig::Call;

/// How often AWS has to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Least {
    /// Once for any number of objects, whichever kinds are asked for: the call takes a list, or filters.
    Once,
    /// So often for each object: no call answers for two.
    Each(usize),
    /// Once for each inline policy of a role.
    InlinePolicy,
    /// Once, if there is a gateway among the endpoints.
    IfGateway,
}

/// What reading one kind takes at least. A call in two rows is counted once where it takes a list.
///
/// `iam:GetAccountAuthorizationDetails` stands for none of the calls below: it tells neither description nor session
/// length of a role, and pages through every role of the account.
const LEAST: &[(&str, &str, Least)] = &[
    // Every process that acts in an account asks once whose it is.
    ("ssm:parameter", "sts:GetCallerIdentity", Least::Once),
    ("ssm:parameter", "ssm:GetParameter", Least::Each(1)),
    // EC2 describes any number of objects of a sort that pass a filter.
    (
        "ec2:default-security-group",
        "ec2:DescribeSecurityGroups",
        Least::Once,
    ),
    ("ec2:elastic-ip", "ec2:DescribeAddresses", Least::Once),
    ("ec2:flow-log", "ec2:DescribeFlowLogs", Least::Once),
    (
        "ec2:internet-gateway",
        "ec2:DescribeInternetGateways",
        Least::Once,
    ),
    ("ec2:nat-gateway", "ec2:DescribeNatGateways", Least::Once),
    ("ec2:route-table", "ec2:DescribeRouteTables", Least::Once),
    ("ec2:routes", "ec2:DescribeRouteTables", Least::Once),
    (
        "ec2:security-group",
        "ec2:DescribeSecurityGroups",
        Least::Once,
    ),
    (
        "ec2:security-group-rules",
        "ec2:DescribeSecurityGroups",
        Least::Once,
    ),
    ("ec2:subnet", "ec2:DescribeSubnets", Least::Once),
    ("ec2:vpc", "ec2:DescribeVpcs", Least::Once),
    // One attribute of one VPC a call, and two are cloister's: DNS names, and DNS at all.
    ("ec2:vpc", "ec2:DescribeVpcAttribute", Least::Each(2)),
    ("ec2:vpc-endpoint", "ec2:DescribeVpcEndpoints", Least::Once),
    // The prefix list of a gateway's service stands nowhere else.
    (
        "ec2:vpc-endpoint",
        "ec2:DescribeManagedPrefixLists",
        Least::IfGateway,
    ),
    // IAM answers for one object a call, and for one inline policy.
    ("iam:policy", "iam:GetPolicy", Least::Each(1)),
    ("iam:policy", "iam:GetPolicyVersion", Least::Each(1)),
    ("iam:role", "iam:GetRole", Least::Each(1)),
    ("iam:role-policies", "iam:ListRolePolicies", Least::Each(1)),
    (
        "iam:role-policies",
        "iam:ListAttachedRolePolicies",
        Least::Each(1),
    ),
    (
        "iam:role-policies",
        "iam:GetRolePolicy",
        Least::InlinePolicy,
    ),
    // The aliases of an account come in one list; what belongs to a key is asked of the key.
    ("kms:alias", "kms:ListAliases", Least::Once),
    ("kms:key", "kms:DescribeKey", Least::Each(1)),
    ("kms:key", "kms:GetKeyPolicy", Least::Each(1)),
    ("kms:key", "kms:GetKeyRotationStatus", Least::Each(1)),
    ("kms:key", "kms:ListResourceTags", Least::Each(1)),
    // Up to fifty groups are described by their names; tags are told of one.
    ("logs:log-group", "logs:DescribeLogGroups", Least::Once),
    ("logs:log-group", "logs:ListTagsForResource", Least::Each(1)),
    (
        "network-firewall:firewall",
        "network-firewall:DescribeFirewall",
        Least::Each(1),
    ),
    (
        "network-firewall:firewall-policy",
        "network-firewall:DescribeFirewallPolicy",
        Least::Each(1),
    ),
    (
        "network-firewall:logging",
        "network-firewall:DescribeLoggingConfiguration",
        Least::Each(1),
    ),
    (
        "network-firewall:rule-group",
        "network-firewall:DescribeRuleGroup",
        Least::Each(1),
    ),
    // SageMaker lists names only, and no description holds tags.
    (
        "sagemaker:domain",
        "sagemaker:DescribeDomain",
        Least::Each(1),
    ),
    ("sagemaker:domain", "sagemaker:ListTags", Least::Each(1)),
    (
        "sagemaker:user-profile",
        "sagemaker:DescribeUserProfile",
        Least::Each(1),
    ),
    (
        "sagemaker:user-profile",
        "sagemaker:ListTags",
        Least::Each(1),
    ),
];

/// The calls of one refresh beside the fewest that it could have been.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refresh {
    made: BTreeMap<String, usize>,
    least: BTreeMap<String, usize>,
}

/// Compares the calls of a refresh with the fewest that its parts take, by the `parts` of the composite's state.
pub fn refresh(parts: &Value, calls: &[Call]) -> Refresh {
    let mut made = BTreeMap::new();
    for call in calls {
        *made.entry(call.operation.clone()).or_default() += 1;
    }
    Refresh {
        made,
        least: least(parts),
    }
}

impl Refresh {
    /// How many calls were made.
    pub fn made(&self) -> usize {
        self.made.values().sum()
    }

    /// The fewest calls that would do.
    pub fn least(&self) -> usize {
        self.least.values().sum()
    }

    /// How many times as many calls were made as would do.
    pub fn ratio(&self) -> f64 {
        let float = |count: usize| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        float(self.made()) / float(self.least())
    }
}

/// Each API of which there were more or fewer calls than the fewest that would do.
impl fmt::Display for Refresh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: std::collections::BTreeSet<_> =
            self.made.keys().chain(self.least.keys()).collect();
        for name in names {
            let count = |of: &BTreeMap<String, usize>| of.get(name).copied().unwrap_or_default();
            let (made, least) = (count(&self.made), count(&self.least));
            if made != least {
                writeln!(f, "  {name}: {made}, at least {least}")?;
            }
        }
        Ok(())
    }
}

/// The fewest calls by API. A kind without a row is a hole in the table.
fn least(parts: &Value) -> BTreeMap<String, usize> {
    let parts = parts.as_object().expect("parts are a map");
    let mut least: BTreeMap<String, usize> = BTreeMap::new();
    for (key, part) in parts {
        let kind = part["kind"].as_str().unwrap_or_default();
        let rows: Vec<_> = LEAST.iter().filter(|(of, ..)| *of == kind).collect();
        assert!(!rows.is_empty(), "no call is known to read `{key}`: {kind}");
        for (_, operation, calls) in rows {
            let count = least.entry((*operation).to_owned()).or_default();
            match calls {
                Least::Once => *count = 1,
                Least::Each(times) => *count += times,
                Least::InlinePolicy => *count += inline_policies(part),
                Least::IfGateway => *count = (*count).max(usize::from(is_gateway(part))),
            }
        }
    }
    least.retain(|_, count| *count > 0);
    least
}

fn inline_policies(part: &Value) -> usize {
    settings(part)["inline"]
        .as_object()
        .map_or(0, serde_json::Map::len)
}

fn is_gateway(part: &Value) -> bool {
    settings(part)["endpoint_type"] == "Gateway"
}

fn settings(part: &Value) -> Value {
    let text = part["settings"].as_str().expect("settings are a text");
    serde_json::from_str(text).expect("settings are JSON")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn part(kind: &str, settings: &str) -> Value {
        json!({"kind": kind, "id": "1", "settings": settings})
    }

    #[test]
    fn a_batch_counts_once_and_an_object_without_one_by_itself() {
        let inline = r#"{"inline":{"a":{},"b":{}}}"#;
        for (parts, expected) in [
            (
                json!({"a": part("ec2:subnet", "{}"), "b": part("ec2:subnet", "{}")}),
                json!({"ec2:DescribeSubnets": 1}),
            ),
            // Two kinds that one call answers for.
            (
                json!({"a": part("ec2:route-table", "{}"), "b": part("ec2:routes", "{}")}),
                json!({"ec2:DescribeRouteTables": 1}),
            ),
            (
                json!({"a": part("iam:role", "{}"), "b": part("iam:role", "{}")}),
                json!({"iam:GetRole": 2}),
            ),
            (
                json!({"a": part("iam:role-policies", inline)}),
                json!({"iam:ListRolePolicies": 1, "iam:ListAttachedRolePolicies": 1, "iam:GetRolePolicy": 2}),
            ),
            (
                json!({"a": part("ec2:vpc-endpoint", r#"{"endpoint_type":"Interface"}"#)}),
                json!({"ec2:DescribeVpcEndpoints": 1}),
            ),
            (
                json!({
                    "a": part("ec2:vpc-endpoint", r#"{"endpoint_type":"Gateway"}"#),
                    "b": part("ec2:vpc-endpoint", r#"{"endpoint_type":"Interface"}"#),
                }),
                json!({"ec2:DescribeVpcEndpoints": 1, "ec2:DescribeManagedPrefixLists": 1}),
            ),
        ] {
            assert_eq!(json!(least(&parts)), expected, "{parts}");
        }
    }

    #[test]
    #[should_panic(expected = "no call is known to read `a`")]
    fn a_kind_without_a_row_is_no_kind_without_calls() {
        least(&json!({"a": part("ec2:new-kind", "{}")}));
    }

    #[test]
    fn what_is_above_the_bound_is_named() {
        let call =
            |(service, operation)| Call::of(&json!({"service": service, "operation": operation}));
        let parts = json!({"a": part("ec2:subnet", "{}"), "b": part("iam:role", "{}")});
        let calls = [
            ("ec2", "DescribeSubnets"),
            ("iam", "GetRole"),
            ("iam", "GetRole"),
        ]
        .map(call);
        let found = refresh(&parts, &calls);
        assert_eq!((found.made(), found.least()), (3, 2));
        assert!((found.ratio() - 1.5).abs() < 1e-9);
        assert_eq!(found.to_string(), "  iam:GetRole: 2, at least 1\n");
    }
}
