"""Trails: one of a name, with a bucket and a key that let CloudTrail write, and selectors that replace each other."""

from __future__ import annotations

import json
from typing import Any

from moto.cloudtrail.exceptions import TrailNotFoundException
from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.cloudtrail.responses import CloudTrailResponse
from moto.kms.models import kms_backends

from .documents import parse, principals, statements, values, wildcard
from .s3_request import bucket_of
from .wrap import AwsError, around, json_parameters

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
_MOST_TRAILS = 5
_SERVICE = "cloudtrail.amazonaws.com"
_COMPARISONS = ("ArnEquals", "ArnLike", "StringEquals", "StringLike")
_USUAL_SELECTORS = [
    {
        "ReadWriteType": "All",
        "IncludeManagementEvents": True,
        "DataResources": [],
        "ExcludeManagementEventSources": [],
    }
]


def apply() -> None:
    """Checks what moto takes on trust."""

    @around(CloudTrailBackend, "create_trail")
    def create_trail(original: Any, self: CloudTrailBackend, name: str, *args: Any, **kwargs: Any) -> Trail:
        if name in self.trails:
            message = f"Trail {name} already exists for customer: {self.account_id}"
            raise AwsError("TrailAlreadyExistsException", message)
        if len(self.trails) >= _MOST_TRAILS:
            message = f"User: {self.account_id} already has {_MOST_TRAILS} trails in {self.region_name}."
            raise AwsError("MaximumNumberOfTrailsExceededException", message)
        trail = original(self, name, *args, **kwargs)
        try:
            _check_bucket(trail)
            _check_key(trail)
        except AwsError:
            self.trails.pop(name)
            raise
        return trail

    @around(CloudTrailBackend, "update_trail")
    def update_trail(original: Any, self: CloudTrailBackend, *args: Any, **kwargs: Any) -> Trail:
        before = self.get_trail(kwargs["name"])
        was = before.bucket_name, before.s3_key_prefix, before.kms_key_id
        trail = original(self, *args, **kwargs)
        try:
            _check_bucket(trail)
            _check_key(trail)
        except AwsError:
            trail.bucket_name, trail.s3_key_prefix, trail.kms_key_id = was
            raise
        return trail

    @around(CloudTrailBackend, "delete_trail")
    def delete_trail(original: Any, self: CloudTrailBackend, name: str) -> None:
        trail = self.get_trail(name)
        if trail.trail_name not in self.trails:
            raise TrailNotFoundException(account_id=self.account_id, name=name)
        del self.trails[trail.trail_name]
        # A trail of the same name that is made later begins without them.
        self.tagging_service.delete_all_tags_for_resource(trail.arn)

    @around(CloudTrailResponse, "describe_trails")
    def describe_trails(original: Any, self: CloudTrailResponse) -> str:
        wanted = json_parameters(self).get("trailNameList") or []
        answer = json.loads(original(self))
        if wanted:
            # A name is looked for in the region of the call, an ARN anywhere.
            answer["trailList"] = [
                trail
                for trail in answer["trailList"]
                if trail["TrailARN"] in wanted or (trail["Name"] in wanted and trail["HomeRegion"] == self.region)
            ]
        return json.dumps(answer)

    @around(Trail, "put_event_selectors")
    def put_event_selectors(original: Any, self: Trail, basic: Any, advanced: Any) -> None:
        self.event_selectors, self.advanced_event_selectors = basic or [], advanced or []

    @around(CloudTrailResponse, "get_event_selectors")
    def get_event_selectors(original: Any, self: CloudTrailResponse) -> str:
        answer = json.loads(original(self))
        if not answer["EventSelectors"] and not answer["AdvancedEventSelectors"]:
            answer["EventSelectors"] = _USUAL_SELECTORS
        return json.dumps({name: value for name, value in answer.items() if value})

    @around(Trail, "description")
    def description(original: Any, self: Trail, *args: Any, **kwargs: Any) -> dict[str, Any]:
        described = original(self, *args, **kwargs)
        described["HasCustomEventSelectors"] = bool(self.event_selectors or self.advanced_event_selectors)
        described["HasInsightSelectors"] = bool(self.insight_selectors)
        return {name: value for name, value in described.items() if value not in (None, "")}


def _check_bucket(trail: Trail) -> None:
    bucket = bucket_of(trail.bucket_name)
    if bucket is None:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {trail.bucket_name} does not exist!")
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    delivered = f"{bucket.arn}/{prefix}AWSLogs/{trail.account_id}/CloudTrail/x.json.gz"
    given = _identity(trail) | {"s3:x-amz-acl": "bucket-owner-full-control"}
    allowed = bucket.policy and all(
        _allows(parse(bucket.policy.decode()), action, resource, given)
        for action, resource in (("s3:GetBucketAcl", bucket.arn), ("s3:PutObject", delivered))
    )
    if not allowed:
        message = f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}"
        raise AwsError("InsufficientS3BucketPolicyException", message)


def _check_key(trail: Trail) -> None:
    """A key that is there, in the trail's region, and lets CloudTrail encrypt.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-kms-key-policy-for-cloudtrail.html
    """
    if not trail.kms_key_id:
        return
    parts = trail.kms_key_id.split(":")
    account, region = (parts[4], parts[3]) if len(parts) > 5 else (trail.account_id, trail.region_name)
    keys = kms_backends[account][region].keys
    key = keys.get(parts[-1].removeprefix("key/"))
    if key is None or region != trail.region_name:
        raise AwsError("KmsKeyNotFoundException", f"The KMS key {trail.kms_key_id} was not found in {region}.")
    if not key.enabled:
        raise AwsError("KmsException", f"The KMS key {trail.kms_key_id} is not enabled.")
    given = _identity(trail) | {"kms:encryptioncontext:aws:cloudtrail:arn": trail.arn}
    if not _allows(parse(key.policy), "kms:GenerateDataKey", key.arn, given):
        message = "Insufficient permissions to access S3 bucket or KMS key."
        raise AwsError("InsufficientEncryptionPolicyException", message)


def _identity(trail: Trail) -> dict[str, str]:
    """What CloudTrail says of itself when it delivers for a trail."""
    return {"aws:sourcearn": trail.arn, "aws:sourceaccount": trail.account_id}


def _allows(document: dict[str, Any], action: str, resource: str, given: dict[str, str]) -> bool:
    """Whether a statement lets CloudTrail do this; conditions on keys that are not given are taken to hold."""
    return any(
        statement.get("Effect") == "Allow"
        and any(value in (_SERVICE, "*") for _, value in principals(statement))
        and any(wildcard(pattern).match(action) for pattern in values(statement.get("Action")))
        and any(wildcard(pattern).match(resource) for pattern in values(statement.get("Resource")))
        and _holds(statement.get("Condition") or {}, given)
        for statement in statements(document)
    )


def _holds(condition: dict[str, Any], given: dict[str, str]) -> bool:
    """Whether the positive comparisons with what is given hold."""
    return all(
        any(wildcard(pattern).match(given[key.lower()]) for pattern in values(wanted))
        for operator, keys in condition.items()
        if operator in _COMPARISONS
        for key, wanted in keys.items()
        if key.lower() in given
    )
