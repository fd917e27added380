"""Access logging: the target must be the owner's and in the region; its permissions are not asked for.

moto wants a policy or ACL on the target before it accepts the setting; AWS
accepts it and delivers nothing.
"""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from .s3_error import S3Error, malformed_xml
from .s3_request import bucket_of, parameters
from .wrap import around


def apply() -> None:
    """Replaces the check of the target, and keeps the key format."""

    @around(S3Response, "_logging_from_body")
    def logging_from_body(original: Any, self: S3Response) -> dict[str, Any]:
        if b"BucketLoggingStatus" not in (self.body or b""):
            raise malformed_xml()
        enabled = (parameters(self).get("BucketLoggingStatus") or {}).get("LoggingEnabled")
        if enabled is not None and not enabled.get("TargetBucket"):
            raise malformed_xml()
        return {"TargetPrefix": ""} | enabled if enabled else {}

    @around(FakeBucket, "set_logging")
    def set_logging(original: Any, self: FakeBucket, logging_config: dict[str, Any] | None, backend: Any) -> None:
        if logging_config:
            _check_target(self, bucket_of(logging_config["TargetBucket"]))
        self.logging = logging_config or {}

    @around(S3Response, "get_bucket_logging")
    def get_bucket_logging(original: Any, self: S3Response) -> Any:
        logging = self.backend.get_bucket_logging(self.bucket_name)
        self.data["Action"] = "GetBucketLogging"
        return self.serialized(ActionResult({"LoggingEnabled": logging} if logging else {}))


def _check_target(source: FakeBucket, target: FakeBucket | None) -> None:
    if target is None:
        message = "The target bucket for logging does not exist"
        raise S3Error("InvalidTargetBucketForLogging", message)
    if target.account_id != source.account_id:
        message = "The owner for the bucket to be logged and the target bucket must be the same."
        raise S3Error("InvalidTargetBucketForLogging", message)
    if target.region_name != source.region_name:
        raise S3Error("CrossLocationLoggingProhibited", "Cross S3 location logging not allowed. ", 403)
