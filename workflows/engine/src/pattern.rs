//! Compiling a pattern of the file; a fault points into the file.

use cloister_pattern::{Pattern, PatternError, Problem as Reason, Step};
use serde_json::Value as Json;

use crate::problem::Problem;
use crate::yaml::{Node, Spot, Value};

/// Compiles `pattern`, the filled form of `source`.
pub(crate) fn compile(source: &Node, pattern: &Json) -> Result<Pattern, Problem> {
    Pattern::from_value(pattern).map_err(|error| not_a_pattern(source, &error))
}

fn not_a_pattern(source: &Node, error: &PatternError) -> Problem {
    let spot = blamed(source, error);
    Problem::at(spot, format!("Not a pattern: {}", error.problem)).hint(error.problem.hint())
}

/// Follows the path as far as the file has it: a list input has more elements
/// in the filled pattern than its template has in the file.
fn blamed(source: &Node, error: &PatternError) -> Spot {
    let mut node = source;
    let mut key_spot = None;
    for step in &error.path {
        let next = match (step, &node.value) {
            (Step::Key(key), Value::Map(_)) => node.entry(key).map(|(key, value)| {
                key_spot = Some(key.spot);
                value
            }),
            (Step::Index(index), Value::List(elements)) => elements.get(*index).or(elements.last()),
            _ => None,
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    // A wrong name is the key's fault, anything else the value's.
    let wrong_name = matches!(
        error.problem,
        Reason::UnknownOperator(_) | Reason::ReservedName(_)
    );
    key_spot.filter(|_| wrong_name).unwrap_or(node.spot)
}
