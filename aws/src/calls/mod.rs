//! The one path that every call to AWS takes: rate limit, attempt, judgement, repeat.

mod backoff;
mod bucket;
mod classes;
mod failure;
mod limiter;
mod operation;
mod path;
mod rates;

pub(crate) use classes::classify;
pub(crate) use failure::{Failure, credentials_error};
pub(crate) use limiter::Limiter;
pub(crate) use operation::Effect;
pub(crate) use operation::Operation;
pub(crate) use path::{CallPath, Place};
pub use rates::Rate;
pub(crate) use rates::fits;
