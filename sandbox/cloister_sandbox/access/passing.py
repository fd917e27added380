"""Roles that a call hands to a service: whoever hands one on needs `iam:PassRole` on it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends

from ..accounts import PARTITION
from ..call import Call
from .needs import Need, listed

# Service and operation -> where the role's ARN stands, and the service that will assume it. SageMaker's are in
# `condition_keys_sagemaker`.
_PASSING = {
    "cloudtrail:CreateTrail": ("CloudWatchLogsRoleArn", "cloudtrail"),
    "cloudtrail:UpdateTrail": ("CloudWatchLogsRoleArn", "cloudtrail"),
    "ec2:CreateFlowLogs": ("DeliverLogsPermissionArn", "vpc-flow-logs"),
    "events:PutTargets": ("Targets.RoleArn", "events"),
    "firehose:CreateDeliveryStream": ("ExtendedS3DestinationConfiguration.RoleARN", "firehose"),
    "lambda:CreateFunction": ("Role", "lambda"),
    "lambda:UpdateFunctionConfiguration": ("Role", "lambda"),
    "logs:PutSubscriptionFilter": ("roleArn", "logs"),
    "s3:PutBucketReplication": ("ReplicationConfiguration.Role", "s3"),
    "stepfunctions:CreateStateMachine": ("roleArn", "states"),
}


def passed_roles(call: Call) -> list[Need]:
    """The need to pass each role that the call hands on."""
    if call.service == "ec2" and call.operation == "RunInstances":
        return [_need(arn, "ec2") for arn in _roles_of_profile(call)]
    where, service = _PASSING.get(f"{call.service}:{call.operation}", ("", ""))
    return [_need(arn, service) for arn in _at(call.parameters, where.split("."))] if where else []


def _need(arn: str, service: str) -> Need:
    return Need("iam:PassRole", arn, keys={"iam:PassedToService": f"{service}.amazonaws.com"})


def _at(value: Any, path: list[str]) -> list[str]:
    if not path:
        return [value] if isinstance(value, str) and value.startswith("arn:") else []
    return [found for one in listed(value) if isinstance(one, dict) for found in _at(one.get(path[0]), path[1:])]


def _roles_of_profile(call: Call) -> list[str]:
    named = call.parameters.get("IamInstanceProfile") or {}
    name = named.get("Name") or str(named.get("Arn", "")).rsplit("/", 1)[-1]
    profiles = iam_backends[call.account][PARTITION].instance_profiles.values()
    found = next((one for one in profiles if one.name == name), None)
    return [role.arn for role in found.roles] if found is not None else []
