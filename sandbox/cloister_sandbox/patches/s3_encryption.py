"""Default encryption: always there, checked when set, SSE-S3 again when deleted."""

from __future__ import annotations

from typing import Any

from moto.s3.models import S3Backend
from moto.s3.responses import S3Response

from .s3_error import invalid_argument, malformed_xml
from .s3_request import parameters
from .wrap import around

# In moto's own shape of the setting.
DEFAULT_ENCRYPTION = {
    "Rule": {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
}
_ALGORITHMS = ("AES256", "aws:kms", "aws:kms:dsse")


def apply() -> None:
    """Replaces moto's reading of the setting, and what deleting it leaves."""

    @around(S3Response, "_encryption_config_from_body")
    def configuration(original: Any, self: S3Response) -> dict[str, Any]:
        rules = (parameters(self).get("ServerSideEncryptionConfiguration") or {}).get("Rules") or []
        if len(rules) != 1:
            raise malformed_xml()
        by_default = rules[0].get("ApplyServerSideEncryptionByDefault")
        if not by_default or by_default.get("SSEAlgorithm") not in _ALGORITHMS:
            raise malformed_xml()
        if by_default["SSEAlgorithm"] == "AES256" and by_default.get("KMSMasterKeyID") is not None:
            raise invalid_argument(
                "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse"
            )
        # A setting without it keeps the bucket key off.
        return {"Rule": {"BucketKeyEnabled": False} | rules[0]}

    @around(S3Backend, "delete_bucket_encryption")
    def delete(original: Any, self: S3Backend, bucket_name: str) -> None:
        self.get_bucket(bucket_name).encryption = dict(DEFAULT_ENCRYPTION)
