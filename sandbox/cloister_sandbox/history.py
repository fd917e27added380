"""CloudTrail's event history: what LookupEvents answers from.

https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_LookupEvents.html
"""

from __future__ import annotations

import base64
import binascii
import json
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from .answers import ServiceError
from .call import Call
from .registry import Registry
from .resources import named_resources
from .trail import DELIVERY_SECONDS

_PAGE = 50
_KEPT = timedelta(days=90)

Record = dict[str, Any]


@dataclass(frozen=True)
class Event:
    """A management record with what it can be looked up by."""

    seq: int
    record: Record
    happened: datetime
    visible: datetime
    resources: tuple[tuple[str, str], ...]

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values under a lookup attribute."""
        record, identity = self.record, self.record["userIdentity"]
        if attribute == "ResourceType":
            return tuple(kind for kind, _ in self.resources)
        if attribute == "ResourceName":
            return tuple(name for _, name in self.resources)
        single = {
            "EventId": record["eventID"],
            "EventName": record["eventName"],
            "ReadOnly": "true" if record["readOnly"] else "false",
            "Username": user_name(identity),
            "EventSource": record["eventSource"],
            "AccessKeyId": identity.get("accessKeyId", ""),
        }
        return (single[attribute],)


class History:
    """Management events by account and region, newest last."""

    def __init__(self, latency_factor: float) -> None:
        self._lag = timedelta(seconds=DELIVERY_SECONDS * latency_factor)
        self._events: dict[tuple[str, str], list[Event]] = {}
        self._lock = threading.Lock()
        self._next = 1

    def register(self, registry: Registry) -> None:
        """Adds LookupEvents, which moto lacks."""
        registry.add("cloudtrail", "LookupEvents", self._lookup)

    def add(self, record: Record, now: datetime) -> None:
        """Keeps a management record; data events are not in the history."""
        if record["eventCategory"] != "Management":
            return
        place = record["recipientAccountId"], record["awsRegion"]
        happened = datetime.strptime(record["eventTime"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        with self._lock:
            event = Event(self._next, record, happened, now + self._lag, named_resources(record))
            self._next += 1
            self._events.setdefault(place, []).append(event)

    def _lookup(self, call: Call) -> dict[str, Any]:
        given = call.parameters
        attribute = _attribute(given)
        start, end = _window(given, call.time)
        before = _continue_after(given.get("NextToken"))
        size = _page_size(given)
        with self._lock:
            events = list(self._events.get((call.account, call.region), ()))
        found = [
            one
            for one in reversed(events)
            if one.visible <= call.time
            and start <= one.happened <= end
            and (before is None or one.seq < before)
            and (attribute is None or attribute[1] in one.values(attribute[0]))
        ]
        if given.get("EventCategory"):  # Only `insight` is a category here, and nothing produces insights.
            found = []
        page = found[:size]
        answer: dict[str, Any] = {"Events": [_entry(one) for one in page]}
        if len(found) > size:
            answer["NextToken"] = base64.urlsafe_b64encode(f"before:{page[-1].seq}".encode()).decode()
        return answer


def user_name(identity: dict[str, Any]) -> str:
    """What LookupEvents calls the user: the session's name for a role."""
    if identity.get("type") == "AssumedRole":
        return identity.get("principalId", "").partition(":")[2]
    if identity.get("type") == "Root":
        return "root"
    return identity.get("userName", "")


def _entry(event: Event) -> dict[str, Any]:
    record = event.record
    entry: dict[str, Any] = {
        "EventId": record["eventID"],
        "EventName": record["eventName"],
        "ReadOnly": "true" if record["readOnly"] else "false",
        "EventTime": event.happened,
        "EventSource": record["eventSource"],
        "Resources": [{"ResourceType": kind, "ResourceName": name} for kind, name in event.resources],
        "CloudTrailEvent": json.dumps(record, separators=(",", ":")),
    }
    if key := record["userIdentity"].get("accessKeyId"):
        entry["AccessKeyId"] = key
    if name := user_name(record["userIdentity"]):
        entry["Username"] = name
    return entry


def _attribute(given: dict[str, Any]) -> tuple[str, str] | None:
    attributes = given.get("LookupAttributes") or []
    if len(attributes) > 1:
        raise ServiceError("InvalidLookupAttributesException", "You can only specify one lookup attribute.")
    if not attributes:
        return None
    key, value = attributes[0].get("AttributeKey"), attributes[0].get("AttributeValue")
    if key not in (
        "EventId",
        "EventName",
        "ReadOnly",
        "Username",
        "ResourceType",
        "ResourceName",
        "EventSource",
        "AccessKeyId",
    ):
        raise ServiceError("InvalidLookupAttributesException", f"{key} is not a valid lookup attribute.")
    if not value:
        raise ServiceError("InvalidLookupAttributesException", "The lookup attribute has no value.")
    return key, str(value)


def _window(given: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    start = _aware(given.get("StartTime")) or now - _KEPT
    end = _aware(given.get("EndTime")) or now + timedelta(days=1)
    if start > end:
        raise ServiceError("InvalidTimeRangeException", "The start time must be before the end time.")
    return start, end


def _aware(time: datetime | None) -> datetime | None:
    return time.replace(tzinfo=UTC) if time and time.tzinfo is None else time


def _page_size(given: dict[str, Any]) -> int:
    size = int(given.get("MaxResults", _PAGE))
    if not 1 <= size <= _PAGE:
        raise ServiceError("InvalidMaxResultsException", f"MaxResults must be between 1 and {_PAGE}.")
    return size


def _continue_after(token: str | None) -> int | None:
    if not token:
        return None
    try:
        word, _, seq = base64.urlsafe_b64decode(token).decode().partition(":")
        if word == "before":
            return int(seq)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise ServiceError("InvalidNextTokenException", "The token is not one that an earlier page returned.")
