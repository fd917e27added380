//! From where people sign in to a domain.

use cloister_policy::{Document, Operator, Statement};
use ipnet::Ipv4Net;

use super::Home;

/// Whoever has this makes the URL that signs somebody in.
pub const SIGN_IN: &str = "sagemaker:CreatePresignedDomainUrl";

/// The places from which people sign in; none at all means everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignIn {
    /// VPC endpoints of the SageMaker API.
    pub endpoints: Vec<String>,
    pub vpcs: Vec<String>,
    /// Public ranges. A request through an endpoint has no public address.
    pub cidrs: Vec<String>,
}

impl SignIn {
    /// Whether people sign in from everywhere.
    pub fn is_everywhere(&self) -> bool {
        [&self.endpoints, &self.vpcs, &self.cidrs]
            .iter()
            .all(|places| places.is_empty())
    }

    /// What refuses to sign anybody in from elsewhere.
    ///
    /// Where a request comes from is known by one of these keys, and it lacks the others: negated, each holds without
    /// its key, and all of them hold elsewhere only. A request that a service makes for somebody lacks them all; no
    /// service needs to make one, and it would be a way round.
    pub(crate) fn denials(&self) -> Vec<Statement> {
        if self.is_everywhere() {
            return Vec::new();
        }
        let deny = |sid: &str, by_service: &str| {
            Statement::deny(sid).action(SIGN_IN).resource("*").when(
                Operator::Bool,
                "aws:ViaAWSService",
                [by_service],
            )
        };
        let mut elsewhere = deny("DenySignInFromElsewhere", "false");
        for (operator, key, places) in [
            (Operator::StringNotEquals, "aws:SourceVpce", &self.endpoints),
            (Operator::StringNotEquals, "aws:SourceVpc", &self.vpcs),
            (Operator::NotIpAddress, "aws:SourceIp", &self.cidrs),
        ] {
            if !places.is_empty() {
                elsewhere = elsewhere.when(operator, key, places.clone());
            }
        }
        vec![elsewhere, deny("DenySignInByServices", "true")]
    }

    /// The policy of those who sign in to these user profiles, given by domain and name, and to no others.
    pub fn policy(&self, home: &Home, profiles: &[(String, String)]) -> Document {
        let profiles = profiles.iter().map(|(domain, profile)| {
            home.arn("sagemaker", &format!("user-profile/{domain}/{profile}"))
        });
        Document::of(
            [Statement::allow("AllowSignIn")
                .actions([SIGN_IN, "sagemaker:DescribeUserProfile"])
                .resources(profiles)]
            .into_iter()
            .chain(self.denials()),
        )
    }
}

/// Whether a range can never be where a request comes from by `aws:SourceIp`, which has public addresses only.
pub fn is_private(cidr: &str) -> bool {
    let range: Result<Ipv4Net, _> = cidr.parse();
    range.is_ok_and(|range| {
        let address = range.network();
        address.is_private() || address.is_loopback() || address.is_link_local()
    })
}
