"""One CloudTrail record from one answered call.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-record-contents.html
"""

from __future__ import annotations

import json
import uuid
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Response

from . import models, record_answer, record_ec2, record_identity, record_request, record_s3
from .buckets import find as find_bucket
from .call import Call

EVENT_VERSION = "1.11"
_LONGEST_TEXT = 1024
_LARGEST_PART = 100_000

_CIPHER = {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256"}

# Services whose events are logged in one region, wherever the call goes.
_GLOBAL = {"iam": "us-east-1", "cloudfront": "us-east-1", "organizations": "us-east-1", "route53": "us-east-1"}

_READING = tuple(
    """
    Get List Describe Head Search Lookup BatchGet Select Query Scan Check Validate Simulate Estimate Preview View
    """.split()
)
# Not named like reads, but recorded as such.
_ALSO_READING = frozenset(
    """
    sts:AssumeRole sts:AssumeRoleWithSAML sts:AssumeRoleWithWebIdentity kms:Encrypt kms:Decrypt kms:ReEncrypt
    kms:GenerateDataKey kms:GenerateDataKeyWithoutPlaintext kms:GenerateDataKeyPair kms:GenerateMac
    kms:GenerateRandom kms:Sign kms:Verify kms:VerifyMac athena:StartQueryExecution
    """.split()
)


def build(call: Call, response: Response, error: tuple[str, str] | None, now: datetime) -> dict[str, Any]:
    """The record as the caller's account sees it, without recipient and event id."""
    reads = is_read_only(call)
    is_data = record_s3.is_data_event(call)
    record: dict[str, Any] = {
        "eventVersion": EVENT_VERSION,
        "userIdentity": record_identity.full(call),
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": models.event_source(call.service),
        "eventName": record_s3.event_name(call) if call.service == "s3" else call.operation,
        "awsRegion": _region(call),
        "sourceIPAddress": call.vantage.source_ip,
        "userAgent": _user_agent(call),
    }
    if error:
        record["errorCode"] = error[0][:_LONGEST_TEXT]
        if error[1]:
            record["errorMessage"] = error[1][:_LONGEST_TEXT]
    record["requestParameters"] = _bounded(_request_parameters(call, error))
    record["responseElements"] = (
        None if error or (reads and not _shows_response(call)) else _bounded(_response_elements(call, response))
    )
    if call.service == "s3":
        record["additionalEventData"] = record_s3.additional_data(call, response)
    record |= {"requestID": call.request_id, "eventID": str(uuid.uuid4()), "readOnly": reads}
    if resources := _resources(call, response, error):
        record["resources"] = resources
    record |= {"eventType": "AwsApiCall", "managementEvent": not is_data, "recipientAccountId": call.account}
    if call.vpc_endpoint_id:
        record |= {"vpcEndpointId": call.vpc_endpoint_id, "vpcEndpointAccountId": call.vpc_endpoint_account}
    record["eventCategory"] = "Data" if is_data else "Management"
    record["tlsDetails"] = _CIPHER | {"clientProvidedHostHeader": host(call)}
    return record


def for_recipient(record: dict[str, Any], call: Call, account: str, shared: dict[str, str]) -> dict[str, Any]:
    """The copy for one account: another's account sees less of the caller."""
    copy = record | {"recipientAccountId": account} | shared
    if account != call.account:
        copy |= {"eventID": str(uuid.uuid4()), "userIdentity": record_identity.from_outside(call)}
    return copy


def is_read_only(call: Call) -> bool:
    """Whether CloudTrail calls the operation a read."""
    return call.operation.startswith(_READING) or f"{call.service}:{call.operation}" in _ALSO_READING


def host(call: Call) -> str:
    """The host name that the call would have gone to on AWS."""
    name = models.host(call.service, call.region)
    bucket = call.parameters.get("Bucket") if call.service == "s3" else None
    return f"{bucket}.{name}" if bucket else name


def _region(call: Call) -> str:
    if call.service == "s3":
        bucket = find_bucket(call.parameters.get("Bucket", ""))
        return bucket.region_name if bucket else call.region
    return _GLOBAL.get(call.service, call.region)


def _user_agent(call: Call) -> str:
    agent = call.headers.get("user-agent", "")[:_LONGEST_TEXT]
    return f"[{agent}]" if call.service == "s3" else agent


def _request_parameters(call: Call, error: tuple[str, str] | None) -> dict[str, Any] | None:
    if call.service in ("sts", "organizations") and error and error[0].startswith("AccessDenied"):
        return None
    if call.service == "s3":
        return record_s3.request_parameters(call, host(call))
    if call.service == "ec2":
        return record_ec2.request_parameters(call)
    return record_request.parameters(call)


def _response_elements(call: Call, response: Response) -> dict[str, Any] | None:
    if call.service == "s3":
        return record_s3.response_elements(response)
    if call.service == "ec2":
        return record_ec2.response_elements(call, response)
    return record_answer.elements(call, response)


def _shows_response(call: Call) -> bool:
    # Read-only to CloudTrail, but what they hand out is what an auditor looks for.
    return call.service == "sts" and call.operation.startswith("AssumeRole")


def _resources(call: Call, response: Response, error: tuple[str, str] | None) -> list[dict[str, str]]:
    if call.service == "s3":
        return record_s3.resources(call)
    if call.service == "kms":
        return record_answer.key_resources(call, response)
    if call.operation.startswith("AssumeRole") and not error:
        arn = call.parameters.get("RoleArn", "")
        return [{"accountId": arn.split(":")[4], "type": "AWS::IAM::Role", "ARN": arn}]
    return []


def _bounded(part: dict[str, Any] | None) -> dict[str, Any] | None:
    if part is None or len(json.dumps(part, default=str)) > _LARGEST_PART:
        return None
    return json.loads(json.dumps(part, default=str))
