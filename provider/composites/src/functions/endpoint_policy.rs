//! `endpoint_policy`: a policy for a VPC endpoint that lets through what is named, and nothing else.

use std::sync::LazyLock;

use cloister_framework::{
    Attr, Diagnostic, Function, FunctionError, Parameter, Schema, Signature, Type, Value,
    from_value,
};
use cloister_policy::{
    Document, Operator, Principal, Statement,
    lint::{Bundle, Place, Placed, Severity, check},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::arguments::{entries, validate};
use crate::symbols::{Names, known_names, text};

/// What a VPC endpoint takes.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-endpoints-access.html>
const MOST_CHARACTERS: usize = 20_480;

const FIELDS: [&str; 8] = [
    "accounts",
    "actions",
    "organization",
    "principals",
    "resource_accounts",
    "resource_organization",
    "resources",
    "sid",
];

/// What an endpoint lets through.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Allowance {
    /// The name of the statement.
    #[serde(default)]
    #[schemars(regex(pattern = "^[0-9A-Za-z]+$"))]
    sid: Attr<String>,
    /// The actions of the service.
    #[schemars(length(min = 1))]
    actions: Names,
    /// The ARNs of what they may be done to.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^(\*|arn:[^:]+:[^:]+:[^:]*:([0-9]{12}|\*|):.+)$")))]
    resources: Names,
    /// The accounts that own what they may be done to.
    #[serde(default)]
    #[schemars(inner(regex(pattern = "^[0-9]{12}$")))]
    resource_accounts: Names,
    /// The organisation that owns what they may be done to.
    #[serde(default)]
    #[schemars(regex(pattern = "^o-[a-z0-9]{10,32}$"))]
    resource_organization: Attr<String>,
    /// The roles and users that may come through.
    #[serde(default)]
    #[schemars(inner(regex(pattern = r"^arn:[a-z0-9-]+:iam::([0-9]{12}|\*):(role|user)/.+$")))]
    principals: Names,
    /// The accounts whose principals may come through.
    #[serde(default)]
    #[schemars(inner(regex(pattern = "^[0-9]{12}$")))]
    accounts: Names,
    /// The organisation whose principals may come through.
    #[serde(default)]
    #[schemars(regex(pattern = "^o-[a-z0-9]{10,32}$"))]
    organization: Attr<String>,
}

static SCHEMA: LazyLock<Schema> = LazyLock::new(|| Schema::of::<Allowance>(0));

/// The function.
pub(super) struct EndpointPolicy(Signature);

impl EndpointPolicy {
    pub(super) fn new() -> Self {
        let service = Parameter::new(
            "service",
            Type::String,
            "The prefix of the service's actions, such as `s3` or `sagemaker`.",
        );
        let allow = Parameter::new(
            "allow",
            Type::Dynamic,
            "One object for each statement. `actions`: names of actions, with or without prefix. What they may be done to, \
             at least one of `resources` (ARNs, `*` for actions that know none), `resource_accounts`, \
             `resource_organization`. Who may come through, at least one of `principals` (ARNs of roles and users), \
             `accounts`, `organization`. `sid`: a name for the statement.",
        );
        Self(Signature {
            parameters: vec![service],
            variadic: Some(allow),
            returns: Type::String,
            summary: "The least-privilege policy of a VPC endpoint".to_owned(),
            description: "Gives a policy for a VPC endpoint, in JSON, that lets the named principals do the named \
                          actions to the named resources, and nobody anything else. It suits gateway endpoints too, \
                          where `Principal` has to be `*`: who may come through is said by conditions. Actions that the \
                          service does not have are refused, and so is what would let everybody do something or \
                          somebody do it to everything."
                .to_owned(),
            deprecation: None,
        })
    }
}

impl Function for EndpointPolicy {
    fn name(&self) -> &'static str {
        "endpoint_policy"
    }

    fn signature(&self) -> &Signature {
        &self.0
    }

    fn call(&self, arguments: Vec<Value>) -> Result<Value, FunctionError> {
        let service = arguments
            .first()
            .and_then(Value::as_str)
            .unwrap_or_default();
        let statements = arguments.iter().skip(1).enumerate();
        let statements = statements
            .map(|(index, argument)| statement(service, index, argument))
            .collect::<Result<Vec<_>, _>>()?;
        if statements.is_empty() {
            return Err(FunctionError::new(
                "A policy without statements lets nothing through. Say in an object what is allowed.",
            ));
        }
        let document = Document::of(statements);
        check_mistakes(service, &document)?;
        let policy = document.to_string();
        if policy.len() > MOST_CHARACTERS {
            return Err(FunctionError::new(format!(
                "The policy has {} characters, and an endpoint takes {MOST_CHARACTERS}. Use patterns, or an endpoint \
                 for each part.",
                policy.len()
            )));
        }
        Ok(Value::string(policy))
    }
}

/// The statement for one object.
fn statement(service: &str, index: usize, argument: &Value) -> Result<Statement, FunctionError> {
    let position = index + 1;
    let given = Value::object(entries(position, argument, &FIELDS)?);
    let found = validate(&SCHEMA, &given);
    if let Some(error) = found.iter().find(|it| it.is_error()) {
        return Err(refused(position, error));
    }
    let allowance: Allowance =
        from_value(&given).map_err(|error| refused(position, &error.into()))?;
    let statement = allowance.statement(service, index);
    statement.map_err(|why| FunctionError::argument(position, why))
}

impl Allowance {
    fn statement(&self, service: &str, index: usize) -> Result<Statement, String> {
        let names = |names: &Names| known_names(names).unwrap_or_default();
        let [resources, resource_accounts, principals, accounts] = [
            &self.resources,
            &self.resource_accounts,
            &self.principals,
            &self.accounts,
        ]
        .map(names);
        let organization = Vec::from_iter(text(&self.organization));
        let resource_organization = Vec::from_iter(text(&self.resource_organization));
        if [&principals, &accounts, &organization]
            .iter()
            .all(|it| it.is_empty())
        {
            return Err(
                "Everybody could come through. Name `principals`, `accounts` or `organization`."
                    .to_owned(),
            );
        }
        let nowhere = [&resources, &resource_accounts, &resource_organization];
        if nowhere.iter().all(|it| it.is_empty()) {
            return Err(
                "It could be done to everything, of every account. Name `resources`, `resource_accounts` or \
                 `resource_organization`."
                    .to_owned(),
            );
        }
        let sid = text(&self.sid).unwrap_or_else(|| format!("Allow{}", index + 1));
        let everything = vec!["*".to_owned()];
        let mut statement = Statement::allow(&sid)
            .principal(Principal::anyone())
            .actions(actions(service, &names(&self.actions))?)
            .resources(if resources.is_empty() {
                everything
            } else {
                resources
            });
        for (operator, key, values) in [
            (Operator::ArnLike, "aws:PrincipalArn", principals),
            (Operator::StringEquals, "aws:PrincipalAccount", accounts),
            (Operator::StringEquals, "aws:PrincipalOrgID", organization),
            (
                Operator::StringEquals,
                "aws:ResourceAccount",
                resource_accounts,
            ),
            (
                Operator::StringEquals,
                "aws:ResourceOrgID",
                resource_organization,
            ),
        ] {
            if !values.is_empty() {
                statement = statement.when(operator, key, values);
            }
        }
        Ok(statement)
    }
}

/// The actions with their prefix.
fn actions(service: &str, names: &[String]) -> Result<Vec<String>, String> {
    let with_prefix = |name: &String| match name.split_once(':') {
        None => Ok(format!("{service}:{name}")),
        Some((prefix, _)) if prefix.eq_ignore_ascii_case(service) => Ok(name.clone()),
        Some(_) => Err(format!(
            "`{name}` is no action of `{service}`, and no other goes through its endpoint. Remove it."
        )),
    };
    names.iter().map(with_prefix).collect()
}

/// What would not do what it says is refused, at the object that says it.
fn check_mistakes(service: &str, document: &Document) -> Result<(), FunctionError> {
    let bundle = Bundle {
        documents: vec![Placed {
            name: "endpoint policy".to_owned(),
            place: Place::VpcEndpoint {
                id: None,
                service: Some(service.to_owned()),
                endpoint_type: None,
            },
            document: Ok(document.clone()),
        }],
        ..Bundle::default()
    };
    let findings = check(&bundle);
    let worst = findings.iter().find(|it| it.severity == Severity::Error);
    worst.map_or(Ok(()), |finding| {
        let text = format!("{} {}", finding.reason, finding.mend);
        Err(match &finding.statement {
            Some(found) => FunctionError::argument(found.index + 1, text),
            None => FunctionError::new(text),
        })
    })
}

fn refused(position: usize, diagnostic: &Diagnostic) -> FunctionError {
    FunctionError::argument(position, diagnostic.detail())
}
