"""Lifecycle rules: kept whole, in the shapes of the model, and checked.

moto drops what it does not know (versions to keep, object sizes), which reads as
drift, and invents no ids.
"""

from __future__ import annotations

import uuid
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchLifecycleConfiguration
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from .s3_error import S3Error, invalid_argument, malformed_xml
from .s3_request import bucket_of, parameters
from .wrap import around

Rule = dict[str, Any]

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
_MOST_RULES = 1000
_LONGEST_ID = 255
_SIZE_DEFAULT = "all_storage_classes_128K"
_ACTIONS = (
    "Expiration",
    "Transitions",
    "NoncurrentVersionTransitions",
    "NoncurrentVersionExpiration",
    "AbortIncompleteMultipartUpload",
)
_FILTERS = ("Prefix", "Tag", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "And")


def apply() -> None:
    """Checks and keeps the rules as they came; answers with them."""

    @around(FakeBucket, "__init__")
    def init(original: Any, self: FakeBucket, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cloister_lifecycle = []

    @around(FakeBucket, "delete_lifecycle")
    def delete(original: Any, self: FakeBucket) -> None:
        original(self)
        self.cloister_lifecycle = []

    @around(S3Response, "_bucket_response_put")
    def put(original: Any, self: S3Response, request: Any, bucket_name: str, querystring: Any) -> Any:
        bucket = bucket_of(bucket_name)
        if "lifecycle" not in querystring or bucket is None:
            return original(self, request, bucket_name, querystring)
        rules = _checked((parameters(self).get("LifecycleConfiguration") or {}).get("Rules") or [])
        minimum = self.headers.get("x-amz-transition-default-minimum-object-size", _SIZE_DEFAULT)
        answer = original(self, request, bucket_name, querystring)
        bucket.cloister_lifecycle, bucket.cloister_lifecycle_minimum = rules, minimum
        return answer

    @around(S3Response, "get_bucket_lifecycle")
    def get(original: Any, self: S3Response) -> Any:
        self.data["Action"] = "GetBucketLifecycleConfiguration"
        bucket = self.backend.get_bucket(self.bucket_name)
        if not bucket.cloister_lifecycle:
            raise NoSuchLifecycleConfiguration(bucket_name=self.bucket_name)
        return self.serialized(
            ActionResult(
                {
                    "Rules": bucket.cloister_lifecycle,
                    "TransitionDefaultMinimumObjectSize": bucket.cloister_lifecycle_minimum,
                }
            )
        )


def _checked(rules: list[Rule]) -> list[Rule]:
    if not 1 <= len(rules) <= _MOST_RULES:
        raise malformed_xml()
    named = [{"ID": str(uuid.uuid4())} | rule for rule in rules]
    if len({rule["ID"] for rule in named}) != len(named):
        raise invalid_argument("RuleId must be unique. Found same ID for more than one rule")
    for rule in named:
        _check(rule)
    return named


def _check(rule: Rule) -> None:
    if len(rule["ID"]) > _LONGEST_ID:
        raise invalid_argument(f"ID length should not exceed allowed limit of {_LONGEST_ID}")
    has_filter = rule.get("Filter") is not None
    if rule.get("Status") not in ("Enabled", "Disabled") or has_filter == (rule.get("Prefix") is not None):
        raise malformed_xml()
    if has_filter and len([name for name in _FILTERS if name in rule["Filter"]]) > 1:
        raise malformed_xml()
    if not any(rule.get(action) for action in _ACTIONS):
        raise S3Error("InvalidRequest", "At least one action needs to be specified in a rule")
    _check_days(rule)


def _check_days(rule: Rule) -> None:
    for action, member in (
        ("Expiration", "Days"),
        ("NoncurrentVersionExpiration", "NoncurrentDays"),
        ("AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
    ):
        days = (rule.get(action) or {}).get(member)
        if days is not None and days <= 0:
            raise invalid_argument(f"'{member}' for {action} action must be a positive integer")
    chosen = set(rule.get("Expiration") or {}) & {"Days", "Date", "ExpiredObjectDeleteMarker"}
    if len(chosen) > 1:
        raise malformed_xml()
