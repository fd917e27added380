"""Endpoint services: the private names that AWS gives them, and the zones they are absent from."""

from __future__ import annotations

import fnmatch
import functools
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCBackend
from moto.ec2.responses.vpcs import VPCs

from .wrap import AwsError, around

# Private names that are not the service's name with the region behind it, `{}` being the region.
_PRIVATE_NAMES = {
    "codeartifact.api": ("codeartifact.{}.amazonaws.com",),
    "codeartifact.repositories": ("*.d.codeartifact.{}.amazonaws.com",),
    "dynamodb": (),
    "ecr.api": ("api.ecr.{}.amazonaws.com",),
    "ecr.dkr": ("*.dkr.ecr.{}.amazonaws.com",),
    "kinesis-firehose": ("firehose.{}.amazonaws.com",),
    "kinesis-streams": ("kinesis.{}.amazonaws.com",),
    "s3": ("s3.{}.amazonaws.com", "*.s3.{}.amazonaws.com"),
    "sagemaker.api": ("api.sagemaker.{}.amazonaws.com",),
    "sagemaker.featurestore-runtime": ("featurestore-runtime.sagemaker.{}.amazonaws.com",),
    "sagemaker.metrics": ("metrics.sagemaker.{}.amazonaws.com",),
    "sagemaker.runtime": ("runtime.sagemaker.{}.amazonaws.com",),
}
_GATEWAYS = ("dynamodb", "s3")
_NOT_LISTED_BY_MOTO = ("network-firewall", "resource-groups", "tagging")
# These are called after their service first: `aws.sagemaker.REGION.studio`.
_OF_SAGEMAKER = ("notebook", "studio")

_MOST = 1000
_FILTERS: dict[str, Callable[[dict[str, Any]], list[str]]] = {
    "owner": lambda service: [service["Owner"]],
    "service-name": lambda service: [service["ServiceName"]],
    "service-type": lambda service: [one["ServiceType"] for one in service["ServiceType"]],
    "supported-ip-address-types": lambda service: service["SupportedIpAddressTypes"],
    # Services of AWS have no tags.
    "tag-key": lambda _: [],
}

# Zones by id, since names differ between accounts. No service is everywhere, and which zones lack one only
# DescribeVpcEndpointServices says; this zone of us-east-1 lacks many.
_ABSENT = {
    "use1-az3": (
        "aws.sagemaker.us-east-1.notebook",
        "aws.sagemaker.us-east-1.studio",
        "com.amazonaws.us-east-1.sagemaker.api",
        "com.amazonaws.us-east-1.sagemaker.runtime",
        "com.amazonaws.us-east-1.codeartifact.api",
        "com.amazonaws.us-east-1.codeartifact.repositories",
    ),
}

# What the control API took away: zones by service, None for all of its region.
_withdrawn: dict[str, frozenset[str] | None] = {}


@dataclass(frozen=True)
class EndpointService:
    """What an endpoint can be made to."""

    name: str
    kinds: tuple[str, ...]
    zones: frozenset[str]
    private_names: tuple[str, ...]


def apply() -> None:
    """Answers in moto's place: it stumbles over filters, and its list needs packages that are not installed here."""
    VPCBackend._collect_default_endpoint_services = staticmethod(_collect)  # type: ignore[method-assign]

    @around(VPCs, "describe_vpc_endpoint_services")
    def describe(_: Any, self: Any) -> ActionResult:
        found = _services(self.ec2_backend)
        names = self._get_param("ServiceNames", [])
        for name in names:
            if not any(one["ServiceName"] == name for one in found):
                raise _unknown(name)
        found = [one for one in found if not names or one["ServiceName"] in names]
        for wanted in self._get_param("Filters", []):
            found = [one for one in found if _has(one, wanted["Name"], wanted.get("Values", []))]
        start = int(self._get_param("NextToken") or 0)
        end = start + min(self._get_int_param("MaxResults") or _MOST, _MOST)
        shown = found[start:end]
        answer = {"ServiceNames": [one["ServiceName"] for one in shown], "ServiceDetails": shown}
        return ActionResult(answer | ({"NextToken": str(end)} if end < len(found) else {}))


def withdraw(name: Any, zones: Any = None) -> None:
    """Takes a service out of some zones, or without zones out of its region; no zones at all bring it back.

    Raises ValueError for a service or zone that does not exist.
    """
    region = next((one for one in RegionsAndZonesBackend.zones if one in str(name).split(".")), "")
    if not any(one["ServiceName"] == name for one in _collect("", region)):
        raise ValueError(f"`service` is `{name}`: there is no such endpoint service")
    if zones is not None and not isinstance(zones, list):
        raise ValueError("`zones` is a list of zones' names")
    known = [zone.name for zone in RegionsAndZonesBackend.zones[region]]
    for zone in zones or []:
        if zone not in known:
            raise ValueError(f"`{zone}` is no zone of {region}; there are: {', '.join(known)}")
    if zones == []:
        _withdrawn.pop(name, None)
    else:
        _withdrawn[name] = None if zones is None else frozenset(zones)


def withdrawn() -> dict[str, list[str] | str]:
    """What is withdrawn: zones, or the region as a whole."""
    return {name: "region" if zones is None else sorted(zones) for name, zones in _withdrawn.items()}


def find(backend: Any, name: str) -> EndpointService:
    """The service of a name; raises if there is none."""
    found = [one for one in _services(backend) if one["ServiceName"] == name]
    if not found:
        return _private_service(backend, name)
    return EndpointService(
        name,
        tuple(kind["ServiceType"] for one in found for kind in one["ServiceType"]),
        frozenset(zone for one in found for zone in one["AvailabilityZones"]),
        tuple(entry["PrivateDnsName"] for one in found for entry in one.get("PrivateDnsNames", [])),
    )


def _has(service: dict[str, Any], name: str, values: list[str]) -> bool:
    if name not in _FILTERS:
        raise AwsError("InvalidFilter", f"The filter '{name}' is invalid")
    found = _FILTERS[name](service)
    return any(fnmatch.fnmatchcase(one, value) for one in found for value in values)


def _private_service(backend: Any, name: str) -> EndpointService:
    for one in backend.configurations.values():
        if one.service_name == name:
            zones = frozenset(zone.name for zone in backend.describe_availability_zones())
            return EndpointService(name, ("Interface",), zones, ())
    raise _unknown(name)


def _unknown(name: str) -> AwsError:
    return AwsError("InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist")


def _services(backend: Any) -> list[dict[str, Any]]:
    found = _collect(backend.account_id, backend.region_name)
    if not _withdrawn:
        return found
    offered = [one for one in found if _withdrawn.get(one["ServiceName"], frozenset()) is not None]
    return [one | {"AvailabilityZones": _zones_left(one)} for one in offered]


def _zones_left(service: dict[str, Any]) -> list[str]:
    absent = _withdrawn.get(service["ServiceName"]) or frozenset()
    return [zone for zone in service["AvailabilityZones"] if zone not in absent]


@functools.cache
def _collect(account: str, region: str) -> list[dict[str, Any]]:
    names = dict.fromkeys(sorted({*AWS_ENDPOINT_SERVICES, *_NOT_LISTED_BY_MOTO}))
    made = [_service(region, f"com.amazonaws.{region}.{name}", _private_names(name, region)) for name in names]
    made += [_service(region, f"com.amazonaws.{region}.{name}", (), kind="Gateway") for name in _GATEWAYS]
    for name in _OF_SAGEMAKER:
        made.append(_service(region, f"aws.sagemaker.{region}.{name}", (f"*.{name}.{region}.sagemaker.aws",)))
    return made


def _private_names(name: str, region: str) -> tuple[str, ...]:
    own = _PRIVATE_NAMES.get(name, (f"{name}.{{}}.amazonaws.com",))
    return tuple(one.format(region) for one in own)


def _service(region: str, name: str, private_names: tuple[str, ...], kind: str = "Interface") -> dict[str, Any]:
    zones = [zone for zone in RegionsAndZonesBackend.zones.get(region, []) if name not in _ABSENT.get(zone.zone_id, ())]
    identifier = "vpce-svc-" + hashlib.sha256(f"{name} {kind}".encode()).hexdigest()[:17]
    described = {
        "AcceptanceRequired": False,
        "AvailabilityZones": [zone.name for zone in zones],
        "BaseEndpointDnsNames": [f"{identifier}.{region}.vpce.amazonaws.com"],
        "ManagesVpcEndpoints": False,
        "Owner": "amazon",
        "ServiceId": identifier,
        "ServiceName": name,
        "ServiceType": [{"ServiceType": kind}],
        "SupportedIpAddressTypes": ["ipv4"],
        "Tags": [],
        "VpcEndpointPolicySupported": True,
    }
    if private_names:
        described["PrivateDnsName"] = private_names[0]
        described["PrivateDnsNames"] = [{"PrivateDnsName": one} for one in private_names]
        described["PrivateDnsNameVerificationState"] = "verified"
    return described
