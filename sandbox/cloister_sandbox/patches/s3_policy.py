"""Bucket policies: checked when put, blocked when public, returned as AWS returns them."""

from __future__ import annotations

import json
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.exceptions import NoSuchBucketPolicy
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

from . import principals
from .documents import as_returned, parse
from .public import is_public
from .s3_error import S3Error
from .s3_policy_check import checked
from .s3_request import bucket_of
from .wrap import around, call_of


def apply() -> None:
    """Replaces how policies are taken and given back."""

    @around(FakeBucket, "__init__")
    def init(original: Any, self: FakeBucket, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cloister_principals = {}

    @around(S3Response, "_bucket_response_put")
    def put(original: Any, self: S3Response, request: Any, bucket_name: str, querystring: Any) -> Any:
        bucket = bucket_of(bucket_name)
        if "policy" not in querystring or bucket is None:
            return original(self, request, bucket_name, querystring)
        document = checked(self.body.decode("utf-8", "replace"), bucket_name, bucket.partition)
        block = bucket.public_access_block
        if block is not None and block.block_public_policy and is_public(document):
            raise _blocked(self, bucket)
        original(self, request, bucket_name, querystring)
        bucket.cloister_principals = principals.ids_of(document, bucket.partition)
        return 204, {}, ""

    @around(S3Response, "get_bucket_policy")
    def get(original: Any, self: S3Response) -> Any:
        bucket = self.backend.get_bucket(self.bucket_name)
        if not bucket.policy:
            raise NoSuchBucketPolicy(bucket_name=self.bucket_name)
        document = parse(bucket.policy.decode())
        shown = principals.names_now(document, bucket.cloister_principals, bucket.partition)
        body = json.dumps(as_returned(document, shown), separators=(",", ":"))
        return 200, {"content-type": "application/json"}, body

    @around(S3Response, "get_bucket_policy_status")
    def status(original: Any, self: S3Response) -> Any:
        bucket = self.backend.get_bucket(self.bucket_name)
        if not bucket.policy:
            raise NoSuchBucketPolicy(bucket_name=self.bucket_name)
        self.data["Action"] = "GetBucketPolicyStatus"
        opens = is_public(parse(bucket.policy.decode()))
        return self.serialized(ActionResult({"PolicyStatus": {"IsPublic": opens}}))


def _blocked(response: S3Response, bucket: FakeBucket) -> S3Error:
    call = call_of(response)
    caller = call.principal.arn if call is not None else f"arn:{bucket.partition}:iam::{bucket.account_id}:root"
    message = (
        f'User: {caller} is not authorized to perform: s3:PutBucketPolicy on resource: "{bucket.arn}" '
        "because public policies are blocked by the BlockPublicPolicy block public access setting."
    )
    return S3Error("AccessDenied", message, 403)
