//! The provider: its block, its resources, and what they share.

use std::sync::{Arc, OnceLock, PoisonError, RwLock};

use async_trait::async_trait;
use cloister_aws::{Accounts, Aws, Target};
use cloister_composite::{Kinds, PartError};
use cloister_composites::{
    audit_trail::AuditTrail, locked_bucket::LockedBucket, studio_domain::SecureStudioDomain,
};
use cloister_framework::{
    ConfigureRequest, DataSource, Diagnostic, Diagnostics, EphemeralResource, Function, Path,
    Provider, Resource, Schema, Value, from_value,
};
use tokio_util::sync::CancellationToken;

use crate::{
    resource::{CompositeResource, session_diagnostic},
    settings::{Environment, OwnSettings, ProviderConfig, aws_settings},
};

/// The cloister provider.
pub struct Cloister {
    schema: OnceLock<Schema>,
    resources: Vec<Arc<dyn Resource>>,
    functions: OnceLock<Vec<Arc<dyn Function>>>,
    shared: Arc<Shared>,
}

/// What all resources of one process share.
pub(crate) struct Shared {
    pub(crate) environment: Environment,
    pub(crate) kinds: OnceLock<Kinds<Aws>>,
    stop: RwLock<CancellationToken>,
    configured: RwLock<Option<Arc<Configured>>>,
}

/// A provider block that was wholly known.
pub(crate) struct Configured {
    pub(crate) accounts: Accounts,
    pub(crate) own: OwnSettings,
    /// Whether the block itself names a region.
    names_region: bool,
}

impl Shared {
    /// The configured provider; `None` while its block holds something unknown.
    pub(crate) fn configured(&self) -> Option<Arc<Configured>> {
        self.configured
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Is cancelled when the host tells the provider to stop.
    pub(crate) fn stop(&self) -> CancellationToken {
        self.stop
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The kinds of parts.
    pub(crate) fn kinds(&self) -> &Kinds<Aws> {
        self.kinds.get_or_init(cloister_aws::kinds)
    }
}

impl Cloister {
    /// A provider that reads what its block leaves out from `environment`.
    pub fn new(environment: Environment) -> Self {
        let shared = Arc::new(Shared {
            environment,
            kinds: OnceLock::new(),
            stop: RwLock::default(),
            configured: RwLock::new(None),
        });
        Self {
            schema: OnceLock::new(),
            resources: vec![
                Arc::new(CompositeResource::<AuditTrail>::new(shared.clone())),
                Arc::new(CompositeResource::<LockedBucket>::new(shared.clone())),
                Arc::new(CompositeResource::<SecureStudioDomain>::new(shared.clone())),
            ],
            functions: OnceLock::new(),
            shared,
        }
    }

    fn configuration(&self, request: &ConfigureRequest) -> Result<Option<Configured>, Diagnostic> {
        if !request.config.is_fully_known() {
            // Part of the block comes from a resource of the same run: resources say so when they need it.
            return Ok(None);
        }
        let config: ProviderConfig = from_value(&request.config)?;
        let own = OwnSettings::of(&config, &self.shared.environment)?;
        let settings = cloister_aws::Settings {
            time_scale: Some(own.time_scale),
            ..aws_settings(&config, &request.terraform_version)?
        };
        let accounts =
            Accounts::open(settings, self.shared.environment.aws.clone()).map_err(|error| {
                Diagnostic::error("Provider setting cannot be used")
                    .found(error.to_string())
                    .action(format!(
                        "Correct `{}` in the provider block.",
                        error.attribute
                    ))
                    .at(Path::attribute(error.attribute))
            })?;
        Ok(Some(Configured {
            accounts,
            own,
            names_region: config.region.known().is_some(),
        }))
    }
}

/// Whether the provider's own account can be reached, asked once so that the answer stands at the provider block.
async fn check_reach(configured: &Configured) -> Option<PartError> {
    let refused = configured
        .accounts
        .session(&Target::default())
        .await
        .err()?;
    // Without a region in the provider, every resource may name its own.
    let needs_none = refused.setting.as_deref() == Some("region") && !configured.names_region;
    (!needs_none).then_some(refused)
}

#[async_trait]
impl Provider for Cloister {
    fn schema(&self) -> &Schema {
        self.schema.get_or_init(|| Schema::of::<ProviderConfig>(0))
    }

    fn resources(&self) -> &[Arc<dyn Resource>] {
        &self.resources
    }

    fn data_sources(&self) -> &[Arc<dyn DataSource>] {
        &[]
    }

    fn functions(&self) -> &[Arc<dyn Function>] {
        self.functions.get_or_init(cloister_composites::functions)
    }

    fn ephemeral_resources(&self) -> &[Arc<dyn EphemeralResource>] {
        &[]
    }

    fn validate(&self, config: &Value) -> Diagnostics {
        let Ok(config) = from_value::<ProviderConfig>(config) else {
            return Diagnostics::new();
        };
        let both = !config.allowed_account_ids.is_null() && !config.forbidden_account_ids.is_null();
        both.then(|| {
            Diagnostic::error("Provider settings exclude each other")
                .found("`allowed_account_ids` and `forbidden_account_ids` are both set.")
                .action("Remove one of them.")
                .at(Path::attribute("forbidden_account_ids"))
        })
        .into_iter()
        .collect()
    }

    async fn configure(&self, request: ConfigureRequest) -> Diagnostics {
        let configured = match self.configuration(&request) {
            Ok(Some(configured)) => configured,
            Ok(None) => return Diagnostics::new(),
            Err(diagnostic) => return diagnostic.into(),
        };
        let refused = check_reach(&configured).await;
        let mut held = self
            .shared
            .configured
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *held = Some(Arc::new(configured));
        // A process that serves several runs, for debugging, was stopped in an earlier one.
        *self
            .shared
            .stop
            .write()
            .unwrap_or_else(PoisonError::into_inner) = CancellationToken::new();
        refused
            .map(|error| session_diagnostic(&error))
            .into_iter()
            .collect()
    }

    fn stop(&self) {
        self.shared.stop().cancel();
    }
}
