//! Condition operators: AWS's spelling out, any case in.

use std::fmt;

/// A condition operator without its qualifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operator {
    StringEquals,
    StringNotEquals,
    StringEqualsIgnoreCase,
    StringNotEqualsIgnoreCase,
    StringLike,
    StringNotLike,
    NumericEquals,
    NumericNotEquals,
    NumericLessThan,
    NumericLessThanEquals,
    NumericGreaterThan,
    NumericGreaterThanEquals,
    DateEquals,
    DateNotEquals,
    DateLessThan,
    DateLessThanEquals,
    DateGreaterThan,
    DateGreaterThanEquals,
    Bool,
    BinaryEquals,
    IpAddress,
    NotIpAddress,
    ArnEquals,
    ArnNotEquals,
    ArnLike,
    ArnNotLike,
    Null,
}

/// How a key with several values is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Quantifier {
    /// Holds for a request without the key too.
    ForAllValues,
    ForAnyValue,
}

/// An operator as a document names it: `ForAllValues:StringLikeIfExists`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QualifiedOperator {
    pub quantifier: Option<Quantifier>,
    pub operator: Operator,
    /// Holds for a request without the key too.
    pub if_exists: bool,
}

const IF_EXISTS: &str = "IfExists";

const NAMES: [(Operator, &str); 27] = [
    (Operator::StringEquals, "StringEquals"),
    (Operator::StringNotEquals, "StringNotEquals"),
    (Operator::StringEqualsIgnoreCase, "StringEqualsIgnoreCase"),
    (
        Operator::StringNotEqualsIgnoreCase,
        "StringNotEqualsIgnoreCase",
    ),
    (Operator::StringLike, "StringLike"),
    (Operator::StringNotLike, "StringNotLike"),
    (Operator::NumericEquals, "NumericEquals"),
    (Operator::NumericNotEquals, "NumericNotEquals"),
    (Operator::NumericLessThan, "NumericLessThan"),
    (Operator::NumericLessThanEquals, "NumericLessThanEquals"),
    (Operator::NumericGreaterThan, "NumericGreaterThan"),
    (
        Operator::NumericGreaterThanEquals,
        "NumericGreaterThanEquals",
    ),
    (Operator::DateEquals, "DateEquals"),
    (Operator::DateNotEquals, "DateNotEquals"),
    (Operator::DateLessThan, "DateLessThan"),
    (Operator::DateLessThanEquals, "DateLessThanEquals"),
    (Operator::DateGreaterThan, "DateGreaterThan"),
    (Operator::DateGreaterThanEquals, "DateGreaterThanEquals"),
    (Operator::Bool, "Bool"),
    (Operator::BinaryEquals, "BinaryEquals"),
    (Operator::IpAddress, "IpAddress"),
    (Operator::NotIpAddress, "NotIpAddress"),
    (Operator::ArnEquals, "ArnEquals"),
    (Operator::ArnNotEquals, "ArnNotEquals"),
    (Operator::ArnLike, "ArnLike"),
    (Operator::ArnNotLike, "ArnNotLike"),
    (Operator::Null, "Null"),
];

impl Operator {
    /// Every operator there is.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.iter().map(|(operator, _)| *operator)
    }

    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        // The table is in the order of the variants, which a test checks.
        NAMES[self as usize].1
    }

    /// The same test, which also holds when the request lacks the key.
    #[must_use]
    pub fn if_exists(self) -> QualifiedOperator {
        QualifiedOperator::from(self).if_exists()
    }

    /// The test must hold for every value the request has; it holds for none.
    #[must_use]
    pub fn for_all_values(self) -> QualifiedOperator {
        QualifiedOperator {
            quantifier: Some(Quantifier::ForAllValues),
            ..self.into()
        }
    }

    /// The test must hold for at least one value the request has.
    #[must_use]
    pub fn for_any_value(self) -> QualifiedOperator {
        QualifiedOperator {
            quantifier: Some(Quantifier::ForAnyValue),
            ..self.into()
        }
    }

    fn named(name: &str) -> Option<Self> {
        let found = NAMES
            .iter()
            .find(|(_, known)| known.eq_ignore_ascii_case(name))?;
        Some(found.0)
    }
}

impl Quantifier {
    /// AWS's spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ForAllValues => "ForAllValues",
            Self::ForAnyValue => "ForAnyValue",
        }
    }

    fn named(name: &str) -> Option<Self> {
        [Self::ForAllValues, Self::ForAnyValue]
            .into_iter()
            .find(|quantifier| quantifier.as_str().eq_ignore_ascii_case(name))
    }
}

impl QualifiedOperator {
    /// Reads an operator with its qualifiers in any case; `None` if there is
    /// no such operator.
    pub fn parse(text: &str) -> Option<Self> {
        let (quantifier, name) = match text.split_once(':') {
            Some((quantifier, name)) => (Some(Quantifier::named(quantifier)?), name),
            None => (None, text),
        };
        let (name, if_exists) = match without_suffix(name) {
            Some(name) => (name, true),
            None => (name, false),
        };
        Some(Self {
            quantifier,
            operator: Operator::named(name)?,
            if_exists,
        })
    }

    /// The same test, which also holds when the request lacks the key.
    #[must_use]
    pub fn if_exists(self) -> Self {
        Self {
            if_exists: true,
            ..self
        }
    }
}

impl From<Operator> for QualifiedOperator {
    fn from(operator: Operator) -> Self {
        Self {
            quantifier: None,
            operator,
            if_exists: false,
        }
    }
}

fn without_suffix(name: &str) -> Option<&str> {
    let (name, suffix) = name.split_at_checked(name.len().checked_sub(IF_EXISTS.len())?)?;
    suffix.eq_ignore_ascii_case(IF_EXISTS).then_some(name)
}

impl fmt::Display for QualifiedOperator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(quantifier) = self.quantifier {
            write!(f, "{}:", quantifier.as_str())?;
        }
        f.write_str(self.operator.as_str())?;
        f.write_str(if self.if_exists { IF_EXISTS } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_table_is_in_the_order_of_the_variants() {
        for (index, (operator, _)) in NAMES.iter().enumerate() {
            assert_eq!(*operator as usize, index);
        }
    }

    #[test]
    fn every_operator_with_every_qualifier_reads_back_in_any_case() {
        let quantifiers = [
            None,
            Some(Quantifier::ForAllValues),
            Some(Quantifier::ForAnyValue),
        ];
        for operator in Operator::all() {
            for (quantifier, if_exists) in quantifiers
                .into_iter()
                .flat_map(|q| [(q, false), (q, true)])
            {
                let qualified = QualifiedOperator {
                    quantifier,
                    operator,
                    if_exists,
                };
                let text = qualified.to_string();
                assert_eq!(QualifiedOperator::parse(&text), Some(qualified));
                let upper = text.to_ascii_uppercase();
                assert_eq!(QualifiedOperator::parse(&upper), Some(qualified));
            }
        }
    }

    #[test]
    fn what_is_not_quite_an_operator_is_none() {
        for text in [
            "",
            "IfExists",
            "StringEqual",
            "ForAllValues:",
            "ForAllValues",
            ":StringEquals",
            "ForEach:StringEquals",
            "ForAllValues:ForAnyValue:StringEquals",
            "ForAllValues: Bool",
            "StringEqualsIfExistsIfExists",
            "StringEquals ",
            "Ünull",
            "éIfExist",
        ] {
            assert_eq!(QualifiedOperator::parse(text), None, "{text}");
        }
    }
}
