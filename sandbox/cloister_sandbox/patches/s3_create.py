"""CreateBucket: names, location constraints, tags, and what a new bucket has by itself.

Every new bucket is encrypted with SSE-S3, blocks public access in all four ways
and has ACLs off (https://docs.aws.amazon.com/AmazonS3/latest/userguide/create-bucket-overview.html).
"""

from __future__ import annotations

import re
import threading
from typing import Any

from moto.s3.models import FakeBucket, PublicAccessBlock, S3Backend
from moto.s3.responses import S3Response
from moto.utilities.utils import get_partition

from .s3_encryption import DEFAULT_ENCRYPTION
from .s3_error import S3Error, malformed_xml
from .s3_request import parameters
from .s3_tags import checked_tags
from .wrap import around

OWNER_ENFORCED = "BucketOwnerEnforced"

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
_NAME = re.compile(r"^(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")
_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")
_REGION = re.compile(r"^[a-z]{2}(-[a-z]+)+-\d$")

# moto looks for the name and then takes it: two calls at once would both succeed.
_taking_a_name = threading.Lock()


def apply() -> None:
    """Makes CreateBucket and fresh buckets those of AWS."""

    @around(FakeBucket, "__init__")
    def init(original: Any, self: FakeBucket, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.encryption = dict(DEFAULT_ENCRYPTION)
        self.public_access_block = PublicAccessBlock(True, True, True, True)
        self.ownership_rule = OWNER_ENFORCED

    @around(S3Backend, "create_bucket")
    def create_bucket(original: Any, self: S3Backend, bucket_name: str, *args: Any, **kwargs: Any) -> Any:
        if not _NAME.match(bucket_name) or bucket_name.startswith(_PREFIXES) or bucket_name.endswith(_SUFFIXES):
            raise S3Error("InvalidBucketName", "The specified bucket is not valid.")
        with _taking_a_name:
            return original(self, bucket_name, *args, **kwargs)

    @around(S3Response, "_get_location_constraint")
    def location_constraint(original: Any, self: S3Response) -> str | None:
        constraint = _configuration(self).get("LocationConstraint") or None
        constraint = "eu-west-1" if constraint == "EU" else constraint
        if constraint and (not _REGION.match(constraint) or get_partition(constraint) != self.partition):
            message = "The specified location-constraint is not valid"
            raise S3Error("InvalidLocationConstraint", message)
        return constraint

    @around(S3Response, "_bucket_response_put")
    def put(original: Any, self: S3Response, request: Any, bucket_name: str, querystring: Any) -> Any:
        if not _creates(querystring):
            return original(self, request, bucket_name, querystring)
        tags = checked_tags(_configuration(self).get("Tags", []))
        _check_acl(request)
        is_new = bucket_name not in self.backend.buckets
        answer = original(self, request, bucket_name, querystring)
        if tags and is_new:
            self.backend.put_bucket_tagging(bucket_name, tags)
        return answer


def _creates(querystring: Any) -> bool:
    return not querystring or set(querystring) <= {"x-id"}


def _configuration(response: S3Response) -> dict[str, Any]:
    if not response.body:
        return {}
    if b"<CreateBucketConfiguration" not in response.body:
        raise malformed_xml()
    return parameters(response).get("CreateBucketConfiguration") or {}


def _check_acl(request: Any) -> None:
    ownership = request.headers.get("x-amz-object-ownership", OWNER_ENFORCED)
    acl = request.headers.get("x-amz-acl", "private")
    if ownership == OWNER_ENFORCED and acl != "private":
        message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
        raise S3Error("InvalidBucketAclWithObjectOwnership", message)
