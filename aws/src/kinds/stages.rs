//! In which order objects go where nothing but their kinds is known.

/// Stage by stage, each before all that follow: what uses before what is used.
const STAGES: &[&[&str]] = &[
    &["sagemaker:space"],
    &["sagemaker:user-profile"],
    &["sagemaker:domain"],
    &[
        "cloudtrail:trail",
        "ec2:flow-log",
        "ec2:nat-gateway",
        "ec2:vpc-endpoint",
    ],
    // A firewall stays while there are routes to it.
    &["ec2:route-table"],
    &["network-firewall:firewall"],
    &["network-firewall:firewall-policy"],
    &["network-firewall:rule-group"],
    &["ec2:elastic-ip", "ec2:security-group", "ec2:subnet"],
    &["ec2:internet-gateway"],
    &["ec2:vpc"],
    &["iam:role"],
    &["iam:policy"],
    &["logs:log-group", "s3:bucket-policy"],
    &["s3:bucket"],
    &["kms:alias"],
    &["kms:key"],
];

/// When objects of this kind go; `None` for a kind that goes with another one, or is not known. The policy of a bucket goes
/// with it as well, unless it stands against emptying it.
pub fn deletion_stage(kind: &str) -> Option<usize> {
    STAGES.iter().position(|kinds| kinds.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::kinds;

    #[test]
    fn every_kind_that_carries_tags_has_its_stage_and_no_other_name_is_there() {
        let all = kinds();
        for name in all.names() {
            let tagged = all.get(name).is_some_and(|kind| kind.tagged());
            // They carry no tags, and have to go by themselves.
            let has_stage = tagged || ["kms:alias", "s3:bucket-policy"].contains(&name);
            assert_eq!(deletion_stage(name).is_some(), has_stage, "{name}");
        }
        let known: Vec<&str> = all.names().collect();
        for name in STAGES.iter().copied().flatten() {
            assert!(known.contains(name), "{name}");
        }
    }
}
