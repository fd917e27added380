//! The VPC with its subnets, route tables and security groups.

use std::collections::BTreeMap;

use cloister_aws::{
    Ec2DefaultSecurityGroup, Ec2DefaultSecurityGroupDesired, Ec2RouteTable, Ec2RouteTableDesired,
    Ec2SecurityGroup, Ec2SecurityGroupDesired, Ec2SecurityGroupRules, Ec2SecurityGroupRulesDesired,
    Ec2Subnet, Ec2SubnetDesired, Ec2Vpc, Ec2VpcDesired, Rule,
};
use cloister_composite::{Builder, Input, Tags};

use super::{Draft, endpoints::Endpoints, wire};
use crate::studio_domain::{
    ip_plan::{Egress, SubnetClass},
    shape::{Ground, OwnGround, Zone, inputs},
};

/// Where things are put.
pub(super) struct Lines {
    pub(super) vpc_id: Input<String>,
    /// The subnets of Studio and of the endpoints.
    pub(super) studio_subnets: Vec<Input<String>>,
    /// The route tables of these subnets.
    pub(super) studio_tables: Vec<Input<String>>,
    /// The subnets and route tables by zone and class; none in a network of others.
    pub(super) subnets: BTreeMap<(String, SubnetClass), (Input<String>, Input<String>)>,
}

impl Lines {
    /// Names of nothing, for proofs.
    pub(super) fn unmade() -> Self {
        Self {
            vpc_id: Input::Known("vpc-00000000000000000".to_owned()),
            studio_subnets: vec![Input::Known("subnet-00000000000000000".to_owned())],
            studio_tables: Vec::new(),
            subnets: BTreeMap::new(),
        }
    }

    /// The subnet of this class in this zone.
    pub(super) fn subnet(&self, zone: &Zone, class: SubnetClass) -> Input<String> {
        self.pair(zone, class)
            .map_or(Input::Unknown, |(subnet, _)| subnet.clone())
    }

    /// The route table of that subnet.
    pub(super) fn table(&self, zone: &Zone, class: SubnetClass) -> Input<String> {
        self.pair(zone, class)
            .map_or(Input::Unknown, |(_, table)| table.clone())
    }

    fn pair(&self, zone: &Zone, class: SubnetClass) -> Option<&(Input<String>, Input<String>)> {
        self.subnets.get(&(zone.name.clone(), class))
    }
}

/// The security groups.
pub(super) struct Groups {
    pub(super) studio: Input<String>,
    pub(super) endpoints: Option<Input<String>>,
}

pub(super) fn lay_out(parts: &mut Builder, draft: &Draft<'_>) -> Lines {
    match &draft.shape.ground {
        Ground::Own(own) => own_network(parts, own),
        Ground::Existing(existing) => {
            parts.expose("vpc_id", &existing.vpc_id);
            let studio_subnets = inputs(existing.subnet_ids);
            parts.expose("subnet_ids", &studio_subnets);
            Lines {
                vpc_id: existing.vpc_id.clone(),
                studio_subnets,
                studio_tables: inputs(existing.route_table_ids),
                subnets: BTreeMap::new(),
            }
        }
    }
}

fn own_network(parts: &mut Builder, own: &OwnGround) -> Lines {
    let vpc = parts
        .part::<Ec2Vpc>(
            "network/vpc",
            &Ec2VpcDesired {
                cidr: own.cidr.clone(),
                // Private DNS of endpoints needs both.
                dns_support: None,
                dns_hostnames: true,
                tags: Tags::new(),
            },
        )
        .from("", "network.cidr");
    let vpc_id = wire(&vpc.output(&Ec2Vpc::ID));
    let _ = parts.part::<Ec2DefaultSecurityGroup>(
        "network/default-group",
        &Ec2DefaultSecurityGroupDesired {
            vpc_id: vpc_id.clone(),
            ingress: Vec::new(),
            egress: Vec::new(),
        },
    );
    let mut lines = Lines {
        vpc_id: vpc_id.clone(),
        studio_subnets: Vec::new(),
        studio_tables: Vec::new(),
        subnets: BTreeMap::new(),
    };
    for zone in &own.zones {
        for (class, cidr) in &zone.cidrs {
            let key = part_key(&zone.name, *class);
            let subnet = parts
                .part::<Ec2Subnet>(
                    &key,
                    &Ec2SubnetDesired {
                        vpc_id: vpc_id.clone(),
                        cidr: cidr.clone(),
                        availability_zone: zone.name.clone(),
                        map_public_ip: false,
                        tags: Tags::new(),
                    },
                )
                .from("", "network.availability_zones")
                .from("cidr", "network.cidr");
            let subnet = wire(&subnet.output(&Ec2Subnet::ID));
            let table = parts
                .part::<Ec2RouteTable>(
                    &format!("{key}/table"),
                    &Ec2RouteTableDesired {
                        vpc_id: vpc_id.clone(),
                        subnet_ids: vec![subnet.clone()],
                        tags: Tags::new(),
                    },
                )
                .from("", "network.availability_zones");
            let table = wire(&table.output(&Ec2RouteTable::ID));
            if *class == SubnetClass::Studio {
                lines.studio_subnets.push(subnet.clone());
                lines.studio_tables.push(table.clone());
            }
            lines
                .subnets
                .insert((zone.name.clone(), *class), (subnet, table));
        }
    }
    parts.expose("vpc_id", &lines.vpc_id);
    parts.expose("subnet_ids", &lines.studio_subnets);
    lines
}

/// The key of a subnet; its table and routes stand below it.
pub(super) fn part_key(zone: &str, class: SubnetClass) -> String {
    format!("network/{zone}/{}", class.as_str())
}

/// Lays out the groups; their rules name what the groups are needed for, and come later.
pub(super) fn groups(parts: &mut Builder, draft: &Draft<'_>, lines: &Lines) -> Groups {
    let studio = group(
        parts,
        draft,
        lines,
        "studio",
        "Apps and jobs of the Studio domain",
    );
    parts.expose("security_group_id", &studio);
    let endpoints = (!draft.shape.endpoints.is_empty()).then(|| {
        group(
            parts,
            draft,
            lines,
            "endpoints",
            "VPC endpoints of the Studio domain",
        )
    });
    Groups { studio, endpoints }
}

/// Apps talk to each other and to the endpoints; the endpoints are talked to, and never talk first.
pub(super) fn group_rules(
    parts: &mut Builder,
    draft: &Draft<'_>,
    groups: &Groups,
    endpoints: &Endpoints,
) {
    let within = Peer::Group(&groups.studio).rule(
        "-1",
        None,
        "Apps, jobs and home directories among each other",
    );
    let mut out = vec![within.clone()];
    if let Some(group) = &groups.endpoints {
        out.push(Peer::Group(group).rule("tcp", Some(HTTPS), "To the VPC endpoints"));
    }
    let is_closed = draft
        .shape
        .own()
        .is_some_and(|own| own.egress == Egress::None);
    if !is_closed {
        // What may leave is for routes and firewall to say.
        out.push(Peer::Anywhere.rule(
            "-1",
            None,
            "The way out, as far as routes and firewall allow it",
        ));
    } else if let Some(prefixes) = &endpoints.s3_prefixes {
        out.push(Peer::Prefixes(prefixes).rule(
            "tcp",
            Some(HTTPS),
            "To S3 through its gateway endpoint",
        ));
    }
    rules(parts, "studio", &groups.studio, vec![within], out);
    if let Some(group) = &groups.endpoints {
        let from_apps = Peer::Group(&groups.studio).rule("tcp", Some(HTTPS), "From apps and jobs");
        rules(parts, "endpoints", group, vec![from_apps], Vec::new());
    }
}

const HTTPS: i32 = 443;

/// The other side of a rule.
enum Peer<'a> {
    Group(&'a Input<String>),
    Prefixes(&'a Input<String>),
    Anywhere,
}

impl Peer<'_> {
    fn rule(self, protocol: &str, port: Option<i32>, description: &str) -> Rule {
        let (mut cidr, mut group_id, mut prefix_list_id) = (None, None, None);
        match self {
            Self::Group(group) => group_id = Some(group.clone()),
            Self::Prefixes(prefixes) => prefix_list_id = Some(prefixes.clone()),
            Self::Anywhere => cidr = Some(Input::Known("0.0.0.0/0".to_owned())),
        }
        Rule {
            protocol: protocol.to_owned(),
            from_port: port,
            to_port: port,
            cidr,
            group_id,
            prefix_list_id,
            description: Some(description.to_owned()),
        }
    }
}

fn group(
    parts: &mut Builder,
    draft: &Draft<'_>,
    lines: &Lines,
    name: &str,
    description: &str,
) -> Input<String> {
    let key = format!("groups/{name}");
    let part = parts.part::<Ec2SecurityGroup>(
        &key,
        &Ec2SecurityGroupDesired {
            vpc_id: lines.vpc_id.clone(),
            name: draft.name("cloister-", &key, 255),
            description: description.to_owned(),
            tags: Tags::new(),
        },
    );
    wire(&part.output(&Ec2SecurityGroup::ID))
}

fn rules(
    parts: &mut Builder,
    name: &str,
    group: &Input<String>,
    ingress: Vec<Rule>,
    egress: Vec<Rule>,
) {
    let _ = parts.part::<Ec2SecurityGroupRules>(
        &format!("groups/{name}/rules"),
        &Ec2SecurityGroupRulesDesired {
            group_id: group.clone(),
            ingress,
            egress,
        },
    );
}
