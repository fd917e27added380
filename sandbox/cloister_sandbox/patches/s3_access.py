"""Where a bucket answers: in its region, to those who expect its owner, and for sub-resources that are served.

Whether a caller may do what is asked is decided before moto sees the call; moto's own check, which evaluates bucket
policies without their conditions, is off.
"""

from __future__ import annotations

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from .s3_error import S3Error, access_denied
from .s3_request import bucket_of, copy_source_bucket, owner_of
from .wrap import around

# Sub-resources of a bucket that moto serves, by method. Any other falls through to the bucket itself: a PUT would
# create it, a DELETE would delete it.
_SERVED = {
    "GET": {
        "object-lock",
        "uploads",
        "location",
        "lifecycle",
        "versioning",
        "policyStatus",
        "policy",
        "website",
        "acl",
        "tagging",
        "logging",
        "cors",
        "notification",
        "accelerate",
        "publicAccessBlock",
        "inventory",
        "versions",
        "encryption",
        "replication",
        "ownershipControls",
    },
    "PUT": {
        "object-lock",
        "versioning",
        "lifecycle",
        "policy",
        "acl",
        "tagging",
        "website",
        "cors",
        "logging",
        "notification",
        "accelerate",
        "publicAccessBlock",
        "encryption",
        "replication",
        "ownershipControls",
        "inventory",
    },
    "DELETE": {
        "policy",
        "tagging",
        "website",
        "cors",
        "lifecycle",
        "publicAccessBlock",
        "encryption",
        "replication",
        "ownershipControls",
    },
}
_SUB_RESOURCES = set().union(*_SERVED.values()) | {
    "abac",
    "analytics",
    "intelligent-tiering",
    "metadataConfiguration",
    "metadataTable",
    "metrics",
    "requestPayment",
    "session",
}


def apply() -> None:
    """Checks the way to the bucket before moto looks at the request, and turns moto's own check of policies off."""

    @around(FakeBucket, "get_permission")
    def get_permission(original: Any, self: FakeBucket, action: str, resource: str) -> Any:
        return PermissionResult.NEUTRAL

    for name in ("_bucket_response", "_key_response"):
        _guard(name)


def _guard(name: str) -> None:
    @around(S3Response, name)
    def respond(original: Any, self: S3Response, request: Any, full_url: str) -> Any:
        bucket_name = self.bucket_name
        if not bucket_name:
            return original(self, request, full_url)
        asked_for = {part for part in request.args if part in _SUB_RESOURCES}
        creates = name == "_bucket_response" and request.method == "PUT" and not asked_for
        if not creates:
            _check(self, request)
        if name == "_bucket_response" and not asked_for <= _SERVED.get(request.method, asked_for):
            raise NotImplementedError(f"{request.method} of {sorted(asked_for)}")
        return original(self, request, full_url)


def _check(response: S3Response, request: Any) -> None:
    for bucket_name, expectation in (
        (response.bucket_name, "x-amz-expected-bucket-owner"),
        (copy_source_bucket(request.headers), "x-amz-source-expected-bucket-owner"),
    ):
        owner = owner_of(bucket_name) if bucket_name else None
        expected = request.headers.get(expectation)
        if owner is not None and expected not in (None, owner):
            response.response_headers.update(_region_header(bucket_name))
            raise access_denied()
    if "location" not in request.args:
        _check_region(response)


def _check_region(response: S3Response) -> None:
    bucket = bucket_of(response.bucket_name)
    if bucket is None or bucket.region_name == response.region:
        return
    response.response_headers.update(_region_header(bucket.name))
    message = (
        "The bucket you are attempting to access must be addressed using the specified endpoint. "
        "Please send all future requests to this endpoint."
    )
    raise S3Error("PermanentRedirect", message, 301)


def _region_header(bucket_name: str | None) -> dict[str, str]:
    bucket = bucket_of(bucket_name) if bucket_name else None
    return {"x-amz-bucket-region": bucket.region_name} if bucket is not None else {}
