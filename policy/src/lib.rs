//! IAM policy documents: parsing, printing, building, and the question whether
//! two of them say the same.
//!
//! Pure: no I/O, no clock, no AWS calls. Nothing here corrects a document
//! silently: what AWS would refuse or ignore is an error with a place, because
//! a policy that means less than it says is the mistake this project exists
//! to prevent.
//!
//! Read first: [`Document`] and [`Statement`] (what a policy says), [`Normal`]
//! (the form in which equal policies are identical), and [`merge_view`] (how a
//! plan shows what differs).
//!
//! ```
//! use cloister_policy::{Document, Operator, Principal, Statement};
//!
//! let policy = Document::of([Statement::deny("OnlyFromHere")
//!     .principal(Principal::anyone())
//!     .action("s3:*")
//!     .resource("arn:aws:s3:::logs/*")
//!     .when(Operator::StringNotEquals, "aws:SourceVpce", ["vpce-1"])]);
//!
//! let returned = Document::parse(
//!     r#"{"Version": "2012-10-17", "Statement": {
//!         "Sid": "OnlyFromHere", "Effect": "Deny", "Principal": {"AWS": "*"},
//!         "Action": ["S3:*"], "Resource": ["arn:aws:s3:::logs/*"],
//!         "Condition": {"StringNotEquals": {"aws:sourcevpce": ["vpce-1"]}}}}"#,
//! )?;
//! assert!(policy.equivalent(&returned));
//! # Ok::<(), cloister_policy::PolicyError>(())
//! ```

pub mod access;
pub mod actions;
pub mod lint;
pub mod prove;

mod arn;
mod build;
mod caller;
mod condition;
mod document;
mod error;
mod json;
mod merge;
mod nearest;
mod normal;
mod operator;
mod parse;
mod principal;
mod print;
mod wildcard;

pub use arn::Arn;
pub use caller::{principal_of_session, same_principal};
pub use condition::{ConditionKey, Conditions};
pub use document::{Actions, Document, Effect, Resources, Statement, Version};
pub use error::{Place, PolicyError, Position, Problem};
pub use merge::merge_view;
pub use normal::Normal;
pub use operator::{Operator, QualifiedOperator, Quantifier};
pub use principal::{Principal, PrincipalKind, PrincipalSet, Principals};
pub use wildcard::{matches_arn, matches_text};
