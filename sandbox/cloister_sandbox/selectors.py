"""Which records a trail wants: basic and advanced event selectors.

https://docs.aws.amazon.com/awscloudtrail/latest/userguide/logging-data-events-with-cloudtrail.html
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Record = dict[str, Any]

# Resource types of basic selectors that stand for a whole kind when a value has no name after this.
_EVERYTHING = {"AWS::S3::Object": ("arn:aws:s3", "arn:aws:s3:::"), "AWS::Lambda::Function": ("arn:aws:lambda",)}


def wants(trail: Any, record: Record) -> bool:
    """Whether the trail's selectors take the record; a trail without any takes management events."""
    if trail.advanced_event_selectors and not trail.event_selectors:
        return any(_advanced(one, record) for one in trail.advanced_event_selectors)
    if trail.event_selectors:
        return any(_basic(one, record) for one in trail.event_selectors)
    return record["eventCategory"] == "Management"


def _basic(selector: dict[str, Any], record: Record) -> bool:
    if record["eventCategory"] == "NetworkActivity":
        return False  # Only advanced selectors can name it.
    wanted = selector.get("ReadWriteType", "All")
    if wanted == ("WriteOnly" if record["readOnly"] else "ReadOnly"):
        return False
    if record["eventCategory"] == "Management":
        excluded = selector.get("ExcludeManagementEventSources") or []
        return _is_true(selector.get("IncludeManagementEvents", True)) and record["eventSource"] not in excluded
    resources = selector.get("DataResources") or []
    return any(_covers(one, resource) for one in resources for resource in record.get("resources", []))


def _covers(wanted: dict[str, Any], resource: dict[str, str]) -> bool:
    kind = wanted.get("Type", "")
    if resource.get("type") != kind:
        return False
    name = _arn(resource)
    return any(value in _EVERYTHING.get(kind, ()) or name.startswith(value) for value in wanted.get("Values", []))


def _advanced(selector: dict[str, Any], record: Record) -> bool:
    return all(_field_holds(one, record) for one in selector.get("FieldSelectors", []))


def _field_holds(field: dict[str, Any], record: Record) -> bool:
    values = _field_values(field.get("Field", ""), record)
    tests = [(name, wanted) for name, wanted in field.items() if name in _OPERATORS and wanted]
    return all(_operator_holds(name, wanted, values) for name, wanted in tests)


def _operator_holds(name: str, wanted: list[str], values: list[str]) -> bool:
    compare, negated = _OPERATORS[name]
    matched = any(compare(value, str(one)) for value in values for one in wanted)
    return matched != negated


def _field_values(field: str, record: Record) -> list[str]:
    if field == "readOnly":
        known = record.get("readOnly")  # Network activity has none.
        return [] if known is None else ["true" if known else "false"]
    if field == "userIdentity.arn":
        return [record["userIdentity"].get("arn", "")]
    if field in ("resources.type", "resources.ARN"):
        # The object is what a data event is about; its bucket is named beside it.
        resources = record.get("resources", [])[:1]
        return [one.get("type", "") if field == "resources.type" else _arn(one) for one in resources]
    value = record.get(field)
    return [] if value is None else [str(value)]


def _arn(resource: dict[str, str]) -> str:
    return resource.get("ARN") or resource.get("ARNPrefix", "")


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"


_OPERATORS: dict[str, tuple[Callable[[str, str], bool], bool]] = {
    "Equals": (str.__eq__, False),
    "StartsWith": (str.startswith, False),
    "EndsWith": (str.endswith, False),
    "NotEquals": (str.__eq__, True),
    "NotStartsWith": (str.startswith, True),
    "NotEndsWith": (str.endswith, True),
}
