"""What EC2's condition keys say of things that exist, and of those that are made.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html#amazonec2-policy-keys
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ..call import Call
from .needs import Keys, regional

# Kind -> where moto keeps things of it, and the key that holds their id.
_PLACES = {
    "internet-gateway": ("internet_gateways", "ec2:InternetGatewayID"),
    "network-acl": ("network_acls", "ec2:NetworkAclID"),
    "network-interface": ("enis", "ec2:NetworkInterfaceID"),
    "route-table": ("route_tables", "ec2:RouteTableID"),
    "security-group": ("", "ec2:SecurityGroupID"),
    "subnet": ("", "ec2:SubnetID"),
    "vpc": ("vpcs", "ec2:VpcID"),
    "vpc-endpoint": ("vpc_end_points", ""),
}
# Kinds that lie in a VPC and say so.
_IN_VPC = ("natgateway", "network-acl", "network-interface", "route-table", "security-group", "subnet")


def of(call: Call, kind: str, one: str) -> Keys:
    """The keys of an existing thing; only its id where it is not there."""
    _, id_key = _PLACES.get(kind, ("", ""))
    found: Keys = {id_key: one} if id_key else {}
    thing = _find(call, kind, one)
    if thing is None:
        return found
    if kind == "vpc-endpoint":
        return found | _of_endpoint(thing.service_name)
    if kind == "vpc":
        return found | {"ec2:Tenancy": thing.instance_tenancy}
    if kind == "network-interface":
        found |= {"ec2:Subnet": regional(call, "ec2", f"subnet/{thing.subnet.id}")}
        return found | _in_vpc(call, thing.subnet.vpc_id)
    if kind == "subnet":
        found["ec2:AvailabilityZone"] = thing.availability_zone
    return found | (_in_vpc(call, getattr(thing, "vpc_id", None)) if kind in _IN_VPC else {})


def of_new(call: Call, kind: str) -> Keys:
    """The keys of what a call makes, as far as its parameters tell them."""
    given = call.parameters
    if kind == "vpc-endpoint":
        return _of_endpoint(given.get("ServiceName"))
    if kind == "vpc":
        return {"ec2:Tenancy": given.get("InstanceTenancy") or "default"}
    subnet = _find(call, "subnet", given.get("SubnetId") or "")
    found: Keys = {"ec2:AvailabilityZone": given["AvailabilityZone"]} if given.get("AvailabilityZone") else {}
    if kind == "network-interface" and subnet is not None:
        found |= {"ec2:Subnet": regional(call, "ec2", f"subnet/{subnet.id}")}
    vpc_id = given.get("VpcId") or (subnet.vpc_id if subnet is not None else None)
    return found | (_in_vpc(call, vpc_id) if kind in _IN_VPC else {})


def members(call: Call, one: str) -> list[str]:
    """What an id stands for: that of an association or an attachment, for the things that it ties together."""
    backend = ec2_backends[call.account][call.region]
    if one.startswith("rtbassoc-"):
        tables = [table for table in backend.route_tables.values() if one in table._associations]
        return [found for table in tables for found in (table.id, table._associations[one])]
    if one.startswith("aclassoc-"):
        acls = (acl._associations for acl in backend.network_acls.values())
        return [str(known[one].subnet_id) for known in acls if one in known]
    if one.startswith("eni-attach-"):
        return [eni.id for eni in backend.enis.values() if getattr(eni, "attachment_id", None) == one]
    return [one]


def _of_endpoint(service: str | None) -> Keys:
    if not service:
        return {}
    owner = "amazon" if service.startswith(("com.amazonaws.", "aws.")) and ".vpce." not in service else ""
    return {"ec2:VpceServiceName": service} | ({"ec2:VpceServiceOwner": owner} if owner else {})


def _in_vpc(call: Call, vpc_id: str | None) -> Keys:
    return {"ec2:Vpc": regional(call, "ec2", f"vpc/{vpc_id}")} if vpc_id else {}


def _find(call: Call, kind: str, one: str) -> Any | None:
    backend = ec2_backends[call.account][call.region]
    if kind == "security-group":
        return next((groups[one] for groups in backend.groups.values() if one in groups), None)
    if kind == "subnet":
        return next((zone[one] for zone in backend.subnets.values() if one in zone), None)
    if kind == "natgateway":
        return backend.nat_gateways.get(one)
    place, _ = _PLACES.get(kind, ("", ""))
    return getattr(backend, place).get(one) if place else None
