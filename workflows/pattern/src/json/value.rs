//! A parsed `serde_json::Value` as a document, so that one matcher serves every input.

use serde_json::Value;

use super::document::{Document, Span, Stored};

/// Copies `value`, or says that it nests deeper than `depth`.
pub(crate) fn copy_value(value: &Value, depth: usize) -> Option<Document> {
    let mut document = Document::default();
    copy(&mut document, Span::default(), value, depth)?;
    Some(document)
}

fn copy(document: &mut Document, key: Span, value: &Value, depth: usize) -> Option<()> {
    let stored = match value {
        Value::Null => Stored::Null,
        Value::Bool(truth) => Stored::Bool(*truth),
        Value::Number(number) => Stored::Number(copy_text(document, &number.to_string())),
        Value::String(text) => Stored::Text(copy_text(document, text)),
        Value::Array(_) => Stored::Array,
        Value::Object(_) => Stored::Object,
    };
    let index = document.push(key, stored, None);
    match value {
        Value::Array(elements) => {
            let depth = depth.checked_sub(1)?;
            for element in elements {
                copy(document, Span::default(), element, depth)?;
            }
        }
        Value::Object(members) => {
            let depth = depth.checked_sub(1)?;
            for (name, member) in members {
                let key = copy_text(document, name);
                copy(document, key, member, depth)?;
            }
        }
        _ => {}
    }
    document.close(index);
    Some(())
}

fn copy_text(document: &mut Document, text: &str) -> Span {
    let start = document.mark();
    document.add(text.as_bytes());
    document.span_since(start)
}
