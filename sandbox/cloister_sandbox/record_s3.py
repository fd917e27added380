"""S3's own way of writing records: event names, parameters, resources.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/cloudtrail-logging-s3-info.html
"""

from __future__ import annotations

import json
from typing import Any

import xmltodict
from werkzeug.wrappers import Response

from .buckets import owner
from .call import Call

# Object-level operations: data events.
_DATA = frozenset(
    """
    AbortMultipartUpload CompleteMultipartUpload CopyObject CreateMultipartUpload DeleteObject DeleteObjects
    DeleteObjectTagging GetObject GetObjectAcl GetObjectAttributes GetObjectLegalHold GetObjectRetention
    GetObjectTagging GetObjectTorrent HeadBucket HeadObject ListMultipartUploads ListObjects ListObjectsV2
    ListObjectVersions ListParts PostObject PutObject PutObjectAcl PutObjectLegalHold PutObjectRetention
    PutObjectTagging RestoreObject SelectObjectContent UploadPart UploadPartCopy
    """.split()
)

# Where the event is not named like the operation.
_NAMES = {
    "ListObjectsV2": "ListObjects",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "DeleteBucketPublicAccessBlock",
    "GetBucketLifecycleConfiguration": "GetBucketLifecycle",
    "PutBucketLifecycleConfiguration": "PutBucketLifecycle",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
}

_HEADERS = tuple(
    """
    x-amz-acl x-amz-server-side-encryption x-amz-storage-class x-amz-copy-source x-amz-tagging x-amz-object-lock
    x-amz-grant x-amz-object-ownership x-amz-bucket-object-lock-enabled x-amz-website
    x-amz-bypass-governance-retention x-amz-expected-bucket-owner x-amz-request-payer x-amz-metadata-directive
    """.split()
)
_SIGNING_QUERY = {"x-amz-signature", "x-amz-credential", "x-amz-security-token", "x-id", "awsaccesskeyid", "signature"}
_ANSWERED_HEADERS = (
    "x-amz-server-side-encryption",
    "x-amz-version-id",
    "x-amz-delete-marker",
    "x-amz-copy-source-version-id",
)
_LARGEST_BODY = 100_000


def is_data_event(call: Call) -> bool:
    """Whether a call is a data event; only S3 has any here."""
    return call.service == "s3" and call.operation in _DATA


def event_name(call: Call) -> str:
    """The event's name."""
    return _NAMES.get(call.operation, call.operation)


def request_parameters(call: Call, host: str) -> dict[str, Any]:
    """Bucket, key, query and the headers that matter; settings as the body had them."""
    written: dict[str, Any] = {name: value for name, value in call.query.items() if name.lower() not in _SIGNING_QUERY}
    written |= {name: value for name, value in call.headers.items() if name.startswith(_HEADERS)}
    if bucket := call.parameters.get("Bucket"):
        written["bucketName"] = bucket
    written["Host"] = host
    if key := call.parameters.get("Key"):
        written["key"] = key
    if not is_data_event(call) and call.body and len(call.body) <= _LARGEST_BODY:
        written |= _settings(call)
    return written


def response_elements(response: Response) -> dict[str, str] | None:
    """The headers that say what became of the object."""
    answered = {name.lower(): value for name, value in response.headers.items()}
    return {name: value for name, value in answered.items() if name.startswith(_ANSWERED_HEADERS)} or None


def additional_data(call: Call, response: Response) -> dict[str, Any]:
    """How the call was signed, and how many bytes went each way."""
    data: dict[str, Any] = {}
    if call.signed_in != "none":
        data["SignatureVersion"] = "SigV4"
        data["AuthenticationMethod"] = "AuthHeader" if call.signed_in == "header" else "QueryString"
    data |= {
        "CipherSuite": "TLS_AES_128_GCM_SHA256",
        "bytesTransferredIn": len(call.body),
        "bytesTransferredOut": len(response.get_data()),
        "x-amz-id-2": response.headers.get("x-amz-id-2", ""),
    }
    applied = {"aws:kms": "SSE_KMS", "AES256": "SSE_S3"}.get(response.headers.get("x-amz-server-side-encryption", ""))
    if applied and is_data_event(call):
        named = any(name.startswith("x-amz-server-side-encryption") for name in call.headers)
        data["SSEApplied"] = applied if named else f"Default_{applied}"
    return data


def resources(call: Call) -> list[dict[str, str]]:
    """The object, or the prefix that is listed, and its bucket."""
    name = call.parameters.get("Bucket")
    if not name:
        return []
    arn = f"arn:aws:s3:::{name}"
    bucket = {"accountId": owner(name) or call.account, "type": "AWS::S3::Bucket", "ARN": arn}
    if not is_data_event(call):
        return [bucket]
    key = call.parameters.get("Key")
    thing = {"type": "AWS::S3::Object"} | ({"ARN": f"{arn}/{key}"} if key else {"ARNPrefix": f"{arn}/"})
    return [thing, bucket]


def _settings(call: Call) -> dict[str, Any]:
    if call.operation == "PutBucketPolicy":
        try:
            return {"bucketPolicy": json.loads(call.body)}
        except ValueError:
            return {}
    try:
        return _plain(xmltodict.parse(call.body))
    except Exception:  # Not XML: S3 refuses it, the record does without.
        return {}


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {name.lstrip("@"): _plain(value) for name, value in node.items() if name != "#text"}
    if isinstance(node, list):
        return [_plain(one) for one in node]
    return {"true": True, "false": False, None: ""}.get(node, node)
