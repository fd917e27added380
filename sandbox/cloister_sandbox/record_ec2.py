"""EC2's own way of writing records: `xxxSet.items`, and for newer operations one element named after the request."""

from __future__ import annotations

from typing import Any

import xmltodict
from werkzeug.wrappers import Response

from .call import Call
from .record_request import input_shape, lower_first

# Operations since about 2017 are written as `{"CreateFlowLogsRequest": {...}}`.
_NEWER = (
    "VpcEndpoint",
    "FlowLogs",
    "NatGateway",
    "SecurityGroupRule",
    "PrefixList",
    "TransitGateway",
    "LaunchTemplate",
    "InstanceConnectEndpoint",
)

# The set that a list of plain values becomes, by the name that the list has on the wire.
_SETS = {
    "VpcId": "vpcSet",
    "SubnetId": "subnetSet",
    "InstanceId": "instancesSet",
    "GroupId": "securityGroupIdSet",
    "GroupName": "securityGroupSet",
    "SecurityGroupId": "groupSet",
    "RouteTableId": "routeTableIdSet",
    "NetworkInterfaceId": "networkInterfaceIdSet",
    "NetworkAclId": "networkAclIdSet",
    "InternetGatewayId": "internetGatewayIdSet",
    "VolumeId": "volumeSet",
    "ResourceId": "resourcesSet",
    "ZoneName": "availabilityZoneSet",
    "RegionName": "regionSet",
    "AllocationId": "allocationIdsSet",
    "PublicIp": "publicIpsSet",
}
_NOT_SETS = {"IpPermissions", "Groups", "IpRanges", "Ipv6Ranges", "PrefixListIds"}


def request_parameters(call: Call) -> dict[str, Any] | None:
    """The parameters of an EC2 call."""
    shape = input_shape(call)
    if shape is None:
        return None
    if any(word in call.operation for word in _NEWER):
        return {f"{call.operation}Request": _tagged(call.parameters, shape)}
    return _classic(call.parameters, shape)


def response_elements(call: Call, response: Response) -> dict[str, Any] | None:
    """The answer, whose XML is what the record shows as JSON."""
    root = xmltodict.parse(response.get_data(), force_list=("item",))
    content = next(iter(root.values())) or {}
    if any(word in call.operation for word in _NEWER):
        return {f"{call.operation}Response": _unlisted(content)}
    return {
        ("_return" if name == "return" else name): _answered(value)
        for name, value in content.items()
        if not name.startswith("@")
    }


def _classic(value: dict[str, Any], shape: Any) -> dict[str, Any]:
    written = {}
    for name, one in value.items():
        member = shape.members[name]
        wire = _wire_name(member, name)
        if name == "TagSpecifications":
            written["tagSpecificationSet"] = {"items": [_tag_specification(each) for each in one]}
        elif isinstance(one, list):
            key, items = _set(wire, one, member)
            written[key] = {"items": items}
        elif isinstance(one, dict):
            written[lower_first(wire)] = _classic(one, member)
        else:
            written[lower_first(wire)] = one
    return written


def _tag_specification(given: dict[str, Any]) -> dict[str, Any]:
    tags = [{lower_first(name): value for name, value in tag.items()} for tag in given.get("Tags", [])]
    return {"resourceType": given.get("ResourceType"), "tags": tags}


def _set(wire: str, values: list[Any], shape: Any) -> tuple[str, list[Any]]:
    item = shape.member
    name = lower_first(wire) if wire in _NOT_SETS else _SETS.get(wire, f"{lower_first(wire)}Set")
    if item.type_name == "structure":
        return name, [_classic(one, item) for one in values]
    # Filter values are `{"value": ...}`; other lists of plain values repeat the name of the list.
    return name, [{lower_first(wire): one} for one in values]


def _tagged(value: dict[str, Any], shape: Any) -> dict[str, Any]:
    written: dict[str, Any] = {}
    for name, one in value.items():
        member = shape.members[name]
        wire = _wire_name(member, name)
        if isinstance(one, list):
            numbered = [_numbered(item, member.member, index) for index, item in enumerate(one, start=1)]
            written[wire] = numbered[0] if len(numbered) == 1 else numbered
        else:
            written[wire] = _tagged(one, member) if isinstance(one, dict) else one
    return written


def _numbered(item: Any, shape: Any, index: int) -> dict[str, Any]:
    if isinstance(item, dict):
        return _tagged(item, shape) | {"tag": index}
    return {"content": item, "tag": index}


def _wire_name(shape: Any, name: str) -> str:
    wire = shape.serialization.get("queryName") or shape.serialization.get("name") or name
    return wire[:1].upper() + wire[1:]


def _answered(node: Any) -> Any:
    if isinstance(node, dict):
        if "item" in node:
            return {"items": [_answered(one) for one in node["item"]]}
        return {name: _answered(value) for name, value in node.items() if not name.startswith("@")}
    if node is None:
        return {}
    return {"true": True, "false": False}.get(node, node)


def _unlisted(node: Any) -> Any:
    if isinstance(node, dict):
        return {name.lstrip("@"): _unlisted(value) for name, value in node.items()}
    if isinstance(node, list):
        return _unlisted(node[0]) if len(node) == 1 else [_unlisted(one) for one in node]
    return {"true": True, "false": False, None: ""}.get(node, node)
