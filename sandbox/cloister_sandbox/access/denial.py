"""How each service words a denial.

https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/troubleshoot-403-errors.html
"""

from __future__ import annotations

from typing import Any

from ..answers import ServiceError
from ..call import Call
from . import authorization_message
from .needs import Need

# Layer of `cloister access` -> what AWS calls such a policy, without an article.
_LAYERS = {
    "identity": "identity-based policy",
    "resource": "resource-based policy",
    "trust": "role trust policy",
    "boundary": "permissions boundary",
    "session": "session policy",
    "service_control": "service control policy",
    "resource_control": "resource control policy",
    "endpoint": "VPC endpoint policy",
}

# Protocol -> code and HTTP status; services that differ come first.
_BY_SERVICE = {
    "s3": ("AccessDenied", 403),
    "s3control": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "sns": ("AuthorizationError", 403),
}
_BY_PROTOCOL = {
    "json": ("AccessDeniedException", 400),
    "rest-json": ("AccessDeniedException", 403),
    "query": ("AccessDenied", 403),
    "rest-xml": ("AccessDenied", 403),
}


def error(call: Call, need: Need, question: dict[str, Any], answer: dict[str, Any]) -> ServiceError:
    """The error that a denied call is answered with."""
    code, status = _BY_SERVICE.get(call.service) or _BY_PROTOCOL.get(call.protocol, _BY_PROTOCOL["json"])
    encoded = ""
    # Denials of reading have none.
    if call.service == "ec2" and need.names_resource:
        encoded = f". Encoded authorization failure message: {authorization_message.encode(call, question, answer)}"
    return ServiceError(code, _message(call, need, answer) + encoded, status)


def _message(call: Call, need: Need, answer: dict[str, Any]) -> str:
    if call.service == "s3" and (call.principal.is_anonymous or need.owner not in ("", call.account)):
        return "Access Denied"  # Strangers are not told why.
    if call.principal.is_anonymous:
        return f"Not authorized to perform {need.action}"
    where = f" on resource: {_quoted(need)}" if need.names_resource else ""
    text = f"User: {call.principal.arn} is not authorized to perform: {need.action}{where} {_reason(need, answer)}"
    return f"You are not authorized to perform this operation. {text}" if call.service == "ec2" else text


def _quoted(need: Need) -> str:
    return f'"{need.resource}"' if need.action.startswith("s3:") else need.resource


def _reason(need: Need, answer: dict[str, Any]) -> str:
    layer = _LAYERS[answer["layer"]]
    if answer["decision"] == "explicit_deny":
        return f"with an explicit deny in {'an' if layer[0] in 'aeiou' else 'a'} {layer}"
    return f"because no {layer} allows the {need.action} action"
