//! Event selectors: to CloudTrail's form and back.

use aws_sdk_cloudtrail::types::{
    self as cloudtrail, AdvancedEventSelector, AdvancedFieldSelector, DataResource, ReadWriteType,
};
use cloister_composite::{PartError, PartKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Trail;

/// Some events that a trail records: those of which every field is as it says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EventSelector {
    /// A name for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What is asked of the events' fields.
    pub fields: Vec<FieldSelector>,
}

/// What is asked of one field: every list that is not empty must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FieldSelector {
    /// The field, such as `eventCategory`.
    pub field: String,
    /// One of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equals: Vec<String>,
    /// Begins with one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub starts_with: Vec<String>,
    /// Ends with one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ends_with: Vec<String>,
    /// None of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_equals: Vec<String>,
    /// Begins with none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_starts_with: Vec<String>,
    /// Ends with none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ends_with: Vec<String>,
}

/// The older form of a selector, which knows three kinds of data events and no network activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicSelector {
    /// `All`, `ReadOnly` or `WriteOnly`.
    pub read_write_type: String,
    /// Whether management events are recorded.
    pub management: bool,
    /// Services whose management events are not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excluded_sources: Vec<String>,
    /// Whose data events are recorded.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<BasicResource>,
}

/// Resources of one type whose data events are recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BasicResource {
    /// The type, such as `AWS::S3::Object`.
    pub kind: String,
    /// What their ARNs begin with.
    pub arns: Vec<String>,
}

impl BasicSelector {
    /// What a new trail records: all management events.
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_PutEventSelectors.html>
    pub(super) fn usual() -> Self {
        Self {
            read_write_type: "All".to_owned(),
            management: true,
            excluded_sources: Vec::new(),
            resources: Vec::new(),
        }
    }
}

/// A selector as CloudTrail takes it.
pub(super) fn sdk_selector(selector: &EventSelector) -> Result<AdvancedEventSelector, PartError> {
    let name = Some(&selector.name).filter(|name| !name.is_empty());
    let fields: Vec<_> = selector
        .fields
        .iter()
        .map(sdk_field)
        .collect::<Result<_, _>>()?;
    AdvancedEventSelector::builder()
        .set_name(name.cloned())
        .set_field_selectors(Some(fields))
        .build()
        .map_err(|error| PartError::bug(Trail::KIND, error.to_string()))
}

fn sdk_field(field: &FieldSelector) -> Result<AdvancedFieldSelector, PartError> {
    // CloudTrail refuses empty lists.
    let filled = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
    AdvancedFieldSelector::builder()
        .field(&field.field)
        .set_equals(filled(&field.equals))
        .set_starts_with(filled(&field.starts_with))
        .set_ends_with(filled(&field.ends_with))
        .set_not_equals(filled(&field.not_equals))
        .set_not_starts_with(filled(&field.not_starts_with))
        .set_not_ends_with(filled(&field.not_ends_with))
        .build()
        .map_err(|error| PartError::bug(Trail::KIND, error.to_string()))
}

/// A basic selector as CloudTrail takes it.
pub(super) fn sdk_basic(selector: &BasicSelector) -> cloudtrail::EventSelector {
    let resource = |resource: &BasicResource| {
        DataResource::builder()
            .r#type(&resource.kind)
            .set_values(Some(resource.arns.clone()))
            .build()
    };
    cloudtrail::EventSelector::builder()
        .read_write_type(ReadWriteType::from(selector.read_write_type.as_str()))
        .include_management_events(selector.management)
        .set_exclude_management_event_sources(Some(selector.excluded_sources.clone()))
        .set_data_resources(Some(selector.resources.iter().map(resource).collect()))
        .build()
}

/// A selector of CloudTrail's.
pub(super) fn parse_selector(selector: AdvancedEventSelector) -> EventSelector {
    EventSelector {
        name: selector.name.unwrap_or_default(),
        fields: selector
            .field_selectors
            .into_iter()
            .map(|field| FieldSelector {
                field: field.field,
                equals: field.equals.unwrap_or_default(),
                starts_with: field.starts_with.unwrap_or_default(),
                ends_with: field.ends_with.unwrap_or_default(),
                not_equals: field.not_equals.unwrap_or_default(),
                not_starts_with: field.not_starts_with.unwrap_or_default(),
                not_ends_with: field.not_ends_with.unwrap_or_default(),
            })
            .collect(),
    }
}

/// A basic selector of CloudTrail's; what it leaves out is as its API says.
pub(super) fn parse_basic(selector: cloudtrail::EventSelector) -> BasicSelector {
    let resources = selector.data_resources.unwrap_or_default();
    BasicSelector {
        read_write_type: selector
            .read_write_type
            .unwrap_or(ReadWriteType::All)
            .as_str()
            .to_owned(),
        management: selector.include_management_events.unwrap_or(true),
        excluded_sources: selector
            .exclude_management_event_sources
            .unwrap_or_default(),
        resources: resources
            .into_iter()
            .map(|resource| BasicResource {
                kind: resource.r#type.unwrap_or_default(),
                arns: resource.values.unwrap_or_default(),
            })
            .collect(),
    }
}

/// Shows the observed selectors as the desired ones are laid out: the order of selectors, of their fields and of values
/// means nothing. What nobody asked for comes last.
pub(super) fn in_order_of(desired: &Value, mut observed: Value) -> Value {
    for name in super::settings::OF_THE_SELECTORS {
        let wanted = desired.get(*name).and_then(Value::as_array);
        let found = observed.get_mut(*name).and_then(Value::as_array_mut);
        if let (Some(wanted), Some(found)) = (wanted, found) {
            lay_out(wanted, found);
        }
    }
    observed
}

fn lay_out(wanted: &[Value], found: &mut Vec<Value>) {
    let same = |one: &Value, other: &Value| unordered(one) == unordered(other);
    let mut rest = std::mem::take(found);
    for selector in wanted {
        if let Some(index) = rest.iter().position(|one| same(one, selector)) {
            rest.remove(index);
            found.push(selector.clone());
        }
    }
    found.append(&mut rest);
}

/// The same value with every list sorted.
fn unordered(value: &Value) -> Value {
    match value {
        Value::Array(members) => {
            let mut members: Vec<Value> = members.iter().map(unordered).collect();
            members.sort_by_key(Value::to_string);
            Value::Array(members)
        }
        Value::Object(fields) => {
            let sorted = fields
                .iter()
                .map(|(name, value)| (name.clone(), unordered(value)));
            Value::Object(sorted.collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn selectors_show_in_the_order_in_which_they_are_wanted() {
        let selector = |name: &str, sources: &[&str]| json!({"name": name, "fields": [{"field": "eventSource", "equals": sources}]});
        let (a, b) = (selector("a", &["s3", "kms"]), selector("b", &["ec2"]));
        let turned = selector("a", &["kms", "s3"]);
        let other = selector("c", &["iam"]);
        for (wanted, found, shown) in [
            (
                vec![a.clone(), b.clone()],
                vec![b.clone(), turned.clone()],
                vec![a.clone(), b.clone()],
            ),
            (
                vec![a.clone(), b.clone()],
                vec![other.clone(), turned.clone()],
                vec![a.clone(), other.clone()],
            ),
            (vec![b.clone()], vec![a.clone()], vec![a.clone()]),
        ] {
            let observed = in_order_of(
                &json!({"selectors": wanted}),
                json!({"selectors": found, "name": "audit"}),
            );
            assert_eq!(observed, json!({"selectors": shown, "name": "audit"}));
        }
    }
}
