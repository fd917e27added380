"""Where a packet goes from a subnet."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Any

from .flow_rules import prefixes

_LOCAL, _NAT, _INTERNET, _GATEWAY_ENDPOINT, _FIREWALL, _NOWHERE = (
    "local",
    "nat",
    "internet",
    "gateway-endpoint",
    "firewall",
    "nowhere",
)


@dataclass(frozen=True)
class Hop:
    """The next station; `target` is moto's object where there is one, and the id of an internet gateway."""

    kind: str
    target: Any = None


def next_hop(backend: Any, subnet_id: str, address: str) -> Hop:
    """The station that the route with the longest prefix leads to."""
    return _longest(backend, _table(backend, subnet_id), address)


def hop_into(backend: Any, gateway_id: str, address: str) -> Hop:
    """The station that an internet gateway sends an answer to: it may have a route table of its own."""
    for table in backend.route_tables.values():
        if gateway_id in table._associations.values():
            return _longest(backend, table, address)
    return Hop(_LOCAL)


def interface_of(backend: Any, vpc_id: str, address: str) -> Any | None:
    """The interface in a VPC that has an address."""
    for one in backend.enis.values():
        if one.vpc_id == vpc_id and any(entry["PrivateIpAddress"] == address for entry in one.private_ip_addresses):
            return one
    return None


def _longest(backend: Any, table: Any, address: str) -> Hop:
    best, length = None, -1
    for route in table.routes:
        for network in _networks(backend, route):
            if ipaddress.ip_address(address) in network and network.prefixlen > length:
                best, length = route, network.prefixlen
    return Hop(_NOWHERE) if best is None else _hop(backend, best)


def _table(backend: Any, subnet_id: str) -> Any:
    vpc_id = backend.get_subnet(subnet_id).vpc_id
    tables = [one for one in backend.route_tables.values() if one.vpc_id == vpc_id]
    own = next((one for one in tables if subnet_id in one._associations.values()), None)
    return own or next(one for one in tables if one.main_association_id is not None)


def _networks(backend: Any, route: Any) -> list[Any]:
    if route.destination_prefix_list_id:
        return [ipaddress.ip_network(cidr) for cidr in prefixes(backend, route.destination_prefix_list_id)]
    return [ipaddress.ip_network(route.destination_cidr_block)] if route.destination_cidr_block else []


def _hop(backend: Any, route: Any) -> Hop:
    gateway_id = route.gateway_id or ""
    if route.state == "blackhole":
        return Hop(_NOWHERE)
    if route.local:
        return Hop(_LOCAL)
    if route.nat_gateway is not None:
        return Hop(_NAT, route.nat_gateway) if route.nat_gateway.state == "available" else Hop(_NOWHERE)
    if gateway_id.startswith("igw-"):
        return Hop(_INTERNET, gateway_id)
    if gateway_id.startswith("vpce-"):
        endpoint = backend.vpc_end_points[gateway_id]
        return Hop(_GATEWAY_ENDPOINT if endpoint.vpc_endpoint_type == "Gateway" else _FIREWALL, endpoint)
    return Hop(_NOWHERE)
