"""Availability zones with all that AWS says of them, and refusals of those that do not exist."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.responses.availability_zones_and_regions import AvailabilityZonesAndRegions

from .wrap import AwsError, around

_FILTERS = {
    "group-name": "GroupName",
    "network-border-group": "NetworkBorderGroup",
    "opt-in-status": "OptInStatus",
    "region-name": "RegionName",
    "state": "State",
    "zone-id": "ZoneId",
    "zone-name": "ZoneName",
    "zone-type": "ZoneType",
}
# Local and Wavelength Zones have parents, and the sandbox has none of them.
_NEVER_MATCH = ("group-long-name", "message", "parent-zone-id", "parent-zone-name")


def apply() -> None:
    """Answers in moto's place."""

    @around(AvailabilityZonesAndRegions, "describe_availability_zones")
    def describe(original: Any, self: Any) -> ActionResult:
        found = [_described(zone) for zone in self.ec2_backend.describe_availability_zones()]
        found = _named(found, self._get_param("ZoneNames", []), "ZoneName", "availability zone")
        found = _named(found, self._get_param("ZoneIds", []), "ZoneId", "availability zone-id")
        for wanted in self._get_param("Filters", []):
            matches = _matcher(wanted["Name"], wanted.get("Values", []))
            found = [one for one in found if matches(one)]
        return ActionResult({"AvailabilityZones": found})


def _described(zone: Any) -> dict[str, Any]:
    return {
        "State": zone.state,
        "OptInStatus": "opt-in-not-required",
        "Messages": zone.messages,
        "RegionName": zone.region_name,
        "ZoneName": zone.name,
        "ZoneId": zone.zone_id,
        "GroupName": f"{zone.region_name}-zg-1",
        "NetworkBorderGroup": zone.region_name,
        "ZoneType": zone.zone_type,
    }


def _named(found: list[dict[str, Any]], names: list[str], member: str, what: str) -> list[dict[str, Any]]:
    for name in names:
        if not any(one[member] == name for one in found):
            raise AwsError("InvalidParameterValue", f"Invalid {what}: [{name}]")
    return [one for one in found if not names or one[member] in names]


def _matcher(name: str, values: list[str]) -> Callable[[dict[str, Any]], bool]:
    if name in _NEVER_MATCH:
        return lambda _: False
    if name not in _FILTERS:
        raise AwsError("InvalidParameterValue", f"The filter '{name}' is invalid")
    # Brackets, which mean something to `fnmatch`, mean nothing to EC2.
    patterns = [value.replace("[", "[[]") for value in values]
    return lambda one: any(fnmatch.fnmatchcase(one[_FILTERS[name]], pattern) for pattern in patterns)
