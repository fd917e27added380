//! The promises of a trail as claims about its policies.

use cloister_policy::{
    Conditions, Operator,
    prove::{Callers, Claim, Expected},
};

use super::{
    archive::Archive,
    policy::{READS, WRITES},
    promise::{Documents, Promise},
};
use crate::{
    bucket_policy,
    claims::{
        actions_on, by_those_at_home, matches_any, of_one_account, unless, when, with_own_policies,
    },
    composite::Site,
    key_policy,
};

/// What no table of actions has yet: the promises have to hold for what S3 learns later.
const FUTURE_ACTION: &str = "s3:ActionThatIsYetToCome";

const BUCKET_POLICY: &str = "the bucket policy";
const KEY_POLICY: &str = "the key policy";

/// Every promise as the claims it consists of.
pub(crate) fn claims(
    archive: &Archive,
    site: &Site,
    documents: &Documents,
) -> Vec<(Promise, Claim)> {
    let ground = Ground {
        archive,
        site,
        documents,
    };
    let of = |promise| move |claim| (promise, claim);
    let mut claims = Vec::new();
    claims.extend(ground.management().map(of(Promise::Management)));
    claims.extend(ground.key_management().map(of(Promise::KeyManagement)));
    claims.extend(ground.nobody_else().map(of(Promise::NobodyElse)));
    claims.push((Promise::Authorship, ground.authorship()));
    claims.extend(ground.reading().map(of(Promise::Reading)));
    claims.extend(ground.confidence().map(of(Promise::Confidence)));
    claims.extend(ground.transport().map(of(Promise::Transport)));
    claims
}

/// What all claims stand on.
struct Ground<'a> {
    archive: &'a Archive,
    site: &'a Site,
    documents: &'a Documents,
}

impl Ground<'_> {
    /// Of the bucket, and of its objects but for making them.
    fn management(&self) -> impl Iterator<Item = Claim> {
        let changes = objects().filter(|action| !matches_any(WRITES, action));
        let claims = [
            self.bucket_claim(buckets().collect(), Expected::Allowed),
            self.object_claim(changes.collect(), Expected::Allowed),
        ];
        let by = |claim| self.by(&self.archive.administrators, claim);
        claims.map(by).into_iter().flatten()
    }

    fn key_management(&self) -> Option<Claim> {
        let claim = self.key_claim(actions_on("kms", "key").collect(), Expected::Allowed);
        self.by(&self.archive.administrators, claim)
    }

    fn nobody_else(&self) -> [Claim; 3] {
        let managed = buckets().filter(|action| matches_any(bucket_policy::MANAGEMENT, action));
        let bucket = self.bucket_claim(managed.collect(), Expected::ExplicitDeny);
        let changes = objects().filter(|action| !matches_any(READS, action));
        let changes = changes.chain([FUTURE_ACTION.to_owned()]);
        let objects = self.object_claim(changes.collect(), Expected::ExplicitDeny);
        let managed = actions_on("kms", "key");
        let managed = managed.filter(|action| matches_any(key_policy::MANAGEMENT, action));
        let key = self.key_claim(managed.collect(), Expected::ExplicitDeny);
        let root = format!(
            "arn:{}:iam::{}:root",
            self.site.partition, self.site.account
        );
        let administrators = &self.archive.administrators[..];
        [
            given(others_than(administrators), bucket),
            given(self.neither_trail_nor(administrators), objects),
            given(others_than(&[administrators, &[root]].concat()), key),
        ]
    }

    fn authorship(&self) -> Claim {
        let writes = objects().filter(|action| matches_any(WRITES, action));
        given(
            self.neither_trail_nor(&[]),
            self.object_claim(writes.collect(), Expected::ExplicitDeny),
        )
    }

    /// Of log files and of what the key encrypted; in plain text for nobody.
    fn reading(&self) -> impl Iterator<Item = Claim> {
        let read = ["s3:GetObject", "s3:GetObjectVersion"].map(str::to_owned);
        let claims = [
            self.object_claim(read.into(), Expected::Allowed),
            self.bucket_claim(vec!["s3:ListBucket".to_owned()], Expected::Allowed),
            self.key_claim(vec!["kms:Decrypt".to_owned()], Expected::Allowed),
        ];
        let readers: Vec<String> = self.archive.readers.clone();
        let by = move |claim| self.by(&readers, claim);
        claims.map(by).into_iter().flatten()
    }

    fn confidence(&self) -> [Claim; 3] {
        let everyone = self.archive.everyone();
        let reads = objects().filter(|action| matches_any(READS, action));
        let listing = buckets().filter(|action| matches_any(bucket_policy::LISTING, action));
        let uses = actions_on("kms", "key").filter(|action| matches_any(key_policy::USE, action));
        let mut by_no_service = others_than(&everyone);
        let principal = Operator::Bool.into();
        by_no_service.add(principal, "aws:PrincipalIsAWSService", ["false".to_owned()]);
        [
            given(
                self.neither_trail_nor(&everyone),
                self.object_claim(reads.collect(), Expected::ExplicitDeny),
            ),
            given(
                others_than(&everyone),
                self.bucket_claim(listing.collect(), Expected::ExplicitDeny),
            ),
            given(
                by_no_service,
                self.key_claim(uses.collect(), Expected::ExplicitDeny),
            ),
        ]
    }

    fn transport(&self) -> [Claim; 2] {
        [
            self.bucket_claim(buckets().collect(), Expected::ExplicitDeny),
            self.object_claim(objects().collect(), Expected::ExplicitDeny),
        ]
        .map(|claim| {
            given(
                when(Operator::Bool, "aws:SecureTransport", ["false"]),
                claim,
            )
        })
    }

    fn by(&self, names: &[String], claim: Claim) -> Option<Claim> {
        by_those_at_home(&self.site.account, names, claim)
    }

    fn neither_trail_nor(&self, names: &[String]) -> Conditions {
        let mut conditions = others_than(names);
        let trail = [self.archive.trail_arn.clone()];
        conditions.add(Operator::ArnNotLike.into(), "aws:SourceArn", trail);
        conditions
    }

    fn bucket_claim(&self, actions: Vec<String>, expected: Expected) -> Claim {
        self.claim(actions, self.archive.bucket_arn.clone(), expected)
    }

    fn object_claim(&self, actions: Vec<String>, expected: Expected) -> Claim {
        let any_object = format!("{}/?*", self.archive.bucket_arn);
        self.claim(actions, any_object, expected)
    }

    fn key_claim(&self, actions: Vec<String>, expected: Expected) -> Claim {
        let (partition, region) = (&self.site.partition, &self.site.region);
        // The key may be yet to be made, and its policy speaks of `*`.
        let key = format!("arn:{partition}:kms:{region}:{}:key/?*", self.site.account);
        Claim {
            policies: with_own_policies(KEY_POLICY, self.documents.key.clone()),
            ..self.claim(actions, key, expected)
        }
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
}

fn given(given: Conditions, claim: Claim) -> Claim {
    Claim { given, ..claim }
}

fn buckets() -> impl Iterator<Item = String> {
    actions_on("s3", "bucket")
}

fn objects() -> impl Iterator<Item = String> {
    actions_on("s3", "object")
}

/// An exception for every account is none that anybody can mean: such requests stay in question.
fn others_than(names: &[String]) -> Conditions {
    let names = of_one_account(names).collect();
    unless(Operator::ArnNotLike, "aws:PrincipalArn", names)
}
