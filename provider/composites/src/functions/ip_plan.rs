//! `ip_plan`: the subnets of a domain's VPC, and whether they are large enough.

use std::sync::LazyLock;

use cloister_framework::{
    Attr, Diagnostic, Function, FunctionError, Parameter, Schema, Signature, Type, Value,
    from_value,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arguments::{entries, validate};
use crate::{
    studio_domain::{
        ip_plan::{
            ADDRESSES_PER_USER, Demand, Egress, HEADROOM_PERCENT, IpPlanError, Need, PlannedSubnet,
            SUMMANDS, carve, parse_vpc_cidr, plan_subnets,
        },
        policies::endpoints::EndpointService,
    },
    symbols::text,
};

const FIELDS: [&str; 8] = [
    "addresses_per_user",
    "egress",
    "headroom_percent",
    "interface_endpoints",
    "job_instances",
    "users",
    "vpc_cidr",
    "zones",
];

/// What a domain is to hold, and where.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Question {
    /// The range of the VPC.
    vpc_cidr: Attr<String>,
    /// How many availability zones.
    #[schemars(range(min = 1, max = 4))]
    zones: Attr<u8>,
    /// How many VPC endpoints with interfaces.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    interface_endpoints: Attr<u32>,
    /// How many people work at the same time.
    #[schemars(range(min = 0, max = 100_000))]
    users: Attr<u32>,
    /// How many addresses each of them takes.
    #[serde(default)]
    #[schemars(range(min = 1, max = 100))]
    addresses_per_user: Attr<u32>,
    /// How many instances of jobs run at the same time.
    #[serde(default)]
    #[schemars(range(min = 0, max = 100_000))]
    job_instances: Attr<u32>,
    /// What is left free, in per cent of what is needed.
    #[serde(default)]
    #[schemars(range(min = 0, max = 1000))]
    headroom_percent: Attr<u32>,
    /// How traffic leaves the VPC.
    #[serde(default)]
    egress: Attr<Egress>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::of::<Question>(0));

/// The function.
pub(super) struct IpPlan(Signature);

impl IpPlan {
    pub(super) fn new() -> Self {
        let summands = Type::object(SUMMANDS.map(|name| (name, Type::Number)));
        let subnet = Type::object([
            ("zone", Type::Number),
            ("class", Type::String),
            ("cidr", Type::String),
        ]);
        let demand = Parameter::new(
            "demand",
            Type::Dynamic,
            format!(
                "An object. `vpc_cidr`: the range of the VPC. `zones`: how many availability zones. `users`: how many \
                 people work at the same time. And optionally: `interface_endpoints`, how many VPC endpoints with \
                 interfaces ({}, as many as a domain has by itself), `addresses_per_user` ({ADDRESSES_PER_USER}), `job_instances`, how many \
                 instances of jobs run at the same time (0), `headroom_percent` ({HEADROOM_PERCENT}), `egress`, one of \
                 `none`, `nat`, `firewall` (`none`).",
                usual_endpoints()
            ),
        );
        Self(Signature {
            parameters: vec![demand],
            variadic: None,
            returns: Type::object([
                ("fits", Type::Bool),
                ("problem", Type::String),
                ("needed_per_zone", Type::Number),
                ("summands", summands),
                ("subnets", Type::list(subnet)),
            ]),
            summary: "Plan the subnets of a Studio domain".to_owned(),
            description: "Adds up the addresses that a domain needs in each availability zone, and cuts the range of \
                          its VPC into subnets, as `cloister_secure_studio_domain` does. `fits` tells whether each \
                          subnet is large enough; otherwise `problem` says what is missing. `needed_per_zone` is the \
                          sum of `summands`. `subnets` are those of each zone, counted from 0, and of each `class`: \
                          `studio` for apps, jobs, mount targets and endpoints, `nat` and `firewall` as `egress` wants \
                          them. A subnet's range depends on nothing but the VPC's: more zones or another `egress` add \
                          subnets and move none."
                .to_owned(),
            deprecation: None,
        })
    }
}

impl Function for IpPlan {
    fn name(&self) -> &'static str {
        "ip_plan"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let argument = arguments.first().unwrap_or(&Value::Null);
        let given = Value::object(entries(0, argument, &FIELDS)?);
        let found = validate(&SCHEMA, &given);
        if let Some(error) = found.iter().find(|it| it.is_error()) {
            return Err(refused(error));
        }
        let question: Question = from_value(&given).map_err(|error| refused(&error.into()))?;
        let egress = question.egress.known().copied().unwrap_or_default();
        let demand = question.demand();
        let vpc = text(&question.vpc_cidr).unwrap_or_default();
        let vpc = parse_vpc_cidr(&vpc).map_err(|why| FunctionError::argument(0, sentence(&why)))?;
        let need = demand
            .need()
            .map_err(|why| FunctionError::argument(0, sentence(&why)))?;
        let planned = plan_subnets(vpc, egress, &demand);
        let problem = planned.as_ref().err().map(sentence);
        // What does not fit is shown too, so that one sees how far it is from fitting.
        let subnets = planned.or_else(|_| carve(vpc, demand.zones, egress));
        Ok(answer(need, problem, &subnets.unwrap_or_default()))
    }
}

impl Question {
    fn demand(&self) -> Demand {
        let number = |attr: &Attr<u32>, default| attr.known().copied().unwrap_or(default);
        Demand {
            zones: self.zones.known().copied().unwrap_or_default(),
            interface_endpoints: number(&self.interface_endpoints, usual_endpoints()),
            users: number(&self.users, 0),
            addresses_per_user: number(&self.addresses_per_user, ADDRESSES_PER_USER),
            job_instances: number(&self.job_instances, 0),
            headroom_percent: number(&self.headroom_percent, HEADROOM_PERCENT),
        }
    }
}

fn usual_endpoints() -> u32 {
    let with_interfaces = EndpointService::defaults().filter(|service| !service.is_gateway());
    u32::try_from(with_interfaces.count()).expect("there are few services")
}

fn answer(need: Need, problem: Option<String>, subnets: &[PlannedSubnet]) -> Value {
    let number = |number: u32| Value::from(i64::from(number));
    let summands = SUMMANDS.into_iter().zip(need.summands().map(number));
    let subnets = subnets.iter().map(|subnet| {
        Value::object([
            ("zone", number(subnet.zone.into())),
            ("class", subnet.class.as_str().into()),
            ("cidr", subnet.cidr.to_string().into()),
        ])
    });
    Value::object([
        ("fits", Value::Bool(problem.is_none())),
        ("problem", problem.map_or(Value::Null, Value::from)),
        ("needed_per_zone", number(need.total())),
        ("summands", Value::object(summands)),
        ("subnets", Value::List(subnets.collect())),
    ])
}

fn refused(diagnostic: &Diagnostic) -> FunctionError {
    FunctionError::argument(0, diagnostic.detail())
}

/// The error as a sentence by itself.
fn sentence(error: &IpPlanError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .collect();
    format!("{first}{}.", letters.as_str())
}
