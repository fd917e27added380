//! What AWS's services can be asked for: actions with the resources they take
//! and the condition keys they carry, from a dated table.
//!
//! The table is `policy/data/actions.txt`, which `scripts/action-table.py`
//! writes. A service is read from it when somebody asks for it first.
//!
//! Read first: [`Table::builtin`], then [`Table::expand`] and [`Action`].

mod global;
mod key;
mod name;
mod overlap;
mod service;
mod table;

pub use global::{GlobalKey, Presence};
pub use key::{Key, KeyType};
pub use overlap::{arns_overlap, texts_overlap};
pub use service::{AccessLevel, Action, ResourceType, Service};
pub use table::{Source, Table};

pub(crate) use name::matches_name;
