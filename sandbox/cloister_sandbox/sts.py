"""STS: sessions with their tags, source identity and policies, and what it needs to get one."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import timedelta
from typing import Any

from moto.iam.models import iam_backends

from . import role_propagation, roles
from .access import authorization_message, policies
from .access.needs import Keys, Need
from .accounts import PARTITION
from .answers import ServiceError
from .call import Call
from .identity import Identities, role_principal
from .patches.iam_managed import managed_policy
from .registry import Registry

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
    registry.add("sts", "DecodeAuthorizationMessage", authorization_message.decode)
    registry.add("sts", "GetAccessKeyInfo", lambda call: _access_key_info(call, identities))


def _assume_role(call: Call, identities: Identities) -> dict[str, Any]:
    found = roles.find_role(call.parameters["RoleArn"])
    if found is None:
        raise _denied(call, "sts:AssumeRole")
    account, role = found
    facts = _session_facts(call) | {"session_policies": _session_policies(call, account)}
    principal = role_principal(account, role, call.parameters["RoleSessionName"], **facts)
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
    if not roles.ARN.match(call.parameters["RoleArn"]):
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


def _session_policies(call: Call, account: str) -> tuple[tuple[str, str], ...]:
    """The policies that limit a session, as they read when it begins."""
    found = []
    for one in call.parameters.get("PolicyArns", []):
        policy = managed_policy(iam_backends[account][PARTITION], one.get("arn", ""))
        if policy is None:
            raise ServiceError("InvalidParameterValue", f"Policy {one.get('arn')} does not exist or is not attachable.")
        found.append((policy.arn, policies.default_version(policy)))
    if text := call.parameters.get("Policy"):
        try:
            json.loads(text)
        except ValueError:
            raise ServiceError("MalformedPolicyDocument", "This policy contains invalid Json") from None
        found.append(("session policy", text))
    return tuple(found)


def needs(call: Call) -> list[Need]:
    """What an STS call needs: of whoever assumes a role, the role's trust above all."""
    if call.operation in _FREE:
        return [Need(call.action, is_free=True)]
    if call.operation == "AssumeRole":
        _check_form(call)
        return _assumption(call, ["sts:AssumeRole"], None)
    if call.operation in _FEDERATED:
        return _assumption(call, [call.action], {"federated": _provider(call)})
    return [Need(call.action)]


def keys(call: Call) -> Keys:
    """The condition keys of STS's own."""
    given = call.parameters
    found: Keys = {name: given[parameter] for parameter, name in _KEYS.items() if given.get(parameter)}
    if given.get("TransitiveTagKeys"):
        found["sts:TransitiveTagKeys"] = list(given["TransitiveTagKeys"])
    if call.operation == "AssumeRoleWithWebIdentity":
        claims = _claims(call)
        issuer = _issuer(call)
        found |= {f"{issuer}:{name}": claims[name] for name in ("aud", "sub", "amr") if name in claims}
    return found


# Nobody needs a permission to learn who he is, nor to get a session of his own.
# https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
_FREE = ("GetCallerIdentity", "GetSessionToken")

_KEYS = {
    "ExternalId": "sts:ExternalId",
    "RoleSessionName": "sts:RoleSessionName",
    "SourceIdentity": "sts:SourceIdentity",
    "DurationSeconds": "sts:DurationSeconds",
}


def _assumption(call: Call, actions: list[str], caller: Keys | None) -> list[Need]:
    """The role's trust policy must allow everything, and what a chain of roles carries on needs permission again.

    https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html
    """
    arn = call.parameters.get("RoleArn", "")
    found = roles.find_role(arn)
    # A new role is refused like one that is not there, whatever it trusts, until STS knows of it.
    if found is None or not role_propagation.is_known(found[1]):
        raise _denied(call, actions[0])
    account, role = found
    session = _session_facts(call)
    if session["session_tags"]:
        actions = [*actions, "sts:TagSession"]
    if session["source_identity"]:
        actions = [*actions, "sts:SetSourceIdentity"]
    trust = policies.of_trust(role)
    about = {f"aws:ResourceTag/{one['Key']}": one["Value"] for one in role.tags or []}
    return [Need(action, arn, account, trust, about, caller=caller) for action in actions]


def _provider(call: Call) -> str:
    """Who vouches for the caller, as trust policies name it: by an ARN in the role's account, or a host known to AWS."""
    if call.operation == "AssumeRoleWithSAML":
        return str(call.parameters.get("PrincipalArn", ""))
    issuer = _issuer(call)
    account = str(call.parameters.get("RoleArn", "")).split(":")[4:5]
    return issuer if issuer in _KNOWN_ISSUERS else f"arn:{PARTITION}:iam::{''.join(account)}:oidc-provider/{issuer}"


def _issuer(call: Call) -> str:
    """The provider that a call names, or the one that made its token."""
    named = call.parameters.get("ProviderId") or _claims(call).get("iss", "")
    return str(named).removeprefix("https://")


def _claims(call: Call) -> dict[str, Any]:
    """What a web identity token says. Its signature is not verified: nothing in a sandbox is."""
    parts = str(call.parameters.get("WebIdentityToken", "")).split(".")
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (IndexError, ValueError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}


_FEDERATED = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")
_KNOWN_ISSUERS = ("accounts.google.com", "cognito-identity.amazonaws.com", "graph.facebook.com", "www.amazon.com")


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
    who = f"User: {call.principal.arn} is not" if call.principal.arn else "Not"
    where = call.parameters.get("RoleArn", "")
    return ServiceError("AccessDenied", f"{who} authorized to perform: {action} on resource: {where}", 403)


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
