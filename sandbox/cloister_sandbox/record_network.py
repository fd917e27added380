"""Network activity: a call as the owner of the VPC endpoint sees it pass.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-network-events-with-cloudtrail.html
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from . import models, record_identity, record_s3
from .call import Call, Visibility

_EVENT_VERSION = "1.11"
_DENIAL = {
    "errorCode": "VpceAccessDenied",
    "errorMessage": "The request was denied due to a VPC endpoint policy",
}


def build(call: Call, now: datetime) -> dict[str, Any]:
    """The record. It tells neither what the call was about nor what was answered."""
    record: dict[str, Any] = {
        "eventVersion": _EVENT_VERSION,
        "userIdentity": _identity(call),
        "eventTime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": models.event_source(call.service),
        "eventName": record_s3.event_name(call) if call.service == "s3" else call.operation,
        "awsRegion": call.region,
        "sourceIPAddress": call.vantage.source_ip,
    }
    if call.visibility is Visibility.ENDPOINT_ONLY:
        record |= _DENIAL
    return record | {
        "requestID": call.request_id,
        "eventID": str(uuid.uuid4()),
        "eventType": "AwsVpceEvent",
        "recipientAccountId": call.vpc_endpoint_account,
        "sharedEventID": str(uuid.uuid4()),
        "vpcEndpointId": call.vpc_endpoint_id,
        "vpcEndpointAccountId": call.vpc_endpoint_account,
        "eventCategory": "NetworkActivity",
    }


def _identity(call: Call) -> dict[str, Any]:
    """Whole for callers of the endpoint's account; of others only which account they are of."""
    if call.principal.is_anonymous or call.account == call.vpc_endpoint_account:
        return record_identity.full(call)
    return {"type": "AWSAccount", "principalId": call.principal.principal_id, "accountId": call.account}
