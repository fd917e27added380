//! The log: `tracing` events as the JSON lines that go-plugin hosts understand.

mod fields;
mod layer;
mod level;
mod line;

pub(crate) use layer::install_log;
pub(crate) use level::wanted_level;
