//! Every policy of a domain: who may assume its roles, what each persona may do, what nobody may, what passes its
//! endpoints, who uses its keys.
//!
//! Pure functions from names to documents. Names may be marks of outputs and unknowns; where one has to be told from
//! others, as in proofs, it has to be known.

pub mod endpoints;
pub mod guardrails;
pub mod keys;
pub mod personas;
pub mod sign_in;
pub mod trust;

pub(crate) mod actions;
#[cfg(test)]
mod persona_tests;
#[cfg(test)]
pub(super) mod tests;

use cloister_policy::Document;

use crate::composite::Site;

/// Characters of all inline policies of a role together, without white space.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
pub const MOST_INLINE_CHARACTERS: usize = 10_240;

/// Characters of one managed policy, without white space. The guardrails of all roles of a domain are the same, and
/// fit in one.
pub const MOST_MANAGED_CHARACTERS: usize = 6_144;

/// How much of a limit a document takes.
pub fn characters(document: &Document) -> usize {
    let text = document.to_string();
    text.chars()
        .filter(|letter| !letter.is_whitespace())
        .count()
}

/// Where a domain is, as ARNs have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// `aws`, `aws-us-gov`, `aws-cn`.
    pub partition: String,
    pub account: String,
    pub region: String,
}

/// Whether something that a domain can do without is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    Allowed,
    Denied,
}

impl Home {
    /// The place of a composite.
    pub fn of(site: &Site) -> Self {
        Self {
            partition: site.partition.clone(),
            account: site.account.clone(),
            region: site.region.clone(),
        }
    }

    /// The ARN of something in this account and region.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        let Self {
            partition,
            account,
            region,
        } = self;
        format!("arn:{partition}:{service}:{region}:{account}:{resource}")
    }

    /// The account itself.
    pub fn root(&self) -> String {
        format!("arn:{}:iam::{}:root", self.partition, self.account)
    }

    /// The ARN of a bucket, or of objects.
    pub(crate) fn s3(&self, name: &str) -> String {
        format!("arn:{}:s3:::{name}", self.partition)
    }
}
