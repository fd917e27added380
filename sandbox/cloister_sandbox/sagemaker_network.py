"""The network that SageMaker works in: whether it exists, and the interfaces that SageMaker puts there."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends

from . import timeline
from .accounts import PARTITION
from .durations import INTERFACE_LINGER

_ADVICE = (
    "Verify that the {noun} ID is valid and that it's in the same AWS Region as the requested domain. "
    "To determine whether the {noun} has been deleted, contact your administrator."
)


def problem(account: str, region: str, vpc_id: str, subnets: Iterable[str], groups: Iterable[str]) -> str:
    """Why SageMaker could not work in this network; empty if it can."""
    backend = ec2_backends[account][region]
    if vpc_id not in backend.vpcs:
        return _not_found("VPC", vpc_id)
    if backend.vpcs[vpc_id].instance_tenancy == "dedicated":
        return f"ValidationError: The VPC '{vpc_id}' has dedicated tenancy. Choose a VPC with default tenancy."
    for subnet_id in subnets:
        subnet = find_subnet(account, region, subnet_id)
        if subnet is None:
            return _not_found("subnet", subnet_id)
        if subnet.vpc_id != vpc_id:
            return f"ValidationError: The subnet '{subnet_id}' does not belong to the VPC '{vpc_id}'."
    for group_id in groups:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            return _not_found("security group", group_id)
        if group.vpc_id != vpc_id:
            return f"ValidationError: The security group '{group_id}' does not belong to the VPC '{vpc_id}'."
    return ""


def find_subnet(account: str, region: str, subnet_id: str) -> Any | None:
    """moto's subnet of an id."""
    zones = ec2_backends[account][region].subnets.values()
    return next((zone[subnet_id] for zone in zones if subnet_id in zone), None)


def put_interface(account: str, region: str, subnet_id: str, groups: list[str], description: str, role_arn: str) -> Any:
    """Makes the interface through which something of SageMaker's reaches the VPC."""
    backend = ec2_backends[account][region]
    interface = backend.create_network_interface(
        find_subnet(account, region, subnet_id), "", group_ids=groups, description=description
    )
    # SageMaker makes it in a session of the execution role that is called so.
    interface.requester_id = f"{_role_id(account, role_arn)}:SageMaker"
    interface.status = "in-use"
    return interface


def release_interface(account: str, region: str, interface: Any) -> None:
    """Detaches an interface; it stays for a while, and keeps its subnet and groups from being deleted."""
    interface.status = "available"
    enis = ec2_backends[account][region].enis
    timeline.after(INTERFACE_LINGER, lambda: remove_interface(enis, interface))


def remove_interface(enis: dict[str, Any], interface: Any) -> None:
    """Removes an interface, unless somebody cleaned up before."""
    if enis.pop(interface.id, None) is not None:
        for address in interface.private_ip_addresses:
            interface.subnet.del_subnet_ip(address["PrivateIpAddress"])


def studio_description(domain_id: str) -> str:
    """How the interface of a Studio app is described."""
    return f"[DO NOT DELETE] ENI managed by SageMaker for Studio Domain({domain_id}) - {secrets.token_hex(16)}"


def _role_id(account: str, role_arn: str) -> str:
    roles = iam_backends[account][PARTITION].roles.values()
    return next((role.id for role in roles if role.arn == role_arn), "AROA")


def _not_found(noun: str, identifier: str) -> str:
    advice = _ADVICE.format(noun=noun)
    return f"ResourceNotFoundError: The {noun} ID '{identifier}' could not be found. {advice}"
