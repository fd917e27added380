"""What SageMaker Studio knows in an account and region: one record per resource."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from . import timeline
from .accounts import PARTITION
from .call import Call

Key = tuple[str, ...]


@dataclass
class Resource:
    """One domain, profile, space, app, image or configuration."""

    kind: str
    key: Key
    arn: str
    # Members of the modelled answer; status and times are kept beside them.
    about: dict[str, Any]
    tags: dict[str, str] = field(default_factory=dict)
    # Ids of what the resource holds in other services, which no answer shows.
    holds: dict[str, str] = field(default_factory=dict)
    status: str = ""
    failure: str = ""
    created: float = field(default_factory=timeline.now)
    modified: float = field(default_factory=timeline.now)

    def become(self, status: str, failure: str = "") -> None:
        """Changes the state, and why if it is a failed one."""
        self.status, self.failure, self.modified = status, failure, timeline.now()

    def described(self, *names: str) -> dict[str, Any]:
        """The members to answer with, all or some; those without a value are left out."""
        members = self.about | {
            "Status": self.status,
            "FailureReason": self.failure,
            "CreationTime": date(self.created),
            "LastModifiedTime": date(self.modified),
        }
        shown = {name: members.get(name) for name in names} if names else members
        return {name: copy.deepcopy(value) for name, value in shown.items() if value not in (None, "")}


class Store:
    """The resources of one account in one region."""

    def __init__(self, account: str, region: str) -> None:
        self.account = account
        self.region = region
        self._resources: dict[tuple[str, Key], Resource] = {}
        self.counters: dict[str, int] = defaultdict(int)

    def arn(self, resource: str) -> str:
        """The ARN of a resource, given its part after the account."""
        return f"arn:{PARTITION}:sagemaker:{self.region}:{self.account}:{resource}"

    def add(self, resource: Resource) -> Resource:
        """Keeps a resource; one of the same key is gone then."""
        self._resources[resource.kind, resource.key] = resource
        return resource

    def find(self, kind: str, *key: str) -> Resource | None:
        """The resource of a kind and key."""
        return self._resources.get((kind, key))

    def remove(self, resource: Resource) -> None:
        """Forgets a resource, unless another took its place."""
        if self._resources.get((resource.kind, resource.key)) is resource:
            del self._resources[resource.kind, resource.key]

    def all(self, kind: str, *start: str) -> list[Resource]:
        """The resources of a kind whose key starts so, oldest first."""
        return [one for one in self._resources.values() if one.kind == kind and one.key[: len(start)] == start]

    def every(self) -> list[Resource]:
        """The resources of all kinds."""
        return list(self._resources.values())

    def by_arn(self, arn: str) -> Resource | None:
        """The resource of an ARN. ARNs are compared without case: names in them are lower-cased."""
        lowered = arn.lower()
        return next((one for one in self._resources.values() if one.arn.lower() == lowered), None)


_stores: dict[tuple[str, str], Store] = {}


def store_of(call: Call) -> Store:
    """The store of the caller's account and the call's region."""
    return _stores.setdefault((call.account, call.region), Store(call.account, call.region))


def store_for(account: str, region: str) -> Store:
    """The store of an account and region."""
    return _stores.setdefault((account, region), Store(account, region))


def stores_of(account: str) -> list[Store]:
    """The stores of an account, one per region that was used."""
    return [store for (owner, _), store in _stores.items() if owner == account]


def date(seconds: float) -> datetime:
    """A time as answers have it."""
    return datetime.fromtimestamp(seconds, UTC)


def tags_of(listed: Iterable[dict[str, str]] | None) -> dict[str, str]:
    """Tags by key, from the list that requests have."""
    return {tag["Key"]: tag["Value"] for tag in listed or ()}
