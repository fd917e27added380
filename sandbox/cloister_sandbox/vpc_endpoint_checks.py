"""What EC2 refuses about an endpoint before it makes or changes it."""

from __future__ import annotations

from typing import Any

from .answers import ServiceError
from .patches.ec2_endpoint_services import EndpointService, find

_S3 = ".s3"


def check_gateway(asked: dict[str, Any]) -> None:
    """Refuses what only interface endpoints have."""
    for member, words in (("SubnetIds", "Subnet IDs"), ("SecurityGroupIds", "Security group IDs")):
        if asked.get(member):
            raise ServiceError("InvalidParameter", f"{words} are only supported for Interface type VPC Endpoints.")
    if asked.get("PrivateDnsEnabled"):
        raise ServiceError("InvalidParameter", "Private DNS is only supported for Interface type VPC Endpoints.")


def check_tables(backend: Any, vpc: Any, tables: list[str], prefix_list: str) -> None:
    """Refuses tables of other VPCs, and those that have a route to the service already."""
    for table_id in tables:
        table = backend.get_route_table(table_id)
        if table.vpc_id != vpc.id:
            raise ServiceError("InvalidParameter", f"Route table {table_id} does not belong to VPC {vpc.id}")
        if any(one.destination_prefix_list_id == prefix_list for one in table.routes):
            raise ServiceError(
                "RouteAlreadyExists",
                f"route table {table_id} already has a route with destination-prefix-list-id {prefix_list}",
            )


def check_subnets(backend: Any, vpc: Any, service: EndpointService, present: list[str], added: list[str]) -> None:
    """Refuses subnets of other VPCs, of zones without the service, and a second one in a zone."""
    taken = {backend.get_subnet(one).availability_zone for one in present}
    for subnet_id in added:
        subnet = backend.get_subnet(subnet_id)
        if subnet.vpc_id != vpc.id:
            raise ServiceError("InvalidParameter", f"Subnet {subnet_id} does not belong to VPC {vpc.id}")
        if subnet.availability_zone not in service.zones:
            raise ServiceError(
                "InvalidParameter",
                f"The VPC endpoint service {service.name} does not support the availability zone of the subnet: "
                f"{subnet_id}.",
            )
        if subnet.availability_zone in taken:
            raise ServiceError(
                "DuplicateSubnetsInSameZone",
                f"Found another VPC endpoint subnet in the availability zone of {subnet_id}",
            )
        taken.add(subnet.availability_zone)


def check_groups(backend: Any, vpc: Any, groups: list[str]) -> None:
    """Refuses groups that do not exist in the VPC."""
    for group_id in groups:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise ServiceError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != vpc.id:
            raise ServiceError("InvalidParameter", f"Security group {group_id} does not belong to VPC {vpc.id}")


def wants_private_dns(service: EndpointService, asked: bool | None) -> bool:
    """Whether an endpoint gets private names: as asked, else wherever the service has them."""
    if asked and not service.private_names:
        raise ServiceError(
            "InvalidParameter",
            f"Private DNS can't be enabled because the service {service.name} does not provide a private DNS name.",
        )
    return bool(service.private_names) if asked is None else asked


def check_private_dns(
    backend: Any, vpc: Any, service: EndpointService, options: dict[str, Any], own_id: str = ""
) -> None:
    """Refuses private names that the VPC cannot resolve, or has already."""
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise ServiceError(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true "
            f"for {vpc.id}",
        )
    others = [one for one in backend.vpc_end_points.values() if one.vpc_id == vpc.id and one.id != own_id]
    for other in others:
        if other.private_dns_enabled and (clash := _shared_name(backend, service, other)):
            raise ServiceError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
                f"{clash} in the VPC {vpc.id}",
            )
    _check_inbound_only(vpc, service, options, others)


def _shared_name(backend: Any, service: EndpointService, other: Any) -> str:
    names = find(backend, other.service_name).private_names
    return next((one for one in service.private_names if one in names), "")


def _check_inbound_only(vpc: Any, service: EndpointService, options: dict[str, Any], others: list[Any]) -> None:
    """S3's private names are for the resolver's inbound endpoints only, unless asked otherwise."""
    inbound_only = options.get("PrivateDnsOnlyForInboundResolverEndpoint", True)
    has_gateway = any(one.service_name == service.name and one.vpc_endpoint_type == "Gateway" for one in others)
    if service.name.endswith(_S3) and inbound_only and not has_gateway:
        raise ServiceError(
            "InvalidParameter",
            f"To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC {vpc.id} must have a Gateway endpoint "
            "for the service.",
        )
