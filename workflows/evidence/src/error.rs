//! Why a source could not be read at all.

use std::path::PathBuf;

use crate::readers::Unreachable;

/// A source that gave nothing; single broken files are findings, not errors.
#[derive(Debug, thiserror::Error)]
pub enum EvidenceError {
    #[error("`{}` could not be read: {source}", path.display())]
    Folder {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("the trail in {location} could not be listed: {source}")]
    Trail {
        location: String,
        source: Unreachable,
    },
    #[error("the event history of {region} could not be looked up: {source}")]
    History { region: String, source: Unreachable },
    #[error("the records of {name} could not be read: {source}")]
    FlowLog { name: String, source: Unreachable },
    /// A text that names no S3 location.
    #[error("`{0}` is no S3 location; write it like `s3://BUCKET` or `s3://BUCKET/PREFIX`")]
    NoS3Location(String),
}
