//! The bucket's policy: nobody reaches an object except through the endpoints, whatever their own policies allow.

use cloister_policy::{Document, Operator, Principal, Statement};

use super::{config::ServiceDelivery, lock::Lock};
use crate::{
    bucket_policy::{self, LISTING, SID_MANAGEMENT, SID_PLAIN_TEXT, deny_plain_text},
    symbols::text,
};

pub(crate) const HEADER_ALGORITHM: &str = "s3:x-amz-server-side-encryption";
pub(crate) const HEADER_KEY: &str = "s3:x-amz-server-side-encryption-aws-kms-key-id";
pub(crate) const HEADER_CUSTOMER_KEY: &str = "s3:x-amz-server-side-encryption-customer-algorithm";

pub(crate) const SID_OBJECTS: &str = "DenyObjectsFromElsewhere";
pub(crate) const SID_LISTING: &str = "DenyListingFromElsewhere";
const SID_DELIVERY: &str = "AllowDelivery";
const SID_OTHER_KEYS: &str = "DenyOtherKeys";
const SID_OTHER_ENCRYPTION: &str = "DenyOtherEncryption";
const SID_CUSTOMER_KEYS: &str = "DenyCustomerKeys";

/// Whether a statement of this name is one of ours.
pub(crate) fn is_own_sid(sid: &str) -> bool {
    const ALL: [&str; 7] = [
        SID_PLAIN_TEXT,
        SID_OBJECTS,
        SID_LISTING,
        SID_MANAGEMENT,
        SID_OTHER_KEYS,
        SID_OTHER_ENCRYPTION,
        SID_CUSTOMER_KEYS,
    ];
    let delivery = sid.strip_prefix(SID_DELIVERY);
    ALL.contains(&sid) || delivery.is_some_and(|number| number.parse::<usize>().is_ok())
}

impl Lock {
    /// The policy of the bucket: our statements, then the user's.
    pub(crate) fn policy(&self) -> Document {
        let deliveries = self.deliveries.iter().enumerate();
        let additional = self.additional.iter();
        let statements = [
            deny_plain_text(&self.bucket_arn),
            self.deny_objects_from_elsewhere(&self.break_glass),
            self.deny_listing_from_elsewhere(&self.break_glass),
            self.deny_management_by_others(),
        ]
        .into_iter()
        .chain(self.deny_other_encryption())
        .chain(deliveries.map(|(index, delivery)| self.allow_delivery(index, delivery)))
        .chain(additional.flat_map(|document| document.statements.clone()));
        Document {
            id: self
                .additional
                .as_ref()
                .and_then(|document| document.id.clone()),
            ..Document::of(statements)
        }
    }

    /// The policy while the bucket is emptied: administrators are let in from outside the endpoints as well, and
    /// nothing that the user added is in the way.
    pub(crate) fn relaxed_policy(&self) -> Document {
        let let_in = [&self.break_glass[..], &self.administrators[..]].concat();
        Document::of([
            deny_plain_text(&self.bucket_arn),
            self.deny_objects_from_elsewhere(&let_in),
            self.deny_listing_from_elsewhere(&let_in),
            self.deny_management_by_others(),
        ])
    }

    fn objects(&self) -> String {
        bucket_policy::objects(&self.bucket_arn)
    }

    /// Every action on an object, present and future: what the action is called does not matter, what it is done to
    /// does.
    fn deny_objects_from_elsewhere(&self, let_in: &[String]) -> Statement {
        let statement = Statement::deny(SID_OBJECTS)
            .principal(Principal::anyone())
            .action("s3:*")
            .resource(self.objects());
        self.unless_from_here(statement, let_in)
    }

    fn deny_listing_from_elsewhere(&self, let_in: &[String]) -> Statement {
        let statement = Statement::deny(SID_LISTING)
            .principal(Principal::anyone())
            .actions(LISTING.iter().copied())
            .resource(self.bucket_arn.clone());
        self.unless_from_here(statement, let_in)
    }

    /// All conditions must hold for the denial. Each is negated, so a request without the key is denied: who comes
    /// through no endpoint has no `aws:SourceVpce`.
    fn unless_from_here(&self, statement: Statement, let_in: &[String]) -> Statement {
        let mut statement = statement.when(
            Operator::StringNotEquals,
            "aws:SourceVpce",
            self.endpoints.clone(),
        );
        if !let_in.is_empty() {
            statement = statement.when(Operator::ArnNotLike, "aws:PrincipalArn", let_in.to_vec());
        }
        if !self.via_services.is_empty() {
            // Holds for a request that came through no service, too: then the set is empty.
            let operator = Operator::StringNotEquals.for_all_values();
            statement = statement.when(operator, "aws:CalledVia", self.via_services.clone());
        }
        if !self.deliveries.is_empty() {
            // Present only in calls that a service makes as itself, so that nobody else can claim it.
            let sources = self.deliveries.iter().filter_map(|d| text(&d.source_arn));
            statement = statement.when(Operator::ArnNotLike, "aws:SourceArn", sources);
        }
        statement
    }

    fn deny_management_by_others(&self) -> Statement {
        let managers = [&self.administrators[..], &self.break_glass[..]].concat();
        bucket_policy::deny_management_by_others(&self.bucket_arn, managers)
    }

    /// An upload that names a key or a way of encryption must name the right one. One that names none gets the bucket's
    /// default, which is the right one: hence `Null` beside each negated operator, which alone would deny it.
    fn deny_other_encryption(&self) -> [Statement; 3] {
        let upload = |sid: &str| {
            Statement::deny(sid)
                .principal(Principal::anyone())
                .action("s3:PutObject")
                .resource(self.objects())
        };
        [
            upload(SID_OTHER_KEYS)
                .when(
                    Operator::StringNotEquals,
                    HEADER_KEY,
                    [self.key_arn.clone()],
                )
                .when(Operator::Null, HEADER_KEY, ["false"]),
            upload(SID_OTHER_ENCRYPTION)
                .when(Operator::StringNotEquals, HEADER_ALGORITHM, ["aws:kms"])
                .when(Operator::Null, HEADER_ALGORITHM, ["false"]),
            upload(SID_CUSTOMER_KEYS).when(Operator::Null, HEADER_CUSTOMER_KEY, ["false"]),
        ]
    }

    fn allow_delivery(&self, index: usize, delivery: &ServiceDelivery) -> Statement {
        let prefix = text(&delivery.prefix).unwrap_or_default();
        allow_delivery(&format!("{SID_DELIVERY}{}", index + 1), delivery)
            .action("s3:PutObject")
            .resource(format!("{}/{prefix}*", self.bucket_arn))
    }
}

/// Starts a statement for what one delivering service may do, for its one source only.
pub(crate) fn allow_delivery(sid: &str, delivery: &ServiceDelivery) -> Statement {
    Statement::allow(sid)
        .principal(Principal::service(
            text(&delivery.service).unwrap_or_default(),
        ))
        .when(
            Operator::ArnLike,
            "aws:SourceArn",
            text(&delivery.source_arn),
        )
        .when(
            Operator::StringEquals,
            "aws:SourceAccount",
            text(&delivery.source_account),
        )
}
