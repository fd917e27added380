//! From one element of a field's list to an alternative.

use super::{Parser, name_of};
use crate::error::{PatternError, Problem};
use crate::json::{Item, Kind};
use crate::operators::{
    Alternative, Block, Comparison, Folded, Number, Range, Wildcard, parse_address,
};
use crate::place::Step;

impl Parser<'_> {
    pub(super) fn parse_alternative(
        &mut self,
        item: Item<'_>,
    ) -> Result<Alternative, PatternError> {
        match item.kind() {
            Kind::Null => Ok(Alternative::Null),
            Kind::Bool(truth) => Ok(Alternative::Bool(truth)),
            Kind::Number(text) => Ok(Alternative::Number(Number::new(text))),
            Kind::Text(text) => Ok(parse_text(text)),
            Kind::Array => Err(self.refuse(item.value_offset(), Problem::NestedList)),
            Kind::Object => {
                let operand = self.only_member(item)?;
                self.path.push(Step::key(operand.key()));
                let alternative = self.parse_operator(operand)?;
                self.path.pop();
                Ok(alternative)
            }
        }
    }

    fn parse_operator(&mut self, operand: Item<'_>) -> Result<Alternative, PatternError> {
        match operand.key() {
            b"prefix" => self.parse_affix(
                operand,
                "prefix",
                Alternative::Prefix,
                Alternative::FoldedPrefix,
            ),
            b"suffix" => self.parse_affix(
                operand,
                "suffix",
                Alternative::Suffix,
                Alternative::FoldedSuffix,
            ),
            b"equals-ignore-case" => {
                let text = self.text_of(operand, "equals-ignore-case")?;
                Ok(Alternative::Folded(Folded::new(text)))
            }
            b"wildcard" => {
                let text = self.text_of(operand, "wildcard")?;
                self.parse_wildcard(operand, text)
            }
            b"cidr" => {
                let text = self.text_of(operand, "cidr")?;
                let block = Block::parse(text);
                block
                    .map(Alternative::Cidr)
                    .map_err(|problem| self.refuse(operand.value_offset(), problem))
            }
            b"exists" => match operand.kind() {
                Kind::Bool(true) => Ok(Alternative::Exists),
                Kind::Bool(false) => Ok(Alternative::Absent),
                _ => Err(self.refuse_operand(operand, "exists", "true or false")),
            },
            b"numeric" => self.parse_numeric(operand),
            b"anything-but" => self.parse_anything_but(operand),
            _ => Err(self.refuse_operator(operand)),
        }
    }

    fn parse_affix(
        &mut self,
        operand: Item<'_>,
        operator: &'static str,
        plain: fn(Box<[u8]>) -> Alternative,
        folded: fn(Folded) -> Alternative,
    ) -> Result<Alternative, PatternError> {
        if let Kind::Text(text) = operand.kind() {
            return Ok(plain(text.into()));
        }
        let takes = "a string or `{\"equals-ignore-case\": \"…\"}`";
        if !matches!(operand.kind(), Kind::Object) {
            return Err(self.refuse_operand(operand, operator, takes));
        }
        let inner = self.only_member(operand)?;
        self.path.push(Step::key(inner.key()));
        if inner.key() != b"equals-ignore-case" {
            return Err(self.refuse_operand(inner, operator, takes));
        }
        let text = self.text_of(inner, "equals-ignore-case")?;
        self.path.pop();
        Ok(folded(Folded::new(text)))
    }

    fn parse_wildcard(&self, item: Item<'_>, text: &[u8]) -> Result<Alternative, PatternError> {
        Wildcard::parse(text)
            .map(Alternative::Wildcard)
            .map_err(|problem| self.refuse(item.value_offset(), problem))
    }

    fn parse_numeric(&mut self, operand: Item<'_>) -> Result<Alternative, PatternError> {
        let takes = "a list such as `[\">\", 0, \"<=\", 5]`: `=`, or a lower and an upper bound, or one of them";
        let terms: Vec<Item<'_>> = operand.children().collect();
        if !matches!(operand.kind(), Kind::Array) || !matches!(terms.len(), 2 | 4) {
            return Err(self.refuse_operand(operand, "numeric", takes));
        }
        let mut bounds = Vec::new();
        for (index, pair) in terms.chunks_exact(2).enumerate() {
            self.path.push(Step::Index(index * 2));
            let sign = match pair[0].kind() {
                Kind::Text(sign) => Comparison::parse(sign),
                _ => None,
            };
            let sign = sign.ok_or_else(|| self.refuse_operand(pair[0], "numeric", takes))?;
            self.path.pop();
            self.path.push(Step::Index(index * 2 + 1));
            bounds.push((
                sign,
                self.exact_number(pair[1], "numeric", takes)?.to_owned(),
            ));
            self.path.pop();
        }
        let in_order = match bounds.as_slice() {
            [(lower, _), (upper, _)] => lower.is_lower() && upper.is_upper(),
            _ => true,
        };
        if !in_order {
            return Err(self.refuse_operand(operand, "numeric", takes));
        }
        let range = Range::new(bounds).map(Alternative::Numeric);
        range.ok_or_else(|| self.refuse(operand.value_offset(), Problem::EmptyRange))
    }

    fn exact_number<'a>(
        &self,
        item: Item<'a>,
        operator: &'static str,
        takes: &'static str,
    ) -> Result<&'a str, PatternError> {
        match item.kind() {
            Kind::Number(text) if Number::new(text).is_exact() => Ok(text),
            Kind::Number(text) => {
                Err(self.refuse(item.value_offset(), Problem::InexactNumber(text.to_owned())))
            }
            _ => Err(self.refuse_operand(item, operator, takes)),
        }
    }

    fn parse_anything_but(&mut self, operand: Item<'_>) -> Result<Alternative, PatternError> {
        let excluded = match operand.kind() {
            Kind::Object => {
                let inner = self.only_member(operand)?;
                self.path.push(Step::key(inner.key()));
                if !matches!(
                    inner.key(),
                    b"prefix" | b"suffix" | b"equals-ignore-case" | b"wildcard"
                ) {
                    return Err(self.refuse_operator(inner));
                }
                let excluded = self.each(inner, Self::parse_excluded_texts)?;
                self.path.pop();
                excluded
            }
            _ => self.each(operand, |parser, item, _| parser.parse_excluded(item))?,
        };
        let is_text = |one: &Alternative| matches!(one, Alternative::Text(_));
        let is_number = |one: &Alternative| matches!(one, Alternative::Number(_));
        if excluded.iter().any(is_text) && excluded.iter().any(is_number) {
            return Err(self.refuse(operand.value_offset(), Problem::MixedList));
        }
        Ok(Alternative::AnythingBut(excluded))
    }

    /// Parses a single operand, or each of a list of them.
    fn each(
        &mut self,
        operand: Item<'_>,
        parse: fn(&mut Self, Item<'_>, &[u8]) -> Result<Alternative, PatternError>,
    ) -> Result<Vec<Alternative>, PatternError> {
        if !matches!(operand.kind(), Kind::Array) {
            return Ok(vec![parse(self, operand, operand.key())?]);
        }
        let mut alternatives = Vec::new();
        for (index, item) in operand.children().enumerate() {
            self.path.push(Step::Index(index));
            alternatives.push(parse(self, item, operand.key())?);
            self.path.pop();
        }
        if alternatives.is_empty() {
            return Err(self.refuse(operand.value_offset(), Problem::EmptyList));
        }
        Ok(alternatives)
    }

    fn parse_excluded(&mut self, item: Item<'_>) -> Result<Alternative, PatternError> {
        // A text that is an address excludes its own spelling only, as with AWS.
        let takes = "a string, a number, a list of either, or an operator on strings";
        match item.kind() {
            Kind::Text(text) => Ok(Alternative::Text(text.into())),
            Kind::Number(_) => {
                let text = self.exact_number(item, "anything-but", takes)?;
                Ok(Alternative::Number(Number::new(text)))
            }
            _ => Err(self.refuse_operand(item, "anything-but", takes)),
        }
    }

    fn parse_excluded_texts(
        &mut self,
        item: Item<'_>,
        operator: &[u8],
    ) -> Result<Alternative, PatternError> {
        let takes = "`prefix`, `suffix`, `equals-ignore-case` or `wildcard` with a string or a list of strings";
        let Kind::Text(text) = item.kind() else {
            return Err(self.refuse_operand(item, "anything-but", takes));
        };
        match operator {
            b"prefix" | b"suffix" if text.is_empty() => {
                Err(self.refuse(item.value_offset(), Problem::ExcludesAll))
            }
            b"prefix" => Ok(Alternative::Prefix(text.into())),
            b"suffix" => Ok(Alternative::Suffix(text.into())),
            b"equals-ignore-case" => Ok(Alternative::Folded(Folded::new(text))),
            b"wildcard" => self.parse_wildcard(item, text),
            _ => Err(self.refuse_operand(item, "anything-but", takes)),
        }
    }

    fn only_member<'a>(&self, object: Item<'a>) -> Result<Item<'a>, PatternError> {
        let mut members = object.children();
        match (members.next(), members.count()) {
            (Some(member), 0) => Ok(member),
            (None, _) => Err(self.refuse(object.value_offset(), Problem::NoOperator)),
            (Some(_), more) => {
                Err(self.refuse(object.value_offset(), Problem::SeveralOperators(more + 1)))
            }
        }
    }

    fn text_of<'a>(
        &self,
        operand: Item<'a>,
        operator: &'static str,
    ) -> Result<&'a [u8], PatternError> {
        match operand.kind() {
            Kind::Text(text) => Ok(text),
            _ => Err(self.refuse_operand(operand, operator, "a string")),
        }
    }

    fn refuse_operand(
        &self,
        found: Item<'_>,
        operator: &'static str,
        takes: &'static str,
    ) -> PatternError {
        let found_name = name_of(found.kind());
        let problem = Problem::WrongOperand {
            operator,
            takes,
            found: found_name,
        };
        self.refuse(found.value_offset(), problem)
    }

    fn refuse_operator(&self, operand: Item<'_>) -> PatternError {
        let name = String::from_utf8_lossy(operand.key()).into_owned();
        self.refuse(operand.key_offset(), Problem::UnknownOperator(name))
    }
}

fn parse_text(text: &[u8]) -> Alternative {
    match parse_address(text) {
        Some(ip) => Alternative::Address(ip.to_canonical(), text.into()),
        None => Alternative::Text(text.into()),
    }
}
