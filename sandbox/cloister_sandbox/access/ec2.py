"""What EC2 calls need: the things that their parameters name, and those that they make.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ..call import Call
from .needs import Keys, Need, listed, regional, resource_tags, tags_of

# Kind of resource by what its ids begin with.
_KINDS = {
    "acl": "network-acl",
    "dopt": "dhcp-options",
    "eipalloc": "elastic-ip",
    "eni": "network-interface",
    "fl": "vpc-flow-log",
    "i": "instance",
    "igw": "internet-gateway",
    "nat": "natgateway",
    "pl": "prefix-list",
    "rtb": "route-table",
    "sg": "security-group",
    "sgr": "security-group-rule",
    "snap": "snapshot",
    "subnet": "subnet",
    "vol": "volume",
    "vpc": "vpc",
    "vpce": "vpc-endpoint",
}
# What an operation makes.
_MADE = {
    "AllocateAddress": "elastic-ip",
    "CreateDhcpOptions": "dhcp-options",
    "CreateFlowLogs": "vpc-flow-log",
    "CreateInternetGateway": "internet-gateway",
    "CreateManagedPrefixList": "prefix-list",
    "CreateNatGateway": "natgateway",
    "CreateNetworkAcl": "network-acl",
    "CreateNetworkInterface": "network-interface",
    "CreateRouteTable": "route-table",
    "CreateSecurityGroup": "security-group",
    "CreateSnapshot": "snapshot",
    "CreateSubnet": "subnet",
    "CreateVolume": "volume",
    "CreateVpc": "vpc",
    "CreateVpcEndpoint": "vpc-endpoint",
    "RunInstances": "instance",
}
# Reading knows no resources.
_READING = ("Describe", "Get", "Search")


def needs(call: Call) -> list[Need]:
    """Everything an EC2 call needs."""
    if call.operation.startswith(_READING):
        return [Need(call.action, names_resource=False)]
    made = _MADE.get(call.operation)
    found = [Need(call.action, _arn(call, kind, one), keys=_tags(call, one)) for kind, one in _named(call)]
    if made:
        found.append(Need(call.action, _arn(call, made, "*")))
        if call.parameters.get("TagSpecifications"):
            found.append(Need("ec2:CreateTags", _arn(call, made, "*"), keys={"ec2:CreateAction": call.operation}))
    return found or [Need(call.action, names_resource=False)]


def keys(call: Call) -> Keys:
    """The condition keys of EC2's own."""
    found: Keys = {"ec2:Region": call.region}
    if vpc := call.parameters.get("VpcId"):
        found["ec2:Vpc"] = _arn(call, "vpc", vpc)
    if service := call.parameters.get("ServiceName"):
        found["ec2:VpceServiceName"] = service
    return found


def requested_tags(call: Call) -> dict[str, str]:
    """The tags of what a call makes."""
    entries = [one for given in listed(call.parameters.get("TagSpecifications")) for one in listed(given.get("Tags"))]
    return tags_of(entries)


def _named(call: Call) -> list[tuple[str, str]]:
    """Kind and id of everything that the parameters name, in their order and once each."""
    ids = [one for value in call.parameters.values() for one in listed(value) if isinstance(one, str)]
    found = {one: _KINDS[one.split("-", 1)[0]] for one in ids if "-" in one and one.split("-", 1)[0] in _KINDS}
    return [(kind, one) for one, kind in found.items()]


def _arn(call: Call, kind: str, one: str) -> str:
    return regional(call, "ec2", f"{kind}/{one}")


def _tags(call: Call, one: str) -> Keys:
    tags: dict[str, Any] = ec2_backends[call.account][call.region].tags.get(one) or {}
    return resource_tags(tags, "ec2")
