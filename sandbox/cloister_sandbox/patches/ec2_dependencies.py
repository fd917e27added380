"""VPCs, subnets and route tables that something still needs cannot be deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.responses import EmptyResult
from moto.ec2.models.subnets import SubnetBackend
from moto.ec2.models.vpcs import VPCBackend
from moto.ec2.responses.network_acls import NetworkACLs
from moto.ec2.responses.route_tables import RouteTables
from moto.ec2.responses.subnets import Subnets
from moto.ec2.responses.vpcs import VPCs

from .. import durations, timeline
from .wrap import AwsError, around


def apply() -> None:
    """Guards deletion, and lets a new VPC take its time."""

    @around(Subnets, "delete_subnet")
    def delete_subnet(original: Any, self: Any) -> EmptyResult:
        subnet = self.ec2_backend.get_subnet(self._get_param("SubnetId"))
        if any(one.subnet.id == subnet.id for one in self.ec2_backend.enis.values()):
            raise _in_use("subnet", subnet.id)
        return original(self)

    @around(SubnetBackend, "delete_subnet")
    def forget_subnet(original: Any, self: Any, subnet_id: str) -> Any:
        # Associations go with the subnet; moto keeps them, and then keeps their table.
        for table in self.route_tables.values():
            table._associations = {key: one for key, one in table._associations.items() if one != subnet_id}
        for acl in self.network_acls.values():
            acl._associations = {key: one for key, one in acl._associations.items() if one.subnet_id != subnet_id}
        return original(self, subnet_id)

    @around(VPCs, "delete_vpc")
    def delete_vpc(original: Any, self: Any) -> EmptyResult:
        vpc = self.ec2_backend.get_vpc(self._get_param("VpcId"))
        if next(_contents(self.ec2_backend, vpc.id), None) is not None:
            raise _in_use("vpc", vpc.id)
        if vpc.dhcp_options:  # They are the account's, and outlive the VPC.
            vpc.dhcp_options.vpc = vpc.dhcp_options = None
        acls = [acl.id for acl in self.ec2_backend.network_acls.values() if acl.vpc_id == vpc.id]
        for acl_id in acls:
            del self.ec2_backend.network_acls[acl_id]
        return original(self)

    @around(RouteTables, "delete_route_table")
    def delete_table(original: Any, self: Any) -> EmptyResult:
        table = self.ec2_backend.get_route_table(self._get_param("RouteTableId"))
        if table.main_association_id is not None:
            raise _in_use("routeTable", table.id)
        return original(self)

    @around(NetworkACLs, "delete_network_acl")
    def delete_acl(original: Any, self: Any) -> EmptyResult:
        acl = self.ec2_backend.get_network_acl(self._get_param("NetworkAclId"))
        if acl.default:
            raise AwsError("InvalidParameterValue", f"cannot delete default network ACL {acl.id}")
        return original(self)

    @around(VPCBackend, "create_vpc")
    def create_vpc(original: Any, self: Any, *args: Any, **more: Any) -> Any:
        vpc = original(self, *args, **more)
        if not vpc.is_default:
            vpc.state = "pending"
            timeline.after(durations.VPC_CREATE, lambda: setattr(vpc, "state", "available"))
        return vpc


def _in_use(kind: str, name: str) -> AwsError:
    return AwsError("DependencyViolation", f"The {kind} '{name}' has dependencies and cannot be deleted.")


def _contents(backend: Any, vpc_id: str) -> Iterator[str]:
    """What a VPC holds beside the group, the table and the list that were made with it."""
    for zone in backend.subnets.values():
        yield from (one.id for one in zone.values() if one.vpc_id == vpc_id)
    yield from (one.id for one in backend.vpc_end_points.values() if one.vpc_id == vpc_id and one.state != "deleted")
    yield from (one.id for one in backend.internet_gateways.values() if one.vpc and one.vpc.id == vpc_id)
    yield from (one.id for one in backend.egress_only_internet_gateways.values() if one.vpc_id == vpc_id)
    yield from (one.id for one in backend.groups.get(vpc_id, {}).values() if not one.is_default)
    tables = (one for one in backend.route_tables.values() if one.vpc_id == vpc_id)
    yield from (one.id for one in tables if one.main_association_id is None)
    acls = (one for one in backend.network_acls.values() if one.vpc_id == vpc_id)
    yield from (one.id for one in acls if not one.default)
    yield from (one.id for one in backend.enis.values() if one.vpc_id == vpc_id)
