"""The logging configuration of a firewall: changed one destination at a time."""

from __future__ import annotations

from typing import Any

from moto.logs.models import logs_backends

from . import buckets
from .answers import ServiceError
from .call import Call
from .network_firewall_firewalls import find_firewall
from .network_firewall_store import invalid
from .registry import Registry

_DESTINATIONS = {"S3": "bucketName", "CloudWatchLogs": "logGroup", "KinesisDataFirehose": "deliveryStream"}
_TYPES = ("ALERT", "FLOW", "TLS")


def register(registry: Registry) -> None:
    """Adds the operations on the logging configuration."""
    registry.add("network-firewall", "UpdateLoggingConfiguration", _update)
    registry.add("network-firewall", "DescribeLoggingConfiguration", _describe)


def _describe(call: Call) -> dict[str, Any]:
    firewall = find_firewall(call)
    answer: dict[str, Any] = {"FirewallArn": firewall.arn}
    if firewall.logging is not None:  # A firewall that never had one says nothing about it.
        answer["LoggingConfiguration"] = {"LogDestinationConfigs": firewall.logging}
    return answer


def _update(call: Call) -> dict[str, Any]:
    firewall = find_firewall(call)
    wanted = (call.parameters.get("LoggingConfiguration") or {}).get("LogDestinationConfigs") or []
    for one in wanted:
        _check_destination(call, one)
    if len({one["LogType"] for one in wanted}) < len(wanted):
        raise invalid("Given logging configuration is unsupported.")
    if _changes(firewall.logging or [], wanted) > 1:
        raise invalid("A call can add, delete or change one log destination only.")
    firewall.logging = wanted
    return {
        "FirewallArn": firewall.arn,
        "FirewallName": firewall.name,
        "LoggingConfiguration": {"LogDestinationConfigs": wanted},
    }


def _check_destination(call: Call, config: dict[str, Any]) -> None:
    kind, destination = config["LogDestinationType"], config["LogDestination"]
    if config["LogType"] not in _TYPES or kind not in _DESTINATIONS or not destination.get(_DESTINATIONS[kind]):
        raise invalid("Given logging configuration is unsupported.")
    name = destination[_DESTINATIONS[kind]]
    if kind == "S3":
        exists = buckets.find(name) is not None
    else:
        exists = kind != "CloudWatchLogs" or name in logs_backends[call.account][call.region].groups
    if not exists:
        raise ServiceError(
            "LogDestinationPermissionException", f"Unable to send logs to the configured logging destination {name}."
        )


def _changes(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> int:
    """How many destinations differ; one of another type is one gone and one more."""
    old, new = ({(one["LogType"], one["LogDestinationType"]): one for one in configs} for configs in (before, after))
    return len(old.keys() ^ new.keys()) + sum(old[key] != new[key] for key in old.keys() & new.keys())
