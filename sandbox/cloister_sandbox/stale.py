"""Reads that lag behind writes: what was answered before the latest write, kept for a while.

AWS's reads are eventually consistent where its documentation does not say
otherwise. Each read's answer is kept with the time of the latest write to the
same object; a stale read gets the answer from before that write.
"""

from __future__ import annotations

import json
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from .call import Call
from .fault_answers import Answer, empty_answer, not_found_answer

# Enough for one composite's reads many times over; answers are small.
_KEPT = 4096

_READS = ("Get", "List", "Describe", "Head", "Lookup", "BatchGet", "Select", "Search")
_LISTS = ("List", "Describe", "Lookup", "Search")
_IDENTIFYING = ("Bucket", "Key", "Path", "ResourceId", "ResourceIds")
_IDENTIFYING_ENDINGS = ("Name", "Names", "Id", "Ids", "Arn", "ARN", "Arns")

# Reads that list one object's details: without the object they are refused, not empty.
_OF_ONE_OBJECT = {
    ("kms", "ListResourceTags"),
    ("kms", "ListKeyPolicies"),
    ("kms", "ListGrants"),
    ("kms", "DescribeKey"),
    ("ssm", "ListTagsForResource"),
}

# Reads that list, though they are named otherwise.
_ALSO_LISTS = {
    ("iam", "GetAccountAuthorizationDetails"),
    ("resourcegroupstaggingapi", "GetResources"),
    ("ssm", "GetParameters"),
    ("ssm", "GetParametersByPath"),
}
# Tells of what all other services have, later than they do.
_INDEX = "resourcegroupstaggingapi"

Request = tuple[str, ...]


def is_read(operation: str) -> bool:
    """Whether an operation only looks."""
    return operation.startswith(_READS)


@dataclass
class _Kept:
    """What one request was answered before the latest write, and since."""

    service: tuple[str, str]
    subjects: frozenset[str]
    before: Answer | None = None
    since: Answer | None = None


class Memory:
    """The last answers to reads. Safe to use from many threads."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Request, _Kept] = OrderedDict()
        self._lock = threading.Lock()

    def observe(self, call: Call, answer: Answer) -> None:
        """Takes note of a call that was answered truly; every call must pass here."""
        with self._lock:
            if is_read(call.operation):
                self._keep(call, answer)
            elif answer[0] < 400:
                self._age(call)

    def stale(self, call: Call) -> Answer | None:
        """The answer from before the latest write; None for a call that is not a read."""
        if not is_read(call.operation):
            return None
        with self._lock:
            kept = self._kept.get(_request(call))
        earlier = (kept.before or kept.since) if kept is not None else None
        return earlier or _never_seen(call)

    def _keep(self, call: Call, answer: Answer) -> None:
        request = _request(call)
        kept = self._kept.setdefault(request, _Kept((call.account, call.service), _subjects(call)))
        kept.since = answer
        self._kept.move_to_end(request)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)

    def _age(self, call: Call) -> None:
        written = _subjects(call)
        services = {(call.account, call.service), (call.account, _INDEX)}
        for kept in self._kept.values():
            touched = not kept.subjects or not written or not kept.subjects.isdisjoint(written)
            if touched and kept.service in services:
                kept.before, kept.since = kept.since or kept.before, None


def _never_seen(call: Call) -> Answer:
    asked = (call.service, call.operation)
    is_list = asked in _ALSO_LISTS or (call.operation.startswith(_LISTS) and asked not in _OF_ONE_OBJECT)
    return empty_answer(call) if is_list else not_found_answer(call)


def _request(call: Call) -> Request:
    parameters = json.dumps(call.parameters, sort_keys=True, default=str)
    return call.account, call.region, call.service, call.operation, parameters


def _subjects(call: Call) -> frozenset[str]:
    found = set()
    for name, value in call.parameters.items():
        if name in _IDENTIFYING or name.endswith(_IDENTIFYING_ENDINGS):
            found.update(_last_part(item) for item in _strings(value))
    return frozenset(found)


def _strings(value: Any) -> list[str]:
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, str)]


def _last_part(value: str) -> str:
    """The name within an ARN, so that an id and its ARN are the same object."""
    if not value.startswith("arn:"):
        return value
    resource = value.split(":", 5)[-1]
    return resource if resource.startswith("alias/") else resource.split("/", 1)[-1]
