//! Finds policies that do not do what they say.
//!
//! A [`Bundle`] holds documents with the place each is attached to, and what
//! stands beside them: event rules, firewall policies, security groups. Each
//! [`Finding`] names document and statement, says in one sentence what is
//! wrong and in one how to mend it. What is a guess about intent says so.
//!
//! Read first: [`Bundle`], [`RULES`] (every rule, with what is wrong and where
//! that was learned), [`check`].
//!
//! ```
//! use cloister_policy::lint::{Bundle, Place, check};
//!
//! let policy = r#"{"Version": "2012-10-17", "Statement": [{
//!     "Effect": "Allow", "Action": "kms:ReEncrypt", "Resource": "*"}]}"#;
//! let findings = check(&Bundle::of("key user", Place::identity(), policy));
//! assert_eq!(findings[0].rule, "L10");
//! assert_eq!(findings[0].mend, "Write `kms:ReEncrypt*`.");
//! ```

mod bundle;
mod cidr;
mod files;
mod finding;
mod rule;
mod rules;
mod scene;
mod terraform;

pub use bundle::{
    AllowList, Bundle, EndpointType, EventRule, FirewallPolicy, IngressRule, Peer, Place, Placed,
    SecurityGroup, Skipped,
};
pub use files::{BundleFile, FileError, PlaceName, read_file};
pub use finding::{Finding, Found, Severity};
pub use rule::{RULES, Rule, render_rules};
pub use scene::check;
