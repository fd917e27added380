//! `access` checks: the request that is asked about, the objects whose policies bear on it, and what those say.
//!
//! The walk over the objects is one function, [`gather`]. Run over what is known so far it tells what is still to be
//! observed, and at the end it holds the policies: what is collected and what is judged cannot differ.

mod beside;
mod gather;
mod objects;
mod open_keys;
mod pairs;
mod principal;
mod request;
mod resource;
mod schema;

pub(crate) use beside::may_override;
pub use gather::{Gathered, gather};
pub use objects::{ObjectRef, Objects};
pub use request::AccessProof;
pub(crate) use request::{check_access, plan_access};
pub use schema::{access_answer_schema, access_schema};
