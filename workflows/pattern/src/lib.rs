//! `EventBridge` event patterns: parsed with errors that help, matched exactly as AWS does.
//!
//! One pattern language serves events, live objects and flow records, and a
//! pattern can be deployed as an `EventBridge` rule unchanged. The semantics
//! are those of AWS's own open-source matcher, on whose answers this crate is
//! tested case by case; where that matcher is known to be at fault, the
//! documented meaning holds.
//!
//! The crate is pure: no I/O, and no idea of what a record means. Read
//! [`Pattern`], [`Record`] and [`PatternError`] first.
//!
//! ```
//! use cloister_pattern::{Pattern, Record};
//!
//! let pattern = Pattern::parse(r#"{
//!     "eventName": ["PutObject", {"prefix": "Delete"}],
//!     "errorCode": [{"exists": false}]
//! }"#)?;
//! let record = Record::parse(br#"{"eventName": "DeleteObject", "readOnly": false}"#)?;
//! assert!(pattern.matches(&record));
//!
//! let denied = Record::parse(br#"{"eventName": "PutObject", "errorCode": "AccessDenied"}"#)?;
//! let unmet = pattern.explain(&denied);
//! assert_eq!(unmet[0].to_string(), "`errorCode` should be absent, but is \"AccessDenied\"");
//!
//! let error = Pattern::parse("{\"eventName\": [{\"prefx\": \"Put\"}]}").unwrap_err();
//! assert!(error.to_string().starts_with(
//!     "`eventName[0].prefx` (line 1, column 17): `prefx` is no operator here. Use one of"
//! ));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod error;
mod explain;
mod field;
mod json;
mod literals;
mod matching;
mod number;
mod operators;
mod parse;
mod pattern;
mod place;
mod record;

pub use error::{PatternError, Problem, RecordError};
pub use explain::{Found, Unmet};
pub use literals::RequiredLiterals;
pub use pattern::Pattern;
pub use place::{Place, Step};
pub use record::Record;

/// How many branches the `$or` lists of one pattern may combine to.
///
/// AWS's limit: <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html>
pub const MAX_BRANCHES: usize = 1000;

/// How deep a pattern may nest.
pub const MAX_PATTERN_DEPTH: usize = 256;

/// How deep a record may nest.
pub const MAX_RECORD_DEPTH: usize = 512;
