//! Sessions: one per account, role and region, opened on first use and kept.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use aws_config::stalled_stream_protection::StalledStreamProtectionConfig;
use aws_config::{
    BehaviorVersion, identity::IdentityCache, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_types::{SdkConfig, region::Region};
use cloister_composite::{ErrorClass, PartError};
use tokio::sync::OnceCell;

use super::{
    Environment,
    aws::Aws,
    check::check,
    credentials::{Means, provider, sources},
    http::http_client,
    profile::Profile,
    resolve::{Resolved, resolve},
    roles::{Role, RoleSession},
    settings::{AssumeRole, Settings, SettingsError},
    target::{
        AccountRole, CallerIdentity, Target, check_account, check_listed, check_reached,
        check_region,
    },
    user_agent::UserAgent,
};
use crate::calls::{CallPath, Limiter, Operation, Place, credentials_error};

/// Getting credentials may take as long as a role chain under throttling does; the SDK's five seconds would cut it.
const CREDENTIALS_PATIENCE: Duration = Duration::from_mins(2);
/// A body that stands still for this long is given up, and the call repeated.
const STALLED: Duration = Duration::from_secs(20);

const GET_CALLER_IDENTITY: Operation = Operation::read("sts:GetCallerIdentity");

/// The way into all accounts of one provider configuration.
///
/// Opening it checks the settings and calls nothing. Sessions share one HTTP client, one rate limiter and the
/// credentials of each role.
#[derive(Debug)]
pub struct Accounts {
    settings: Settings,
    environment: Environment,
    ground: OnceCell<Ground>,
    callers: Cache<Option<AccountRole>, Caller>,
    sessions: Cache<Target, Arc<Aws>>,
}

/// What all sessions stand on.
#[derive(Debug)]
struct Ground {
    resolved: Resolved,
    config: SdkConfig,
    calls: CallPath,
    user_agent: UserAgent,
}

/// Credentials, and whose they are.
#[derive(Debug, Clone)]
struct Caller {
    credentials: SharedCredentialsProvider,
    identity: CallerIdentity,
}

type Cache<K, V> = Mutex<HashMap<K, Arc<OnceCell<V>>>>;

impl Accounts {
    /// Checks the settings. Credentials are not needed before the first session.
    pub fn open(settings: Settings, environment: Environment) -> Result<Self, SettingsError> {
        check(&settings, &environment)?;
        Ok(Self {
            settings,
            environment,
            ground: OnceCell::new(),
            callers: Mutex::default(),
            sessions: Mutex::default(),
        })
    }

    /// The session of an account and region, opened if need be.
    ///
    /// The error says precisely what is wrong: no credentials, expired ones, ones of a forbidden or another account, a
    /// role that cannot be taken on, a region that is missing or cannot be. Errors are not remembered.
    pub async fn session(&self, target: &Target) -> Result<Arc<Aws>, PartError> {
        let cell = cell(&self.sessions, target);
        cell.get_or_try_init(|| self.open_session(target))
            .await
            .map(Arc::clone)
    }

    async fn open_session(&self, target: &Target) -> Result<Arc<Aws>, PartError> {
        let ground = self.ground().await.map_err(refused)?;
        let (region, partition) = check_region(
            target.region.as_deref(),
            ground.resolved.region.as_deref(),
            &self.settings,
        )?;
        if let Some(account) = &target.account {
            check_account(account)?;
            check_listed(account, &self.settings)?;
        }
        let cell = cell(&self.callers, &target.account);
        let caller = cell
            .get_or_try_init(|| self.reach(ground, target.account.as_ref(), &region))
            .await?;
        check_reached(&caller.identity, target.account.as_ref(), &self.settings)?;
        let config = ground
            .config
            .to_builder()
            .region(Region::new(region.clone()))
            .credentials_provider(caller.credentials.clone())
            .build();
        Ok(Arc::new(Aws::new(
            caller.identity.clone(),
            region,
            partition,
            ground.calls.clone(),
            super::aws::Wiring {
                config,
                endpoints: ground.resolved.endpoints.clone(),
                user_agent: ground.user_agent.clone(),
                s3_use_path_style: self.settings.s3_use_path_style,
            },
        )))
    }

    async fn ground(&self) -> Result<&Ground, SettingsError> {
        self.ground.get_or_try_init(|| self.lay_ground()).await
    }

    async fn lay_ground(&self) -> Result<Ground, SettingsError> {
        let profile = Profile::load(&self.settings, &self.environment).await?;
        let resolved = resolve(&self.settings, &self.environment, &profile)?;
        let scale = self.settings.time_scale.unwrap_or(1.0);
        let limiter =
            Limiter::new(self.settings.rates.clone(), resolved.retry_mode).at_scale(scale);
        Ok(Ground {
            config: sdk_config(&self.settings, &resolved, http_client(&resolved).await?),
            calls: CallPath::new(Arc::new(limiter), resolved.max_retries).at_scale(scale),
            user_agent: UserAgent::new(
                &self.settings.product,
                &self.settings.user_agent,
                resolved.user_agent_end.as_deref(),
            ),
            resolved,
        })
    }

    /// Finds the credentials for an account and asks whose they are.
    async fn reach(
        &self,
        ground: &Ground,
        account: Option<&AccountRole>,
        region: &str,
    ) -> Result<Caller, PartError> {
        let sts_region = self.settings.sts_region.as_deref().unwrap_or(region);
        let lend = |role: Role, with: Option<&SharedCredentialsProvider>| RoleSession {
            role,
            sts: sts(ground, with, sts_region),
            calls: ground.calls.clone(),
            place: unknown_account(sts_region),
            lent: tokio::sync::Mutex::default(),
        };
        let places = sources(&self.settings, &self.environment, &ground.resolved.metadata);
        let means = Means {
            settings: &self.settings,
            environment: &self.environment,
            metadata: &ground.resolved.metadata,
            region: sts_region,
            config: &ground.config,
            role_session: &|role| lend(role, None),
        };
        let mut credentials = provider(places, &means).map_err(refused)?;
        for role in self
            .settings
            .assume_role
            .iter()
            .chain(account.and_then(leading_role).as_ref())
        {
            let session = lend(Role::Assumed(Box::new(role.clone())), Some(&credentials));
            credentials = SharedCredentialsProvider::new(session);
        }
        credentials
            .provide_credentials()
            .await
            .map_err(|fault| credentials_error(&fault))?;
        let identity = self
            .identify(ground, &credentials, account, sts_region)
            .await?;
        Ok(Caller {
            credentials,
            identity,
        })
    }

    async fn identify(
        &self,
        ground: &Ground,
        credentials: &SharedCredentialsProvider,
        account: Option<&AccountRole>,
        sts_region: &str,
    ) -> Result<CallerIdentity, PartError> {
        let named = account.map(|account| CallerIdentity {
            account_id: account.id.clone(),
            arn: String::new(),
            user_id: String::new(),
        });
        if self.settings.skip_requesting_account_id {
            return named.ok_or_else(|| {
                PartError::new(
                    ErrorClass::Refused,
                    GET_CALLER_IDENTITY.iam_action,
                    "account",
                    "`skip_requesting_account_id` leaves the account unknown: remove it, or set `account.id`",
                )
                .about("account")
            });
        }
        let sts = sts(ground, Some(credentials), sts_region);
        let asked = caller_identity(&sts, &ground.calls, &unknown_account(sts_region)).await;
        match (asked, named) {
            (Err(_), Some(named)) if self.settings.skip_credentials_validation => Ok(named),
            (asked, _) => asked,
        }
    }
}

/// Asks STS whose credentials these are.
pub(crate) async fn caller_identity(
    sts: &aws_sdk_sts::Client,
    calls: &CallPath,
    place: &Place,
) -> Result<CallerIdentity, PartError> {
    let answer = calls
        .call(place, GET_CALLER_IDENTITY, "credentials", || {
            sts.get_caller_identity().send()
        })
        .await?;
    let field = |value: Option<String>, name: &str| {
        value.ok_or_else(|| {
            PartError::bug(
                "sts:GetCallerIdentity",
                format!("the answer lacks `{name}`"),
            )
        })
    };
    Ok(CallerIdentity {
        account_id: field(answer.account, "Account")?,
        arn: field(answer.arn, "Arn")?,
        user_id: field(answer.user_id, "UserId")?,
    })
}

fn leading_role(account: &AccountRole) -> Option<AssumeRole> {
    Some(AssumeRole {
        role_arn: account.role_arn.clone()?,
        external_id: account.external_id.clone(),
        ..AssumeRole::default()
    })
}

fn sts(
    ground: &Ground,
    credentials: Option<&SharedCredentialsProvider>,
    region: &str,
) -> aws_sdk_sts::Client {
    let mut config = ground
        .config
        .to_builder()
        .region(Region::new(region.to_owned()));
    config.set_credentials_provider(credentials.cloned());
    let config = config.build();
    let mut sts =
        aws_sdk_sts::config::Builder::from(&config).interceptor(ground.user_agent.clone());
    sts.set_endpoint_url(ground.resolved.endpoints.of("sts").map(str::to_owned));
    aws_sdk_sts::Client::from_conf(sts.build())
}

/// Before the account is known, calls to STS share one limit per region.
fn unknown_account(region: &str) -> Place {
    Place {
        account: String::new(),
        region: region.to_owned(),
    }
}

fn sdk_config(
    settings: &Settings,
    resolved: &Resolved,
    http: aws_smithy_runtime_api::client::http::SharedHttpClient,
) -> SdkConfig {
    SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .http_client(http)
        .sleep_impl(TokioSleep::new())
        .time_source(aws_smithy_async::time::SystemTimeSource::new())
        // Repeating is done in one place, under the rate limit: an SDK that repeats by itself would hide throttling.
        .retry_config(RetryConfig::disabled())
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(settings.timeouts.connect)
                .read_timeout(settings.timeouts.read)
                .build(),
        )
        .stalled_stream_protection(
            StalledStreamProtectionConfig::enabled()
                .grace_period(STALLED)
                .build(),
        )
        .identity_cache(
            IdentityCache::lazy()
                .load_timeout(CREDENTIALS_PATIENCE)
                .build(),
        )
        .use_fips(resolved.use_fips)
        .use_dual_stack(resolved.use_dualstack)
        .build()
}

/// A fault of the settings that showed only when they were used.
fn refused(fault: SettingsError) -> PartError {
    PartError::new(
        ErrorClass::Refused,
        "cloister",
        fault.attribute,
        fault.message,
    )
    .about(fault.attribute)
}

fn cell<K: Clone + Eq + std::hash::Hash, V>(cache: &Cache<K, V>, key: &K) -> Arc<OnceCell<V>> {
    let mut cells = cache.lock().unwrap_or_else(PoisonError::into_inner);
    Arc::clone(cells.entry(key.clone()).or_default())
}
