"""Keys that a call hands to a service: the service makes grants on them, in the caller's name.

https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
https://docs.aws.amazon.com/sagemaker/latest/dg/api-permissions-reference.html
"""

from __future__ import annotations

from dataclasses import replace

from ..call import Call
from . import kms
from .needs import Keys, Need

_FOR_AWS: Keys = {"kms:GrantIsForAWSResource": True}

# Service and operation -> where the key stands, and the service that calls KMS.
_HANDED = {
    "efs:CreateFileSystem": (("KmsKeyId",), "elasticfilesystem"),
    "sagemaker:CreateDomain": (("KmsKeyId", "HomeEfsFileSystemKmsKeyId"), "sagemaker"),
    "sagemaker:CreateNotebookInstance": (("KmsKeyId",), "sagemaker"),
}


def needs(call: Call) -> list[Need]:
    """The need to look at each such key, and to grant its use. A key that is not there is the service's to refuse."""
    names, service = _HANDED.get(f"{call.service}:{call.operation}", ((), ""))
    found = []
    for key_id in dict.fromkeys(call.parameters[name] for name in names if call.parameters.get(name)):
        if kms.find(call.account, call.region, key_id) is None:
            continue
        looking, granting = (
            kms.use(call, call.account, call.region, key_id, action, service, {})
            for action in ("kms:DescribeKey", "kms:CreateGrant")
        )
        found += [looking, replace(granting, keys=granting.keys | _FOR_AWS)]
    return found
