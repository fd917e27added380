"""Flow logs: where they may deliver to, in which format, and once for each destination."""

from __future__ import annotations

import json
from typing import Any

from moto.ec2.exceptions import FlowLogAlreadyExists
from moto.ec2.models import ec2_backends
from moto.ec2.models.flow_logs import FlowLogs
from moto.ec2.utils import add_tag_specification, generic_filter, random_flow_log_id
from moto.iam.models import iam_backends

from . import buckets, flow_fields
from .accounts import PARTITION
from .answers import ServiceError
from .call import Call
from .registry import Registry

_CLOUDWATCH, _S3 = "cloud-watch-logs", "s3"
_DESTINATIONS = (_CLOUDWATCH, _S3, "kinesis-data-firehose")
_INTERVALS = (60, 600)
_OPTIONS = {"FileFormat": "plain-text", "HiveCompatiblePartitions": False, "PerHourPartition": False}
_DELIVERY = "delivery.logs.amazonaws.com"
# "You cannot use AWSLogs as a subfolder name. This is a reserved term."
_RESERVED = "AWSLogs"


def register(registry: Registry) -> None:
    """Adds the operations on flow logs."""
    registry.add("ec2", "CreateFlowLogs", _create)
    registry.add("ec2", "DescribeFlowLogs", _describe)
    registry.add("ec2", "DeleteFlowLogs", _delete)


def bucket_and_prefix(destination: str) -> tuple[str, str]:
    """Bucket and folder of a destination in S3."""
    bucket, _, prefix = destination.split(":", 5)[5].partition("/")
    return bucket, prefix.strip("/")


def _create(call: Call) -> dict[str, Any]:
    asked, backend = call.parameters, ec2_backends[call.account][call.region]
    kind = asked.get("LogDestinationType") or _CLOUDWATCH
    _check(asked, kind)
    log_format = flow_fields.check(asked.get("LogFormat") or flow_fields.DEFAULT_FORMAT)
    made, failed = [], []
    for resource in asked.get("ResourceIds") or []:
        _check_resource(backend, asked["ResourceType"], resource)
        _check_new(backend, resource, asked)
    for resource in asked.get("ResourceIds") or []:
        problem = _bucket_problem(call, asked["LogDestination"]) if kind == _S3 else ""
        if problem:
            error = {"Code": "400", "Message": problem}
            failed.append({"ResourceId": resource, "Error": error})
        else:
            made.append(_make(call, backend, resource, kind, log_format))
    answer: dict[str, Any] = {"FlowLogIds": [one.id for one in made], "Unsuccessful": failed}
    if asked.get("ClientToken"):
        answer["ClientToken"] = asked["ClientToken"]
    return answer


def _describe(call: Call) -> dict[str, Any]:
    asked, known = call.parameters, ec2_backends[call.account][call.region].flow_logs
    missing = [name for name in asked.get("FlowLogIds") or [] if name not in known]
    if missing:
        raise _not_found(missing)
    wanted = asked.get("FlowLogIds") or list(known)
    filters = {one["Name"]: one.get("Values", []) for one in asked.get("Filter") or []}
    return {"FlowLogs": [_described(one) for one in generic_filter(filters, [known[name] for name in wanted])]}


def _delete(call: Call) -> dict[str, Any]:
    known = ec2_backends[call.account][call.region].flow_logs
    missing = [name for name in call.parameters["FlowLogIds"] if name not in known]
    if missing:
        raise _not_found(missing)
    for name in call.parameters["FlowLogIds"]:
        known.pop(name, None)
    return {"Unsuccessful": []}


def _make(call: Call, backend: Any, resource: str, kind: str, log_format: str) -> FlowLogs:
    asked = call.parameters
    destination, group = asked.get("LogDestination"), asked.get("LogGroupName")
    if kind == _CLOUDWATCH and not group:
        group = destination.split(":log-group:")[-1].removesuffix(":*")
    failed = kind == _CLOUDWATCH and not _role_exists(asked["DeliverLogsPermissionArn"])
    made = FlowLogs(
        backend,
        random_flow_log_id(),
        resource,
        asked.get("TrafficType"),
        destination,
        group,
        asked.get("DeliverLogsPermissionArn"),
        asked.get("MaxAggregationInterval") or 600,
        kind,
        log_format,
        "FAILED" if failed else "SUCCESS",
        "Access error" if failed else None,
    )
    made.destination_options = _OPTIONS | (asked.get("DestinationOptions") or {})
    backend.flow_logs[made.id] = made
    made.add_tags(add_tag_specification(asked.get("TagSpecifications", [])))
    return made


def _check(asked: dict[str, Any], kind: str) -> None:
    if kind not in _DESTINATIONS:
        raise _invalid(f"Invalid LogDestinationType {kind}")
    if not asked.get("LogDestination") and not asked.get("LogGroupName"):
        raise _invalid("LogDestination can't be empty if LogGroupName is not provided.")
    if kind != _CLOUDWATCH and asked.get("LogGroupName"):
        raise _invalid("LogDestination type must be cloud-watch-logs if LogGroupName is provided.")
    if kind == _CLOUDWATCH and not asked.get("DeliverLogsPermissionArn"):
        raise _invalid("DeliverLogsPermissionArn can't be empty if LogDestinationType is cloud-watch-logs.")
    if kind != _S3 and asked.get("DestinationOptions"):
        raise _invalid("DestinationOptions can only be specified if LogDestinationType is s3.")
    if (asked.get("MaxAggregationInterval") or _INTERVALS[0]) not in _INTERVALS:
        raise _invalid("Invalid Flow Log Max Aggregation Interval")
    if not asked.get("TrafficType"):
        raise ServiceError("MissingParameter", "The request must contain the parameter TrafficType")
    if kind == _S3:
        _check_s3_arn(asked["LogDestination"])


def _check_s3_arn(destination: str) -> None:
    parts = destination.split(":", 5)
    if len(parts) < 6 or parts[2] != "s3" or not parts[5]:
        raise _invalid(f"LogDestination: {destination} is not a valid ARN of a bucket.")
    if bucket_and_prefix(destination)[1].split("/")[0] == _RESERVED:
        raise _invalid(f"LogDestination: {destination} uses the reserved term {_RESERVED}.")


def _check_resource(backend: Any, kind: str, name: str) -> None:
    if kind == "VPC":
        backend.get_vpc(name)
    elif kind == "Subnet":
        backend.get_subnet(name)
    elif kind == "NetworkInterface":
        backend.get_network_interface(name)
    else:
        raise _invalid(f"Flow logs of the resource type {kind} are not in the sandbox.")


def _check_new(backend: Any, resource: str, asked: dict[str, Any]) -> None:
    wanted = (resource, asked.get("LogGroupName"), asked.get("LogDestination"))
    for one in backend.flow_logs.values():
        if wanted == (one.resource_id, one.log_group_name if wanted[1] else None, one.log_destination):
            raise FlowLogAlreadyExists


def _bucket_problem(call: Call, destination: str) -> str:
    """Why EC2 could not deliver to a bucket; empty if it can.

    To a bucket of the account's own EC2 adds the permission that it needs, so that the bucket's policy then has
    statements that nobody wrote.
    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    name, prefix = bucket_and_prefix(destination)
    bucket = buckets.find(name)
    if bucket is None:
        return f"LogDestination: {name} does not exist."
    policy = json.loads(bucket.policy) if bucket.policy else {"Version": "2012-10-17", "Statement": []}
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    if any((one.get("Principal") or {}) == {"Service": _DELIVERY} for one in statements):
        return ""
    if bucket.account_id != call.account:
        return f"Access Denied for LogDestination: {name}. Please check LogDestination permission"
    policy["Statement"] = [*statements, *_permissions(call, name, prefix)]
    bucket.policy = json.dumps(policy).encode()
    return ""


def _permissions(call: Call, bucket: str, prefix: str) -> list[dict[str, Any]]:
    arn = f"arn:{PARTITION}:s3:::{bucket}"
    folder = "/".join(part for part in (arn, prefix, _RESERVED, call.account) if part)
    source = {
        "StringEquals": {"aws:SourceAccount": call.account},
        "ArnLike": {"aws:SourceArn": f"arn:{PARTITION}:logs:{call.region}:{call.account}:*"},
    }
    full_control = {"s3:x-amz-acl": "bucket-owner-full-control"}
    write = source | {"StringEquals": source["StringEquals"] | full_control}
    common = {"Effect": "Allow", "Principal": {"Service": _DELIVERY}}
    put = {"Sid": "AWSLogDeliveryWrite1", "Action": "s3:PutObject", "Resource": f"{folder}/*", "Condition": write}
    check = {"Sid": "AWSLogDeliveryAclCheck1", "Action": "s3:GetBucketAcl", "Resource": arn, "Condition": source}
    return [common | put, common | check]


def _role_exists(arn: str) -> bool:
    parts = arn.split(":")
    roles = iam_backends[parts[4]][PARTITION].roles.values() if len(parts) == 6 else ()
    return any(role.arn == arn for role in roles)


def _described(one: FlowLogs) -> dict[str, Any]:
    described = {
        "CreationTime": one.creation_time,
        "DeliverLogsErrorMessage": one.deliver_logs_error_message,
        "DeliverLogsPermissionArn": one.deliver_logs_permission_arn,
        "DeliverLogsStatus": one.deliver_logs_status,
        "FlowLogId": one.id,
        "FlowLogStatus": one.flow_log_status,
        "LogGroupName": one.log_group_name,
        "ResourceId": one.resource_id,
        "TrafficType": one.traffic_type,
        "LogDestinationType": one.log_destination_type,
        "LogDestination": one.log_destination,
        "LogFormat": one.log_format,
        "MaxAggregationInterval": one.max_aggregation_interval,
        "DestinationOptions": one.destination_options if one.log_destination_type == _S3 else None,
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in one.get_tags()],
    }
    return {name: value for name, value in described.items() if value is not None}


def _invalid(message: str) -> ServiceError:
    return ServiceError("InvalidParameter", message)


def _not_found(names: list[str]) -> ServiceError:
    return ServiceError(
        "InvalidFlowLogId.NotFound",
        f"These flow log ids in the input list are not found: [TotalCount: {len(names)}] {' '.join(names)}",
    )
