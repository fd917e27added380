//! Inputs as SageMaker's requests take them, and lists as its answers have them.

use cloister_composite::{Input, PartError};

use crate::kinds::settled::settled;

/// The value of a setting that may be absent.
pub(crate) fn known<T: ToString>(
    input: Option<&Input<T>>,
    kind: &str,
    name: &str,
) -> Result<Option<String>, PartError> {
    input
        .map(|input| settled(input, kind, name).map(ToString::to_string))
        .transpose()
}

/// The values of a list.
pub(crate) fn known_all<T: ToString>(
    inputs: &[Input<T>],
    kind: &str,
    name: &str,
) -> Result<Vec<String>, PartError> {
    inputs
        .iter()
        .map(|input| settled(input, kind, name).map(ToString::to_string))
        .collect()
}

/// The members of a list in an answer whose order means nothing, sorted.
pub(crate) fn texts<T: AsRef<str>>(listed: Option<Vec<T>>) -> Vec<String> {
    let mut texts: Vec<String> = listed
        .unwrap_or_default()
        .iter()
        .map(|text| text.as_ref().to_owned())
        .collect();
    texts.sort_unstable();
    texts
}

/// The same as inputs, which are known.
pub(crate) fn inputs<T: From<String>, S: AsRef<str>>(listed: Option<Vec<S>>) -> Vec<Input<T>> {
    texts(listed)
        .into_iter()
        .map(|text| Input::Known(T::from(text)))
        .collect()
}

/// What is wished; where it is absent now and was there before, what AWS takes by default has to be said.
pub(crate) fn or_usual<T: Clone>(
    desired: Option<&T>,
    before: Option<&T>,
    usual: impl Into<T>,
) -> Option<T> {
    desired.cloned().or_else(|| before.map(|_| usual.into()))
}

/// A list to be sent: an empty one only where it empties another.
pub(crate) fn or_emptied<T>(desired: Vec<T>, before_is_empty: bool) -> Option<Vec<T>> {
    (!desired.is_empty() || !before_is_empty).then_some(desired)
}
