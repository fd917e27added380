"""Trails: one of a name, with a bucket that lets CloudTrail write, and selectors that replace each other."""

from __future__ import annotations

import json
from typing import Any

from moto.cloudtrail.exceptions import TrailNotFoundException
from moto.cloudtrail.models import CloudTrailBackend, Trail
from moto.cloudtrail.responses import CloudTrailResponse

from .documents import parse, principals, statements, values, wildcard
from .s3_request import bucket_of
from .wrap import AwsError, around

# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
_MOST_TRAILS = 5
_SERVICE = "cloudtrail.amazonaws.com"
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
        except AwsError:
            self.trails.pop(name)
            raise
        return trail

    @around(CloudTrailBackend, "update_trail")
    def update_trail(original: Any, self: CloudTrailBackend, *args: Any, **kwargs: Any) -> Trail:
        before = self.get_trail(kwargs["name"])
        was = before.bucket_name, before.s3_key_prefix
        trail = original(self, *args, **kwargs)
        try:
            _check_bucket(trail)
        except AwsError:
            trail.bucket_name, trail.s3_key_prefix = was
            raise
        return trail

    @around(CloudTrailBackend, "delete_trail")
    def delete_trail(original: Any, self: CloudTrailBackend, name: str) -> None:
        trail = self.get_trail(name)
        if trail.trail_name not in self.trails:
            raise TrailNotFoundException(account_id=self.account_id, name=name)
        del self.trails[trail.trail_name]

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
        return {name: value for name, value in described.items() if value is not None}


def _check_bucket(trail: Trail) -> None:
    bucket = bucket_of(trail.bucket_name)
    if bucket is None:
        raise AwsError("S3BucketDoesNotExistException", f"S3 bucket {trail.bucket_name} does not exist!")
    prefix = f"{trail.s3_key_prefix}/" if trail.s3_key_prefix else ""
    delivered = f"{bucket.arn}/{prefix}AWSLogs/{trail.account_id}/CloudTrail/x.json.gz"
    allowed = bucket.policy and all(
        _allows(parse(bucket.policy.decode()), action, resource)
        for action, resource in (("s3:GetBucketAcl", bucket.arn), ("s3:PutObject", delivered))
    )
    if not allowed:
        message = f"Incorrect S3 bucket policy is detected for bucket: {bucket.name}"
        raise AwsError("InsufficientS3BucketPolicyException", message)


def _allows(document: dict[str, Any], action: str, resource: str) -> bool:
    """Whether a statement lets CloudTrail do this; conditions are taken to hold."""
    return any(
        statement.get("Effect") == "Allow"
        and any(value in (_SERVICE, "*") for _, value in principals(statement))
        and any(wildcard(pattern).match(action) for pattern in values(statement.get("Action")))
        and any(wildcard(pattern).match(resource) for pattern in values(statement.get("Resource")))
        for statement in statements(document)
    )
