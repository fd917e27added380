//! Objects under names of ours: a create that meets its own leftover goes on with it, and takes nobody else's.

use cloister_composite::{Changing, ErrorClass, PartError, PartKind, Tags, changed_settings};
use serde::Serialize;
use serde_json::Value;

use super::tags::are_of_part;
use crate::session::Aws;

/// The setting `name` where it is an id in AWS: names there are ASCII, and the mark of a reference that is not settled
/// yet is not.
pub(crate) fn natural_name(settings: &Value, name: &str) -> Option<String> {
    let text = settings.get(name)?.as_str()?;
    (!text.is_empty() && text.is_ascii()).then(|| text.to_owned())
}

/// Goes on with the object that stands under the wanted name, if its tags say that it is this part: what differs is
/// changed. In all other cases `refusal` holds, which is what the create was answered.
///
/// Made for create calls without a token: the object may be whole, or half made by a run with other settings.
pub(crate) async fn go_on<K>(
    aws: &Aws,
    desired: &K::Desired,
    refusal: PartError,
) -> Result<K::Observed, PartError>
where
    K: PartKind<Context = Aws>,
{
    match K::natural_id(&json::<K>(desired)?) {
        Some(id) => go_on_with::<K>(aws, desired, &id, refusal).await,
        None => Err(refusal),
    }
}

/// The same for kinds whose id does not follow from the settings alone: an ARN, which takes the account.
pub(crate) async fn go_on_with<K>(
    aws: &Aws,
    desired: &K::Desired,
    id: &str,
    refusal: PartError,
) -> Result<K::Observed, PartError>
where
    K: PartKind<Context = Aws>,
{
    let wanted = json::<K>(desired)?;
    let Some(found) = read_one::<K>(aws, id).await? else {
        return Err(refusal);
    };
    let shown = K::align(&wanted, json::<K>(&K::settings(&found))?);
    if !are_of_part(&tags_of(&shown), &tags_of(&wanted)) {
        return Err(taken(refusal));
    }
    let changed = changed_settings(&wanted, &shown);
    if let Some(fixed) = changed.iter().find(|name| is_fixed::<K>(name)) {
        return Err(unchangeable(refusal, fixed));
    }
    if changed.is_empty() {
        return Ok(found);
    }
    let changing = Changing {
        desired,
        observed: &found,
        changed: &changed,
    };
    K::update(aws, changing).await?;
    read_one::<K>(aws, id).await?.ok_or(refusal)
}

async fn read_one<K>(aws: &Aws, id: &str) -> Result<Option<K::Observed>, PartError>
where
    K: PartKind<Context = Aws>,
{
    let answers = K::read(aws, &[id.to_owned()]).await?;
    Ok(answers.into_iter().next().flatten())
}

fn tags_of(settings: &Value) -> Tags {
    let tags = settings.get("tags").cloned().unwrap_or_default();
    serde_json::from_value(tags).unwrap_or_default()
}

fn is_fixed<K: PartKind>(name: &str) -> bool {
    K::REPLACED_BY.contains(&name)
}

fn taken(refusal: PartError) -> PartError {
    let error = PartError {
        class: ErrorClass::AlreadyExists,
        ..refusal
    };
    error.about("name")
}

fn unchangeable(refusal: PartError, name: &str) -> PartError {
    let message = format!(
        "an earlier run left it behind with another `{name}`, which AWS cannot change: delete it, then apply again"
    );
    let error = PartError {
        class: ErrorClass::AlreadyExists,
        message,
        ..refusal
    };
    error.about(name)
}

fn json<K: PartKind>(settings: &impl Serialize) -> Result<Value, PartError> {
    serde_json::to_value(settings).map_err(|error| PartError::bug(K::KIND, error.to_string()))
}

#[cfg(test)]
mod tests {
    use cloister_composite::unknown_mark;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reference_is_no_name() {
        for (settings, expected) in [
            (json!({"name": "data"}), Some("data")),
            (json!({"name": ""}), None),
            (json!({"name": unknown_mark()}), None),
            (json!({"name": 1}), None),
            (json!({}), None),
        ] {
            let found = natural_name(&settings, "name");
            assert_eq!(found.as_deref(), expected, "{settings}");
        }
    }
}
