"""What EC2 finds by tag, by id and by what belongs together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Running
from networks import Net, code, network

ROLE = "arn:aws:iam::111122223333:role/PlatformAdministrator"
TAGS = [{"Key": "cloister:composite", "Value": "labs/one"}, {"Key": "cloister:part", "Value": "net"}]
# Operation, list, id and the filter by id, of each kind that composites make.
KINDS = {
    "elastic-ip": ("describe_addresses", "Addresses", "AllocationId", "allocation-id"),
    "internet-gateway": ("describe_internet_gateways", "InternetGateways", "InternetGatewayId", "internet-gateway-id"),
    "natgateway": ("describe_nat_gateways", "NatGateways", "NatGatewayId", "nat-gateway-id"),
    "network-acl": ("describe_network_acls", "NetworkAcls", "NetworkAclId", "network-acl-id"),
    "network-interface": (
        "describe_network_interfaces",
        "NetworkInterfaces",
        "NetworkInterfaceId",
        "network-interface-id",
    ),
    "route-table": ("describe_route_tables", "RouteTables", "RouteTableId", "route-table-id"),
    "security-group": ("describe_security_groups", "SecurityGroups", "GroupId", "group-id"),
    "security-group-rule": (
        "describe_security_group_rules",
        "SecurityGroupRules",
        "SecurityGroupRuleId",
        "security-group-rule-id",
    ),
    "subnet": ("describe_subnets", "Subnets", "SubnetId", "subnet-id"),
    "vpc": ("describe_vpcs", "Vpcs", "VpcId", "vpc-id"),
    "vpc-endpoint": ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId", "vpc-endpoint-id"),
    "vpc-flow-log": ("describe_flow_logs", "FlowLogs", "FlowLogId", "flow-log-id"),
}


@pytest.fixture(scope="module")
def made(sandbox: Running) -> Iterator[tuple[Net, dict[str, str]]]:
    """One of each kind, with tags."""
    net = network(sandbox)
    net.gateway()
    yield net, dict(_one_of_each(net))


def _one_of_each(net: Net) -> Iterator[tuple[str, str]]:
    ec2 = net.ec2
    yield "vpc", ec2.create_vpc(CidrBlock="10.99.0.0/16", **tagged("vpc"))["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.7.50.0/24", **tagged("subnet"))["Subnet"]["SubnetId"]
    yield "subnet", subnet
    gateway = ec2.create_internet_gateway(**tagged("internet-gateway"))["InternetGateway"]
    yield "internet-gateway", gateway["InternetGatewayId"]
    yield "route-table", ec2.create_route_table(VpcId=net.vpc, **tagged("route-table"))["RouteTable"]["RouteTableId"]
    address = ec2.allocate_address(Domain="vpc", **tagged("elastic-ip"))["AllocationId"]
    yield "elastic-ip", address
    nat = ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address, **tagged("natgateway"))
    yield "natgateway", nat["NatGateway"]["NatGatewayId"]
    asked = {"GroupName": "tagged", "Description": "d", "VpcId": net.vpc}
    group = ec2.create_security_group(**asked, **tagged("security-group"))["GroupId"]
    yield "security-group", group
    rule = {"IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "d"}]}
    rules = ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[rule], **tagged("security-group-rule")
    )
    yield "security-group-rule", rules["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    yield "vpc-endpoint", net.interface_endpoint(**tagged("vpc-endpoint"))["VpcEndpointId"]
    interface = ec2.create_network_interface(SubnetId=subnet, **tagged("network-interface"))["NetworkInterface"]
    yield "network-interface", interface["NetworkInterfaceId"]
    yield "network-acl", ec2.create_network_acl(VpcId=net.vpc, **tagged("network-acl"))["NetworkAcl"]["NetworkAclId"]
    flows = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/tagged"}
    log = ec2.create_flow_logs(**flows, DeliverLogsPermissionArn=ROLE, **tagged("vpc-flow-log"))
    yield "vpc-flow-log", log["FlowLogIds"][0]


def tagged(kind: str) -> dict[str, Any]:
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": TAGS}]}


def find(net: Net, kind: str, *filters: tuple[str, str]) -> list[str]:
    operation, listed, member, _ = KINDS[kind]
    asked = [{"Name": name, "Values": [value]} for name, value in filters]
    answer = getattr(net.ec2, operation)(**{"Filter" if kind == "vpc-flow-log" else "Filters": asked})
    return [one[member] for one in answer[listed]]


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_everything_is_found_by_its_tags_and_its_id(made: tuple[Net, dict[str, str]], kind: str) -> None:
    net, ids = made
    composite, part = ("tag:cloister:composite", "labs/one"), ("tag:cloister:part", "net")
    assert find(net, kind, composite, part) == [ids[kind]]
    assert find(net, kind, composite, ("tag:cloister:part", "*t")) == [ids[kind]]
    assert find(net, kind, composite, ("tag:cloister:part", "other")) == []
    assert find(net, kind, composite, ("tag-key", "cloister:part")) == [ids[kind]]
    assert find(net, kind, (KINDS[kind][3], ids[kind]), part) == [ids[kind]]
    # An unknown id in a filter is no error: the known ones still are found.
    assert find(net, kind, (KINDS[kind][3], "none-0123456789abcdef0")) == []


def test_rules_are_found_by_group_and_told_one_by_one(made: tuple[Net, dict[str, str]]) -> None:
    net, ids = made
    asked = [{"Name": "group-id", "Values": [ids["security-group"]]}]
    rules = net.ec2.describe_security_group_rules(Filters=asked)["SecurityGroupRules"]
    ingress = next(one for one in rules if not one["IsEgress"])
    assert (len(rules), ingress["SecurityGroupRuleId"]) == (2, ids["security-group-rule"])
    assert (ingress["CidrIpv4"], ingress["FromPort"], ingress["ToPort"]) == ("10.0.0.0/8", 1, 2)
    assert (ingress["Description"], ingress["Tags"]) == ("d", TAGS)
    missing = {"SecurityGroupRuleIds": ["sgr-0123456789abcdef0"]}
    assert code(net.ec2.describe_security_group_rules, **missing) == "InvalidSecurityGroupRuleId.NotFound"


def test_flow_logs_and_nat_gateways_are_found_by_what_they_belong_to(made: tuple[Net, dict[str, str]]) -> None:
    net, ids = made
    assert find(net, "vpc-flow-log", ("resource-id", net.vpc)) == [ids["vpc-flow-log"]]
    assert find(net, "vpc-flow-log", ("resource-id", net.vpc), ("log-group-name", "/other")) == []
    assert find(net, "natgateway", ("vpc-id", net.vpc), ("state", "available")) == [ids["natgateway"]]
    assert find(net, "natgateway", ("vpc-id", net.vpc), ("state", "deleted")) == []
