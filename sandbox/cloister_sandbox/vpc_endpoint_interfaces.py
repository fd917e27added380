"""The interfaces of endpoints, one per subnet, which outlive them for a while."""

from __future__ import annotations

from typing import Any

from . import durations, timeline
from .patches import ec2_interfaces

_KINDS = {"Interface": "vpc_endpoint", "GatewayLoadBalancer": "gateway_load_balancer_endpoint"}
# The account in which AWS runs PrivateLink; it differs between regions.
_REQUESTER = "727180483921"


def add_interface(backend: Any, endpoint: Any, subnet_id: str) -> str:
    """Gives an endpoint an interface in a subnet."""
    interface = ec2_interfaces.make_managed(
        backend,
        subnet_id,
        list(endpoint.security_group_ids),
        _KINDS[endpoint.vpc_endpoint_type],
        f"VPC Endpoint Interface {endpoint.id}",
        _REQUESTER,
    )
    endpoint.subnet_ids.append(subnet_id)
    endpoint.network_interface_ids.append(interface.id)
    return interface.id


def drop_subnet(backend: Any, endpoint: Any, subnet_id: str) -> None:
    """Takes a subnet from an endpoint; its interface goes a little later."""
    for interface_id in list(endpoint.network_interface_ids):
        if backend.enis[interface_id].subnet.id == subnet_id:
            endpoint.network_interface_ids.remove(interface_id)
            _remove_later(backend, interface_id)
    endpoint.subnet_ids.remove(subnet_id)


def drop_all(backend: Any, endpoint: Any) -> None:
    """Lets the interfaces of an endpoint that is gone follow it."""
    for interface_id in endpoint.network_interface_ids:
        _remove_later(backend, interface_id)


def set_groups(backend: Any, endpoint: Any, groups: list[str]) -> None:
    """Puts other groups on an endpoint and its interfaces."""
    endpoint.security_group_ids = groups
    for interface_id in endpoint.network_interface_ids:
        backend.enis[interface_id]._group_set = [backend.get_security_group_from_id(one) for one in groups]


def _remove_later(backend: Any, interface_id: str) -> None:
    timeline.after(durations.ENDPOINT_INTERFACE_LINGER, lambda: ec2_interfaces.remove(backend, interface_id))
