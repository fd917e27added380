"""What S3 refuses in a bucket policy, in the words it uses.

S3 looks at one thing after another and names the first that is wrong.
"""

from __future__ import annotations

import json
import re
from typing import Any

from . import principals
from .documents import Document, parse, statements, values, wildcard
from .s3_error import S3Error

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/add-bucket-policy.html
_LARGEST = 20_480
_VERSIONS = ("2012-10-17", "2008-10-17")
_TOP = {"Version", "Id", "Statement"}
_ELEMENTS = (
    ("Effect",),
    ("Principal", "NotPrincipal"),
    ("Action", "NotAction"),
    ("Resource", "NotResource"),
)
_STATEMENT = {"Sid", "Condition"}.union(*_ELEMENTS)
_ACTION = re.compile(r"^(\*|s3:[A-Za-z*?]+)$", re.IGNORECASE)
_CONDITION_KEY = re.compile(
    r"^(aws|s3|sts|saml|accounts\.google\.com|cognito-identity\.amazonaws\.com):.+", re.IGNORECASE
)
_OPERATOR = re.compile(
    r"^(ForAllValues:|ForAnyValue:)?(String(Not)?(Equals|EqualsIgnoreCase|Like)|Arn(Not)?(Equals|Like)|Bool|"
    r"(Not)?IpAddress|Binary(Equals)?|Null|"
    r"(Numeric|Date)(Not)?(Equals)|(Numeric|Date)(LessThan|GreaterThan)(Equals)?)(IfExists)?$",
    re.IGNORECASE,
)
# Actions on objects; every other one is on the bucket.
# https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
_ON_OBJECTS = re.compile(
    r"^s3:((Get|Put|Delete|Restore|Replicate)Object(?!LockConfiguration)|ReplicateDelete|ReplicateTags|"
    r"AbortMultipartUpload|ListMultipartUploadParts|BypassGovernanceRetention|InitiateReplication|"
    r"ObjectOwnerOverrideToBucketOwner|UpdateObjectEncryption)",
    re.IGNORECASE,
)
# Keys that only some actions know; a statement that has none of those is refused.
_KEYS_OF_ACTIONS = {
    "s3:prefix": ("s3:ListBucket", "s3:ListBucketVersions"),
    "s3:delimiter": ("s3:ListBucket", "s3:ListBucketVersions"),
    "s3:max-keys": ("s3:ListBucket", "s3:ListBucketVersions"),
    "s3:x-amz-server-side-encryption": ("s3:PutObject", "s3:ReplicateObject"),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": ("s3:PutObject", "s3:ReplicateObject"),
}


def checked(text: str, bucket_name: str, partition: str) -> Document:
    """The policy as a document. Raises the `MalformedPolicy` that S3 would answer."""
    document = _parsed(text)
    _check_top(document)
    for statement in statements(document):
        _check_shape(statement)
    _check_sids(document)
    invalid = principals.first_invalid(document, partition)
    if invalid is not None:
        raise _malformed("Invalid principal in policy")
    for statement in statements(document):
        _check_actions(statement)
        _check_resources(statement, f"arn:{partition}:s3:::{bucket_name}")
        _check_conditions(statement)
    return document


def _malformed(message: str) -> S3Error:
    return S3Error("MalformedPolicy", message)


def _parsed(text: str) -> Document:
    if not text.startswith("{"):
        raise _malformed("Policies must be valid JSON and the first byte must be '{'")
    try:
        document = parse(text)
    except ValueError:
        raise _malformed("This policy contains invalid Json") from None
    if len(json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode()) > _LARGEST:
        raise _malformed(f"Normalized policy document exceeds the maximum allowed size of {_LARGEST} bytes")
    return document


def _check_top(document: Document) -> None:
    for name in document:
        if name not in _TOP:
            raise _malformed(f"Unknown field {name}")
    if document.get("Version", _VERSIONS[1]) not in _VERSIONS:
        raise _malformed("The policy must contain a valid version string")
    if "Statement" not in document:
        raise _malformed("Missing required field Statement")
    if not document["Statement"]:
        raise _malformed("Could not parse the policy: Statement is empty!")
    if not all(isinstance(entry, dict) for entry in statements(document)):
        raise _malformed("Invalid policy syntax.")


def _check_shape(statement: dict[str, Any]) -> None:
    for name in statement:
        if name not in _STATEMENT:
            raise _malformed(f"Unknown field {name}")
    for alternatives in _ELEMENTS:
        present = [name for name in alternatives if statement.get(name) not in (None, [], {}, "")]
        if not present:
            raise _malformed(f"Missing required field {alternatives[0]}")
        if len(present) > 1:
            raise _malformed("Invalid policy syntax.")
    if statement["Effect"] not in ("Allow", "Deny"):
        raise _malformed(f"Invalid effect : {statement['Effect']}")
    for name in ("Principal", "NotPrincipal"):
        named = statement.get(name)
        if named is not None and named != "*" and not isinstance(named, dict):
            raise _malformed("Invalid policy syntax.")
    if statement.get("Effect") == "Allow" and "NotPrincipal" in statement:
        raise _malformed("Allow with NotPrincipal is not allowed.")


def _check_sids(document: Document) -> None:
    sids = [statement["Sid"] for statement in statements(document) if "Sid" in statement]
    if len(set(sids)) != len(sids):
        raise _malformed("The Statement Ids in the policy are not unique !")


def _check_actions(statement: dict[str, Any]) -> None:
    for action in values(statement.get("Action")) + values(statement.get("NotAction")):
        if not _ACTION.match(action):
            raise _malformed("Policy has invalid action")


def _check_resources(statement: dict[str, Any], bucket_arn: str) -> None:
    resources = values(statement.get("Resource")) + values(statement.get("NotResource"))
    for resource in resources:
        if not _is_of_bucket(resource, bucket_arn):
            raise _malformed("Policy has invalid resource")
    if "NotResource" in statement:
        return
    reaches_bucket = any(wildcard(resource).match(bucket_arn) for resource in resources)
    reaches_objects = any("/" in resource or resource.endswith("*") for resource in resources)
    for action in values(statement.get("Action")):
        if "*" in action or "?" in action:
            continue
        if not (reaches_objects if _ON_OBJECTS.match(action) else reaches_bucket):
            raise _malformed("Action does not apply to any resource(s) in statement")


def _is_of_bucket(resource: str, bucket_arn: str) -> bool:
    if resource == "*":
        return True
    bucket_part, _, _ = resource.partition("/")
    return resource.startswith("arn:") and wildcard(bucket_part).match(bucket_arn) is not None


def _check_conditions(statement: dict[str, Any]) -> None:
    condition = statement.get("Condition", {})
    if not isinstance(condition, dict):
        raise _malformed("Invalid policy syntax.")
    for operator, tests in condition.items():
        if not _OPERATOR.match(operator):
            raise _malformed(f"Invalid Condition type : {operator}")
        if not isinstance(tests, dict):
            raise _malformed("Invalid policy syntax.")
        for key in tests:
            _check_key(key, statement)


def _check_key(key: str, statement: dict[str, Any]) -> None:
    if not _CONDITION_KEY.match(key):
        raise _malformed("Policy has an invalid condition key")
    known_to = _KEYS_OF_ACTIONS.get(key.lower())
    if known_to is None or "NotAction" in statement:
        return
    patterns = [wildcard(action) for action in values(statement.get("Action"))]
    if not any(pattern.match(action) for pattern in patterns for action in known_to):
        raise _malformed("Conditions do not apply to combination of actions and resources in statement")
