"""VPC endpoints as EC2 makes them: validated, with interfaces of their own, and pending at first."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.utils import add_tag_specification, random_vpc_ep_id

from . import durations, timeline, vpc_endpoint_changes, vpc_endpoint_policy
from .answers import ServiceError
from .call import Call
from .patches.ec2_endpoint_services import EndpointService, find
from .registry import Registry
from .vpc_endpoint_checks import (
    check_gateway,
    check_groups,
    check_private_dns,
    check_subnets,
    check_tables,
    wants_private_dns,
)
from .vpc_endpoint_description import describe, described
from .vpc_endpoint_interfaces import add_interface

_GATEWAY, _INTERFACE = "Gateway", "Interface"


def register(registry: Registry) -> None:
    """Adds the operations on endpoints."""
    registry.add("ec2", "CreateVpcEndpoint", _create)
    registry.add("ec2", "DescribeVpcEndpoints", describe)
    vpc_endpoint_changes.register(registry)


def _create(call: Call) -> dict[str, Any]:
    asked = call.parameters
    backend = ec2_backends[call.account][call.region]
    vpc = backend.get_vpc(asked["VpcId"])
    service = find(backend, asked.get("ServiceName", ""))
    kind = asked.get("VpcEndpointType") or _GATEWAY
    if kind not in service.kinds:
        raise ServiceError(
            "InvalidParameter",
            f"Endpoint type ({kind}) does not match available service types ([{', '.join(service.kinds)}]).",
        )
    policy = vpc_endpoint_policy.text(kind, asked.get("PolicyDocument"))
    make = _make_gateway if kind == _GATEWAY else _make_interface
    endpoint = make(backend, vpc, service, policy, asked)
    answer: dict[str, Any] = {"VpcEndpoint": described(endpoint)}
    if asked.get("ClientToken"):
        answer["ClientToken"] = asked["ClientToken"]
    return answer


def _make_gateway(backend: Any, vpc: Any, service: EndpointService, policy: str, asked: dict[str, Any]) -> VPCEndPoint:
    check_gateway(asked)
    lists = backend.managed_prefix_lists.values()
    prefix_list = next(one.id for one in lists if one.prefix_list_name == service.name)
    tables = list(dict.fromkeys(asked.get("RouteTableIds") or []))
    check_tables(backend, vpc, tables, prefix_list)
    endpoint = VPCEndPoint(
        backend,
        random_vpc_ep_id(),
        vpc.id,
        service.name,
        _GATEWAY,
        policy,
        tables,
        subnet_ids=[],
        tags=add_tag_specification(asked.get("TagSpecifications", [])),
        private_dns_enabled=False,
        destination_prefix_list_id=prefix_list,
    )
    backend.vpc_end_points[endpoint.id] = endpoint
    vpc_endpoint_changes.add_routes(backend, endpoint, tables)
    return endpoint


def _make_interface(
    backend: Any, vpc: Any, service: EndpointService, policy: str, asked: dict[str, Any]
) -> VPCEndPoint:
    if asked.get("RouteTableIds"):
        raise ServiceError("InvalidParameter", "Route table IDs are only supported for Gateway type VPC Endpoints.")
    subnets = list(dict.fromkeys(asked.get("SubnetIds") or []))
    check_subnets(backend, vpc, service, [], subnets)
    groups = asked.get("SecurityGroupIds") or [backend.get_default_security_group(vpc.id).id]
    check_groups(backend, vpc, groups)
    private_dns = wants_private_dns(service, asked.get("PrivateDnsEnabled"))
    if private_dns:
        check_private_dns(backend, vpc, service, asked.get("DnsOptions") or {})
    endpoint = VPCEndPoint(
        backend,
        random_vpc_ep_id(),
        vpc.id,
        service.name,
        _INTERFACE,
        policy,
        [],
        subnet_ids=[],
        security_group_ids=list(groups),
        tags=add_tag_specification(asked.get("TagSpecifications", [])),
        private_dns_enabled=private_dns,
    )
    endpoint.state = "pending"
    backend.vpc_end_points[endpoint.id] = endpoint
    for subnet in subnets:
        add_interface(backend, endpoint, subnet)
    timeline.after(durations.INTERFACE_ENDPOINT_CREATE, lambda: _become_available(endpoint))
    return endpoint


def _become_available(endpoint: VPCEndPoint) -> None:
    if endpoint.state == "pending":  # It may have been deleted meanwhile.
        endpoint.state = "available"
