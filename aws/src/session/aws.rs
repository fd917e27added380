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
    cloudtrail: OnceLock<aws_sdk_cloudtrail::Client>,
    ec2: OnceLock<aws_sdk_ec2::Client>,
    iam: OnceLock<aws_sdk_iam::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    ssm: OnceLock<aws_sdk_ssm::Client>,
    sts: OnceLock<aws_sdk_sts::Client>,
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
            cloudtrail: OnceLock::new(),
            ec2: OnceLock::new(),
            iam: OnceLock::new(),
            kms: OnceLock::new(),
            s3: OnceLock::new(),
            ssm: OnceLock::new(),
            sts: OnceLock::new(),
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

    pub(crate) fn cloudtrail(&self) -> &aws_sdk_cloudtrail::Client {
        self.cloudtrail.get_or_init(|| {
            let mut config = aws_sdk_cloudtrail::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone());
            config.set_endpoint_url(self.endpoint("cloudtrail"));
            aws_sdk_cloudtrail::Client::from_conf(config.build())
        })
    }

    pub(crate) fn ec2(&self) -> &aws_sdk_ec2::Client {
        self.ec2.get_or_init(|| {
            let mut config = aws_sdk_ec2::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone());
            config.set_endpoint_url(self.endpoint("ec2"));
            aws_sdk_ec2::Client::from_conf(config.build())
        })
    }

    pub(crate) fn iam(&self) -> &aws_sdk_iam::Client {
        self.iam.get_or_init(|| {
            let mut config = aws_sdk_iam::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone());
            config.set_endpoint_url(self.endpoint("iam"));
            aws_sdk_iam::Client::from_conf(config.build())
        })
    }

    pub(crate) fn kms(&self) -> &aws_sdk_kms::Client {
        self.kms.get_or_init(|| {
            let mut config = aws_sdk_kms::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone());
            config.set_endpoint_url(self.endpoint("kms"));
            aws_sdk_kms::Client::from_conf(config.build())
        })
    }

    pub(crate) fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let mut config = aws_sdk_s3::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone())
                .force_path_style(self.wiring.s3_use_path_style);
            config.set_endpoint_url(self.endpoint("s3"));
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    pub(crate) fn ssm(&self) -> &aws_sdk_ssm::Client {
        self.ssm.get_or_init(|| {
            let mut config = aws_sdk_ssm::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone());
            config.set_endpoint_url(self.endpoint("ssm"));
            aws_sdk_ssm::Client::from_conf(config.build())
        })
    }

    fn sts(&self) -> &aws_sdk_sts::Client {
        self.sts.get_or_init(|| {
            let mut config = aws_sdk_sts::config::Builder::from(&self.wiring.config)
                .interceptor(self.wiring.user_agent.clone());
            config.set_endpoint_url(self.endpoint("sts"));
            aws_sdk_sts::Client::from_conf(config.build())
        })
    }

    fn endpoint(&self, service: &str) -> Option<String> {
        self.wiring.endpoints.of(service).map(str::to_owned)
    }
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
