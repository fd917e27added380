//! Which account and region is meant, and whether it may be.

use cloister_composite::{ErrorClass, PartError};

use super::{check::is_account_id, partition::Partition, settings::Settings};

/// Where a resource lives.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Target {
    /// Its account; the one of the provider's credentials if absent.
    pub account: Option<AccountRole>,
    /// Its region; the provider's if absent.
    pub region: Option<String>,
}

/// An account, and the role that leads into it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct AccountRole {
    /// The 12-digit account id.
    pub id: String,
    /// The role to take on; if absent, the provider's credentials must be of the account.
    pub role_arn: Option<String>,
    /// What the role's trust policy asks for as `sts:ExternalId`.
    pub external_id: Option<String>,
}

/// What the session's credentials turn out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The account.
    pub account_id: String,
    /// The caller's ARN; empty where it was not asked for.
    pub arn: String,
    /// The caller's unique id; empty where it was not asked for.
    pub user_id: String,
}

const ASKED: &str = "sts:GetCallerIdentity";

/// The region that is meant, with its partition.
pub(crate) fn check_region(
    wanted: Option<&str>,
    usual: Option<&str>,
    settings: &Settings,
) -> Result<(String, Partition), PartError> {
    let fault = |subject: &str, message: String| {
        PartError::new(ErrorClass::Refused, ASKED, subject, message).about("region")
    };
    let Some(region) = wanted.or(usual) else {
        return Err(fault(
            "region",
            "no region is set: set `region` in the provider or the resource, or AWS_REGION"
                .to_owned(),
        ));
    };
    match Partition::of_region(region) {
        Some(partition) => Ok((region.to_owned(), partition)),
        None if settings.skip_region_validation && !region.is_empty() => {
            Ok((region.to_owned(), Partition::standard()))
        }
        None => Err(fault(
            region,
            format!(
                "`{region}` has not the form of a region in any partition of AWS: correct it, or set \
                 `skip_region_validation` if AWS has new ones"
            ),
        )),
    }
}

/// Whether the account is well-formed and its role leads into it.
pub(crate) fn check_account(account: &AccountRole) -> Result<(), PartError> {
    let fault = |message: String| {
        Err(
            PartError::new(ErrorClass::Refused, "sts:AssumeRole", &account.id, message)
                .about("account"),
        )
    };
    if !is_account_id(&account.id) {
        return fault(format!("`{}` is no account id: 12 digits are", account.id));
    }
    let Some(arn) = &account.role_arn else {
        return Ok(());
    };
    match arn.split(':').nth(4) {
        Some(of) if of == account.id => Ok(()),
        Some(of) => fault(format!(
            "`role_arn` leads to account `{of}`, and `id` is `{}`",
            account.id
        )),
        None => fault(format!("`{arn}` is no role ARN")),
    }
}

/// Whether the lists let the account be worked in, before its role is taken on.
pub(crate) fn check_listed(account: &AccountRole, settings: &Settings) -> Result<(), PartError> {
    let id = &account.id;
    let fault = |message: &str| {
        let message = format!("account `{id}` may not be worked in: {message}");
        Err(PartError::new(ErrorClass::Refused, ASKED, id, message).about("account"))
    };
    if settings.forbidden_account_ids.contains(id) {
        return fault("`forbidden_account_ids` names it");
    }
    if !settings.allowed_account_ids.is_empty() && !settings.allowed_account_ids.contains(id) {
        return fault("`allowed_account_ids` does not name it");
    }
    Ok(())
}

/// Whether the account that was reached is the one that was asked for, and one that may be reached.
pub(crate) fn check_reached(
    reached: &CallerIdentity,
    asked: Option<&AccountRole>,
    settings: &Settings,
) -> Result<(), PartError> {
    let id = &reached.account_id;
    let fault = |message: String| {
        let error = PartError::new(ErrorClass::Credentials, ASKED, id, message);
        // Where the resource names no account, there is nothing on it to edit.
        Err(match asked {
            Some(_) => error.about("account"),
            None => error,
        })
    };
    if let Some(asked) = asked.filter(|asked| asked.id != *id) {
        return fault(format!(
            "the credentials (`{}`) are of account `{id}`, and account `{}` was asked for: set `account.role_arn` or \
             the provider's `account_role_arn`",
            reached.arn, asked.id
        ));
    }
    if settings.forbidden_account_ids.contains(id) {
        return fault(format!(
            "the credentials (`{}`) are of account `{id}`, which `forbidden_account_ids` names",
            reached.arn
        ));
    }
    if !settings.allowed_account_ids.is_empty() && !settings.allowed_account_ids.contains(id) {
        return fault(format!(
            "the credentials (`{}`) are of account `{id}`, which `allowed_account_ids` does not name",
            reached.arn
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: &str = "111122223333";

    #[test]
    fn a_region_must_be_known_or_its_check_switched_off() {
        let strict = Settings::default();
        let lax = Settings {
            skip_region_validation: true,
            ..Settings::default()
        };
        for (wanted, usual, settings, expected) in [
            (
                Some("eu-west-1"),
                Some("us-east-1"),
                &strict,
                Some("eu-west-1"),
            ),
            (None, Some("us-east-1"), &strict, Some("us-east-1")),
            (None, None, &strict, None),
            (Some("mars-1"), None, &strict, None),
            (Some("mars-1"), None, &lax, Some("mars-1")),
            (Some(""), None, &lax, None),
        ] {
            let found = check_region(wanted, usual, settings)
                .ok()
                .map(|(region, _)| region);
            assert_eq!(found.as_deref(), expected, "{wanted:?} {usual:?}");
        }
    }

    #[test]
    fn only_the_account_that_was_asked_for_and_is_allowed_is_reached() {
        let reached = CallerIdentity {
            account_id: HERE.into(),
            arn: "arn:aws:iam::111122223333:user/ada".into(),
            user_id: "AIDA".into(),
        };
        let account = |id: &str| AccountRole {
            id: id.into(),
            role_arn: None,
            external_id: None,
        };
        let lists = |allowed: &[&str], forbidden: &[&str]| Settings {
            allowed_account_ids: allowed.iter().map(|id| (*id).to_owned()).collect(),
            forbidden_account_ids: forbidden.iter().map(|id| (*id).to_owned()).collect(),
            ..Settings::default()
        };
        for (asked, settings, expected) in [
            (None, lists(&[], &[]), true),
            (Some(account(HERE)), lists(&[HERE], &[]), true),
            (Some(account("444455556666")), lists(&[], &[]), false),
            (None, lists(&["444455556666"], &[]), false),
            (None, lists(&[], &[HERE]), false),
            (None, lists(&[], &["444455556666"]), true),
        ] {
            assert_eq!(
                check_reached(&reached, asked.as_ref(), &settings).is_ok(),
                expected,
                "{asked:?}"
            );
            let here = asked.filter(|asked| asked.id == HERE);
            let listed = check_listed(&here.unwrap_or(account(HERE)), &settings);
            let unlisted = settings.allowed_account_ids.is_empty()
                && settings.forbidden_account_ids.is_empty();
            assert_eq!(listed.is_ok(), expected || unlisted);
        }
    }

    #[test]
    fn a_role_must_lead_into_its_account() {
        for (id, role_arn, expected) in [
            (HERE, None, true),
            (HERE, Some("arn:aws:iam::111122223333:role/x"), true),
            (HERE, Some("arn:aws:iam::444455556666:role/x"), false),
            (HERE, Some("role/x"), false),
            ("1111", None, false),
        ] {
            let account = AccountRole {
                id: id.into(),
                role_arn: role_arn.map(str::to_owned),
                external_id: None,
            };
            assert_eq!(check_account(&account).is_ok(), expected, "{account:?}");
        }
    }
}
