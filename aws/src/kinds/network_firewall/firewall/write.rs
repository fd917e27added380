//! Changes a firewall in place, one call per setting. Each call shows the token that the last one gave.

use std::collections::BTreeSet;

use aws_sdk_networkfirewall::types::SubnetMapping;
use cloister_composite::{Changing, PartError};

use super::{FirewallDesired, FirewallObserved, policy, subnets};
use crate::{
    calls::Operation,
    kinds::network_firewall::common::{put_tags, said, unbuilt},
    session::Aws,
};

const ADD_SUBNETS: Operation = Operation::idempotent("network-firewall:AssociateSubnets");
const REMOVE_SUBNETS: Operation = Operation::idempotent("network-firewall:DisassociateSubnets");
const PUT_POLICY: Operation = Operation::idempotent("network-firewall:AssociateFirewallPolicy");
const PUT_DESCRIPTION: Operation =
    Operation::idempotent("network-firewall:UpdateFirewallDescription");
const PROTECT_DELETE: Operation =
    Operation::idempotent("network-firewall:UpdateFirewallDeleteProtection");
const PROTECT_SUBNETS: Operation =
    Operation::idempotent("network-firewall:UpdateSubnetChangeProtection");
const PROTECT_POLICY: Operation =
    Operation::idempotent("network-firewall:UpdateFirewallPolicyChangeProtection");

/// Every call that is made here.
pub(super) const CALLS: &[Operation] = &[
    ADD_SUBNETS,
    REMOVE_SUBNETS,
    PUT_POLICY,
    PUT_DESCRIPTION,
    PROTECT_DELETE,
    PROTECT_SUBNETS,
    PROTECT_POLICY,
];

/// What AWS can be told to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Protection {
    Delete,
    Policy,
    Subnets,
}

/// A change in progress.
pub(super) struct Change<'a> {
    aws: &'a Aws,
    observed: &'a FirewallObserved,
    token: Option<String>,
    /// The protections that are on by now.
    protected: Vec<Protection>,
}

impl<'a> Change<'a> {
    pub(super) fn of(aws: &'a Aws, observed: &'a FirewallObserved) -> Self {
        let protections = [
            (Protection::Delete, observed.delete_protection),
            (Protection::Policy, observed.policy_change_protection),
            (Protection::Subnets, observed.subnet_change_protection),
        ];
        Self {
            aws,
            observed,
            token: observed.update_token.clone(),
            protected: protections
                .into_iter()
                .filter_map(|(protection, is_on)| is_on.then_some(protection))
                .collect(),
        }
    }

    /// Makes the whole change. Protections that are wanted are put back last.
    pub(super) async fn make(
        &mut self,
        changing: &Changing<'_, FirewallDesired, FirewallObserved>,
    ) -> Result<(), PartError> {
        let desired = changing.desired;
        if changing.touches("policy_arn") {
            self.protect(Protection::Policy, false).await?;
            self.put_policy(desired).await?;
        }
        if changing.touches("subnet_ids") {
            self.protect(Protection::Subnets, false).await?;
            self.put_subnets(&subnets(desired)?).await?;
        }
        if changing.touches("description") {
            self.put_description(desired).await?;
        }
        for (protection, is_wanted) in [
            (Protection::Delete, desired.delete_protection),
            (Protection::Policy, desired.policy_change_protection),
            (Protection::Subnets, desired.subnet_change_protection),
        ] {
            self.protect(protection, is_wanted).await?;
        }
        if changing.touches("tags") {
            let (arn, tags) = (&self.observed.arn, &self.observed.tags);
            put_tags(self.aws, arn, tags, &desired.tags).await?;
        }
        Ok(())
    }

    /// Lifts every protection.
    pub(super) async fn lift_all(&mut self) -> Result<(), PartError> {
        for protection in self.protected.clone() {
            self.protect(protection, false).await?;
        }
        Ok(())
    }

    /// New zones first: at no time has the firewall fewer than before and after.
    async fn put_subnets(&mut self, wanted: &BTreeSet<String>) -> Result<(), PartError> {
        let found = &self.observed.subnet_ids;
        let (name, api) = (self.observed.name.as_str(), self.aws.networkfirewall());
        let mut missing = wanted.difference(found).peekable();
        if missing.peek().is_some() {
            let request = api
                .associate_subnets()
                .firewall_arn(&self.observed.arn)
                .set_update_token(self.token.take())
                .set_subnet_mappings(Some(subnet_mappings(missing)?));
            let sent = self.aws.call(ADD_SUBNETS, name, || request.clone().send());
            let answer = sent.await.map_err(|error| error.about("subnet_ids"))?;
            self.token = answer.update_token;
        }
        let surplus: Vec<String> = found.difference(wanted).cloned().collect();
        if !surplus.is_empty() {
            let request = api
                .disassociate_subnets()
                .firewall_arn(&self.observed.arn)
                .set_update_token(self.token.take())
                .set_subnet_ids(Some(surplus));
            let sent = self
                .aws
                .call(REMOVE_SUBNETS, name, || request.clone().send());
            let answer = sent.await.map_err(|error| error.about("subnet_ids"))?;
            self.token = answer.update_token;
        }
        Ok(())
    }

    async fn put_policy(&mut self, desired: &FirewallDesired) -> Result<(), PartError> {
        let api = self.aws.networkfirewall();
        let request = api
            .associate_firewall_policy()
            .firewall_arn(&self.observed.arn)
            .set_update_token(self.token.take())
            .firewall_policy_arn(policy(desired)?.as_str());
        let name = self.observed.name.as_str();
        let sent = self.aws.call(PUT_POLICY, name, || request.clone().send());
        let answer = sent.await.map_err(|error| error.about("policy_arn"))?;
        self.token = answer.update_token;
        Ok(())
    }

    async fn put_description(&mut self, desired: &FirewallDesired) -> Result<(), PartError> {
        let text = desired.description.as_deref().and_then(said);
        let api = self.aws.networkfirewall();
        let request = api
            .update_firewall_description()
            .firewall_arn(&self.observed.arn)
            .set_update_token(self.token.take())
            .set_description(text);
        let name = self.observed.name.as_str();
        let sent = self
            .aws
            .call(PUT_DESCRIPTION, name, || request.clone().send());
        self.token = sent.await?.update_token;
        Ok(())
    }

    /// Turns a protection on or off, unless it is so already.
    async fn protect(&mut self, protection: Protection, is_on: bool) -> Result<(), PartError> {
        if self.protected.contains(&protection) == is_on {
            return Ok(());
        }
        let (aws, name) = (self.aws, self.observed.name.as_str());
        let (api, arn) = (aws.networkfirewall(), self.observed.arn.as_str());
        let token = self.token.take();
        self.token = match protection {
            Protection::Delete => {
                let request = api.update_firewall_delete_protection().firewall_arn(arn);
                let request = request.set_update_token(token).delete_protection(is_on);
                let sent = aws.call(PROTECT_DELETE, name, || request.clone().send());
                sent.await?.update_token
            }
            Protection::Policy => {
                let request = api.update_firewall_policy_change_protection();
                let request = request.firewall_arn(arn).set_update_token(token);
                let request = request.firewall_policy_change_protection(is_on);
                let sent = aws.call(PROTECT_POLICY, name, || request.clone().send());
                sent.await?.update_token
            }
            Protection::Subnets => {
                let request = api.update_subnet_change_protection().firewall_arn(arn);
                let request = request.set_update_token(token);
                let request = request.subnet_change_protection(is_on);
                let sent = aws.call(PROTECT_SUBNETS, name, || request.clone().send());
                sent.await?.update_token
            }
        };
        self.protected.retain(|one| *one != protection);
        if is_on {
            self.protected.push(protection);
        }
        Ok(())
    }
}

pub(super) fn subnet_mappings<'a>(
    subnets: impl Iterator<Item = &'a String>,
) -> Result<Vec<SubnetMapping>, PartError> {
    subnets
        .map(|subnet| SubnetMapping::builder().subnet_id(subnet).build())
        .collect::<Result<_, _>>()
        .map_err(unbuilt)
}
