"""ACLs: off while the bucket owner is enforced; ownership controls that fit them."""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from .s3_create import OWNER_ENFORCED
from .s3_error import S3Error, malformed_xml
from .s3_request import bucket_of, parameters
from .wrap import around

_OWNERSHIP = (OWNER_ENFORCED, "BucketOwnerPreferred", "ObjectWriter")


def apply() -> None:
    """Refuses ACLs where S3 does."""

    @around(S3Response, "_bucket_response_put")
    def put_bucket(original: Any, self: S3Response, request: Any, bucket_name: str, querystring: Any) -> Any:
        if "acl" in querystring:
            _refuse_acl(bucket_of(bucket_name))
        return original(self, request, bucket_name, querystring)

    @around(S3Response, "_key_response_put")
    def put_key(original: Any, self: S3Response, query: Any, key_name: str) -> Any:
        # The one ACL that says what ownership enforced says already.
        acl = self.headers.get("x-amz-acl", "bucket-owner-full-control")
        has_grants = any(name.lower().startswith("x-amz-grant-") for name in self.headers.keys())
        if "acl" in query or has_grants or acl != "bucket-owner-full-control":
            _refuse_acl(bucket_of(self.bucket_name))
        return original(self, query, key_name)

    @around(S3Response, "_ownership_rule_from_body")
    def ownership(original: Any, self: S3Response) -> str:
        rules = (parameters(self).get("OwnershipControls") or {}).get("Rules") or []
        if len(rules) != 1 or rules[0].get("ObjectOwnership") not in _OWNERSHIP:
            raise malformed_xml()
        rule = rules[0]["ObjectOwnership"]
        bucket = bucket_of(self.bucket_name)
        if rule == OWNER_ENFORCED and bucket is not None and len(bucket.acl.grants) > 1:
            message = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting"
            raise S3Error("InvalidBucketAclWithObjectOwnership", message)
        return rule


def _refuse_acl(bucket: FakeBucket | None) -> None:
    if bucket is not None and bucket.ownership_rule == OWNER_ENFORCED:
        raise S3Error("AccessControlListNotSupported", "The bucket does not allow ACLs")
