"""What KMS calls need, and what services need of KMS in the caller's name.

https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
"""

from __future__ import annotations

from typing import Any

from moto.kms.models import Key, kms_backends

from ..accounts import PARTITION
from ..call import Call
from . import policies
from .needs import Keys, Need, listed, regional, resource_tags

# Whose action is about no key.
_WITHOUT_KEY = ("CreateKey", "GenerateRandom", "ListAliases", "ListKeys", "ListRetirableGrants")
# moto begins a ciphertext with the id of its key.
_KEY_ID_LENGTH = 36


def needs(call: Call) -> list[Need]:
    """Everything a KMS call needs."""
    if call.operation in _WITHOUT_KEY:
        without = [Need(call.action)]
        if call.operation == "CreateKey" and call.parameters.get("Tags"):
            without.append(Need("kms:TagResource"))
        return without
    if call.operation == "ReEncrypt":
        source = _named(call, call.parameters.get("SourceKeyId") or _key_of_ciphertext(call), "kms:ReEncryptFrom")
        return [source, _named(call, call.parameters.get("DestinationKeyId"), "kms:ReEncryptTo")]
    if call.operation.endswith("Alias"):
        return _of_alias(call)
    named = call.parameters.get("KeyId") or (_key_of_ciphertext(call) if call.operation == "Decrypt" else None)
    return [_named(call, named, call.action)] if named else [Need(call.action)]


def use(call: Call, account: str, region: str, key_id: str, action: str, via: str, context: dict[str, str]) -> Need:
    """What a service needs of a key that it uses in the caller's name."""
    parts = key_id.split(":")
    if len(parts) == 6:
        region, account = parts[3], parts[4]
    through = {"kms:ViaService": f"{via}.{region}.amazonaws.com"}
    return _need(call, account, region, key_id, action, through | _context(context), via)


def find(account: str, region: str, key_id: str) -> Key | None:
    """The key of an id, ARN or alias."""
    parts = str(key_id).split(":")
    if len(parts) == 6:
        region, account = parts[3], parts[4]
    if account not in kms_backends or region not in kms_backends[account]:
        return None
    backend = kms_backends[account][region]
    try:
        return backend.keys.get(backend.any_id_to_key_id(str(key_id)))
    except Exception:  # What is no key id is no key.
        return None


def keys(call: Call) -> Keys:
    """The condition keys of KMS's own that every call has."""
    given = call.parameters
    found: Keys = {}
    for parameter, name in _PARAMETER_KEYS.items():
        if given.get(parameter) is not None:
            found[name] = given[parameter]
    constraints = listed(sorted(given.get("Constraints") or {}))
    if constraints:
        found["kms:GrantConstraintType"] = constraints[0]
    if call.operation in ("CreateGrant", "RevokeGrant", "ListGrants"):
        found["kms:GrantIsForAWSResource"] = False
    return found | _context(given.get("EncryptionContext") or given.get("SourceEncryptionContext") or {})


_PARAMETER_KEYS = {
    "BypassPolicyLockoutSafetyCheck": "kms:BypassPolicyLockoutSafetyCheck",
    "EncryptionAlgorithm": "kms:EncryptionAlgorithm",
    "GranteePrincipal": "kms:GranteePrincipal",
    "RetiringPrincipal": "kms:RetiringPrincipal",
    "KeySpec": "kms:KeySpec",
    "KeyUsage": "kms:KeyUsage",
    "MessageType": "kms:MessageType",
    "MultiRegion": "kms:MultiRegion",
    "Operations": "kms:GrantOperations",
    "Origin": "kms:KeyOrigin",
    "PendingWindowInDays": "kms:ScheduleKeyDeletionPendingWindowInDays",
    "RotationPeriodInDays": "kms:RotationPeriodInDays",
    "SigningAlgorithm": "kms:SigningAlgorithm",
}


def _of_alias(call: Call) -> list[Need]:
    name = call.parameters.get("AliasName", "")
    about = [call.parameters.get("TargetKeyId")] if call.operation != "DeleteAlias" else []
    if call.operation != "CreateAlias" and find(call.account, call.region, name) is not None:
        about.append(name)  # The key that the alias stands for so far.
    on_keys = [_named(call, one, call.action) for one in about if one]
    return [Need(call.action, regional(call, "kms", name)), *on_keys]


def _named(call: Call, named: Any, action: str) -> Need:
    return _need(call, call.account, call.region, str(named), action, _alias_keys(str(named)))


def _need(call: Call, account: str, region: str, key_id: str, action: str, keys: Keys, via: str = "") -> Need:
    key = find(account, region, key_id)
    caller = {"kms:CallerAccount": call.account} if call.account else {}
    if key is None:
        is_arn = key_id.startswith("arn:")
        arn = key_id if is_arn else f"arn:{PARTITION}:kms:{region}:{account}:key/{key_id.removeprefix('alias/')}"
        return Need(action, arn, account, policies.of_missing_key(account, arn), keys | caller, via)
    return Need(action, key.arn, key.account_id, policies.of_key(key), _facts(key) | keys | caller, via)


def _facts(key: Key) -> Keys:
    tags = kms_backends[key.account_id][key.region].tagger.get_tag_dict_for_resource(key.id)
    facts = {
        "kms:KeySpec": key.key_spec,
        "kms:KeyUsage": key.key_usage,
        "kms:KeyOrigin": key.origin,
        "kms:MultiRegion": key.multi_region,
    }
    if key.aliases:
        facts["kms:ResourceAliases"] = sorted(key.aliases)
    return facts | resource_tags(tags)


def _alias_keys(named: str) -> Keys:
    alias = f"alias/{named.split('alias/', 1)[1]}" if "alias/" in named else ""
    return {"kms:RequestAlias": alias} if alias else {}


def _context(pairs: dict[str, str]) -> Keys:
    if not pairs:
        return {}
    return {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()} | {
        "kms:EncryptionContextKeys": sorted(pairs)
    }


def _key_of_ciphertext(call: Call) -> str | None:
    blob = call.parameters.get("CiphertextBlob") or b""
    head = blob[:_KEY_ID_LENGTH]
    return head.decode("ascii", "replace") if isinstance(head, bytes) and len(head) == _KEY_ID_LENGTH else None
