//! Proofs: whether policies give the claimed answer to every request there is.
//!
//! A [`Claim`] says who, which actions, which resources and under which
//! conditions, and what the answer is to be. [`prove`] decides one request of
//! every kind that the policies can tell from others, with the evaluation of
//! [`crate::access`]. The answer is never a guess: where there is too much to
//! try, it is [`Proof::Undecided`].
//!
//! ```
//! use cloister_policy::access::{Attached, Policies};
//! use cloister_policy::prove::{Callers, Claim, Expected, prove};
//! use cloister_policy::{Conditions, Document, Operator, Principal, Statement};
//!
//! let only_from_here = Statement::deny("OnlyFromHere")
//!     .principal(Principal::anyone())
//!     .action("s3:*")
//!     .resource("arn:aws:s3:::logs/*")
//!     .when(Operator::StringNotEquals, "aws:SourceVpce", ["vpce-1"]);
//! let everything = Statement::allow("").action("*").resource("*");
//!
//! let mut from_elsewhere = Conditions::none();
//! from_elsewhere.add(Operator::StringNotEquals.into(), "aws:SourceVpce", ["vpce-1".to_owned()]);
//! let mut claim = Claim {
//!     policies: Policies {
//!         identity: vec![Attached { name: "any".into(), document: Document::of([everything]) }],
//!         resource: Some(Attached { name: "bucket policy".into(), document: Document::of([only_from_here]) }),
//!         ..Policies::default()
//!     },
//!     callers: Callers::Anyone,
//!     actions: vec!["s3:GetObject".into(), "s3:PutObject".into()],
//!     resources: vec!["arn:aws:s3:::logs/?*".into()],
//!     resource_account: "111122223333".into(),
//!     given: from_elsewhere,
//!     expected: Expected::ExplicitDeny,
//! };
//! assert!(prove(&claim).is_proven());
//!
//! claim.given = Conditions::none();
//! let proof = prove(&claim);
//! let counterexample = proof.counterexample().expect("who comes through the endpoint is not denied");
//! assert!(counterexample.to_string().contains("aws:SourceVpce = vpce-1"));
//! ```

mod callers;
mod claim;
mod keys;
mod kinds;
mod pieces;
mod search;
mod slices;
mod text;
mod values;
mod variables;

pub use claim::{Callers, Claim, Counterexample, Culprit, Expected, Proof, Undecided};
pub use search::prove;
