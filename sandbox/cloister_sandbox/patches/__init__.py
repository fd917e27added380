"""Corrections of moto, so that S3, KMS, SSM, IAM, CloudTrail and EC2 answer as AWS does.

Each module corrects one subject and has an `apply()`. What moto does right is
not touched; what only the pipeline can know (who calls, from where) comes as
`environ["cloister.call"]` and is optional, so that patches also hold on a plain
moto server.
"""

from __future__ import annotations

import threading
import warnings

from . import (
    account,
    cloudtrail,
    cloudtrail_selectors,
    cloudtrail_status,
    ec2_acls,
    ec2_dependencies,
    ec2_endpoint_services,
    ec2_gateways,
    ec2_groups,
    ec2_interfaces,
    ec2_nat,
    ec2_prefix_lists,
    ec2_quotas,
    ec2_routes,
    ec2_zones,
    efs_states,
    iam,
    iam_details,
    iam_limits,
    iam_managed,
    iam_propagation,
    iam_service_roles,
    identity_center,
    kms_aliases,
    kms_lists,
    kms_policy,
    kms_rotation,
    kms_state,
    kms_tags,
    logs,
    missing,
    organizations,
    s3_access,
    s3_acl,
    s3_create,
    s3_delete,
    s3_encryption,
    s3_error,
    s3_lifecycle,
    s3_list,
    s3_logging,
    s3_object_key,
    s3_policy,
    s3_tags,
    s3_versions,
    sagemaker_tagging,
    speed,
    ssm_names,
    ssm_parameters,
    tagging_pages,
    tagging_sources,
)

# A later module wraps the earlier ones, so its checks run first: whether the
# caller may touch the bucket at all is asked before anything else.
_MODULES = (
    account,
    s3_error,
    s3_create,
    s3_delete,
    s3_encryption,
    s3_versions,
    s3_object_key,
    s3_acl,
    s3_lifecycle,
    s3_list,
    s3_logging,
    s3_policy,
    s3_tags,
    s3_access,
    kms_aliases,
    kms_lists,
    kms_policy,
    kms_rotation,
    kms_tags,
    kms_state,
    ssm_parameters,
    ssm_names,
    cloudtrail,
    cloudtrail_status,
    cloudtrail_selectors,
    logs,
    iam,
    iam_details,
    iam_limits,
    iam_propagation,
    iam_service_roles,
    sagemaker_tagging,
    tagging_sources,
    tagging_pages,
    ec2_acls,
    ec2_dependencies,
    ec2_gateways,
    ec2_groups,
    ec2_interfaces,
    ec2_nat,
    ec2_prefix_lists,
    ec2_routes,
    ec2_zones,
    ec2_quotas,
    ec2_endpoint_services,
    efs_states,
    iam_managed,
    identity_center,
    organizations,
    missing,
    speed,
)

_lock = threading.Lock()
_applied = False


def apply() -> None:
    """Applies every patch, once per process."""
    global _applied
    with _lock:
        if _applied:
            return
        for module in _MODULES:
            module.apply()
        # Common errors are in no service's model; moto warns for each on stderr.
        warnings.filterwarnings("ignore", message=r"Exception\(.*\) with code .* does not match an error shape")
        _applied = True
