"""How endpoints are described."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.ec2.exceptions import InvalidVpcEndPointIdError
from moto.ec2.models import ec2_backends
from moto.ec2.utils import generic_filter

from .answers import ServiceError
from .call import Call
from .patches.ec2_endpoint_services import EndpointService, find

# Of the zones in which AWS keeps the names of endpoints; it differs between regions.
_HOSTED_ZONE = "Z7HUB22UULQXV"
_MOST = 1000
_FILTERS = frozenset(
    {"ip-address-type", "service-name", "service-region", "tag-key", "vpc-id", "vpc-endpoint-id"}
    | {"vpc-endpoint-state", "vpc-endpoint-type"}
)


def describe(call: Call) -> dict[str, Any]:
    """Answers DescribeVpcEndpoints."""
    asked = call.parameters
    endpoints = ec2_backends[call.account][call.region].vpc_end_points
    for name in asked.get("VpcEndpointIds") or []:
        if name not in endpoints:
            raise InvalidVpcEndPointIdError(name)
    wanted = asked.get("VpcEndpointIds") or list(endpoints)
    found = generic_filter(_filters(asked), [one for name, one in list(endpoints.items()) if name in wanted])
    start = int(asked.get("NextToken") or 0)
    end = start + min(asked.get("MaxResults") or _MOST, _MOST)
    answer: dict[str, Any] = {"VpcEndpoints": [described(one) for one in found[start:end]]}
    if end < len(found):
        answer["NextToken"] = str(end)
    return answer


def described(endpoint: Any) -> dict[str, Any]:
    """One endpoint as EC2 answers it."""
    is_gateway = endpoint.vpc_endpoint_type == "Gateway"
    return {
        "VpcEndpointId": endpoint.id,
        "VpcEndpointType": endpoint.vpc_endpoint_type or "Gateway",
        "VpcId": endpoint.vpc_id,
        "ServiceName": endpoint.service_name,
        "State": endpoint.state,
        "PolicyDocument": endpoint.policy_document,
        "RouteTableIds": list(endpoint.route_table_ids or []),
        "SubnetIds": list(endpoint.subnet_ids or []),
        "Groups": endpoint.groups,
        "IpAddressType": "ipv4",
        "DnsOptions": {"DnsRecordIpType": "service-defined" if is_gateway else "ipv4"},
        "PrivateDnsEnabled": bool(endpoint.private_dns_enabled) and not is_gateway,
        "RequesterManaged": getattr(endpoint, "requester_managed", False),
        "NetworkInterfaceIds": list(endpoint.network_interface_ids),
        "DnsEntries": _names(endpoint),
        "CreationTimestamp": endpoint.creation_timestamp,
        "Tags": [{"Key": tag["key"], "Value": tag["value"]} for tag in endpoint.get_tags()],
        "OwnerId": endpoint.owner_id,
    }


def _filters(asked: dict[str, Any]) -> dict[str, list[str]]:
    filters = {one["Name"]: one.get("Values", []) for one in asked.get("Filters") or []}
    for name in filters:
        if name not in _FILTERS and not name.startswith("tag:"):
            raise ServiceError("InvalidParameter", f"The filter '{name}' is invalid")
    # moto's endpoints know their id by another name.
    return {"id" if name == "vpc-endpoint-id" else name: values for name, values in filters.items()}


def _names(endpoint: Any) -> list[dict[str, str]]:
    """The regional name, one for each zone, then the private ones."""
    if endpoint.vpc_endpoint_type != "Interface" or not endpoint.subnet_ids:
        return []
    backend = endpoint.ec2_backend
    service = find(backend, endpoint.service_name)
    unique = f"{endpoint.id}-{hashlib.sha256(endpoint.id.encode()).hexdigest()[:8]}"
    zones = [backend.get_subnet(one).availability_zone for one in endpoint.subnet_ids]
    base = _base(service, backend.region_name)
    names = [f"{one}.{base}" for one in (unique, *(f"{unique}-{zone}" for zone in zones))]
    public = [{"DnsName": name, "HostedZoneId": _HOSTED_ZONE} for name in names]
    if not endpoint.private_dns_enabled:
        return public
    private_zone = "Z0" + hashlib.sha256(f"{endpoint.id}.private".encode()).hexdigest()[:18].upper()
    return public + [{"DnsName": name, "HostedZoneId": private_zone} for name in service.private_names]


def _base(service: EndpointService, region: str) -> str:
    if not service.private_names:
        return f"{service.name.rsplit('.', 1)[-1]}.{region}.vpce.amazonaws.com"
    private = service.private_names[0].removeprefix("*.")
    if private.endswith(".sagemaker.aws"):
        return private.removesuffix(".sagemaker.aws") + ".vpce.sagemaker.aws"
    return private.removesuffix(".amazonaws.com") + ".vpce.amazonaws.com"
