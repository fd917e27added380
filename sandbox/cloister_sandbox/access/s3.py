"""What S3 calls need: actions, objects and buckets, and the use of keys in the caller's name.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from moto.s3.models import FakeBucket, FakeKey, s3_backends

from .. import buckets
from ..accounts import PARTITION
from ..answers import ServiceError
from ..call import Call
from ..patches.documents import parse
from ..patches.public import is_public
from . import kms, policies
from .needs import Keys, Need, tags_of

# Operations whose action is called otherwise. All others are called like their action.
_ACTIONS = {
    "ListBuckets": "ListAllMyBuckets",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "HeadBucket": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
    "GetBucketLifecycle": "GetLifecycleConfiguration",
    "GetBucketLifecycleConfiguration": "GetLifecycleConfiguration",
    "PutBucketLifecycle": "PutLifecycleConfiguration",
    "PutBucketLifecycleConfiguration": "PutLifecycleConfiguration",
    "DeleteBucketLifecycle": "PutLifecycleConfiguration",
    "GetBucketEncryption": "GetEncryptionConfiguration",
    "PutBucketEncryption": "PutEncryptionConfiguration",
    "DeleteBucketEncryption": "PutEncryptionConfiguration",
    "GetBucketReplication": "GetReplicationConfiguration",
    "PutBucketReplication": "PutReplicationConfiguration",
    "DeleteBucketReplication": "PutReplicationConfiguration",
    "GetBucketCors": "GetBucketCORS",
    "PutBucketCors": "PutBucketCORS",
    "DeleteBucketCors": "PutBucketCORS",
    "GetBucketNotificationConfiguration": "GetBucketNotification",
    "PutBucketNotificationConfiguration": "PutBucketNotification",
    "GetBucketAccelerateConfiguration": "GetAccelerateConfiguration",
    "PutBucketAccelerateConfiguration": "PutAccelerateConfiguration",
    "DeleteBucketTagging": "PutBucketTagging",
    "GetPublicAccessBlock": "GetBucketPublicAccessBlock",
    "PutPublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeletePublicAccessBlock": "PutBucketPublicAccessBlock",
    "DeleteBucketOwnershipControls": "PutBucketOwnershipControls",
    "GetObjectLockConfiguration": "GetBucketObjectLockConfiguration",
    "PutObjectLockConfiguration": "PutBucketObjectLockConfiguration",
    "GetBucketInventoryConfiguration": "GetInventoryConfiguration",
    "ListBucketInventoryConfigurations": "GetInventoryConfiguration",
    "PutBucketInventoryConfiguration": "PutInventoryConfiguration",
    "DeleteBucketInventoryConfiguration": "PutInventoryConfiguration",
    "GetBucketMetricsConfiguration": "GetMetricsConfiguration",
    "ListBucketMetricsConfigurations": "GetMetricsConfiguration",
    "PutBucketMetricsConfiguration": "PutMetricsConfiguration",
    "DeleteBucketMetricsConfiguration": "PutMetricsConfiguration",
    "GetBucketAnalyticsConfiguration": "GetAnalyticsConfiguration",
    "ListBucketAnalyticsConfigurations": "GetAnalyticsConfiguration",
    "PutBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "DeleteBucketAnalyticsConfiguration": "PutAnalyticsConfiguration",
    "GetBucketIntelligentTieringConfiguration": "GetIntelligentTieringConfiguration",
    "ListBucketIntelligentTieringConfigurations": "GetIntelligentTieringConfiguration",
    "PutBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "DeleteBucketIntelligentTieringConfiguration": "PutIntelligentTieringConfiguration",
    "HeadObject": "GetObject",
    "SelectObjectContent": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "UploadPartCopy": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "PostObject": "PutObject",
    "ListParts": "ListMultipartUploadParts",
}

# Actions that are others where the call names a version.
_OF_VERSION = {
    "GetObject": "GetObjectVersion",
    "GetObjectAcl": "GetObjectVersionAcl",
    "GetObjectAttributes": "GetObjectVersionAttributes",
    "GetObjectTagging": "GetObjectVersionTagging",
    "GetObjectTorrent": "GetObjectVersionTorrent",
    "DeleteObject": "DeleteObjectVersion",
    "DeleteObjectTagging": "DeleteObjectVersionTagging",
    "PutObjectAcl": "PutObjectVersionAcl",
    "PutObjectTagging": "PutObjectVersionTagging",
}

# What a write needs besides, by the start of the header that asks for it.
_OF_HEADERS = {
    "x-amz-tagging": "s3:PutObjectTagging",
    "x-amz-acl": "s3:PutObjectAcl",
    "x-amz-grant-": "s3:PutObjectAcl",
    "x-amz-object-lock-mode": "s3:PutObjectRetention",
    "x-amz-object-lock-legal-hold": "s3:PutObjectLegalHold",
}
_OF_NEW_BUCKET = {
    "x-amz-acl": ["s3:PutBucketAcl"],
    "x-amz-grant-": ["s3:PutBucketAcl"],
    "x-amz-object-ownership": ["s3:PutBucketOwnershipControls"],
    "x-amz-bucket-object-lock-enabled": ["s3:PutBucketObjectLockConfiguration", "s3:PutBucketVersioning"],
}

_WRITES = ("PutObject", "CopyObject", "CreateMultipartUpload", "PostObject")
_READS = ("GetObject", "HeadObject", "GetObjectAttributes", "SelectObjectContent")
_KMS = ("aws:kms", "aws:kms:dsse")


def needs(call: Call) -> list[Need]:
    """Everything an S3 call needs."""
    name = call.parameters.get("Bucket")
    if not name:
        return [Need(_action(call), names_resource=False)]
    bucket = buckets.find(name)
    if bucket is not None and call.account != bucket.account_id and is_shut_to_strangers(bucket):
        raise ServiceError("AccessDenied", "Access Denied", 403)
    if call.operation == "DeleteObjects":
        return [deletion(bucket, name, one) for one in entries_to_delete(call)]
    own = [_need(bucket, name, _action(call), call.parameters.get("Key"))]
    if call.operation == "CreateBucket":
        # Nobody's policy stands yet; that a name is taken is not the caller's to know from a denial.
        return [Need(action, f"arn:{PARTITION}:s3:::{name}") for action in _creation(call)]
    own += [_need(bucket, name, action, call.parameters.get("Key")) for action in _by_headers(call)]
    if call.operation == "GetObjectAttributes":
        own.append(_need(bucket, name, _versioned(call, "GetObject"), call.parameters.get("Key")))
    return own + _of_source(call) + _of_missing_object(call, bucket) + _of_keys(call, bucket)


def entries_to_delete(call: Call) -> list[dict[str, Any]]:
    """Key and version of each object that a DeleteObjects call names."""
    return list((call.parameters.get("Delete") or {}).get("Objects") or [])


def deletion(bucket: FakeBucket | None, name: str, entry: dict[str, Any]) -> Need:
    """What the deletion of one object of many needs."""
    version = entry.get("VersionId")
    action = "s3:DeleteObjectVersion" if version else "s3:DeleteObject"
    return _need(bucket, name, action, entry.get("Key"), {"s3:VersionId": version} if version else {})


def is_shut_to_strangers(bucket: FakeBucket) -> bool:
    """Whether the bucket's block of public access shuts out all but its own account for its policy being public."""
    block = bucket.public_access_block
    if block is None or not block.restrict_public_buckets or not bucket.policy:
        return False
    return is_public(parse(bucket.policy.decode()))


def _action(call: Call) -> str:
    return _versioned(call, _ACTIONS.get(call.operation, call.operation))


def _versioned(call: Call, action: str) -> str:
    return f"s3:{_OF_VERSION.get(action, action) if call.parameters.get('VersionId') else action}"


def _need(bucket: FakeBucket | None, name: str, action: str, key: str | None, keys: Keys | None = None) -> Need:
    arn = f"arn:{PARTITION}:s3:::{name}"
    owner = bucket.account_id if bucket is not None else ""
    tags = _object_tags(bucket, key)
    return Need(
        action,
        f"{arn}/{key}" if key else arn,
        owner,
        policies.of_bucket(bucket),
        tags | ({"s3:ResourceAccount": owner} if owner else {}) | (keys or {}),
    )


def _object_tags(bucket: FakeBucket | None, key: str | None) -> Keys:
    held = bucket.keys.get(key) if bucket is not None and key else None
    if not isinstance(held, FakeKey):
        return {}
    tags = s3_backends[bucket.account_id][PARTITION].tagger.get_tag_dict_for_resource(held.arn)
    return {f"s3:ExistingObjectTag/{name}": value for name, value in tags.items()}


def _creation(call: Call) -> list[str]:
    found = ["s3:CreateBucket"]
    asking = [name for name, value in call.headers.items() if (name, value) != ("x-amz-acl", "private")]
    for start, actions in _OF_NEW_BUCKET.items():
        if any(name.startswith(start) for name in asking):
            found += actions
    if (call.parameters.get("CreateBucketConfiguration") or {}).get("Tags"):
        found.append("s3:TagResource")
    return found


def _by_headers(call: Call) -> list[str]:
    found = []
    if call.operation in _WRITES:
        found = [
            action for start, action in _OF_HEADERS.items() if any(name.startswith(start) for name in call.headers)
        ]
    if call.headers.get("x-amz-bypass-governance-retention", "").lower() == "true":
        found.append("s3:BypassGovernanceRetention")
    return list(dict.fromkeys(found))


def _of_source(call: Call) -> list[Need]:
    """Reading what is copied."""
    source = copy_source(call)
    if source is None:
        return []
    name, key, version = source
    bucket = buckets.find(name)
    keys = {"s3:VersionId": version} if version else {}
    reading = [_need(bucket, name, "s3:GetObjectVersion" if version else "s3:GetObject", key, keys)]
    held = _held(bucket, key, version)
    return reading + (_key_use(call, bucket, held, "kms:Decrypt") if held is not None else [])


def copy_source(call: Call) -> tuple[str, str, str | None] | None:
    """Bucket, key and version of what a call copies."""
    header = call.headers.get("x-amz-copy-source")
    if not header:
        return None
    split = urlsplit(header)
    name, _, key = unquote(split.path).lstrip("/").partition("/")
    return name, key, dict(parse_qsl(split.query)).get("versionId")


def _of_missing_object(call: Call, bucket: FakeBucket | None) -> list[Need]:
    """Only who may list a bucket learns that an object is not there.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html
    """
    if call.operation not in ("GetObject", "HeadObject") or bucket is None:
        return []
    if _held(bucket, call.parameters.get("Key", ""), call.parameters.get("VersionId")) is not None:
        return []
    return [_need(bucket, bucket.name, "s3:ListBucket", None)]


def _held(bucket: FakeBucket | None, key: str, version: str | None) -> FakeKey | None:
    if bucket is None:
        return None
    versions = bucket.keys.getlist(key, default=[]) if version else [bucket.keys.get(key)]
    found = next((one for one in versions if not version or str(one.version_id) == version), None)
    return found if isinstance(found, FakeKey) else None


def _of_keys(call: Call, bucket: FakeBucket | None) -> list[Need]:
    """The use of KMS keys that S3 makes in the caller's name.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
    """
    if bucket is None:
        return []
    if call.operation in _READS:
        held = _held(bucket, call.parameters.get("Key", ""), call.parameters.get("VersionId"))
        is_head = call.operation == "HeadObject" and "x-amz-checksum-mode" not in call.headers
        return _key_use(call, bucket, held, "kms:Decrypt") if held is not None and not is_head else []
    if call.operation in ("UploadPart", "UploadPartCopy", "CompleteMultipartUpload"):
        upload = bucket.multiparts.get(call.parameters.get("UploadId", ""))
        if upload is None or upload.sse_encryption not in _KMS or not upload.kms_key_id:
            return []
        actions = ["kms:Decrypt"] if call.operation == "CompleteMultipartUpload" else _UPLOADING
        return [_use(call, bucket, upload.key_name, upload.kms_key_id, False, action) for action in actions]
    if call.operation in _WRITES:
        return _of_write(call, bucket)
    return []


_UPLOADING = ["kms:GenerateDataKey", "kms:Decrypt"]


def _of_write(call: Call, bucket: FakeBucket) -> list[Need]:
    rule = (bucket.encryption or {}).get("Rule", {})
    by_default = rule.get("ApplyServerSideEncryptionByDefault", {})
    algorithm = call.headers.get("x-amz-server-side-encryption") or by_default.get("SSEAlgorithm")
    if algorithm not in _KMS or "x-amz-server-side-encryption-customer-algorithm" in call.headers:
        return []
    named = call.headers.get("x-amz-server-side-encryption-aws-kms-key-id")
    key_id = named or by_default.get("KMSMasterKeyID") or "alias/aws/s3"
    asked = call.headers.get("x-amz-server-side-encryption-bucket-key-enabled", rule.get("BucketKeyEnabled", False))
    is_bucket_key = str(asked).lower() == "true"
    actions = _UPLOADING if call.operation == "CreateMultipartUpload" else ["kms:GenerateDataKey"]
    return [_use(call, bucket, call.parameters.get("Key", ""), key_id, is_bucket_key, action) for action in actions]


def _key_use(call: Call, bucket: FakeBucket, held: FakeKey, action: str) -> list[Need]:
    if held.encryption not in _KMS or not held.kms_key_id:
        return []
    is_bucket_key = str(held.bucket_key_enabled).lower() == "true"
    return [_use(call, bucket, held.name, held.kms_key_id, is_bucket_key, action)]


def _use(call: Call, bucket: FakeBucket, key: str, key_id: str, is_bucket_key: bool, action: str) -> Need:
    about = bucket.arn if is_bucket_key else f"{bucket.arn}/{key}"
    return kms.use(call, bucket.account_id, bucket.region_name, key_id, action, "s3", {"aws:s3:arn": about})


def keys(call: Call) -> Keys:
    """The condition keys of S3's own."""
    found: Keys = {
        f"s3:{name}": value for name, value in call.headers.items() if name.startswith(_HEADER_KEYS) and value
    }
    if named := call.headers.get(_KEY_HEADER):
        found[f"s3:{_KEY_HEADER}"] = _key_arn(call, named)
    for parameter, name in _PARAMETER_KEYS.items():
        if (value := call.parameters.get(parameter)) is not None:
            found[name] = str(value)
    if is_listing(call):
        found.setdefault("s3:prefix", "")
    location = (call.parameters.get("CreateBucketConfiguration") or {}).get("LocationConstraint")
    if location:
        found["s3:LocationConstraint"] = location
    return found | _signing(call) | _requested_tags(call) | {"s3:TlsVersion": "1.3"}


def is_listing(call: Call) -> bool:
    """Whether the call lists objects, so that it has a prefix, if only the empty one."""
    return call.operation in ("ListObjects", "ListObjectsV2", "ListObjectVersions")


_KEY_HEADER = "x-amz-server-side-encryption-aws-kms-key-id"
_HEADER_KEYS = tuple(
    """
    x-amz-acl x-amz-copy-source x-amz-grant- x-amz-metadata-directive x-amz-object-ownership
    x-amz-server-side-encryption x-amz-storage-class x-amz-website-redirect-location x-amz-content-sha256
    """.split()
)
_PARAMETER_KEYS = {
    "Prefix": "s3:prefix",
    "Delimiter": "s3:delimiter",
    "MaxKeys": "s3:max-keys",
    "VersionId": "s3:VersionId",
    "IfMatch": "s3:if-match",
    "IfNoneMatch": "s3:if-none-match",
    "ObjectLockMode": "s3:object-lock-mode",
    "ObjectLockLegalHoldStatus": "s3:object-lock-legal-hold",
}
_AUTHENTICATION = {"header": "REST-HEADER", "query": "REST-QUERY-STRING"}


def _key_arn(call: Call, named: str) -> str:
    """S3 compares ARNs, also where the call names a key otherwise."""
    bucket = buckets.find(call.parameters.get("Bucket", ""))
    if bucket is None:
        return named
    key = kms.find(bucket.account_id, bucket.region_name, named)
    return key.arn if key is not None else named


def _signing(call: Call) -> Keys:
    kind = _AUTHENTICATION.get(call.signed_in)
    return {"s3:authType": kind, "s3:signatureversion": "AWS4-HMAC-SHA256"} if kind else {}


def _requested_tags(call: Call) -> Keys:
    tags = dict(parse_qsl(call.headers.get("x-amz-tagging", "")))
    if call.operation == "PutObjectTagging":
        tags = tags_of((call.parameters.get("Tagging") or {}).get("TagSet"))
    if not tags:
        return {}
    return {f"s3:RequestObjectTag/{name}": value for name, value in tags.items()} | {
        "s3:RequestObjectTagKeys": sorted(tags)
    }
