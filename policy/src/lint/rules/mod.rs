//! The rules, by what they are about.

pub(super) mod absent;
pub(super) mod actions;
pub(super) mod alternatives;
pub(super) mod buckets;
pub(super) mod detective;
pub(super) mod endpoints;
pub(super) mod firewall;
pub(super) mod groups;
pub(super) mod keys;
pub(super) mod logs;
pub(super) mod network;
pub(super) mod principals;
pub(super) mod resources;
pub(super) mod roles;
pub(super) mod shape;
pub(super) mod values;
