//! A pattern compiled: fields with their alternatives, and the branches that combine them.

use crate::operators::Alternative;

/// One field of a pattern.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    keys: Vec<String>,
    /// The keys joined by dots: AWS's matcher knows fields by this name, in patterns and records.
    path: Box<[u8]>,
    pub(crate) alternatives: Vec<Alternative>,
    pub(crate) may_be_absent: bool,
}

/// Fields that must all hold, sorted by path.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) fields: Vec<usize>,
}

/// The branches of a pattern, one of which must hold. Fields are shared between them.
#[derive(Clone, Debug)]
pub(crate) struct Branches {
    pub(crate) branches: Vec<Branch>,
    pub(crate) fields: Vec<Field>,
}

impl Field {
    pub(crate) fn new(keys: &[&[u8]], alternatives: Vec<Alternative>) -> Self {
        let may_be_absent = alternatives
            .iter()
            .any(|alternative| matches!(alternative, Alternative::Absent));
        Self {
            path: keys.join(&b'.').into_boxed_slice(),
            keys: keys
                .iter()
                .map(|key| String::from_utf8_lossy(key).into_owned())
                .collect(),
            alternatives,
            may_be_absent,
        }
    }

    pub(crate) fn path(&self) -> &[u8] {
        &self.path
    }

    pub(crate) fn keys(&self) -> &[String] {
        &self.keys
    }
}

impl Branches {
    pub(crate) fn fields_of<'a>(
        &'a self,
        branch: &'a Branch,
    ) -> impl Iterator<Item = &'a Field> + Clone {
        branch.fields.iter().map(|index| &self.fields[*index])
    }
}
