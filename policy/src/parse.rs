//! From JSON with places to a document, refusing what AWS would not read so.

use std::collections::BTreeMap;

use crate::json::{At, Data};
use crate::nearest::nearest;
use crate::{
    Actions, ConditionKey, Conditions, Document, Effect, Operator, PolicyError, PrincipalKind,
    PrincipalSet, Principals, Problem, QualifiedOperator, Resources, Statement, Version,
};

const DOCUMENT_FIELDS: &[&str] = &["Version", "Id", "Statement"];

const STATEMENT_FIELDS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

const A_STRING: &str = "a string";
const STRINGS: &str = "a string or a list of strings";
const PRINCIPALS: &str = "`\"*\"` or an object such as `{\"AWS\": \"ARN\"}`";

/// Reads a whole document.
pub(crate) fn document(at: &At<'_>) -> Result<Document, PolicyError> {
    let fields = Fields::of(at, DOCUMENT_FIELDS)?;
    let statements = fields.required("Statement", "add a list of statements")?;
    Ok(Document {
        version: fields.get("Version").map_or(Ok(Version::V2008), version)?,
        id: fields.get("Id").map(text).transpose()?,
        statements: statements
            .each()
            .iter()
            .map(statement)
            .collect::<Result<_, _>>()?,
    })
}

fn statement(at: &At<'_>) -> Result<Statement, PolicyError> {
    let fields = Fields::of(at, STATEMENT_FIELDS)?;
    Ok(Statement {
        sid: fields.get("Sid").map(text).transpose()?,
        effect: effect(fields.required("Effect", "add `Allow` or `Deny`")?)?,
        principals: principals(&fields)?,
        actions: actions(&fields)?,
        resources: resources(&fields)?,
        conditions: fields
            .get("Condition")
            .map_or(Ok(Conditions::none()), conditions)?,
    })
}

fn version(at: &At<'_>) -> Result<Version, PolicyError> {
    choice(
        at,
        [Version::V2012, Version::V2008].map(|version| (version.as_str(), version)),
    )
}

fn effect(at: &At<'_>) -> Result<Effect, PolicyError> {
    choice(
        at,
        [Effect::Allow, Effect::Deny].map(|effect| (effect.as_str(), effect)),
    )
}

fn choice<T>(at: &At<'_>, choices: [(&'static str, T); 2]) -> Result<T, PolicyError> {
    let found = at.string(A_STRING)?;
    let names = [choices[0].0, choices[1].0];
    let chosen = choices.into_iter().find(|(name, _)| *name == found);
    chosen.map(|(_, choice)| choice).ok_or_else(|| {
        at.error(Problem::NotAChoice {
            found: found.to_owned(),
            choices: names,
        })
    })
}

fn actions(fields: &Fields<'_>) -> Result<Actions, PolicyError> {
    Ok(match fields.either(["Action", "NotAction"])? {
        (Some(action), _) => Actions::Action(texts(action)?),
        (None, Some(not_action)) => Actions::NotAction(texts(not_action)?),
        (None, None) => Actions::Action(Vec::new()),
    })
}

fn resources(fields: &Fields<'_>) -> Result<Option<Resources>, PolicyError> {
    Ok(match fields.either(["Resource", "NotResource"])? {
        (Some(resource), _) => Some(Resources::Resource(texts(resource)?)),
        (None, Some(not_resource)) => Some(Resources::NotResource(texts(not_resource)?)),
        (None, None) => None,
    })
}

fn principals(fields: &Fields<'_>) -> Result<Option<Principals>, PolicyError> {
    Ok(match fields.either(["Principal", "NotPrincipal"])? {
        (Some(principal), _) => Some(Principals::Principal(principal_set(principal)?)),
        (None, Some(other)) => Some(Principals::NotPrincipal(principal_set(other)?)),
        (None, None) => None,
    })
}

fn principal_set(at: &At<'_>) -> Result<PrincipalSet, PolicyError> {
    if let Data::String(text) = &at.node.data {
        return match text.as_str() {
            "*" => Ok(PrincipalSet::Anyone),
            _ => Err(at.wrong_type(PRINCIPALS)),
        };
    }
    let mut kinds = BTreeMap::new();
    for (name, names_at) in at.members(PRINCIPALS)? {
        let kind = PrincipalKind::named(name).ok_or_else(|| {
            let known = PrincipalKind::ALL.map(PrincipalKind::as_str).to_vec();
            names_at.name_error(Problem::UnknownField {
                name: name.to_owned(),
                known,
            })
        })?;
        kinds.insert(kind, texts(&names_at)?);
    }
    Ok(PrincipalSet::Listed(kinds))
}

fn conditions(at: &At<'_>) -> Result<Conditions, PolicyError> {
    let mut conditions = Conditions::none();
    let mut seen = Unique::default();
    for (name, keys_at) in at.members("an object from operator to keys")? {
        let operator = operator(name, &keys_at)?;
        seen.take(operator.to_string(), name, &keys_at)?;
        conditions.add_operator(operator);
        let mut seen_keys = Unique::default();
        for (key, values_at) in keys_at.members("an object from condition key to values")? {
            let folded = ConditionKey::new(key).folded();
            seen_keys.take(folded.as_str().to_owned(), key, &values_at)?;
            let values = values_at
                .each()
                .iter()
                .map(scalar)
                .collect::<Result<Vec<_>, _>>()?;
            conditions.add(operator, key, values);
        }
    }
    Ok(conditions)
}

fn operator(name: &str, at: &At<'_>) -> Result<QualifiedOperator, PolicyError> {
    QualifiedOperator::parse(name).ok_or_else(|| {
        let plain = name.rsplit(':').next().unwrap_or(name);
        let known = Operator::all().map(Operator::as_str);
        at.name_error(Problem::UnknownOperator {
            name: name.to_owned(),
            nearest: nearest(plain, known).map(str::to_owned),
        })
    })
}

fn scalar(at: &At<'_>) -> Result<String, PolicyError> {
    match &at.node.data {
        Data::String(text) | Data::Number(text) => Ok(text.clone()),
        Data::Bool(value) => Ok(value.to_string()),
        Data::Null | Data::List(_) | Data::Object(_) => {
            Err(at.wrong_type("a string, a boolean, a number, or a list of them"))
        }
    }
}

fn text(at: &At<'_>) -> Result<String, PolicyError> {
    at.string(A_STRING).map(str::to_owned)
}

fn texts(at: &At<'_>) -> Result<Vec<String>, PolicyError> {
    at.each()
        .iter()
        .map(|item| item.string(STRINGS).map(str::to_owned))
        .collect()
}

/// Names that must differ even when their case is ignored: whether AWS would
/// join or overwrite the two is not documented.
#[derive(Default)]
struct Unique<'a>(BTreeMap<String, &'a str>);

impl<'a> Unique<'a> {
    fn take(&mut self, folded: String, name: &'a str, at: &At<'_>) -> Result<(), PolicyError> {
        match self.0.insert(folded, name) {
            None => Ok(()),
            Some(earlier) => Err(at.name_error(Problem::SameName {
                name: name.to_owned(),
                earlier: earlier.to_owned(),
            })),
        }
    }
}

/// The fields of an object, none of them unknown.
struct Fields<'a> {
    at: &'a At<'a>,
    members: Vec<(&'a str, At<'a>)>,
}

impl<'a> Fields<'a> {
    fn of(at: &'a At<'a>, known: &'static [&'static str]) -> Result<Self, PolicyError> {
        let members = at.members("an object")?;
        match members.iter().find(|(name, _)| !known.contains(name)) {
            None => Ok(Self { at, members }),
            Some((name, member)) => Err(member.name_error(Problem::UnknownField {
                name: (*name).to_owned(),
                known: known.to_vec(),
            })),
        }
    }

    fn get(&self, wanted: &str) -> Option<&At<'a>> {
        let found = self.members.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, member)| member)
    }

    fn required(&self, field: &'static str, fix: &'static str) -> Result<&At<'a>, PolicyError> {
        self.get(field)
            .ok_or_else(|| self.at.error(Problem::Missing { field, fix }))
    }

    /// Two fields of which at most one may be given.
    fn either(
        &self,
        fields: [&'static str; 2],
    ) -> Result<(Option<&At<'a>>, Option<&At<'a>>), PolicyError> {
        match fields.map(|field| self.get(field)) {
            [Some(_), Some(second)] => Err(second.name_error(Problem::Exclusive { fields })),
            [one, other] => Ok((one, other)),
        }
    }
}
