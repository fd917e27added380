//! Provider functions: cloister's policies and checks for those who build with `aws_*` resources. Pure: the same
//! arguments give the same result, and AWS is not asked.

mod arguments;
mod endpoint_policy;
mod ip_plan;
mod locked_bucket_policy;
mod policy_check;

use std::sync::Arc;

use cloister_framework::Function;

use endpoint_policy::EndpointPolicy;
use ip_plan::IpPlan;
use locked_bucket_policy::LockedBucketPolicy;
use policy_check::PolicyCheck;

/// Every function.
pub fn functions() -> Vec<Arc<dyn Function>> {
    vec![
        Arc::new(EndpointPolicy::new()),
        Arc::new(IpPlan::new()),
        Arc::new(LockedBucketPolicy::new()),
        Arc::new(PolicyCheck::new()),
    ]
}
