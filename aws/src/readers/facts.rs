//! What a plan asks of an account before anything is made: zones, endpoint services, domains, subnets, quotas.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::Filter;
use cloister_composite::PartError;

use super::quotas::{Counted, Room, rooms};
use crate::{calls::Operation, session::Aws};

const ZONES: Operation = Operation::read("ec2:DescribeAvailabilityZones");
const SERVICES: Operation = Operation::read("ec2:DescribeVpcEndpointServices");
const SUBNETS: Operation = Operation::read("ec2:DescribeSubnets");
const DOMAINS: Operation = Operation::read("sagemaker:ListDomains");
const INSTANCES: Operation = Operation::read("sso:ListInstances");

/// Every call that is made here.
pub(crate) const CALLS: &[Operation] = &[ZONES, SERVICES, SUBNETS, DOMAINS, INSTANCES];

/// What is asked. What is empty or `false` is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Inquiry {
    /// Which availability zones the region has.
    pub zones: bool,
    /// In which zones these endpoint services are offered, by their whole names.
    pub endpoint_services: BTreeSet<String>,
    /// What these subnets are, by id.
    pub subnets: BTreeSet<String>,
    /// Which Studio domains the region has.
    pub domains: bool,
    /// How much room there is for more of these.
    pub counted: BTreeSet<Counted>,
    /// Whether the region has an instance of IAM Identity Center that the account sees.
    pub identity_center: bool,
}

/// What the account answered; `None` where it was not asked or did not let itself be read.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The zones that are open to the account, sorted.
    pub zones: Option<Vec<String>>,
    /// The zones of each endpoint service that the region offers.
    pub endpoint_services: Option<BTreeMap<String, BTreeSet<String>>>,
    /// The subnets that exist.
    pub subnets: Option<Vec<SubnetFact>>,
    /// The Studio domains.
    pub domains: Option<Vec<DomainFact>>,
    /// The room for what was asked about; what did not let itself be counted is missing.
    pub rooms: BTreeMap<Counted, Room>,
    /// Whether there is an instance of IAM Identity Center.
    pub identity_center: Option<bool>,
    /// The questions that were not answered.
    pub unanswered: Vec<PartError>,
}

/// A subnet that others made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubnetFact {
    /// Its id.
    pub id: String,
    /// Its VPC.
    pub vpc_id: String,
    /// Its zone.
    pub availability_zone: String,
    /// Its addresses.
    pub cidr: String,
    /// How many of them are free.
    pub free_addresses: u32,
}

/// A Studio domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainFact {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its status, such as `InService`.
    pub status: String,
}

/// Asks the account. What it does not answer is said in [`Facts::unanswered`]: a plan works read-only, and with less.
pub async fn facts(aws: &Aws, inquiry: &Inquiry) -> Facts {
    let (zones, services, subnets, domains, identity_center, (rooms, uncounted)) = futures::join!(
        asked(inquiry.zones, zones(aws)),
        asked(
            !inquiry.endpoint_services.is_empty(),
            services(aws, &inquiry.endpoint_services)
        ),
        asked(!inquiry.subnets.is_empty(), subnets(aws, &inquiry.subnets)),
        asked(inquiry.domains, domains(aws)),
        asked(inquiry.identity_center, has_identity_center(aws)),
        rooms(aws, &inquiry.counted),
    );
    let mut facts = Facts {
        rooms,
        unanswered: uncounted,
        ..Facts::default()
    };
    facts.zones = facts.keep(zones);
    facts.endpoint_services = facts.keep(services);
    facts.subnets = facts.keep(subnets);
    facts.domains = facts.keep(domains);
    facts.identity_center = facts.keep(identity_center);
    facts
}

impl Facts {
    fn keep<T>(&mut self, answer: Option<Result<T, PartError>>) -> Option<T> {
        match answer? {
            Ok(answer) => Some(answer),
            Err(error) => {
                self.unanswered.push(error);
                None
            }
        }
    }
}

async fn asked<T>(
    is_asked: bool,
    answer: impl Future<Output = Result<T, PartError>>,
) -> Option<Result<T, PartError>> {
    if is_asked { Some(answer.await) } else { None }
}

async fn zones(aws: &Aws) -> Result<Vec<String>, PartError> {
    let request = aws.ec2().describe_availability_zones().filters(
        Filter::builder()
            .name("zone-type")
            .values("availability-zone")
            .build(),
    );
    let answer = aws
        .call(ZONES, aws.region(), || request.clone().send())
        .await?;
    let zones = answer.availability_zones.unwrap_or_default();
    let mut names: Vec<String> = zones
        .into_iter()
        .filter(|zone| {
            zone.state
                .as_ref()
                .is_none_or(|state| state.as_str() == "available")
        })
        .filter_map(|zone| zone.zone_name)
        .collect();
    names.sort();
    Ok(names)
}

/// A filter, where a name alone would be refused as unknown.
async fn services(
    aws: &Aws,
    names: &BTreeSet<String>,
) -> Result<BTreeMap<String, BTreeSet<String>>, PartError> {
    let request = aws.ec2().describe_vpc_endpoint_services().filters(
        Filter::builder()
            .name("service-name")
            .set_values(Some(names.iter().cloned().collect()))
            .build(),
    );
    let mut found = BTreeMap::new();
    let mut token = None;
    loop {
        let page = request.clone().set_next_token(token);
        let answer = aws
            .call(SERVICES, aws.region(), || page.clone().send())
            .await?;
        for service in answer.service_details.unwrap_or_default() {
            if let Some(name) = service.service_name {
                let zones = service.availability_zones.unwrap_or_default();
                found
                    .entry(name)
                    .or_insert_with(BTreeSet::new)
                    .extend(zones);
            }
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}

async fn subnets(aws: &Aws, ids: &BTreeSet<String>) -> Result<Vec<SubnetFact>, PartError> {
    let request = aws.ec2().describe_subnets().filters(
        Filter::builder()
            .name("subnet-id")
            .set_values(Some(ids.iter().cloned().collect()))
            .build(),
    );
    let answer = aws
        .call(SUBNETS, aws.region(), || request.clone().send())
        .await?;
    let found = answer.subnets.unwrap_or_default().into_iter();
    Ok(found
        .filter_map(|subnet| {
            Some(SubnetFact {
                id: subnet.subnet_id?,
                vpc_id: subnet.vpc_id?,
                availability_zone: subnet.availability_zone?,
                cidr: subnet.cidr_block?,
                free_addresses: subnet
                    .available_ip_address_count
                    .and_then(|count| u32::try_from(count).ok())
                    .unwrap_or_default(),
            })
        })
        .collect())
}

async fn domains(aws: &Aws) -> Result<Vec<DomainFact>, PartError> {
    /// The most that one page holds; the default is 10.
    const PAGE: i32 = 100;
    let request = aws.sagemaker().list_domains().max_results(PAGE);
    let mut found = Vec::new();
    let mut token = None;
    loop {
        let page = request.clone().set_next_token(token);
        let answer = aws
            .call(DOMAINS, aws.region(), || page.clone().send())
            .await?;
        let domains = answer.domains.unwrap_or_default().into_iter();
        found.extend(domains.filter_map(|domain| {
            Some(DomainFact {
                id: domain.domain_id?,
                name: domain.domain_name?,
                status: domain.status?.as_str().to_owned(),
            })
        }));
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            return Ok(found);
        }
    }
}

async fn has_identity_center(aws: &Aws) -> Result<bool, PartError> {
    let request = aws.ssoadmin().list_instances();
    let answer = aws
        .call(INSTANCES, aws.region(), || request.clone().send())
        .await?;
    Ok(!answer.instances.unwrap_or_default().is_empty())
}
