"""What EC2 calls need: the things that their parameters name, and those that they make.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from ..call import Call
from . import ec2_facts
from .needs import Keys, Need, listed, regional, request_tags, resource_tags, tags_of

# Kind of resource by what its ids begin with; longer beginnings first.
_KINDS = {
    "acl-": "network-acl",
    "dopt-": "dhcp-options",
    "eigw-": "egress-only-internet-gateway",
    "eipalloc-": "elastic-ip",
    "eni-": "network-interface",
    "fl-": "vpc-flow-log",
    "i-": "instance",
    "igw-": "internet-gateway",
    "nat-": "natgateway",
    "pcx-": "vpc-peering-connection",
    "pl-": "prefix-list",
    "rtb-": "route-table",
    "sg-": "security-group",
    "sgr-": "security-group-rule",
    "snap-": "snapshot",
    "subnet-": "subnet",
    "vol-": "volume",
    "vpce-svc-": "vpc-endpoint-service",
    "vpce-": "vpc-endpoint",
    "vpc-": "vpc",
}
# What an operation makes.
_MADE = {
    "AllocateAddress": "elastic-ip",
    "CreateDhcpOptions": "dhcp-options",
    "CreateEgressOnlyInternetGateway": "egress-only-internet-gateway",
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
    "CreateVpcEndpointServiceConfiguration": "vpc-endpoint-service",
    "CreateVpcPeeringConnection": "vpc-peering-connection",
    "RunInstances": "instance",
}
# Operations that name more than what they are about: a route's targets, for one, are not asked about.
_ONLY_ABOUT = {
    "CreateRoute": ("route-table",),
    "DeleteRoute": ("route-table",),
    "ReplaceRoute": ("route-table",),
}
# Reading knows no resources.
_READING = ("Describe", "Get", "Search")


def needs(call: Call) -> list[Need]:
    """Everything an EC2 call needs."""
    if call.operation.startswith(_READING):
        return [Need(call.action, names_resource=False)]
    found = [
        Need(call.action, _arn(call, kind, one), keys=_keys_of(call, kind, one))
        for kind, one in _named(call)
        if kind in _ONLY_ABOUT.get(call.operation, (kind,))
    ]
    made = _MADE.get(call.operation)
    if made:
        keys = request_tags(_requested_tags(call).get(made, {})) | ec2_facts.of_new(call, made)
        found.append(Need(call.action, _arn(call, made, "*"), keys=keys))
    return [*found, *_tagging(call), *_delivery(call)] or [Need(call.action, names_resource=False)]


def keys(call: Call) -> Keys:
    """The condition keys of EC2's own that every call has."""
    return {"ec2:Region": call.region}


def network_interface(call: Call, action: str, subnet_id: str, groups: list[str], via: str) -> list[Need]:
    """What a service that makes or changes an interface in the caller's name needs of EC2."""
    named = [("subnet", subnet_id), *(("security-group", one) for one in groups)]
    found = [Need(action, _arn(call, kind, one), keys=_keys_of(call, kind, one), via=via) for kind, one in named if one]
    return [Need(action, _arn(call, "network-interface", "*"), via=via), *found]


def _requested_tags(call: Call) -> dict[str, dict[str, str]]:
    """The tags that a call gives to what it makes, by kind. AWS knows them only of the things that get them."""
    found: dict[str, dict[str, str]] = {}
    for one in listed(call.parameters.get("TagSpecifications")):
        if tags := tags_of(one.get("Tags")):
            found.setdefault(str(one.get("ResourceType") or "*"), {}).update(tags)
    return found


def _tagging(call: Call) -> list[Need]:
    """Tagging what is made needs a permission of its own, which policies tie to the operation that makes it.

    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
    """
    by_operation: Keys = {"ec2:CreateAction": call.operation}
    return [
        Need("ec2:CreateTags", _arn(call, kind, "*"), keys=request_tags(tags) | by_operation)
        for kind, tags in _requested_tags(call).items()
    ]


def _delivery(call: Call) -> list[Need]:
    """Flow logs that go to a bucket go there by a delivery that is the caller's.

    https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-s3-permissions.html
    """
    is_to_bucket = call.operation == "CreateFlowLogs" and call.parameters.get("LogDestinationType") == "s3"
    return [Need("logs:CreateLogDelivery", via="ec2")] if is_to_bucket else []


def _named(call: Call) -> list[tuple[str, str]]:
    """Kind and id of everything that the parameters name, in their order and once each."""
    ids = [one for value in call.parameters.values() for one in listed(value) if isinstance(one, str)]
    ids = [found for one in ids for found in ec2_facts.members(call, one)]
    return [(kind, one) for one in dict.fromkeys(ids) if (kind := _kind(one))]


def _kind(one: str) -> str | None:
    return next((kind for start, kind in _KINDS.items() if one.startswith(start)), None)


def _arn(call: Call, kind: str, one: str) -> str:
    return regional(call, "ec2", f"{kind}/{one}")


def _keys_of(call: Call, kind: str, one: str) -> Keys:
    tags: dict[str, Any] = ec2_backends[call.account][call.region].tags.get(one) or {}
    return resource_tags(tags, "ec2") | ec2_facts.of(call, kind, one)
