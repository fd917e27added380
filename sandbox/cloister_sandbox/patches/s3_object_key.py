"""The KMS key of an object: chosen as S3 does, reported as an ARN, and needed in working order.

Error codes as S3 words them: KMS's, with `KMS.` before them.
"""

from __future__ import annotations

from typing import Any

from moto.kms.models import kms_backends
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from .s3_error import S3Error
from .wrap import around

_KMS = ("aws:kms", "aws:kms:dsse")
_AWS_MANAGED = "alias/aws/s3"


def apply() -> None:
    """Resolves and checks the key on every write and read of an object."""

    @around(S3Backend, "put_object")
    def put_object(original: Any, self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        chosen = _chosen(self.get_bucket(bucket_name), kwargs)
        new_key = original(self, bucket_name, *args, **kwargs | chosen)
        # moto falls back to the bucket's setting once more.
        new_key.kms_key_id, new_key.bucket_key_enabled = chosen["kms_key_id"], chosen["bucket_key_enabled"]
        return new_key

    @around(S3Response, "get_object")
    def get_object(original: Any, self: S3Response) -> Any:
        key, _ = self._get_key()
        if key.encryption in _KMS and key.kms_key_id:
            _working_key_arn(self.backend.get_bucket(self.bucket_name), key.kms_key_id)
        return original(self)

    @around(S3Backend, "create_multipart_upload")
    def create_upload(original: Any, self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        # Position of `sse_encryption` and `kms_key_id` after the bucket's name.
        given = {"encryption": args[5], "kms_key_id": args[6]}
        chosen = _chosen(self.get_bucket(bucket_name), given)
        return original(self, bucket_name, *args[:5], chosen["encryption"], chosen["kms_key_id"], **kwargs)


def _chosen(bucket: FakeBucket, given: dict[str, Any]) -> dict[str, Any]:
    rule = (bucket.encryption or {}).get("Rule", {})
    by_default = rule.get("ApplyServerSideEncryptionByDefault", {})
    algorithm = given.get("encryption") or by_default.get("SSEAlgorithm", "AES256")
    if algorithm not in _KMS:
        return {"encryption": algorithm, "kms_key_id": None, "bucket_key_enabled": None}
    # The bucket's key is for requests that name none, also when they name the algorithm.
    key_id = given.get("kms_key_id") or by_default.get("KMSMasterKeyID") or _AWS_MANAGED
    enabled = given.get("bucket_key_enabled")
    if enabled is None:
        enabled = rule.get("BucketKeyEnabled", False)
    return {
        "encryption": algorithm,
        "kms_key_id": _working_key_arn(bucket, key_id),
        # S3 has the header only where a bucket key is in use.
        "bucket_key_enabled": "true" if str(enabled).lower() == "true" else None,
    }


def _working_key_arn(bucket: FakeBucket, key_id: str) -> str:
    parts = key_id.split(":")
    region, account = (parts[3], parts[4]) if len(parts) == 6 else (bucket.region_name, bucket.account_id)
    if region != bucket.region_name:
        raise S3Error("KMS.NotFoundException", f"Invalid arn {region}")
    backend = kms_backends[account][region]
    name = backend.get_alias_name(key_id)
    raw_id = backend.get_key_id_from_alias(name) if name.startswith("alias/") else backend.get_key_id(key_id)
    key = backend.keys.get(raw_id or "")
    if key is None:
        shown = key_id if len(parts) == 6 else f"arn:{bucket.partition}:kms:{region}:{account}:key/{key_id}"
        raise S3Error("KMS.NotFoundException", f"Key '{shown}' does not exist")
    if key.key_state == "PendingDeletion":
        raise S3Error("KMS.KMSInvalidStateException", f"{key.arn} is pending deletion.")
    if key.key_state != "Enabled":
        raise S3Error("KMS.DisabledException", f"{key.arn} is disabled.")
    return key.arn
