//! Which column of a line is which field: from a header line or from a flow log's format.

use std::str::FromStr;

use super::fields::{DEFAULT_FIELDS, FLOW_FIELDS, Form, form_of, known};

/// The columns of flow log lines, in their order.
///
/// Never guessed from `version`, which is only the highest one among the fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Columns(Vec<Column>);

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) form: Form,
}

/// A text that is no format of a flow log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no field of a flow log format; write formats like `${{interface-id}} ${{srcaddr}} ${{dstaddr}}`"
)]
pub struct NoFormat(pub String);

impl Columns {
    /// The names of the fields.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|column| column.name.as_str())
    }

    pub(super) fn columns(&self) -> &[Column] {
        &self.0
    }

    /// The columns that a header line names; `None` if the line is no header.
    ///
    /// A line of values has numbers, capitals or dashes somewhere, names have none of them in
    /// front, and a header names at least one field that AWS documents.
    pub(super) fn of_header(line: &str) -> Option<Columns> {
        let mut names = line.split_ascii_whitespace();
        let header = names.clone().all(is_name) && names.any(|name| known(name).is_some());
        header.then(|| Columns(line.split_ascii_whitespace().map(column).collect()))
    }
}

impl Default for Columns {
    fn default() -> Self {
        let fields = FLOW_FIELDS[..DEFAULT_FIELDS].iter();
        Columns(fields.map(|field| column(field.name)).collect())
    }
}

impl FromStr for Columns {
    type Err = NoFormat;

    /// Reads a format as `DescribeFlowLogs` gives it.
    fn from_str(format: &str) -> Result<Self, NoFormat> {
        let named = |word: &str| {
            let name = word
                .strip_prefix("${")
                .and_then(|rest| rest.strip_suffix('}'));
            name.filter(|name| is_name(name))
                .map(column)
                .ok_or_else(|| NoFormat(word.to_owned()))
        };
        let columns: Vec<Column> = format
            .split_ascii_whitespace()
            .map(named)
            .collect::<Result<_, _>>()?;
        match columns.as_slice() {
            [] => Err(NoFormat(format.to_owned())),
            _ => Ok(Columns(columns)),
        }
    }
}

fn column(name: &str) -> Column {
    Column {
        name: name.to_owned(),
        form: form_of(name),
    }
}

fn is_name(word: &str) -> bool {
    let mut letters = word.bytes();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_formats_name_the_columns_in_their_order() {
        let cases = [
            ("header", "srcaddr version end", Some("srcaddr version end")),
            (
                "a field of tomorrow",
                "version shoe-size",
                Some("version shoe-size"),
            ),
            ("only unknown names", "shoe-size hat", None),
            ("values", "2 111122223333 eni-0a 10.0.0.4 - 443 6 OK", None),
            ("values that look like names", "eni-0a ingress", None),
            ("empty", "", None),
        ];
        for (name, line, expected) in cases {
            let found = Columns::of_header(line).map(|columns| names(&columns));
            assert_eq!(found.as_deref(), expected, "{name}");
        }
        let cases = [
            ("${dstport} ${start}", Ok("dstport start")),
            ("${dstport}  ${ecs-task-id} ", Ok("dstport ecs-task-id")),
            ("dstport", Err("dstport")),
            ("${dstport", Err("${dstport")),
            ("${dstport} ${}", Err("${}")),
            ("", Err("")),
        ];
        for (format, expected) in cases {
            let found = format.parse::<Columns>().map(|columns| names(&columns));
            let expected = expected
                .map(str::to_owned)
                .map_err(|word| NoFormat(word.to_owned()));
            assert_eq!(found, expected, "{format:?}");
        }
        assert_eq!(
            names(&Columns::default()),
            "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes \
             start end action log-status"
        );
    }

    fn names(columns: &Columns) -> String {
        columns.names().collect::<Vec<_>>().join(" ")
    }
}
