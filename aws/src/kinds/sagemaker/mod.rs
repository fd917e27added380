//! What domains, user profiles and spaces of Studio have in common.

pub(crate) mod app_defaults;
pub(crate) mod apps;
pub(crate) mod member;
pub(crate) mod quotas;
pub(crate) mod status;
pub(crate) mod sweep;
pub(crate) mod tagging;
pub(crate) mod user_settings;
pub(crate) mod users;
pub(crate) mod values;
