//! Quotas: how much of something an account may have in a region, and how much of it there is.

use std::collections::{BTreeMap, BTreeSet};

use cloister_composite::PartError;
use futures::future::join_all;

use crate::{calls::Operation, session::Aws};

const QUOTA: Operation = Operation::read("servicequotas:GetServiceQuota");
const DOMAINS: Operation = Operation::read("sagemaker:ListDomains");
const PROFILES: Operation = Operation::read("sagemaker:ListUserProfiles");
const SPACES: Operation = Operation::read("sagemaker:ListSpaces");
const VPCS: Operation = Operation::read("ec2:DescribeVpcs");
const ADDRESSES: Operation = Operation::read("ec2:DescribeAddresses");

/// Every call that is made here.
pub(crate) const CALLS: &[Operation] = &[QUOTA, DOMAINS, PROFILES, SPACES, VPCS, ADDRESSES];

/// The most that one page holds of what SageMaker lists.
const PAGE: i32 = 100;

/// What an account may have a number of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Counted {
    /// Studio domains.
    Domains,
    /// User profiles, in all domains.
    UserProfiles,
    /// Spaces, in all domains.
    Spaces,
    /// VPCs.
    Vpcs,
    /// Elastic IP addresses.
    ElasticIps,
}

/// What there is room for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    /// How many there are.
    pub used: u32,
    /// How many there may be.
    pub quota: u32,
}

impl Counted {
    /// The service and the code of the quota, as Service Quotas has them:
    /// <https://docs.aws.amazon.com/general/latest/gr/sagemaker.html>,
    /// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>.
    pub const fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::Domains => ("sagemaker", "L-B683BCB0"),
            Self::UserProfiles => ("sagemaker", "L-AC46C40F"),
            Self::Spaces => ("sagemaker", "L-8E5333B4"),
            Self::Vpcs => ("vpc", "L-F678F1CE"),
            Self::ElasticIps => ("ec2", "L-0263D0A3"),
        }
    }

    /// What it is called in a sentence, in the plural.
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Domains => "Studio domains",
            Self::UserProfiles => "user profiles",
            Self::Spaces => "spaces",
            Self::Vpcs => "VPCs",
            Self::ElasticIps => "Elastic IP addresses",
        }
    }

    async fn used(self, aws: &Aws) -> Result<usize, PartError> {
        match self {
            Self::Domains => domains(aws).await,
            Self::UserProfiles => profiles(aws).await,
            Self::Spaces => spaces(aws).await,
            Self::Vpcs => vpcs(aws).await,
            Self::ElasticIps => addresses(aws).await,
        }
    }

    async fn room(self, aws: &Aws) -> Result<Room, PartError> {
        let (quota, used) = futures::try_join!(self.quota(aws), self.used(aws))?;
        Ok(Room {
            used: u32::try_from(used).unwrap_or(u32::MAX),
            quota,
        })
    }

    async fn quota(self, aws: &Aws) -> Result<u32, PartError> {
        let (service, code) = self.code();
        let request = aws
            .servicequotas()
            .get_service_quota()
            .service_code(service)
            .quota_code(code);
        let answer = aws.call(QUOTA, code, || request.clone().send()).await?;
        let value = answer.quota.and_then(|quota| quota.value);
        // A quota is a whole number; without one there is none to break.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a float becomes the nearest whole number that there is"
        )]
        Ok(value.map_or(u32::MAX, |value| value as u32))
    }
}

/// The room for each; beside it, what was not answered.
pub(super) async fn rooms(
    aws: &Aws,
    counted: &BTreeSet<Counted>,
) -> (BTreeMap<Counted, Room>, Vec<PartError>) {
    let answers = counted
        .iter()
        .map(async |counted| (*counted, counted.room(aws).await));
    let mut rooms = BTreeMap::new();
    let mut unanswered = Vec::new();
    for (counted, answer) in join_all(answers).await {
        match answer {
            Ok(room) => {
                rooms.insert(counted, room);
            }
            Err(error) => unanswered.push(error),
        }
    }
    (rooms, unanswered)
}

/// Counts what SageMaker lists page by page; each of its lists has types of its own.
macro_rules! listed {
    ($aws:expr, $operation:expr, $list:ident, $field:ident) => {{
        let aws: &Aws = $aws;
        let request = aws.sagemaker().$list().max_results(PAGE);
        let (mut count, mut token) = (0, None);
        loop {
            let page = request.clone().set_next_token(token);
            let answer = aws
                .call($operation, aws.region(), || page.clone().send())
                .await?;
            count += answer.$field.unwrap_or_default().len();
            token = answer.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                break Ok(count);
            }
        }
    }};
}

async fn domains(aws: &Aws) -> Result<usize, PartError> {
    listed!(aws, DOMAINS, list_domains, domains)
}

async fn profiles(aws: &Aws) -> Result<usize, PartError> {
    listed!(aws, PROFILES, list_user_profiles, user_profiles)
}

async fn spaces(aws: &Aws) -> Result<usize, PartError> {
    listed!(aws, SPACES, list_spaces, spaces)
}

async fn vpcs(aws: &Aws) -> Result<usize, PartError> {
    let request = aws.ec2().describe_vpcs();
    let answer = aws
        .call(VPCS, aws.region(), || request.clone().send())
        .await?;
    Ok(answer.vpcs.unwrap_or_default().len())
}

async fn addresses(aws: &Aws) -> Result<usize, PartError> {
    let request = aws.ec2().describe_addresses();
    let answer = aws
        .call(ADDRESSES, aws.region(), || request.clone().send())
        .await?;
    Ok(answer.addresses.unwrap_or_default().len())
}
