//! What is kept of a composite that is deleted without its configuration: what its anchor remembers that it may go, and
//! nothing else that holds data.

use cloister_aws::{
    HomeEfs, KmsKeyDisposal, LogGroupDisposal, S3BucketDisposal, StudioDomainDisposal, TaggedObject,
};
use serde_json::{Value, json};

use super::inventory::Anchored;

/// The part of the key that encrypts the users' homes.
const HOME_KEY: &str = "keys/home";

/// What stays when an object is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stays {
    pub(super) what: &'static str,
    /// Whether it is the object itself.
    pub(super) whole: bool,
}

/// What the user agreed to when the composite was applied last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Agreed {
    homes_go: bool,
    logs_go: bool,
    objects_go: bool,
}

impl Agreed {
    /// Everything may go.
    pub(super) const ALL: Self = Self {
        homes_go: true,
        logs_go: true,
        objects_go: true,
    };

    /// What an anchor remembers; nothing without one.
    pub(super) fn of(anchor: &Anchored) -> Self {
        let Anchored::Stands(anchor) = anchor else {
            return Self::default();
        };
        let says = |name: &str, value: Value| anchor.settings.get(name) == Some(&value);
        Self {
            homes_go: says("home_efs", json!("delete")),
            logs_go: says("logs", json!("delete")),
            objects_go: says("force_destroy", json!(true)),
        }
    }

    /// What has to go first, and would otherwise go with an object of this kind: the policy of a locked bucket lets
    /// nobody empty it.
    pub(super) fn goes_before(self, kind: &str) -> Option<&'static str> {
        (kind == "s3:bucket" && self.objects_go).then_some("s3:bucket-policy")
    }

    /// How the object goes, and what stays of it.
    pub(super) fn disposal(self, object: &TaggedObject) -> (Value, Option<Stays>) {
        let stays = |what, whole| Some(Stays { what, whole });
        match object.kind {
            Some("s3:bucket") => {
                let empty = self.objects_go;
                (json!(S3BucketDisposal { empty }), None)
            }
            Some("logs:log-group") if !self.logs_go => (
                json!(LogGroupDisposal { retain: true }),
                stays("the log group", true),
            ),
            Some("sagemaker:domain") if self.homes_go => {
                let home_efs = HomeEfs::Delete;
                (json!(StudioDomainDisposal { home_efs }), None)
            }
            Some("sagemaker:domain") => {
                let home_efs = HomeEfs::Retain;
                (
                    json!(StudioDomainDisposal { home_efs }),
                    stays("the file system of the homes", false),
                )
            }
            Some("kms:key") if object.part == HOME_KEY && !self.homes_go => (
                json!(KmsKeyDisposal {
                    retain: true,
                    ..KmsKeyDisposal::default()
                }),
                stays("the key of the homes", true),
            ),
            _ => (Value::Null, None),
        }
    }
}
