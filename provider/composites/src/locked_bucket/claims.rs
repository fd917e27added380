//! The promises of a locked bucket as claims about its policies.

use std::collections::BTreeSet;

use cloister_policy::{
    Conditions, Document, Effect, Operator, Principals, QualifiedOperator, Quantifier, Statement,
    prove::{Callers, Claim, Expected},
};

use super::{
    key_policy,
    lock::Lock,
    policy,
    promise::{Documents, Promise},
};
use crate::{
    bucket_policy,
    claims::{
        account_of, actions_on, by_those_at_home, matches_any, of_one_account, unless, when,
        with_own_policies,
    },
    composite::Site,
    symbols::text,
};

/// What no table of actions has yet: the lock has to hold for what S3 learns later.
const FUTURE_ACTION: &str = "s3:ActionThatIsYetToCome";

/// The name of the bucket's policy in counterexamples.
pub(crate) const BUCKET_POLICY: &str = "the bucket policy";
/// The name of the key's policy in counterexamples.
const KEY_POLICY: &str = "the key policy";

/// Every promise as the claims it consists of.
pub(crate) fn claims(lock: &Lock, site: &Site, documents: &Documents) -> Vec<(Promise, Claim)> {
    let ground = Ground {
        lock,
        site,
        documents,
    };
    let of = |promise| move |claim| (promise, claim);
    let mut claims = Vec::new();
    claims.extend(ground.management().map(of(Promise::Management)));
    claims.extend(ground.key_management().map(of(Promise::KeyManagement)));
    claims.extend(
        ground
            .nobody_else()
            .into_iter()
            .map(of(Promise::NobodyElse)),
    );
    claims.extend([ground.objects(), ground.listing()].map(of(Promise::Objects)));
    claims.extend(ground.transport().map(of(Promise::Transport)));
    claims.extend(ground.encryption().map(of(Promise::Encryption)));
    claims.extend(ground.key_use().into_iter().map(of(Promise::KeyUse)));
    claims.extend(ground.break_glass().map(of(Promise::BreakGlass)));
    if let Some(additional) = &lock.additional {
        claims.extend(ground.strangers(additional).map(of(Promise::Strangers)));
        claims.extend(ground.services().map(of(Promise::Services)));
    }
    claims
}

/// What all claims stand on.
struct Ground<'a> {
    lock: &'a Lock,
    site: &'a Site,
    documents: &'a Documents,
}

impl Ground<'_> {
    fn management(&self) -> Option<Claim> {
        let actions =
            s3_actions("bucket").filter(|action| !matches_any(bucket_policy::LISTING, action));
        let claim = self.claim(actions.collect(), self.bucket(), Expected::Allowed);
        self.by_those_at_home(&self.lock.administrators, claim)
    }

    fn key_management(&self) -> Option<Claim> {
        let actions = kms_actions().filter(|action| !matches_any(key_policy::USE, action));
        let claim = self.key_claim(actions.collect(), Expected::Allowed)?;
        self.by_those_at_home(&self.lock.administrators, claim)
    }

    /// Of the bucket, and of its own key.
    fn nobody_else(&self) -> Vec<Claim> {
        let actions =
            s3_actions("bucket").filter(|action| matches_any(bucket_policy::MANAGEMENT, action));
        let bucket = self.claim(actions.collect(), self.bucket(), Expected::ExplicitDeny);
        let actions = kms_actions().filter(|action| matches_any(key_policy::MANAGEMENT, action));
        let key = self.key_claim(actions.collect(), Expected::ExplicitDeny);
        let managers = of_one_account(&self.lock.administrators)
            .chain(of_one_account(&self.lock.break_glass))
            .collect::<Vec<_>>();
        let with_root = [&managers[..], &[key_policy::root(self.site)]].concat();
        let mut claims = vec![Claim {
            given: unless(Operator::ArnNotLike, "aws:PrincipalArn", managers),
            ..bucket
        }];
        claims.extend(key.map(|claim| Claim {
            given: unless(Operator::ArnNotLike, "aws:PrincipalArn", with_root),
            ..claim
        }));
        claims
    }

    fn objects(&self) -> Claim {
        let actions = s3_actions("object").chain([FUTURE_ACTION.to_owned()]);
        Claim {
            given: self.elsewhere(),
            ..self.claim(actions.collect(), self.any_object(), Expected::ExplicitDeny)
        }
    }

    fn listing(&self) -> Claim {
        let actions =
            s3_actions("bucket").filter(|action| matches_any(bucket_policy::LISTING, action));
        Claim {
            given: self.elsewhere(),
            ..self.claim(actions.collect(), self.bucket(), Expected::ExplicitDeny)
        }
    }

    /// Over the bucket, and over its objects.
    fn transport(&self) -> [Claim; 2] {
        [("bucket", self.bucket()), ("object", self.any_object())].map(|(kind, resource)| Claim {
            given: when(Operator::Bool, "aws:SecureTransport", ["false"]),
            ..self.claim(s3_actions(kind).collect(), resource, Expected::ExplicitDeny)
        })
    }

    /// With another key, another algorithm, or a key that only the caller has.
    fn encryption(&self) -> [Claim; 3] {
        let named = |header: &str, right: Option<&str>| {
            let mut given = when(Operator::Null, header, ["false"]);
            if let Some(right) = right {
                let other = Operator::StringNotEquals.into();
                given.add(other, header, [right.to_owned()]);
            }
            given
        };
        let upload = || vec!["s3:PutObject".to_owned()];
        [
            named(policy::HEADER_KEY, Some(&self.lock.key_arn)),
            named(policy::HEADER_ALGORITHM, Some("aws:kms")),
            named(policy::HEADER_CUSTOMER_KEY, None),
        ]
        .map(|given| Claim {
            given,
            ..self.claim(upload(), self.any_object(), Expected::ExplicitDeny)
        })
    }

    /// Outside S3, and for other buckets.
    fn key_use(&self) -> Vec<Claim> {
        let actions = kms_actions().filter(|action| matches_any(key_policy::USE, action));
        let Some(claim) = self.key_claim(actions.collect(), Expected::ExplicitDeny) else {
            return Vec::new();
        };
        let mut outside = self.exceptions();
        let s3 = [key_policy::s3_of(self.site)];
        outside.add(Operator::StringNotEquals.into(), "kms:ViaService", s3);
        let mut for_others = self.exceptions();
        let bucket = [self.bucket(), format!("{}/*", self.bucket())];
        let other = Operator::ArnNotLike.into();
        for_others.add(other, key_policy::BUCKET_CONTEXT, bucket);
        [outside, for_others]
            .map(|given| Claim {
                given,
                ..claim.clone()
            })
            .into()
    }

    fn break_glass(&self) -> Option<Claim> {
        let actions = ["s3:GetObject", "s3:DeleteObject"].map(str::to_owned);
        let claim = self.claim(actions.into(), self.any_object(), Expected::Allowed);
        self.by_those_at_home(&self.lock.break_glass, claim)
    }

    /// Over the bucket, and over its objects.
    fn strangers(&self, additional: &Document) -> [Claim; 2] {
        let mut given = when(Operator::Bool, "aws:PrincipalIsAWSService", ["false"]);
        let known = named_accounts(additional, &self.site.account);
        let other = Operator::StringNotEquals.into();
        given.add(other, "aws:PrincipalAccount", known);
        for (operator, key, values) in memberships(additional) {
            given.add(operator, key, values);
        }
        [("bucket", self.bucket()), ("object", self.any_object())].map(|(kind, resource)| Claim {
            given: given.clone(),
            ..self.claim(s3_actions(kind).collect(), resource, Expected::NotAllowed)
        })
    }

    /// Over listing, and over the objects.
    fn services(&self) -> [Claim; 2] {
        let added = self.lock.additional.iter();
        let added: Vec<&Statement> = added.flat_map(|document| &document.statements).collect();
        let statements = self.documents.bucket.statements.iter();
        let own = statements.filter(|statement| !added.contains(statement));
        let untouched = with_own_policies(BUCKET_POLICY, Document::of(own.cloned()));
        let mut given = when(Operator::Bool, "aws:PrincipalIsAWSService", ["true"]);
        let other = Operator::StringNotEquals.into();
        given.add(other, "aws:SourceVpce", self.lock.endpoints.clone());
        [self.listing(), self.objects()].map(|claim| Claim {
            given: given.clone(),
            expected: Expected::NoMoreThan(Box::new(untouched.clone())),
            ..claim
        })
    }

    /// About everyone, whose own policies allow everything.
    fn claim(&self, actions: Vec<String>, resource: String, expected: Expected) -> Claim {
        Claim {
            policies: with_own_policies(BUCKET_POLICY, self.documents.bucket.clone()),
            callers: Callers::Anyone,
            actions,
            resources: vec![resource],
            resource_account: self.site.account.clone(),
            given: Conditions::none(),
            expected,
        }
    }

    /// The same of the bucket's own key; `None` if it has none.
    fn key_claim(&self, actions: Vec<String>, expected: Expected) -> Option<Claim> {
        let policy = self.documents.key.clone()?;
        let (partition, region) = (&self.site.partition, &self.site.region);
        // The key may be yet to be made, and its policy speaks of `*`.
        let key = format!("arn:{partition}:kms:{region}:{}:key/?*", self.site.account);
        Some(Claim {
            policies: with_own_policies(KEY_POLICY, policy),
            ..self.claim(actions, key, expected)
        })
    }

    fn by_those_at_home(&self, names: &[String], claim: Claim) -> Option<Claim> {
        by_those_at_home(&self.site.account, names, claim)
    }

    fn bucket(&self) -> String {
        self.lock.bucket_arn.clone()
    }

    fn any_object(&self) -> String {
        format!("{}/?*", self.lock.bucket_arn)
    }

    /// Through none of the endpoints, and as none of the exceptions.
    fn elsewhere(&self) -> Conditions {
        let mut given = self.exceptions();
        let other = Operator::StringNotEquals;
        given.add(other.into(), "aws:SourceVpce", self.lock.endpoints.clone());
        let services = self.lock.via_services.clone();
        if !services.is_empty() {
            given.add(other.for_all_values(), "aws:CalledVia", services);
        }
        given
    }

    /// Neither break-glass nor delivery.
    fn exceptions(&self) -> Conditions {
        let break_glass = of_one_account(&self.lock.break_glass).collect();
        let mut given = unless(Operator::ArnNotLike, "aws:PrincipalArn", break_glass);
        let deliveries = self.lock.deliveries.iter();
        let sources: Vec<String> = deliveries.filter_map(|it| text(&it.source_arn)).collect();
        if !sources.is_empty() {
            given.add(Operator::ArnNotLike.into(), "aws:SourceArn", sources);
        }
        given
    }
}

fn s3_actions(resource_type: &str) -> impl Iterator<Item = String> + use<> {
    actions_on("s3", resource_type)
}

fn kms_actions() -> impl Iterator<Item = String> + use<> {
    actions_on("kms", "key")
}

/// The bucket's account, and those that the Allow statements name.
fn named_accounts(document: &Document, own: &str) -> BTreeSet<String> {
    let mut names: Vec<&str> = vec![own];
    for statement in allows(document) {
        if let Some(Principals::Principal(set)) = &statement.principals {
            names.extend(set.names().map(|(_, name)| name));
        }
        for (operator, key, values) in statement.conditions.iter() {
            let names_callers = ["aws:principalarn", "aws:principalaccount"];
            if is_positive(operator.operator)
                && names_callers.contains(&key.as_str().to_lowercase().as_str())
            {
                names.extend(values.iter().map(String::as_str));
            }
        }
    }
    names.into_iter().filter_map(account_of).collect()
}

/// Keys by which an Allow statement names who it is for, other than by account.
const MEMBERSHIPS: [&str; 4] = [
    "aws:principalorgid",
    "aws:principalorgpaths",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
];

/// That a caller belongs to none of the organisations, units and access points that the Allow statements name.
fn memberships(document: &Document) -> Vec<(QualifiedOperator, &str, Vec<String>)> {
    let mut found = Vec::new();
    for statement in allows(document) {
        for (operator, key, values) in statement.conditions.iter() {
            let is_membership = MEMBERSHIPS.contains(&key.as_str().to_lowercase().as_str());
            // A pattern that starts with a wildcard names nobody.
            let names_some = values.iter().all(|value| !value.starts_with(['*', '?']));
            if !(is_membership && names_some && is_positive(operator.operator)) {
                continue;
            }
            let other = match operator.operator {
                Operator::ArnEquals | Operator::ArnLike => Operator::ArnNotLike,
                _ => Operator::StringNotLike,
            };
            let quantifier = operator.quantifier.map(|_| Quantifier::ForAllValues);
            let other = QualifiedOperator {
                quantifier,
                ..other.into()
            };
            found.push((other, key.as_str(), values.to_vec()));
        }
    }
    found
}

fn allows(document: &Document) -> impl Iterator<Item = &Statement> {
    let statements = document.statements.iter();
    statements.filter(|statement| statement.effect == Effect::Allow)
}

fn is_positive(operator: Operator) -> bool {
    matches!(
        operator,
        Operator::StringEquals | Operator::StringLike | Operator::ArnEquals | Operator::ArnLike
    )
}
