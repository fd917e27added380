//! Reads a firewall, and says how far it is.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_networkfirewall::types::{
    Attachment, AttachmentStatus, Firewall as Described, FirewallStatus,
};
use cloister_composite::PartError;

use super::{FirewallEndpoint, FirewallObserved};
use crate::{
    calls::Operation,
    kinds::{
        network_firewall::common::{DELETING, Named, tags_of},
        settled::answered,
    },
    session::Aws,
};

const DESCRIBE: Operation = Operation::read("network-firewall:DescribeFirewall");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[DESCRIBE];

const READY: &str = "READY";
const IN_SYNC: &str = "IN_SYNC";
const CAPACITY_CONSTRAINED: &str = "CAPACITY_CONSTRAINED";

pub(super) async fn read_firewall(
    aws: &Aws,
    id: &str,
) -> Result<Option<FirewallObserved>, PartError> {
    let Named { name, arn } = Named::by(id);
    let request = aws
        .networkfirewall()
        .describe_firewall()
        .set_firewall_name(name)
        .set_firewall_arn(arn);
    let answer = match aws.call(DESCRIBE, id, || request.clone().send()).await {
        Err(error) if error.is_not_found() => return Ok(None),
        answer => answer?,
    };
    let firewall = answered(answer.firewall, DESCRIBE.api, "Firewall")?;
    let status = answered(answer.firewall_status, DESCRIBE.api, "FirewallStatus")?;
    observed(DESCRIBE.api, firewall, status, answer.update_token).map(Some)
}

pub(super) fn observed(
    api: &str,
    firewall: Described,
    status: FirewallStatus,
    update_token: Option<String>,
) -> Result<FirewallObserved, PartError> {
    let endpoints: BTreeMap<String, FirewallEndpoint> = status
        .sync_states
        .unwrap_or_default()
        .into_iter()
        .map(|(zone, state)| (zone, state.attachment.map(endpoint).unwrap_or_default()))
        .collect();
    let going: BTreeSet<&str> = endpoints
        .values()
        .filter(|endpoint| endpoint.status == DELETING)
        .filter_map(|endpoint| endpoint.subnet_id.as_deref())
        .collect();
    // AWS may list a subnet until its endpoint is gone. One that goes with the whole firewall is the firewall's still.
    let kept = status.status.as_str() == DELETING;
    let subnet_ids = firewall
        .subnet_mappings
        .into_iter()
        .map(|mapping| mapping.subnet_id)
        .filter(|subnet| kept || !going.contains(subnet.as_str()))
        .collect();
    Ok(FirewallObserved {
        name: answered(firewall.firewall_name, api, "FirewallName")?,
        arn: answered(firewall.firewall_arn, api, "FirewallArn")?,
        id: firewall.firewall_id,
        description: firewall.description.unwrap_or_default(),
        status: status.status.as_str().to_owned(),
        sync: status.configuration_sync_state_summary.as_str().to_owned(),
        vpc_id: firewall.vpc_id,
        subnet_ids,
        endpoints,
        policy_arn: firewall.firewall_policy_arn,
        delete_protection: firewall.delete_protection,
        subnet_change_protection: firewall.subnet_change_protection,
        policy_change_protection: firewall.firewall_policy_change_protection,
        number_of_associations: firewall.number_of_associations,
        tags: tags_of(firewall.tags),
        update_token,
    })
}

fn endpoint(attachment: Attachment) -> FirewallEndpoint {
    let status = attachment.status.as_ref().map(AttachmentStatus::as_str);
    FirewallEndpoint {
        status: status.unwrap_or_default().to_owned(),
        endpoint_id: attachment.endpoint_id,
        subnet_id: attachment.subnet_id,
        status_message: attachment.status_message,
    }
}

impl FirewallEndpoint {
    /// Whether routes may lead to it.
    pub(super) fn serves(&self) -> bool {
        matches!(self.status.as_str(), READY | "SCALING")
    }

    fn failed(&self) -> bool {
        matches!(self.status.as_str(), "FAILED" | "ERROR")
    }
}

impl FirewallObserved {
    /// Whether every subnet has an endpoint that serves under the present rules.
    ///
    /// AWS says so in `status` already; that alone would do until a zone is added and `status` lags behind.
    /// <https://docs.aws.amazon.com/network-firewall/latest/APIReference/API_FirewallStatus.html>
    pub(super) fn is_ready(&self) -> bool {
        let serving: BTreeSet<&str> = self
            .endpoints
            .values()
            .filter(|endpoint| endpoint.serves() && endpoint.endpoint_id.is_some())
            .filter_map(|endpoint| endpoint.subnet_id.as_deref())
            .collect();
        self.status == READY
            && self.sync == IN_SYNC
            && self
                .subnet_ids
                .iter()
                .all(|subnet| serving.contains(subnet.as_str()))
    }

    /// Why it will not become ready by itself.
    pub(super) fn failure(&self) -> Option<String> {
        if self.sync == CAPACITY_CONSTRAINED {
            return Some("the rules take more capacity than the firewall has".to_owned());
        }
        let failed = self
            .endpoints
            .iter()
            .find(|(_, endpoint)| endpoint.failed());
        match failed {
            Some((zone, endpoint)) => Some(format!(
                "the endpoint in {zone} is {}: {}",
                endpoint.status,
                endpoint
                    .status_message
                    .as_deref()
                    .unwrap_or("AWS does not say why")
            )),
            None => (self.status == "FAILED").then(|| "its status is FAILED".to_owned()),
        }
    }

    /// The firewall with what is left of it, for a message.
    pub(super) fn words(&self) -> String {
        let endpoints: Vec<&str> = self
            .endpoints
            .values()
            .filter_map(|endpoint| endpoint.endpoint_id.as_deref())
            .collect();
        if endpoints.is_empty() {
            return "the firewall".to_owned();
        }
        format!("the firewall and its endpoints {}", endpoints.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use cloister_composite::{PartKind, Readiness, Tags};

    use super::*;
    use crate::kinds::Firewall;

    fn endpoint_of(zone: &str, status: &str) -> (String, FirewallEndpoint) {
        let endpoint = FirewallEndpoint {
            endpoint_id: (status != "CREATING").then(|| format!("vpce-{zone}")),
            subnet_id: Some(format!("subnet-{zone}")),
            status: status.to_owned(),
            status_message: None,
        };
        (zone.to_owned(), endpoint)
    }

    fn firewall(status: &str, sync: &str, endpoints: &[(&str, &str)]) -> FirewallObserved {
        FirewallObserved {
            name: "f".into(),
            arn: "arn:aws:network-firewall:eu-west-1:111122223333:firewall/f".into(),
            id: "i".into(),
            description: String::new(),
            status: status.into(),
            sync: sync.into(),
            vpc_id: "vpc-1".into(),
            subnet_ids: ["subnet-a".to_owned(), "subnet-b".to_owned()].into(),
            endpoints: endpoints
                .iter()
                .map(|(zone, status)| endpoint_of(zone, status))
                .collect(),
            policy_arn: String::new(),
            delete_protection: false,
            subnet_change_protection: false,
            policy_change_protection: false,
            number_of_associations: None,
            tags: Tags::new(),
            update_token: None,
        }
    }

    #[test]
    fn a_firewall_is_ready_once_every_zone_is_and_its_rules_are_there() {
        let both = [("a", "READY"), ("b", "READY")];
        for (status, sync, endpoints, expected) in [
            ("READY", "IN_SYNC", &both[..], "ready"),
            ("READY", "IN_SYNC", &both[..1], "pending"),
            (
                "READY",
                "IN_SYNC",
                &[("a", "READY"), ("b", "CREATING")],
                "pending",
            ),
            (
                "READY",
                "IN_SYNC",
                &[("a", "READY"), ("b", "SCALING")],
                "ready",
            ),
            ("READY", "PENDING", &both, "pending"),
            ("PROVISIONING", "IN_SYNC", &both, "pending"),
            (
                "PROVISIONING",
                "PENDING",
                &[("a", "READY"), ("b", "FAILED")],
                "failed",
            ),
            ("READY", "CAPACITY_CONSTRAINED", &both, "failed"),
            ("DELETING", "IN_SYNC", &both, "failed"),
        ] {
            let found = match Firewall::readiness(&firewall(status, sync, endpoints)) {
                Readiness::Ready => "ready",
                Readiness::Pending => "pending",
                Readiness::Failed(_) => "failed",
                Readiness::Broken(_) => "broken",
            };
            assert_eq!(found, expected, "{status} {sync} {endpoints:?}");
        }
    }

    #[test]
    fn only_endpoints_that_serve_are_offered_to_routes() {
        let found = firewall(
            "PROVISIONING",
            "PENDING",
            &[("a", "READY"), ("b", "CREATING"), ("c", "DELETING")],
        );
        let outputs = Firewall::outputs(&found);
        let endpoints: Vec<_> = outputs
            .iter()
            .filter(|(name, _)| name.starts_with("endpoint-"))
            .map(|(name, id)| (name.as_ref(), id.as_str()))
            .collect();
        assert_eq!(endpoints, [("endpoint-a", "vpce-a")]);
    }
}
