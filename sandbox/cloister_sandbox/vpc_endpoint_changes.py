"""Endpoints are changed in place, and take their time to go."""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import InvalidVpcEndPointIdError
from moto.ec2.models import ec2_backends

from . import durations, timeline, vpc_endpoint_policy
from .answers import ServiceError
from .call import Call
from .patches.ec2_endpoint_services import find
from .registry import Registry
from .vpc_endpoint_checks import check_groups, check_private_dns, check_subnets, check_tables, wants_private_dns
from .vpc_endpoint_interfaces import add_interface, drop_all, drop_subnet, set_groups

_GATEWAY = "Gateway"


def register(registry: Registry) -> None:
    """Adds the operations that change and delete."""
    registry.add("ec2", "ModifyVpcEndpoint", _modify)
    registry.add("ec2", "DeleteVpcEndpoints", _delete)


def add_routes(backend: Any, endpoint: Any, tables: list[str]) -> None:
    """Lets tables lead to a gateway endpoint."""
    for table in tables:
        backend.create_route(
            table, None, gateway_id=endpoint.id, destination_prefix_list_id=endpoint.destination_prefix_list_id
        )


def begin_deletion(backend: Any, endpoint: Any, duration: tuple[float, float]) -> None:
    """Starts what ends with the endpoint gone, and its interfaces a little later."""
    endpoint.state = "deleting"
    _drop_routes(backend, endpoint, endpoint.route_table_ids)
    timeline.after(duration, lambda: end(backend, endpoint))


def end(backend: Any, endpoint: Any) -> None:
    """Takes an endpoint away; its interfaces follow."""
    endpoint.state = "deleted"
    backend.vpc_end_points.pop(endpoint.id, None)
    drop_all(backend, endpoint)


def _delete(call: Call) -> dict[str, Any]:
    backend = ec2_backends[call.account][call.region]
    failures = (_delete_one(backend, name) for name in call.parameters["VpcEndpointIds"])
    return {"Unsuccessful": [one for one in failures if one]}


def _delete_one(backend: Any, name: str) -> dict[str, Any] | None:
    endpoint = backend.vpc_end_points.get(name)
    if endpoint is None:
        return _unsuccessful(name, "InvalidVpcEndpoint.NotFound", f"The VpcEndPoint Id '{name}' does not exist")
    if getattr(endpoint, "requester_managed", False):
        return _unsuccessful(name, "OperationNotPermitted", _managed(endpoint))
    if endpoint.state != "deleting":
        is_gateway = (endpoint.vpc_endpoint_type or _GATEWAY) == _GATEWAY
        begin_deletion(
            backend,
            endpoint,
            durations.GATEWAY_ENDPOINT_DELETE if is_gateway else durations.INTERFACE_ENDPOINT_DELETE,
        )
    return None


def _modify(call: Call) -> dict[str, Any]:
    asked = call.parameters
    backend = ec2_backends[call.account][call.region]
    endpoint = backend.vpc_end_points.get(asked["VpcEndpointId"])
    if endpoint is None:
        raise InvalidVpcEndPointIdError(asked["VpcEndpointId"])
    if getattr(endpoint, "requester_managed", False):
        raise ServiceError("OperationNotPermitted", _managed(endpoint))
    if endpoint.state == "deleting":
        raise ServiceError("IncorrectState", f"The VPC endpoint {endpoint.id} is being deleted")
    kind = endpoint.vpc_endpoint_type or _GATEWAY
    policy = vpc_endpoint_policy.text(kind, asked.get("PolicyDocument"))
    (_modify_gateway if kind == _GATEWAY else _modify_interface)(backend, endpoint, asked)
    if asked.get("PolicyDocument") or asked.get("ResetPolicy"):
        endpoint.policy_document = policy
    return {"Return": True}


def _modify_gateway(backend: Any, endpoint: Any, asked: dict[str, Any]) -> None:
    vpc = backend.get_vpc(endpoint.vpc_id)
    added = [one for one in asked.get("AddRouteTableIds") or [] if one not in endpoint.route_table_ids]
    removed = asked.get("RemoveRouteTableIds") or []
    check_tables(backend, vpc, added, endpoint.destination_prefix_list_id)
    _drop_routes(backend, endpoint, removed)
    add_routes(backend, endpoint, added)
    endpoint.route_table_ids = [one for one in endpoint.route_table_ids if one not in removed] + added


def _modify_interface(backend: Any, endpoint: Any, asked: dict[str, Any]) -> None:
    vpc, service = backend.get_vpc(endpoint.vpc_id), find(backend, endpoint.service_name)
    removed = [one for one in asked.get("RemoveSubnetIds") or [] if one in endpoint.subnet_ids]
    added = [one for one in asked.get("AddSubnetIds") or [] if one not in endpoint.subnet_ids]
    kept = [one for one in endpoint.subnet_ids if one not in removed]
    check_subnets(backend, vpc, service, kept, added)
    check_groups(backend, vpc, asked.get("AddSecurityGroupIds") or [])
    # All that may be refused is asked before anything changes.
    groups = _groups_after(endpoint, asked)
    if "PrivateDnsEnabled" in asked:
        endpoint.private_dns_enabled = _private_dns(backend, vpc, endpoint, asked)
    set_groups(backend, endpoint, groups)
    for subnet in removed:
        drop_subnet(backend, endpoint, subnet)
    for subnet in added:
        add_interface(backend, endpoint, subnet)


def _private_dns(backend: Any, vpc: Any, endpoint: Any, asked: dict[str, Any]) -> bool:
    service = find(backend, endpoint.service_name)
    wanted = wants_private_dns(service, asked["PrivateDnsEnabled"])
    if wanted and not endpoint.private_dns_enabled:
        check_private_dns(backend, vpc, service, asked.get("DnsOptions") or {}, endpoint.id)
    return wanted


def _groups_after(endpoint: Any, asked: dict[str, Any]) -> list[str]:
    removed = asked.get("RemoveSecurityGroupIds") or []
    groups = [one for one in endpoint.security_group_ids if one not in removed]
    groups += [one for one in asked.get("AddSecurityGroupIds") or [] if one not in groups]
    if not groups:
        raise ServiceError("InvalidParameter", "A VPC endpoint must have at least one security group.")
    return groups


def _drop_routes(backend: Any, endpoint: Any, tables: list[str]) -> None:
    for table_id in tables or []:
        table = backend.route_tables.get(table_id)
        if table is not None:
            table._routes = {key: one for key, one in table._routes.items() if one.gateway_id != endpoint.id}


def _managed(endpoint: Any) -> str:
    return f"Operation is not allowed for requester-managed VPC endpoints for the service {endpoint.service_name}."


def _unsuccessful(name: str, code: str, message: str) -> dict[str, Any]:
    return {"ResourceId": name, "Error": {"Code": code, "Message": message}}
