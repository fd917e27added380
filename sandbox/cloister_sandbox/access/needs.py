"""What a call needs: one action on one resource each, all of which must be allowed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from ..accounts import PARTITION
from ..call import Call

# A condition key's value, as `cloister access` takes it.
Keys = dict[str, Any]


@dataclass(frozen=True)
class Document:
    """A policy under the name that a decision gives."""

    name: str
    text: str


@dataclass(frozen=True)
class Need:
    """One action on one resource.

    `owner` is the account of the resource where its ARN does not tell, `policy` the policy of the resource, and
    `via` the service that calls in the caller's name. `caller` takes the place of the call's principal, for services
    and for those who are somebody only to an identity provider. `is_free` marks what nobody needs a permission for, so
    that only an endpoint's policy can deny it. `names_resource` is False for actions whose denials do not say on what.
    """

    action: str
    resource: str = "*"
    owner: str = ""
    policy: Document | None = None
    keys: Keys = field(default_factory=dict)
    via: str = ""
    caller: Keys | None = None
    is_free: bool = False
    names_resource: bool = True


Finder = Callable[[Call], list[Need]]


def default(call: Call) -> list[Need]:
    """What a call needs where nothing more is known of it."""
    return [Need(call.action)]


def regional(call: Call, service: str, resource: str) -> str:
    """The ARN of a resource in the caller's account and the call's region."""
    return f"arn:{PARTITION}:{service}:{call.region}:{call.account}:{resource}"


def listed(value: Any) -> list[Any]:
    """A parameter that may be missing, one value, or a list."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def tags_of(entries: Any) -> dict[str, str]:
    """Tags as a mapping, from the lists of pairs and the mappings in which services write them."""
    if isinstance(entries, dict):
        return {str(key): str(value) for key, value in entries.items()}
    found = {}
    for one in listed(entries):
        key = one.get("Key", one.get("TagKey", one.get("key")))
        if key is not None:
            found[str(key)] = str(one.get("Value", one.get("TagValue", one.get("value"))) or "")
    return found


def request_tags(tags: dict[str, str], removed: list[str] | None = None) -> Keys:
    """The condition keys of the tags that a request gives, or takes away."""
    if not tags and not removed:
        return {}
    requested: Keys = {f"aws:RequestTag/{key}": value for key, value in tags.items()}
    return requested | {"aws:TagKeys": sorted({*tags, *(removed or [])})}


def resource_tags(tags: dict[str, str], prefix: str = "") -> Keys:
    """The condition keys of a resource's tags, under the global name and the service's own."""
    found: Keys = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    if prefix:
        found |= {f"{prefix}:ResourceTag/{key}": value for key, value in tags.items()}
    return found
