"""Corrections of moto, so that S3, KMS, SSM, IAM and CloudTrail answer as AWS does.

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
    iam,
    iam_managed,
    kms_aliases,
    kms_lists,
    kms_policy,
    kms_rotation,
    kms_state,
    kms_tags,
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
    ssm_names,
    ssm_parameters,
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
    iam,
    iam_managed,
    organizations,
    missing,
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
