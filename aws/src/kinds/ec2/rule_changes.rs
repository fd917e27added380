//! Calls that bring the rules of a security group to what they are to be.

use cloister_composite::{ErrorClass, PartError};

use super::{
    groups::describe_group,
    rules::{GroupRules, RuleObserved},
};
use crate::{calls::Operation, session::Aws};

const AUTHORIZE_INGRESS: Operation = Operation::idempotent("ec2:AuthorizeSecurityGroupIngress");
const AUTHORIZE_EGRESS: Operation = Operation::idempotent("ec2:AuthorizeSecurityGroupEgress");
const REVOKE_INGRESS: Operation = Operation::idempotent("ec2:RevokeSecurityGroupIngress");
const REVOKE_EGRESS: Operation = Operation::idempotent("ec2:RevokeSecurityGroupEgress");
const DESCRIBE_INGRESS: Operation =
    Operation::idempotent("ec2:UpdateSecurityGroupRuleDescriptionsIngress");
const DESCRIBE_EGRESS: Operation =
    Operation::idempotent("ec2:UpdateSecurityGroupRuleDescriptionsEgress");

/// Every call that is made here.
pub(in crate::kinds) const CALLS: &[&[Operation]] = &[&[
    AUTHORIZE_INGRESS,
    AUTHORIZE_EGRESS,
    REVOKE_INGRESS,
    REVOKE_EGRESS,
    DESCRIBE_INGRESS,
    DESCRIBE_EGRESS,
]];

/// Which way traffic goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ingress,
    Egress,
}

/// What is done with some rules of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Authorize,
    Describe,
    Revoke,
}

impl Direction {
    /// The setting that holds the rules of this direction.
    fn setting(self) -> &'static str {
        match self {
            Self::Ingress => "ingress",
            Self::Egress => "egress",
        }
    }

    fn rules(self, group: &GroupRules) -> &[RuleObserved] {
        match self {
            Self::Ingress => &group.ingress,
            Self::Egress => &group.egress,
        }
    }
}

/// Brings the rules of group `id` from `present` to `wanted`: what is missing first, what nobody wants last, so that
/// nothing wanted is closed in between.
pub(crate) async fn put_rules(
    aws: &Aws,
    id: &str,
    present: &GroupRules,
    wanted: &GroupRules,
) -> Result<(), PartError> {
    for act in [Act::Authorize, Act::Describe, Act::Revoke] {
        for direction in [Direction::Ingress, Direction::Egress] {
            let rules = left_to(act, direction, present, wanted);
            if rules.is_empty() {
                continue;
            }
            let answer = call(aws, id, act, direction, &rules).await;
            let is_done = |rules: &GroupRules| left_to(act, direction, rules, wanted).is_empty();
            confirm(aws, id, answer, is_done)
                .await
                .map_err(|error| error.about(direction.setting()))?;
        }
    }
    Ok(())
}

/// Takes `unwanted` from group `id`.
pub(crate) async fn revoke_rules(
    aws: &Aws,
    id: &str,
    present: &GroupRules,
    unwanted: &GroupRules,
) -> Result<(), PartError> {
    let kept = |rules: &[RuleObserved], unwanted: &[RuleObserved]| {
        let kept = rules.iter().filter(|rule| !unwanted.contains(rule));
        kept.cloned().collect()
    };
    let wanted = GroupRules {
        ingress: kept(&present.ingress, &unwanted.ingress),
        egress: kept(&present.egress, &unwanted.egress),
    };
    put_rules(aws, id, present, &wanted).await
}

/// The rules on which `act` is still to be done.
fn left_to(
    act: Act,
    direction: Direction,
    present: &GroupRules,
    wanted: &GroupRules,
) -> Vec<RuleObserved> {
    let (present, wanted) = (direction.rules(present), direction.rules(wanted));
    let among = |rules: &[RuleObserved], rule: &RuleObserved| {
        rules.iter().find(|other| other.is_same(rule)).cloned()
    };
    let rules = match act {
        Act::Revoke => present.iter().filter(|rule| among(wanted, rule).is_none()),
        Act::Authorize | Act::Describe => return missing(act, wanted, |rule| among(present, rule)),
    };
    rules.cloned().collect()
}

fn missing(
    act: Act,
    wanted: &[RuleObserved],
    present: impl Fn(&RuleObserved) -> Option<RuleObserved>,
) -> Vec<RuleObserved> {
    let rules = wanted.iter().filter(|rule| match present(rule) {
        None => act == Act::Authorize,
        Some(found) => act == Act::Describe && found.description != rule.description,
    });
    rules.cloned().collect()
}

/// EC2 refuses a change of several rules as a whole where one of them is done already, by a call whose answer was lost
/// or by somebody else: whether anything is left to do is seen by looking.
async fn confirm(
    aws: &Aws,
    id: &str,
    answer: Result<(), PartError>,
    is_done: impl Fn(&GroupRules) -> bool,
) -> Result<(), PartError> {
    let Err(error) = answer else { return Ok(()) };
    if !matches!(
        error.class,
        ErrorClass::AlreadyExists | ErrorClass::NotFound
    ) {
        return Err(error);
    }
    let group = describe_group(aws, id).await?;
    let rules = group.as_ref().map(GroupRules::of).transpose()?;
    match rules {
        Some(rules) if is_done(&rules) => Ok(()),
        // Somebody changes the rules as well: the next try sees what is left.
        Some(_) => Err(PartError {
            class: ErrorClass::Busy,
            ..error
        }),
        None => Err(error),
    }
}

async fn call(
    aws: &Aws,
    id: &str,
    act: Act,
    direction: Direction,
    rules: &[RuleObserved],
) -> Result<(), PartError> {
    let rules = Some(rules.iter().map(RuleObserved::permission).collect());
    let ec2 = aws.ec2();
    // Every call is a type of its own.
    macro_rules! send {
        ($operation:expr, $request:expr) => {{
            let request = $request.group_id(id).set_ip_permissions(rules);
            aws.call($operation, id, || request.clone().send())
                .await
                .map(|_| ())
        }};
    }
    match (act, direction) {
        (Act::Authorize, Direction::Ingress) => {
            send!(AUTHORIZE_INGRESS, ec2.authorize_security_group_ingress())
        }
        (Act::Authorize, Direction::Egress) => {
            send!(AUTHORIZE_EGRESS, ec2.authorize_security_group_egress())
        }
        (Act::Describe, Direction::Ingress) => send!(
            DESCRIBE_INGRESS,
            ec2.update_security_group_rule_descriptions_ingress()
        ),
        (Act::Describe, Direction::Egress) => send!(
            DESCRIBE_EGRESS,
            ec2.update_security_group_rule_descriptions_egress()
        ),
        (Act::Revoke, Direction::Ingress) => {
            send!(REVOKE_INGRESS, ec2.revoke_security_group_ingress())
        }
        (Act::Revoke, Direction::Egress) => {
            send!(REVOKE_EGRESS, ec2.revoke_security_group_egress())
        }
    }
}
