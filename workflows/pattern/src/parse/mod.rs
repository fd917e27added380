//! From a JSON document to branches of fields: objects, keys, lists and `$or`.

mod operator;

use std::collections::{HashMap, HashSet};

use crate::MAX_BRANCHES;
use crate::error::{PatternError, Problem};
use crate::field::{Branch, Branches, Field};
use crate::json::{Item, Kind};
use crate::place::{Place, Step};

/// Names that AWS's matcher keeps for operators: no field inside `$or` can have one.
const RESERVED: [&str; 24] = [
    "exactly",
    "equals-ignore-case",
    "prefix",
    "suffix",
    "anything-but",
    "exists",
    "wildcard",
    "numeric",
    "cidr",
    "=",
    "<",
    "<=",
    ">",
    ">=",
    "regex",
    "not-wildcard",
    "not-equals-ignore-case",
    "date-after",
    "date-on-or-after",
    "date-before",
    "date-on-or-before",
    "in-date-range",
    "ip-address-in-range",
    "ip-address-not-in-range",
];

/// Reads the branches of a pattern; `text` is what the document was read from.
pub(crate) fn parse_branches<'a>(
    root: Item<'a>,
    text: Option<&'a str>,
) -> Result<Branches, PatternError> {
    let mut parser = Parser {
        text,
        path: Vec::new(),
        keys: Vec::new(),
        fields: Vec::new(),
    };
    if !matches!(root.kind(), Kind::Object) {
        return Err(parser.refuse(
            root.value_offset(),
            Problem::NotAnObject(name_of(root.kind())),
        ));
    }
    let combinations = parser.parse_object(root, vec![Combination::new()], Within::Plain)?;
    Ok(Branches {
        branches: combinations.into_iter().map(sort_branch).collect(),
        fields: parser.fields,
    })
}

/// One way through the `$or` lists: the joined path of each field, and the field.
///
/// A path named again replaces what stood there. That is how AWS's matcher
/// takes a field which stands beside a `$or` and inside it.
type Combination = HashMap<Box<[u8]>, usize>;

#[derive(Clone, Copy, PartialEq)]
enum Within {
    Plain,
    Or,
}

struct Parser<'a> {
    text: Option<&'a str>,
    /// Where the parser stands, for errors.
    path: Vec<Step>,
    /// The keys among the steps, without `$or`.
    keys: Vec<&'a [u8]>,
    fields: Vec<Field>,
}

impl<'a> Parser<'a> {
    fn parse_object(
        &mut self,
        object: Item<'a>,
        mut combinations: Vec<Combination>,
        within: Within,
    ) -> Result<Vec<Combination>, PatternError> {
        self.check_members(object)?;
        for member in object.children() {
            self.path.push(Step::key(member.key()));
            if member.key() == b"$or" {
                combinations = self.parse_or(member, &combinations)?;
            } else {
                self.keys.push(member.key());
                combinations = self.parse_member(member, combinations, within)?;
                self.keys.pop();
            }
            self.path.pop();
        }
        Ok(combinations)
    }

    fn check_members(&mut self, object: Item<'a>) -> Result<(), PatternError> {
        let mut seen = HashSet::new();
        for member in object.children() {
            if !seen.insert(member.key()) {
                let key = String::from_utf8_lossy(member.key()).into_owned();
                self.path.push(Step::Key(key.clone()));
                return Err(self.refuse(member.key_offset(), Problem::DuplicateKey(key)));
            }
        }
        if seen.is_empty() {
            return Err(self.refuse(object.value_offset(), Problem::EmptyObject));
        }
        Ok(())
    }

    fn parse_member(
        &mut self,
        member: Item<'a>,
        mut combinations: Vec<Combination>,
        within: Within,
    ) -> Result<Vec<Combination>, PatternError> {
        if within == Within::Or
            && let Some(name) = RESERVED.iter().find(|name| name.as_bytes() == member.key())
        {
            let problem = Problem::ReservedName((*name).to_owned());
            return Err(self.refuse(member.key_offset(), problem));
        }
        match member.kind() {
            Kind::Object => return self.parse_object(member, combinations, within),
            Kind::Array => {}
            other => {
                return Err(self.refuse(member.value_offset(), Problem::NotAList(name_of(other))));
            }
        }
        let field = self.parse_field(member)?;
        for combination in &mut combinations {
            combination.insert(field.path().into(), self.fields.len());
        }
        self.fields.push(field);
        Ok(combinations)
    }

    fn parse_or(
        &mut self,
        list: Item<'a>,
        combinations: &[Combination],
    ) -> Result<Vec<Combination>, PatternError> {
        let refused = |what: &str| Problem::NotAlternatives(what.to_owned());
        if !matches!(list.kind(), Kind::Array) {
            return Err(self.refuse(list.value_offset(), refused(name_of(list.kind()))));
        }
        let count = list.children().count();
        if count < 2 {
            return Err(self.refuse(list.value_offset(), refused(&format!("a list of {count}"))));
        }
        let mut all = Vec::new();
        for (index, choice) in list.children().enumerate() {
            self.path.push(Step::Index(index));
            if !matches!(choice.kind(), Kind::Object) {
                let what = format!("a list that holds {}", name_of(choice.kind()));
                return Err(self.refuse(choice.value_offset(), refused(&what)));
            }
            all.extend(self.parse_object(choice, combinations.to_vec(), Within::Or)?);
            self.path.pop();
            if all.len() > MAX_BRANCHES {
                return Err(self.refuse(list.value_offset(), Problem::TooManyBranches));
            }
        }
        Ok(all)
    }

    fn parse_field(&mut self, list: Item<'a>) -> Result<Field, PatternError> {
        let mut alternatives = Vec::new();
        for (index, item) in list.children().enumerate() {
            self.path.push(Step::Index(index));
            alternatives.push(self.parse_alternative(item)?);
            self.path.pop();
        }
        if alternatives.is_empty() {
            return Err(self.refuse(list.value_offset(), Problem::EmptyList));
        }
        Ok(Field::new(&self.keys, alternatives))
    }

    fn refuse(&self, offset: Option<usize>, problem: Problem) -> PatternError {
        PatternError {
            path: self.path.clone(),
            place: offset
                .zip(self.text)
                .map(|(offset, text)| Place::of(offset, text)),
            problem,
        }
    }
}

/// AWS's matcher takes fields by name; `exists: false` asks only the fields before it.
fn sort_branch(combination: Combination) -> Branch {
    let mut named: Vec<(Box<[u8]>, usize)> = combination.into_iter().collect();
    named.sort();
    Branch {
        fields: named.into_iter().map(|(_, field)| field).collect(),
    }
}

/// What a value is, for "this is …".
fn name_of(kind: Kind<'_>) -> &'static str {
    match kind {
        Kind::Null => "null",
        Kind::Bool(true) => "true",
        Kind::Bool(false) => "false",
        Kind::Number(_) => "a number",
        Kind::Text(_) => "a string",
        Kind::Array => "a list",
        Kind::Object => "an object",
    }
}
