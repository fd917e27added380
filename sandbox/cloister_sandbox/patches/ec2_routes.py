"""Routes: one per destination, targets that exist, and black holes where a target is gone."""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.models.route_tables import Route, RouteTable
from moto.ec2.responses.route_tables import RouteTables

from .wrap import AwsError, around

_GONE = frozenset({"deleted", "failed"})
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock", "DestinationPrefixListId")
_INSIDE_TARGETS = ("NatGatewayId", "NetworkInterfaceId", "InstanceId", "VpcEndpointId")
_GATEWAY_LOAD_BALANCER = "GatewayLoadBalancer"


def apply() -> None:
    """Corrects associations, routes and their states."""
    Route.state = property(_state)  # type: ignore[assignment]
    _associations()

    @around(RouteTables, "create_route")
    def create(original: Any, self: Any) -> ActionResult:
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        asked = self._get_params()
        _check_target(self.ec2_backend, table, asked)
        destination = _destination(asked)
        _check_destination(self.ec2_backend, table, asked)
        if any(_same(destination, one) for one in table.routes):
            raise AwsError("RouteAlreadyExists", f"The route identified by {destination} already exists.")
        return original(self)

    @around(RouteTables, "replace_route")
    def replace(original: Any, self: Any) -> EmptyResult:
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        asked = self._get_params()
        _check_target(self.ec2_backend, table, asked)
        _check_destination(self.ec2_backend, table, asked)
        answer = original(self)
        route = next(one for one in table.routes if _same(_destination(asked), one))
        # moto does not know these targets here, and so leaves what was there before.
        route.vpc_endpoint_id = asked.get("VpcEndpointId")
        return answer

    @around(RouteTables, "delete_route")
    def delete(original: Any, self: Any) -> EmptyResult:
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        destination = _destination(self._get_params())
        for route in table.routes:
            if _same(destination, route):
                _check_removable(table, route, destination)
        return original(self)


def targets(backend: Any, endpoint_id: str) -> list[str]:
    """The tables with a route to an endpoint."""
    return [
        table.id for table in backend.route_tables.values() for one in table.routes if one.gateway_id == endpoint_id
    ]


def _state(route: Route) -> str:
    backend = route.route_table.ec2_backend
    gateway_id = route.gateway_id or ""
    if route.nat_gateway is not None and route.nat_gateway.state in _GONE:
        return "blackhole"
    if gateway_id.startswith("vpce-") and _is_gone(backend.vpc_end_points.get(gateway_id)):
        return "blackhole"
    if gateway_id.startswith("igw-") and not _is_attached(backend.internet_gateways.get(gateway_id), route.route_table):
        return "blackhole"
    if route.interface is not None and route.interface.id not in backend.enis:
        return "blackhole"
    return "active"


def _is_gone(endpoint: Any) -> bool:
    return endpoint is None or endpoint.state in _GONE


def _is_attached(gateway: Any, table: RouteTable) -> bool:
    return gateway is not None and gateway.vpc is not None and gateway.vpc.id == table.vpc_id


def _destination(asked: dict[str, Any]) -> str:
    return next((asked[name] for name in _DESTINATIONS if asked.get(name)), "")


def _same(destination: str, route: Route) -> bool:
    known = (route.destination_cidr_block, route.destination_ipv6_cidr_block, route.destination_prefix_list_id)
    return any(_normal(one) == _normal(destination) for one in known if one)


def _normal(destination: str) -> str:
    try:
        return str(ipaddress.ip_network(destination, strict=False))
    except ValueError:  # A prefix list.
        return destination


def _check_destination(backend: Any, table: RouteTable, asked: dict[str, Any]) -> None:
    """Inside the VPC, only whole subnets can be led elsewhere, and only to what inspects or translates the packets.

    https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html
    """
    try:
        destination = ipaddress.ip_network(asked.get("DestinationCidrBlock") or "0.0.0.0/0", strict=False)
    except ValueError:
        return  # moto refuses it.
    vpc = backend.get_vpc(table.vpc_id)
    blocks = [ipaddress.ip_network(one["cidr_block"]) for one in vpc.get_cidr_block_association_set(ipv6=False)]
    if not any(destination != block and destination.subnet_of(block) for block in blocks):
        return
    if not any(asked.get(name) for name in _INSIDE_TARGETS):
        raise AwsError(
            "InvalidParameterValue",
            f"The destination CIDR block {destination} is equal to or more specific than one of this VPC's CIDR "
            "blocks. This route can target only an interface or an instance.",
        )
    subnets = (one for zone in backend.subnets.values() for one in zone.values() if one.vpc_id == table.vpc_id)
    if not any(ipaddress.ip_network(one.cidr_block) == destination for one in subnets):
        raise AwsError(
            "InvalidParameterValue",
            f"The destination CIDR block {destination} does not match the CIDR block of a subnet in the VPC.",
        )


def _check_target(backend: Any, table: RouteTable, asked: dict[str, Any]) -> None:
    nat, gateway, endpoint = (asked.get(name) for name in ("NatGatewayId", "GatewayId", "VpcEndpointId"))
    if nat:
        found = backend.nat_gateways.get(nat)
        if found is None or found.state in _GONE:
            raise AwsError("InvalidNatGatewayID.NotFound", f"The natGateway ID '{nat}' does not exist")
        _check_network(table, f"NAT gateway {nat}", found.vpc_id)
    if gateway and gateway.startswith("igw-"):
        found = backend.get_internet_gateway(gateway)
        _check_network(table, f"network gateway {gateway}", found.vpc.id if found.vpc else "")
    if endpoint:
        _check_endpoint(backend, table, endpoint)


def _check_endpoint(backend: Any, table: RouteTable, endpoint_id: str) -> None:
    found = backend.vpc_end_points.get(endpoint_id)
    if _is_gone(found):
        raise AwsError("InvalidVpcEndpointId.NotFound", f"The Vpc Endpoint Id '{endpoint_id}' does not exist")
    if found.vpc_endpoint_type != _GATEWAY_LOAD_BALANCER:
        raise AwsError(
            "RouteNotSupported",
            f"Route table contains unsupported route target: {endpoint_id}. VPC Endpoints of this type cannot be used "
            "as route targets.",
        )
    _check_network(table, f"VPC endpoint {endpoint_id}", found.vpc_id)


def _check_network(table: RouteTable, what: str, vpc_id: str) -> None:
    if vpc_id != table.vpc_id:
        raise AwsError("InvalidParameterValue", f"route table {table.id} and {what} belong to different networks")


def _check_removable(table: RouteTable, route: Route, destination: str) -> None:
    if route.local:
        raise AwsError("InvalidParameterValue", f"cannot remove local route {destination} in route table {table.id}")
    if route.destination_prefix_list_id and (route.gateway_id or "").startswith("vpce-"):
        raise AwsError(
            "InvalidParameterValue", f"cannot remove VPC endpoint route {destination} in route table {table.id}"
        )


def _associations() -> None:
    @around(RouteTables, "associate_route_table")
    def associate(original: Any, self: Any) -> ActionResult:
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        subnet_id, gateway_id = self._get_param("SubnetId"), self._get_param("GatewayId")
        if subnet_id and self.ec2_backend.get_subnet(subnet_id).vpc_id != table.vpc_id:
            raise AwsError(
                "InvalidParameterValue", f"Route table {table.id} and subnet {subnet_id} belong to different networks"
            )
        taken = {one for other in self.ec2_backend.route_tables.values() for one in other._associations.values()}
        if {subnet_id, gateway_id} & taken:
            raise AwsError(
                "Resource.AlreadyAssociated",
                f"the specified association for route table {table.id} conflicts with an existing association",
            )
        return original(self)

    @around(RouteTables, "replace_route_table_association")
    def replace(original: Any, self: Any) -> ActionResult:
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        wanted = self._get_param("AssociationId")
        for other in self.ec2_backend.route_tables.values():
            if wanted in other.all_associations_ids and other.vpc_id != table.vpc_id:
                raise AwsError(
                    "InvalidParameterValue", f"Route tables {table.id} and {other.id} belong to different networks"
                )
        return original(self)
