//! The engine of composites: a graph of parts is planned, made, compared, mended and deleted.
//!
//! It knows neither AWS nor Terraform. What a part *is* comes in as a [`PartKind`]; what a composite *wants* comes in
//! as a [`Blueprint`]; where the anchor is kept comes in as an [`AnchorStore`]. Read these three first, then
//! [`Engine`], which executes.

mod anchor;
mod blueprint;
mod diff;
mod engine;
mod error;
mod execute;
mod foreign_tags;
mod identity;
mod input;
mod key;
mod kind;
mod kinds;
mod lease;
mod observe;
mod order;
mod pace;
mod parts;
mod pass;
mod plan;
mod remnants;
mod setting;
mod teardown;
mod waiting;

pub use anchor::{Anchor, AnchorStore, Intent, Status, StoredAnchor};
pub use blueprint::{After, Blueprint, Builder, Part, PartHandle, Span};
pub use diff::{changed_settings, view};
pub use engine::{Applied, Applying, Blocked, Destroyed, Engine, Failure, Observations, Outlook};
pub use error::{ErrorClass, PartError};
pub use identity::{Identity, TAG_COMPOSITE, TAG_OWNER, TAG_PART, Tags, derived_name, token};
pub use input::{Input, Output, OutputName, unknown_mark};
pub use key::{KeyError, PartKey};
pub use kind::{
    Changing, Deleting, Finding, Journal, Making, Outputs, PartKind, Readiness, outputs, read_each,
};
pub use kinds::{ErasedKind, Kinds, Observation, Removal};
pub use pace::Pace;
pub use parts::{PartState, PartsState};
pub use plan::{PlannedId, PlannedPart, plan_parts};
pub use remnants::Remnant;
pub use setting::{Setting, SettingError, Text};
