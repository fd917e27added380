"""STS: sessions with their tags and source identity, under the role's trust policy."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from moto.iam.models import iam_backends

from . import trust
from .accounts import PARTITION
from .answers import ServiceError
from .call import Call, Principal
from .identity import Identities, role_principal
from .registry import Registry

_ROLE_ARN = re.compile(
    r"^arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):role/(?P<path>.*/)?(?P<name>[\w+=,.@-]+)$"
)
_SESSION_NAME = re.compile(r"^[\w+=,.@-]{2,64}$")

# https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
_DEFAULT_DURATION = 3600
_CHAINED_DURATION = 3600
_SHORTEST_DURATION = 900


def register(registry: Registry, identities: Identities) -> None:
    """Adds the STS operations that need to know who calls."""
    registry.add("sts", "AssumeRole", lambda call: _assume_role(call, identities))
    registry.add("sts", "GetCallerIdentity", _caller_identity)
    registry.add("sts", "GetSessionToken", lambda call: _session_token(call, identities))
    registry.add("sts", "GetAccessKeyInfo", lambda call: _access_key_info(call, identities))


def find_role(arn: str) -> tuple[str, Any] | None:
    """The account and moto's role object of a role ARN, if there is such a role."""
    parsed = _ROLE_ARN.match(arn)
    if not parsed:
        return None
    roles = iam_backends[parsed["account"]][PARTITION].roles.values()
    role = next((one for one in roles if one.arn == arn), None)
    return (parsed["account"], role) if role else None


def _assume_role(call: Call, identities: Identities) -> dict[str, Any]:
    _check_form(call)
    found = find_role(call.parameters["RoleArn"])
    if found is None:
        raise _denied(call, "sts:AssumeRole")
    account, role = found
    principal = role_principal(account, role, call.parameters["RoleSessionName"], **_session_facts(call))
    _check_trust(call, role, principal)
    session = identities.issue(principal, timedelta(seconds=_duration(call, role)), call.time)
    answer: dict[str, Any] = {
        "Credentials": session.credentials(),
        "AssumedRoleUser": {"AssumedRoleId": principal.principal_id, "Arn": principal.arn},
    }
    if principal.source_identity:
        answer["SourceIdentity"] = principal.source_identity
    if principal.session_tags or call.parameters.get("Policy"):
        answer["PackedPolicySize"] = 6
    return answer


def _check_form(call: Call) -> None:
    for name in ("RoleArn", "RoleSessionName"):
        if not call.parameters.get(name):
            raise ServiceError("ValidationError", _invalid(name, "null", "Member must not be null"))
    if not _ROLE_ARN.match(call.parameters["RoleArn"]):
        raise ServiceError("ValidationError", f"{call.parameters['RoleArn']} is invalid")
    name = call.parameters["RoleSessionName"]
    if not _SESSION_NAME.match(name):
        rule = r"Member must satisfy regular expression pattern: [\w+=,.@-]*"
        raise ServiceError("ValidationError", _invalid("RoleSessionName", f"'{name}'", rule))


def _invalid(member: str, value: str, rule: str) -> str:
    name = member[0].lower() + member[1:]
    return f"1 validation error detected: Value {value} at '{name}' failed to satisfy constraint: {rule}"


def _session_facts(call: Call) -> dict[str, Any]:
    """What a session inherits when roles are chained, and what this call adds."""
    caller = call.principal
    inherited = {key: caller.session_tags[key] for key in caller.transitive_tag_keys if key in caller.session_tags}
    given = {one["Key"]: one.get("Value", "") for one in call.parameters.get("Tags", [])}
    clashing = {key.lower() for key in inherited} & {key.lower() for key in given}
    if clashing:
        raise ServiceError(
            "InvalidParameterValue",
            "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key "
            "from the calling session.",
        )
    source = call.parameters.get("SourceIdentity", "")
    if caller.source_identity and source not in ("", caller.source_identity):
        raise _denied(call, "sts:SetSourceIdentity")
    return {
        "session_tags": inherited | given,
        "transitive_tag_keys": tuple(inherited) + tuple(call.parameters.get("TransitiveTagKeys", [])),
        "source_identity": caller.source_identity or source,
    }


def _check_trust(call: Call, role: Any, principal: Principal) -> None:
    actions = ["sts:AssumeRole"]
    if call.parameters.get("Tags"):
        actions.append("sts:TagSession")
    if call.parameters.get("SourceIdentity"):
        actions.append("sts:SetSourceIdentity")
    context = _trust_context(call, principal)
    for action in actions:
        if not trust.allows(role.assume_role_policy_document, action, call.principal, context):
            raise _denied(call, action)


def _trust_context(call: Call, principal: Principal) -> dict[str, str]:
    caller = call.principal
    facts = {
        "sts:ExternalId": call.parameters.get("ExternalId"),
        "sts:RoleSessionName": principal.session_name,
        "sts:SourceIdentity": call.parameters.get("SourceIdentity"),
        "aws:SourceIdentity": caller.source_identity,
        "aws:PrincipalArn": caller.role_arn or caller.arn,
        "aws:PrincipalAccount": caller.account,
        "aws:PrincipalType": caller.kind,
        "aws:SourceIp": None if call.vpc_endpoint_id else call.vantage.source_ip,
        "aws:SourceVpce": call.vpc_endpoint_id,
        "aws:SecureTransport": "true",
        "aws:RequestedRegion": call.region,
    }
    for key, value in principal.session_tags.items():
        facts[f"aws:RequestTag/{key}"] = value
    for key, value in caller.session_tags.items():
        facts[f"aws:PrincipalTag/{key}"] = value
    return {key: value for key, value in facts.items() if value}


def _duration(call: Call, role: Any) -> int:
    wanted = int(call.parameters.get("DurationSeconds", _DEFAULT_DURATION))
    if wanted < _SHORTEST_DURATION:
        rule = f"Member must have value greater than or equal to {_SHORTEST_DURATION}"
        raise ServiceError("ValidationError", _invalid("DurationSeconds", f"'{wanted}'", rule))
    if wanted > int(role.max_session_duration or _DEFAULT_DURATION):
        raise ServiceError(
            "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
        )
    if call.principal.kind == "AssumedRole" and wanted > _CHAINED_DURATION:
        raise ServiceError(
            "ValidationError",
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        )
    return wanted


def _denied(call: Call, action: str) -> ServiceError:
    kind = "User" if call.principal.arn else "Anonymous caller"
    return ServiceError(
        "AccessDenied",
        f"{kind}: {call.principal.arn} is not authorized to perform: {action} "
        f"on resource: {call.parameters['RoleArn']}",
        403,
    )


def _caller_identity(call: Call) -> dict[str, Any]:
    return {"UserId": call.principal.principal_id, "Account": call.principal.account, "Arn": call.principal.arn}


def _session_token(call: Call, identities: Identities) -> dict[str, Any]:
    if call.principal.kind != "IAMUser":
        raise ServiceError("AccessDenied", "Cannot call GetSessionToken with session credentials", 403)
    seconds = int(call.parameters.get("DurationSeconds", 43200))
    return {"Credentials": identities.issue(call.principal, timedelta(seconds=seconds), call.time).credentials()}


def _access_key_info(call: Call, identities: Identities) -> dict[str, Any]:
    account = identities.owner(call.parameters.get("AccessKeyId", ""))
    if account is None:
        raise ServiceError("ValidationError", "Access key ID not found")
    return {"Account": account}
