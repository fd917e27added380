//! From one line of a flow log to the JSON text that patterns match.

use std::fmt::Write;
use std::net::IpAddr;

use super::columns::{Column, Columns};
use super::fields::Form;

/// What does not apply, or was not computed: the field is absent, not empty.
const ABSENT: &str = "-";

/// Writes the record of `line` as JSON into `record`; the error says what is wrong with the line.
///
/// Every value is checked, so that a line that was cut off is not taken for a record.
pub(super) fn write_record(
    line: &str,
    columns: &Columns,
    record: &mut String,
) -> Result<(), String> {
    record.clear();
    record.push('{');
    let mut values = line.split_ascii_whitespace();
    for column in columns.columns() {
        let Some(value) = values.next() else {
            return Err(wrong_count(line, columns));
        };
        if value != ABSENT {
            write_member(column, value, record)?;
        }
    }
    if values.next().is_some() {
        return Err(wrong_count(line, columns));
    }
    record.push('}');
    Ok(())
}

fn write_member(column: &Column, value: &str, record: &mut String) -> Result<(), String> {
    let name = &column.name;
    let fits = match column.form {
        Form::Text => true,
        Form::Number => value.parse::<u64>().is_ok(),
        Form::Address => value.parse::<IpAddr>().is_ok(),
        Form::Action => matches!(value, "ACCEPT" | "REJECT"),
        Form::Status => matches!(value, "OK" | "NODATA" | "SKIPDATA"),
    };
    if !fits {
        return Err(format!("`{name}` is `{value}`, which it cannot be"));
    }
    if record.len() > 1 {
        record.push(',');
    }
    // Writing to a `String` cannot fail. A number is spelt anew: JSON knows no leading zeros.
    let _ = match (column.form, value.parse::<u64>()) {
        (Form::Number, Ok(number)) => write!(record, "\"{name}\":{number}"),
        _ => write!(record, "\"{name}\":{}", serde_json::Value::from(value)),
    };
    Ok(())
}

fn wrong_count(line: &str, columns: &Columns) -> String {
    format!(
        "the line has {} fields, its format has {}",
        line.split_ascii_whitespace().count(),
        columns.columns().len()
    )
}
