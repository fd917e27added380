//! Taking on a role: credentials that STS lends, renewed before they end.

use std::time::{Duration, SystemTime};

use aws_credential_types::{
    Credentials,
    provider::{ProvideCredentials, Result as Provided, error::CredentialsError, future},
};
use aws_sdk_sts::types::{PolicyDescriptorType, Tag};
use cloister_composite::{ErrorClass, PartError};

use super::settings::{AssumeRole, WebIdentity};
use crate::calls::{CallPath, Operation, Place};

const ASSUME_ROLE: Operation = Operation::read("sts:AssumeRole");
const WITH_WEB_IDENTITY: Operation = Operation::read("sts:AssumeRoleWithWebIdentity");

/// Seen in CloudTrail where the settings name no session.
const SESSION_NAME: &str = "cloister";

/// The role to take on.
#[derive(Debug, Clone)]
pub(crate) enum Role {
    /// With the credentials of the client.
    Assumed(Box<AssumeRole>),
    /// With a token; the client needs no credentials.
    WebIdentity(Box<WebIdentity>),
}

/// Asks STS for credentials each time the SDK's cache runs out of them.
#[derive(Debug)]
pub(crate) struct RoleSession {
    pub(crate) role: Role,
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) calls: CallPath,
    pub(crate) place: Place,
    /// What the role lent last: asked for once to learn of refusals, and used by the SDK right after.
    pub(crate) lent: tokio::sync::Mutex<Option<Credentials>>,
}

/// Credentials that end sooner are asked for anew.
const TOO_SHORT: Duration = Duration::from_mins(5);

impl ProvideCredentials for RoleSession {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(async move {
            let mut last = self.lent.lock().await;
            if let Some(lent) = last.as_ref().filter(|lent| lasts(lent)) {
                return Ok(lent.clone());
            }
            let lent = match &self.role {
                Role::Assumed(role) => self.assume(role).await,
                Role::WebIdentity(identity) => self.assume_with_token(identity).await,
            };
            let lent = lent.map_err(CredentialsError::provider_error)??;
            *last = Some(lent.clone());
            Ok(lent)
        })
    }
}

/// Whether credentials are good for a while.
fn lasts(lent: &Credentials) -> bool {
    let soon = SystemTime::from(jiff::Timestamp::now()) + TOO_SHORT;
    lent.expiry().is_some_and(|end| end > soon)
}

impl RoleSession {
    async fn assume(&self, role: &AssumeRole) -> Result<Provided, PartError> {
        let request = self
            .sts
            .assume_role()
            .role_arn(&role.role_arn)
            .role_session_name(role.session_name.as_deref().unwrap_or(SESSION_NAME))
            .set_duration_seconds(role.duration.map(seconds))
            .set_external_id(role.external_id.clone())
            .set_policy(role.policy.clone())
            .set_policy_arns(policies(&role.policy_arns))
            .set_source_identity(role.source_identity.clone())
            .set_tags(tags(role)?)
            .set_transitive_tag_keys(some(role.transitive_tag_keys.clone()));
        let answer = self
            .calls
            .call(&self.place, ASSUME_ROLE, &role.role_arn, || {
                request.clone().send()
            })
            .await
            .map_err(|error| not_assumed(error, &role.role_arn))?;
        Ok(lent(answer.credentials))
    }

    async fn assume_with_token(&self, identity: &WebIdentity) -> Result<Provided, PartError> {
        let role_arn = identity.role_arn.as_deref().unwrap_or_default();
        let request = self
            .sts
            .assume_role_with_web_identity()
            .role_arn(role_arn)
            .role_session_name(identity.session_name.as_deref().unwrap_or(SESSION_NAME))
            .web_identity_token(token(identity, role_arn).await?)
            .set_duration_seconds(identity.duration.map(seconds))
            .set_policy(identity.policy.clone())
            .set_policy_arns(policies(&identity.policy_arns));
        let answer = self
            .calls
            .call(&self.place, WITH_WEB_IDENTITY, role_arn, || {
                request.clone().send()
            })
            .await
            .map_err(|error| not_assumed(error, role_arn))?;
        Ok(lent(answer.credentials))
    }
}

/// A refused role is a matter of credentials, with the words that say what to look at.
fn not_assumed(mut error: PartError, role_arn: &str) -> PartError {
    if matches!(error.class, ErrorClass::Denied | ErrorClass::Refused) {
        error.class = ErrorClass::Credentials;
        error.message = format!(
            "the role `{role_arn}` could not be taken on: {}; it must exist, its trust policy must name the caller \
             (and the external id, if it asks for one), and the caller needs `sts:AssumeRole` on it",
            error.message
        );
    }
    error
}

/// The token, read anew each time: identity providers renew the file.
async fn token(identity: &WebIdentity, role_arn: &str) -> Result<String, PartError> {
    if let Some(token) = &identity.token {
        return Ok(token.reveal().to_owned());
    }
    let file = identity.token_file.as_deref().unwrap_or_default();
    let text = tokio::fs::read_to_string(file).await.map_err(|error| {
        PartError::new(
            ErrorClass::Credentials,
            WITH_WEB_IDENTITY.iam_action,
            role_arn,
            format!("the web identity token file `{file}` cannot be read: {error}"),
        )
    })?;
    Ok(text.trim().to_owned())
}

fn lent(credentials: Option<aws_sdk_sts::types::Credentials>) -> Provided {
    let found = credentials
        .ok_or_else(|| CredentialsError::unhandled("STS answered without credentials"))?;
    let until = SystemTime::try_from(found.expiration)
        .map_err(|_| CredentialsError::unhandled("STS answered with an impossible expiry"))?;
    Ok(Credentials::new(
        found.access_key_id,
        found.secret_access_key,
        Some(found.session_token),
        Some(until),
        "role",
    ))
}

fn tags(role: &AssumeRole) -> Result<Option<Vec<Tag>>, PartError> {
    let tag = |(key, value): (&String, &String)| {
        Tag::builder()
            .key(key)
            .value(value)
            .build()
            .map_err(|error| PartError::bug(&role.role_arn, error.to_string()))
    };
    Ok(some(
        role.tags.iter().map(tag).collect::<Result<Vec<_>, _>>()?,
    ))
}

fn policies(arns: &[String]) -> Option<Vec<PolicyDescriptorType>> {
    some(
        arns.iter()
            .map(|arn| PolicyDescriptorType::builder().arn(arn).build())
            .collect(),
    )
}

fn some<T>(list: Vec<T>) -> Option<Vec<T>> {
    (!list.is_empty()).then_some(list)
}

fn seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
