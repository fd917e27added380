//! The bucket's policy: one trail writes, its administrators delete, they and its readers read.

use cloister_policy::{Document, Operator, Principal, Statement};

use super::archive::Archive;
use crate::{
    bucket_policy::{LISTING, deny_management_by_others, deny_plain_text, objects},
    composite::Site,
};

/// CloudTrail, in every partition.
pub(crate) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";

/// What makes objects, or copies of them.
pub(crate) const WRITES: &[&str] = &["s3:PutObject", "s3:Replicate*"];
/// What leaves an object as it is.
pub(crate) const READS: &[&str] = &["s3:Get*", "s3:List*"];

pub(crate) const SID_OBJECTS: &str = "DenyObjectsToOthers";
const SID_LISTING: &str = "DenyListingToOthers";
const SID_CHANGES: &str = "DenyChangesByOthers";
const SID_WRITES: &str = "DenyWritesByOthers";

/// The header by which CloudTrail leaves its files to the bucket's owner.
const ACL: &str = "s3:x-amz-acl";

impl Archive {
    /// The policy of the bucket.
    pub(crate) fn policy(&self, site: &Site) -> Document {
        let guards = self.guards();
        let readers = self.allow_foreign_readers(site);
        Document::of(self.deliveries().into_iter().chain(readers).chain(guards))
    }

    /// The policy while the bucket is emptied: CloudTrail delivers no more, or late files would keep it from going.
    pub(crate) fn closed_policy(&self) -> Document {
        Document::of(self.guards())
    }

    /// What CloudTrail needs, for this trail only.
    /// <https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html>
    fn deliveries(&self) -> [Statement; 2] {
        [
            self.allow_trail("AllowAclCheck")
                .action("s3:GetBucketAcl")
                .resource(self.bucket_arn.clone()),
            self.allow_trail("AllowDelivery")
                .action("s3:PutObject")
                .resource(self.delivered.clone())
                .when(Operator::StringEquals, ACL, ["bucket-owner-full-control"]),
        ]
    }

    /// Starts a statement for what CloudTrail may do for this trail.
    pub(crate) fn allow_trail(&self, sid: &str) -> Statement {
        Statement::allow(sid)
            .principal(Principal::service(CLOUDTRAIL))
            .when(
                Operator::StringEquals,
                "aws:SourceArn",
                [self.trail_arn.clone()],
            )
    }

    /// Starts a statement for what readers of other accounts may do, as far as their own accounts let them. `None`
    /// without such readers.
    pub(crate) fn allow_foreigners(&self, sid: &str, site: &Site) -> Option<Statement> {
        let readers = self.foreign_readers(site);
        let root = |account| Principal::aws(format!("arn:{}:iam::{account}:root", site.partition));
        (!readers.is_empty()).then(|| {
            Statement::allow(sid)
                .principals(readers.keys().map(root))
                .when(
                    Operator::ArnLike,
                    "aws:PrincipalArn",
                    readers.values().flatten().cloned(),
                )
        })
    }

    fn allow_foreign_readers(&self, site: &Site) -> Option<Statement> {
        let statement = self.allow_foreigners("AllowReaders", site)?;
        Some(
            statement
                .actions([
                    "s3:GetBucketLocation",
                    "s3:GetObject",
                    "s3:GetObjectVersion",
                    "s3:ListBucket",
                ])
                .resources([self.bucket_arn.clone(), objects(&self.bucket_arn)]),
        )
    }

    fn guards(&self) -> [Statement; 6] {
        [
            deny_plain_text(&self.bucket_arn),
            self.deny_objects_to_others(),
            self.deny_listing_to_others(),
            self.deny_changes_by_others(),
            self.deny_writes_by_others(),
            deny_management_by_others(&self.bucket_arn, self.administrators.clone()),
        ]
    }

    /// Every action on an object, present and future.
    fn deny_objects_to_others(&self) -> Statement {
        let statement = deny_to_all(SID_OBJECTS).action("s3:*");
        self.unless_trail(unless(statement, self.everyone()).resource(objects(&self.bucket_arn)))
    }

    fn deny_listing_to_others(&self) -> Statement {
        let statement = deny_to_all(SID_LISTING).actions(LISTING.iter().copied());
        unless(statement, self.everyone()).resource(self.bucket_arn.clone())
    }

    /// Whatever is no read, present and future.
    fn deny_changes_by_others(&self) -> Statement {
        let statement = deny_to_all(SID_CHANGES).not_actions(READS.iter().copied());
        let statement = unless(statement, self.administrators.clone());
        self.unless_trail(statement.resource(objects(&self.bucket_arn)))
    }

    /// An administrator, too, may not put a file beside those of the trail, or in the place of one.
    fn deny_writes_by_others(&self) -> Statement {
        let statement = deny_to_all(SID_WRITES).actions(WRITES.iter().copied());
        self.unless_trail(statement.resource(objects(&self.bucket_arn)))
    }

    /// A source ARN is present only in calls that a service makes as itself, so that nobody else can claim it; a request
    /// without one is denied, since the condition is negated.
    fn unless_trail(&self, statement: Statement) -> Statement {
        statement.when(
            Operator::ArnNotLike,
            "aws:SourceArn",
            [self.trail_arn.clone()],
        )
    }
}

fn unless(statement: Statement, names: Vec<String>) -> Statement {
    statement.when(Operator::ArnNotLike, "aws:PrincipalArn", names)
}

fn deny_to_all(sid: &str) -> Statement {
    Statement::deny(sid).principal(Principal::anyone())
}
