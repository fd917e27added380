"""`userIdentity` in its variants.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html
"""

from __future__ import annotations

from typing import Any

from .call import Call, Principal


def full(call: Call) -> dict[str, Any]:
    """The caller as the caller's own account sees it."""
    caller = call.principal
    if caller.is_anonymous:
        return {"type": "AWSAccount", "principalId": "", "accountId": "ANONYMOUS_PRINCIPAL"}
    identity: dict[str, Any] = {
        "type": caller.kind,
        "principalId": caller.principal_id,
        "arn": caller.arn,
        "accountId": caller.account,
        "accessKeyId": caller.access_key,
    }
    if caller.kind == "AssumedRole":
        identity["sessionContext"] = _session_context(caller)
    elif caller.kind == "IAMUser":
        identity["userName"] = caller.user_name
    return identity


def from_outside(call: Call) -> dict[str, Any]:
    """The caller as another account sees it, whose bucket, key or role is used."""
    caller = call.principal
    if caller.is_anonymous:
        return full(call)
    identity: dict[str, Any] = {"type": "AWSAccount", "principalId": caller.principal_id, "accountId": caller.account}
    if call.service != "sts":
        identity["arn"] = caller.arn
    return identity


def _session_context(caller: Principal) -> dict[str, Any]:
    context: dict[str, Any] = {
        "sessionIssuer": {
            "type": "Role",
            "principalId": caller.role_id,
            "arn": caller.role_arn,
            "accountId": caller.account,
            "userName": caller.user_name,
        },
        "attributes": {
            "creationDate": caller.created.strftime("%Y-%m-%dT%H:%M:%SZ") if caller.created else "",
            "mfaAuthenticated": "false",
        },
    }
    if caller.source_identity:
        context["sourceIdentity"] = caller.source_identity
    return context
