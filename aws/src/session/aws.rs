//! One account and region, as the kinds call it.

use std::{fmt, future::Future, sync::OnceLock};

use aws_types::SdkConfig;
use cloister_composite::PartError;

use super::{
    accounts::caller_identity, partition::Partition, resolve::Endpoints, target::CallerIdentity,
    user_agent::UserAgent,
};
use crate::calls::{CallPath, Failure, Operation, Place};

/// The session of one account and region.
///
/// Service clients are made on first use: most commands need two or three of them.
pub struct Aws {
    identity: CallerIdentity,
    place: Place,
    partition: Partition,
    calls: CallPath,
    wiring: Wiring,
    clients: Clients,
}

/// What service clients are made from.
#[derive(Debug)]
pub(crate) struct Wiring {
    pub(crate) config: SdkConfig,
    pub(crate) endpoints: Endpoints,
    pub(crate) user_agent: UserAgent,
    pub(crate) s3_use_path_style: bool,
}

impl Aws {
    pub(crate) fn new(
        identity: CallerIdentity,
        region: String,
        partition: Partition,
        calls: CallPath,
        wiring: Wiring,
    ) -> Self {
        Self {
            place: Place {
                account: identity.account_id.clone(),
                region,
            },
            identity,
            partition,
            calls,
            wiring,
            clients: Clients::default(),
        }
    }

    /// The 12-digit account id.
    pub fn account_id(&self) -> &str {
        &self.place.account
    }

    /// The region.
    pub fn region(&self) -> &str {
        &self.place.region
    }

    /// The partition, whose id stands in ARNs.
    pub fn partition(&self) -> Partition {
        self.partition
    }

    /// The ARN of the credentials in use; empty where `skip_requesting_account_id` is set.
    pub fn caller_arn(&self) -> &str {
        &self.identity.arn
    }

    /// Asks STS whose credentials are in use.
    pub async fn caller_identity(&self) -> Result<CallerIdentity, PartError> {
        caller_identity(self.sts(), &self.calls, &self.place).await
    }

    /// The ARN of something in this account and region: `arn:aws:kms:REGION:ACCOUNT:RESOURCE`.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!(
            "arn:{}:{service}:{}:{}:{resource}",
            self.partition.id, self.place.region, self.place.account
        )
    }

    /// Makes one call under the rate limit; see [`CallPath::call`].
    pub(crate) async fn call<T, F, Sent>(
        &self,
        operation: Operation,
        subject: &str,
        send: impl FnMut() -> Sent,
    ) -> Result<T, PartError>
    where
        Sent: Future<Output = Result<T, F>>,
        F: Into<Failure>,
    {
        // The SDK's futures take tens of kilobytes: on the heap they do not add up in those who wait for several.
        Box::pin(self.calls.call(&self.place, operation, subject, send)).await
    }

    fn endpoint(&self, service: &str) -> Option<String> {
        self.wiring.endpoints.of(service).map(str::to_owned)
    }
}

/// The SDK's clients, each made on first use: every SDK has a configuration type of its own, so that no function could
/// make them all.
macro_rules! clients {
    ($($service:ident: $sdk:ident),+ $(,)?) => {
        #[derive(Default)]
        struct Clients {
            $($service: OnceLock<$sdk::Client>,)+
            s3: OnceLock<aws_sdk_s3::Client>,
        }

        impl Aws {
            $(
                pub(crate) fn $service(&self) -> &$sdk::Client {
                    self.clients.$service.get_or_init(|| {
                        let mut config = $sdk::config::Builder::from(&self.wiring.config)
                            .interceptor(self.wiring.user_agent.clone());
                        config.set_endpoint_url(self.endpoint(stringify!($service)));
                        $sdk::Client::from_conf(config.build())
                    })
                }
            )+

            pub(crate) fn s3(&self) -> &aws_sdk_s3::Client {
                self.clients.s3.get_or_init(|| {
                    let mut config = aws_sdk_s3::config::Builder::from(&self.wiring.config)
                        .interceptor(self.wiring.user_agent.clone())
                        .force_path_style(self.wiring.s3_use_path_style);
                    config.set_endpoint_url(self.endpoint("s3"));
                    aws_sdk_s3::Client::from_conf(config.build())
                })
            }
        }
    };
}

clients! {
    cloudtrail: aws_sdk_cloudtrail,
    ec2: aws_sdk_ec2,
    efs: aws_sdk_efs,
    iam: aws_sdk_iam,
    kms: aws_sdk_kms,
    logs: aws_sdk_cloudwatchlogs,
    networkfirewall: aws_sdk_networkfirewall,
    resourcegroupstaggingapi: aws_sdk_resourcegroupstagging,
    servicequotas: aws_sdk_servicequotas,
    ssoadmin: aws_sdk_ssoadmin,
    sagemaker: aws_sdk_sagemaker,
    ssm: aws_sdk_ssm,
    sts: aws_sdk_sts,
}

impl fmt::Debug for Aws {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Aws")
            .field("account_id", &self.place.account)
            .field("region", &self.place.region)
            .field("caller_arn", &self.identity.arn)
            .finish_non_exhaustive()
    }
}
