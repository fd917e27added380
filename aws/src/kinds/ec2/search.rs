//! Reads many objects in one call, by filter, and finds one by its tags.

use std::{collections::BTreeMap, future::Future};

use aws_sdk_ec2::types::Filter;
use cloister_composite::{ErrorClass, PartError, Tags};

use crate::calls::Operation;

/// How many values a filter takes. <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html>
const FILTER_VALUES: usize = 200;

/// A filter that lets pass what has one of `values`.
pub(crate) fn filter(name: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Filter {
    let values = values.into_iter().map(Into::into).collect();
    Filter::builder()
        .name(name)
        .set_values(Some(values))
        .build()
}

/// The filter for what lies in one VPC, or in one subnet: `within("vpc-id", id)`.
pub(crate) fn within(name: &str, id: &str) -> Vec<Filter> {
    vec![filter(name, [id])]
}

/// Objects by id, in the order of `ids`.
///
/// They are asked for by filter: where ids are listed, one that is gone fails the call for all others.
pub(crate) async fn read_by_id<O, F>(
    ids: &[String],
    name: &str,
    id_of: impl Fn(&O) -> &str,
    describe: impl Fn(Vec<Filter>) -> F,
) -> Result<Vec<Option<O>>, PartError>
where
    O: Clone,
    F: Future<Output = Result<Vec<O>, PartError>>,
{
    let mut found = BTreeMap::new();
    for batch in ids.chunks(FILTER_VALUES) {
        for object in describe(vec![filter(name, batch)]).await? {
            found.insert(id_of(&object).to_owned(), object);
        }
    }
    Ok(ids.iter().map(|id| found.get(id).cloned()).collect())
}

/// The only object with these tags; two of them are an error that names both.
///
/// `describe` leaves out what is gone or going. Without tags nothing is found: they would let everything pass.
pub(crate) async fn find_tagged<O, F>(
    operation: Operation,
    tags: &Tags,
    id_of: impl Fn(&O) -> &str,
    describe: impl FnOnce(Vec<Filter>) -> F,
) -> Result<Option<O>, PartError>
where
    F: Future<Output = Result<Vec<O>, PartError>>,
{
    if tags.is_empty() {
        return Ok(None);
    }
    let wanted = tags
        .iter()
        .map(|(key, value)| filter(&format!("tag:{key}"), [value]));
    let mut found = describe(wanted.collect()).await?;
    if found.len() > 1 {
        let ids: Vec<&str> = found.iter().map(id_of).collect();
        return Err(PartError::new(
            ErrorClass::Refused,
            operation.iam_action,
            ids.join(", "),
            "several objects carry the tags of this part: remove the tag `cloister:part` from all but the one in use",
        ));
    }
    Ok(found.pop())
}
