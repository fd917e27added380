//! One object as AWS describes it, by the name of its kind.

use cloister_composite::PartError;
use serde_json::Value;

use crate::{kinds::kinds, session::Aws};

/// The object of this kind and id as a `live` check sees it, unless there is none.
pub async fn observe(aws: &Aws, kind: &str, id: &str) -> Result<Option<Value>, PartError> {
    let kinds = kinds();
    let known = kinds.get(kind).ok_or_else(|| {
        let names: Vec<&str> = kinds.names().collect();
        PartError::bug(
            kind,
            format!(
                "no kind of this name is known; known are {}",
                names.join(", ")
            ),
        )
    })?;
    let found = known.read(aws, &[id.to_owned()]).await?;
    Ok(found
        .into_iter()
        .next()
        .flatten()
        .map(|observation| observation.live))
}
