//! `policy_check`: what is wrong with a policy.

use cloister_framework::{Function, FunctionError, Parameter, Signature, Type, Value};
use cloister_policy::{
    Document,
    lint::{Bundle, Finding, Place, check},
};

/// Where a policy may be attached, and how that is called here.
const PLACES: [(&str, MakePlace); 10] = [
    ("boundary", || Place::Boundary { of: None }),
    ("bucket", || Place::Bucket { name: None }),
    ("identity", Place::identity),
    ("key", || Place::Key { name: None }),
    ("resource", || Place::Resource),
    ("resource_control", || Place::ResourceControl),
    ("service_control", || Place::ServiceControl),
    ("session", || Place::Session),
    ("trust", || Place::Trust { role: None }),
    ("vpc_endpoint", || Place::VpcEndpoint {
        id: None,
        service: None,
        endpoint_type: None,
    }),
];

type MakePlace = fn() -> Place;

/// The function.
pub(super) struct PolicyCheck(Signature);

impl PolicyCheck {
    pub(super) fn new() -> Self {
        let names = PLACES.map(|(name, _)| format!("`{name}`")).join(", ");
        let finding = Type::object([
            ("rule", Type::String),
            ("severity", Type::String),
            ("statement", Type::Number),
            ("sid", Type::String),
            ("path", Type::String),
            ("reason", Type::String),
            ("mend", Type::String),
            ("heuristic", Type::Bool),
        ]);
        let policy = Parameter::new("policy", Type::String, "The policy in JSON.");
        let place = Parameter::new(
            "place",
            Type::String,
            format!(
                "Where the policy is attached: one of {names}. Without it, the place is guessed from the document."
            ),
        );
        Self(Signature {
            parameters: vec![policy],
            variadic: Some(place),
            returns: Type::list(finding),
            summary: "Find policies that do not do what they say".to_owned(),
            description: "Checks an IAM policy for mistakes that AWS accepts: conditions that an absent key passes, \
                          actions that do not exist, denials that cover too little. The result is a list of findings, \
                          empty for a policy without any. `severity` is `error` for what does something else than it \
                          says, `warning` for what very likely does, and `note` for what is worth a look; `heuristic` \
                          tells whether the rule guesses what was intended. `statement` counts from 0, and is null \
                          where the whole document is meant. Use it in a `check` block or a precondition."
                .to_owned(),
            deprecation: None,
        })
    }
}

impl Function for PolicyCheck {
    fn name(&self) -> &'static str {
        "policy_check"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let text = arguments
            .first()
            .and_then(Value::as_str)
            .unwrap_or_default();
        let place = match &arguments[1..] {
            // What is malformed is found wherever it is attached.
            [] => Document::parse(text).map_or_else(|_| Place::identity(), |it| Place::guess(&it)),
            [place] => place_of(place.as_str().unwrap_or_default())?,
            _ => {
                return Err(FunctionError::argument(
                    2,
                    "A policy is attached at one place.",
                ));
            }
        };
        let findings = check(&Bundle::of("policy", place, text));
        Ok(Value::List(findings.iter().map(value).collect()))
    }
}

fn place_of(name: &str) -> Result<Place, FunctionError> {
    let found = PLACES.iter().find(|(known, _)| *known == name);
    found.map(|(_, place)| place()).ok_or_else(|| {
        let names = PLACES.map(|(name, _)| format!("`{name}`")).join(", ");
        FunctionError::argument(
            1,
            format!("`{name}` is no place of a policy. Use one of {names}."),
        )
    })
}

fn value(finding: &Finding) -> Value {
    let statement = finding.statement.as_ref();
    let index = statement.and_then(|found| i64::try_from(found.index).ok());
    let sid = statement.and_then(|found| found.sid.as_deref());
    Value::object([
        ("rule", finding.rule.into()),
        ("severity", finding.severity.as_str().into()),
        ("statement", index.map_or(Value::Null, Value::from)),
        ("sid", sid.map_or(Value::Null, Value::from)),
        ("path", finding.path.as_str().into()),
        ("reason", finding.reason.as_str().into()),
        ("mend", finding.mend.as_str().into()),
        ("heuristic", Value::Bool(finding.heuristic)),
    ])
}
