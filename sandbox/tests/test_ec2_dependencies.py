"""What is in use cannot be deleted, and the default group never can."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Running
from networks import Net, code, network, refused


@pytest.fixture
def net(sandbox: Running) -> Net:
    return network(sandbox)


def rule(group: str) -> list[dict[str, Any]]:
    return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": group}]}]


def described_rule(description: str, **peer: Any) -> list[dict[str, Any]]:
    """A rule about one sort of peer: `IpRanges={"CidrIp": ...}`."""
    peers = {name: [value | ({"Description": description} if description else {})] for name, value in peer.items()}
    return [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443} | peers]


def default_group(net: Net) -> dict[str, Any]:
    asked = [{"Name": "vpc-id", "Values": [net.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    return net.ec2.describe_security_groups(Filters=asked)["SecurityGroups"][0]


def test_a_new_vpc_is_pending_until_the_next_look(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    made = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]
    assert made["State"] == "pending"
    assert ec2.describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"][0]["State"] == "available"


def test_the_default_group_lets_itself_in_and_stays(net: Net) -> None:
    group = default_group(net)
    assert [one["UserIdGroupPairs"][0]["GroupId"] for one in group["IpPermissions"]] == [group["GroupId"]]
    assert group["IpPermissions"][0]["IpProtocol"] == "-1"
    assert refused(net.ec2.delete_security_group, GroupId=group["GroupId"]) == (
        "CannotDelete",
        f'the specified group: "{group["GroupId"]}" name: "default" cannot be deleted by a user',
    )


def test_a_group_that_an_interface_uses_stays(net: Net) -> None:
    group = net.group()
    made = net.ec2.create_network_interface(SubnetId=net.subnets[0], Groups=[group])["NetworkInterface"]
    assert refused(net.ec2.delete_security_group, GroupId=group) == (
        "DependencyViolation",
        f"resource {group} has a dependent object",
    )
    net.ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    net.ec2.delete_security_group(GroupId=group)


@pytest.mark.parametrize("direction", ["ingress", "egress"])
def test_a_group_that_a_rule_of_another_names_stays(net: Net, direction: str) -> None:
    named, other = net.group("named"), net.group("other")
    getattr(net.ec2, f"authorize_security_group_{direction}")(GroupId=other, IpPermissions=rule(named))
    assert code(net.ec2.delete_security_group, GroupId=named) == "DependencyViolation"
    getattr(net.ec2, f"revoke_security_group_{direction}")(GroupId=other, IpPermissions=rule(named))
    net.ec2.delete_security_group(GroupId=named)


@pytest.mark.parametrize("direction", ["ingress", "egress"])
@pytest.mark.parametrize("sort", ["IpRanges", "UserIdGroupPairs", "PrefixListIds"])
def test_a_description_is_kept_and_makes_no_second_rule(net: Net, sort: str, direction: str) -> None:
    ec2, group = net.ec2, net.group()
    peer = {
        "IpRanges": {"CidrIp": "10.0.0.0/8"},
        "UserIdGroupPairs": {"GroupId": net.group("other")},
        "PrefixListIds": {"PrefixListId": "pl-63a5400a"},
    }[sort]
    authorize = getattr(ec2, f"authorize_security_group_{direction}")
    shown = "IpPermissions" if direction == "ingress" else "IpPermissionsEgress"

    def texts() -> list[str | None]:
        found = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0][shown]
        return [one.get("Description") for rule in found if rule["IpProtocol"] == "tcp" for one in rule[sort]]

    authorize(GroupId=group, IpPermissions=described_rule("first", **{sort: peer}))
    assert texts() == ["first"]
    again = described_rule("second", **{sort: peer})
    assert code(authorize, GroupId=group, IpPermissions=again) == "InvalidPermission.Duplicate"
    describe = getattr(ec2, f"update_security_group_rule_descriptions_{direction}")
    bare = described_rule("", **{sort: peer})
    for asked, expected in ((bare, None), (again, "second")):
        describe(GroupId=group, IpPermissions=asked)
        assert texts() == [expected]
    getattr(ec2, f"revoke_security_group_{direction}")(GroupId=group, IpPermissions=bare)
    assert texts() == []


def test_two_groups_that_name_each_other_both_stay(net: Net) -> None:
    one, two = net.group("one"), net.group("two")
    for group, other in ((one, two), (two, one)):
        net.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule(other))
    assert {code(net.ec2.delete_security_group, GroupId=group) for group in (one, two)} == {"DependencyViolation"}


def test_a_group_that_names_only_itself_goes(net: Net) -> None:
    group = net.group()
    net.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=rule(group))
    net.ec2.delete_security_group(GroupId=group)


@pytest.mark.parametrize("name", ["default", "sg-mine"])
def test_reserved_group_names_are_refused(net: Net, name: str) -> None:
    assert code(net.group, name=name) == "InvalidParameterValue"


def test_a_subnet_with_an_interface_stays(net: Net) -> None:
    made = net.ec2.create_network_interface(SubnetId=net.subnets[0])["NetworkInterface"]
    assert refused(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == (
        "DependencyViolation",
        f"The subnet '{net.subnets[0]}' has dependencies and cannot be deleted.",
    )
    net.ec2.delete_network_interface(NetworkInterfaceId=made["NetworkInterfaceId"])
    net.ec2.delete_subnet(SubnetId=net.subnets[0])


def test_deleting_a_subnet_frees_its_route_table(net: Net) -> None:
    table = net.table()
    net.ec2.associate_route_table(RouteTableId=table, SubnetId=net.subnets[0])
    assert code(net.ec2.delete_route_table, RouteTableId=table) == "DependencyViolation"
    net.ec2.delete_subnet(SubnetId=net.subnets[0])
    net.ec2.delete_route_table(RouteTableId=table)


def test_the_main_table_stays(net: Net) -> None:
    asked = [{"Name": "vpc-id", "Values": [net.vpc]}]
    main = net.ec2.describe_route_tables(Filters=asked)["RouteTables"][0]["RouteTableId"]
    assert code(net.ec2.delete_route_table, RouteTableId=main) == "DependencyViolation"


def test_the_default_network_acl_stays(net: Net) -> None:
    asked = [{"Name": "vpc-id", "Values": [net.vpc]}]
    acl = net.ec2.describe_network_acls(Filters=asked)["NetworkAcls"][0]["NetworkAclId"]
    assert code(net.ec2.delete_network_acl, NetworkAclId=acl) == "InvalidParameterValue"


def test_a_vpc_goes_only_when_it_is_empty(net: Net) -> None:
    ec2, vpc = net.ec2, net.vpc
    group, table, gateway = net.group(), net.table(), net.gateway()
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    endpoint = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table])
    endpoint_id = endpoint["VpcEndpoint"]["VpcEndpointId"]
    steps: list[tuple[Any, dict[str, Any]]] = [
        *((ec2.delete_subnet, {"SubnetId": one}) for one in net.subnets),
        (ec2.delete_vpc_endpoints, {"VpcEndpointIds": [endpoint_id]}),
        (ec2.delete_security_group, {"GroupId": group}),
        (ec2.delete_route_table, {"RouteTableId": table}),
        (ec2.detach_internet_gateway, {"InternetGatewayId": gateway, "VpcId": vpc}),
        (ec2.delete_network_acl, {"NetworkAclId": acl}),
    ]
    for remove, named in steps:
        assert refused(ec2.delete_vpc, VpcId=vpc) == (
            "DependencyViolation",
            f"The vpc '{vpc}' has dependencies and cannot be deleted.",
        )
        remove(**named)
    ec2.delete_vpc(VpcId=vpc)
    assert code(ec2.describe_vpcs, VpcIds=[vpc]) == "InvalidVpcID.NotFound"


def test_dhcp_options_outlive_their_vpc(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    asked = [{"Key": "domain-name", "Values": ["ec2.internal"]}]
    options = ec2.create_dhcp_options(DhcpConfigurations=asked)["DhcpOptions"]["DhcpOptionsId"]
    ec2.associate_dhcp_options(VpcId=vpc, DhcpOptionsId=options)
    ec2.delete_vpc(VpcId=vpc)
    ec2.delete_dhcp_options(DhcpOptionsId=options)


def test_an_interface_takes_an_address_of_its_subnet_and_a_group_of_its_vpc(sandbox: Running, net: Net) -> None:
    made = net.ec2.create_network_interface(SubnetId=net.subnets[0])["NetworkInterface"]
    assert made["PrivateIpAddress"] == "10.7.1.4"
    taken = {"SubnetId": net.subnets[0], "PrivateIpAddress": "10.7.1.4"}
    assert code(net.ec2.create_network_interface, **taken) == "InvalidIPAddress.InUse"
    outside = {"SubnetId": net.subnets[0], "PrivateIpAddress": "10.8.1.4"}
    assert code(net.ec2.create_network_interface, **outside) == "InvalidParameterValue"
    unknown = {"SubnetId": net.subnets[0], "Groups": ["sg-00000000000000000"]}
    assert code(net.ec2.create_network_interface, **unknown) == "InvalidGroup.NotFound"
    foreign = {"SubnetId": net.subnets[0], "Groups": [network(sandbox, "10.8.0.0/16").group()]}
    assert code(net.ec2.create_network_interface, **foreign) == "InvalidParameter"


def test_a_full_subnet_has_no_address_left(net: Net) -> None:
    small = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.7.9.0/28")["Subnet"]["SubnetId"]
    for _ in range(11):
        net.ec2.create_network_interface(SubnetId=small)
    assert net.ec2.describe_subnets(SubnetIds=[small])["Subnets"][0]["AvailableIpAddressCount"] == 0
    assert code(net.ec2.create_network_interface, SubnetId=small) == "InsufficientFreeAddressesInSubnet"
