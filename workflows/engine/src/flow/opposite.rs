//! The pattern that every possible answer matches, so that one pass finds flows and answers.

use serde_json::{Map, Value, json};

const OR: &str = "$or";
const EITHER_WAY: [&str; 8] = [
    "az-id",
    "instance-id",
    "interface-id",
    "protocol",
    "region",
    "subnet-id",
    "type",
    "vpc-id",
];
const SWAPPED: [[&str; 2]; 4] = [
    ["srcaddr", "dstaddr"],
    ["srcport", "dstport"],
    ["pkt-srcaddr", "pkt-dstaddr"],
    ["pkt-src-aws-service", "pkt-dst-aws-service"],
];

/// The pattern of records that may answer those that match `pattern`.
///
/// It asks for less: what may differ between the two directions is left out.
pub(super) fn opposite(pattern: &Value) -> Value {
    let mut opposite = fields(pattern);
    opposite.insert("action".to_owned(), json!(["ACCEPT"]));
    Value::Object(opposite)
}

fn fields(pattern: &Value) -> Map<String, Value> {
    let members = pattern.as_object().into_iter().flatten();
    members
        .filter_map(|(name, value)| match name.as_str() {
            OR => Some((name.clone(), branches(value)?)),
            name => Some((on_the_way_back(name)?.to_owned(), value.clone())),
        })
        .collect()
}

/// Alternatives of which one asks for nothing any more ask for nothing together.
fn branches(alternatives: &Value) -> Option<Value> {
    let branches: Vec<Map<String, Value>> = alternatives.as_array()?.iter().map(fields).collect();
    let every_one_asks = branches.iter().all(|branch| !branch.is_empty());
    every_one_asks.then(|| json!(branches))
}

fn on_the_way_back(name: &str) -> Option<&str> {
    let swapped = SWAPPED.iter().find_map(|[one, other]| match name {
        _ if name == *one => Some(*other),
        _ if name == *other => Some(*one),
        _ => None,
    });
    swapped.or_else(|| EITHER_WAY.into_iter().find(|kept| *kept == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_opposite_swaps_ends_and_drops_what_may_differ() {
        let cases = [
            (
                json!({"interface-id": ["eni-1"], "dstport": [443], "srcaddr": [{"cidr": "10.0.0.0/8"}],
                       "action": ["ACCEPT"], "packets": [{"numeric": [">", 1]}]}),
                json!({"interface-id": ["eni-1"], "srcport": [443], "dstaddr": [{"cidr": "10.0.0.0/8"}],
                       "action": ["ACCEPT"]}),
            ),
            (
                json!({"action": ["REJECT"], "flow-direction": ["egress"]}),
                json!({"action": ["ACCEPT"]}),
            ),
            (
                json!({"$or": [{"dstport": [80]}, {"pkt-dst-aws-service": ["S3"], "action": ["ACCEPT"]}]}),
                json!({"$or": [{"srcport": [80]}, {"pkt-src-aws-service": ["S3"]}], "action": ["ACCEPT"]}),
            ),
            (
                json!({"protocol": [6], "$or": [{"dstport": [80]}, {"action": ["REJECT"]}]}),
                json!({"protocol": [6], "action": ["ACCEPT"]}),
            ),
        ];
        for (pattern, expected) in cases {
            assert_eq!(opposite(&pattern), expected, "{pattern}");
        }
    }
}
