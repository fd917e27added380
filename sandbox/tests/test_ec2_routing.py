"""Route tables, gateways, addresses and NAT gateways, with the states that they pass through."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Running
from networks import Net, code, network, refused, skip

EVERYWHERE = "0.0.0.0/0"


@pytest.fixture
def net(sandbox: Running) -> Net:
    return network(sandbox)


def nat(net: Net, **more: Any) -> dict[str, Any]:
    address = net.ec2.allocate_address(Domain="vpc")["AllocationId"]
    asked = {"SubnetId": net.subnets[0], "AllocationId": address} | more
    return net.ec2.create_nat_gateway(**asked)["NatGateway"]


def look(net: Net, made: dict[str, Any]) -> dict[str, Any]:
    return net.ec2.describe_nat_gateways(NatGatewayIds=[made["NatGatewayId"]])["NatGateways"][0]


def state(net: Net, table: str) -> str:
    return next(one["State"] for one in net.routes(table) if one.get("DestinationCidrBlock") == EVERYWHERE)


def test_a_subnet_has_one_table(net: Net) -> None:
    first, second = net.table(), net.table()
    net.ec2.associate_route_table(RouteTableId=first, SubnetId=net.subnets[0])
    for table in (first, second):
        assert refused(net.ec2.associate_route_table, RouteTableId=table, SubnetId=net.subnets[0]) == (
            "Resource.AlreadyAssociated",
            f"the specified association for route table {table} conflicts with an existing association",
        )


def test_a_table_of_another_vpc_cannot_be_associated(sandbox: Running, net: Net) -> None:
    table = network(sandbox, "10.8.0.0/16").table()
    assert code(net.ec2.associate_route_table, RouteTableId=table, SubnetId=net.subnets[0]) == "InvalidParameterValue"


@pytest.mark.parametrize("destination", [EVERYWHERE, "10.7.0.0/16"])
def test_a_destination_has_one_route(net: Net, destination: str) -> None:
    table, gateway = net.table(), net.gateway()
    asked = {"RouteTableId": table, "DestinationCidrBlock": destination, "GatewayId": gateway}
    if destination == EVERYWHERE:
        net.ec2.create_route(**asked)
    assert refused(net.ec2.create_route, **asked) == (
        "RouteAlreadyExists",
        f"The route identified by {destination} already exists.",
    )


def test_a_route_inside_the_vpc_leads_a_whole_subnet_through_something(net: Net) -> None:
    table, gateway = net.table(), net.gateway()
    through = nat(net)["NatGatewayId"]
    interface = net.ec2.create_network_interface(SubnetId=net.subnets[1])["NetworkInterface"]["NetworkInterfaceId"]
    part = {"RouteTableId": table, "DestinationCidrBlock": "10.7.1.0/25"}
    whole = {"RouteTableId": table, "DestinationCidrBlock": "10.7.1.0/24"}
    assert refused(net.ec2.create_route, **whole, GatewayId=gateway) == (
        "InvalidParameterValue",
        "The destination CIDR block 10.7.1.0/24 is equal to or more specific than one of this VPC's CIDR blocks. This "
        "route can target only an interface or an instance.",
    )
    assert code(net.ec2.create_route, **part, NatGatewayId=through) == "InvalidParameterValue"
    net.ec2.create_route(**whole, NatGatewayId=through)
    net.ec2.replace_route(**whole, NetworkInterfaceId=interface)
    shown = next(one for one in net.routes(table) if one["DestinationCidrBlock"] == "10.7.1.0/24")
    assert (shown.get("NetworkInterfaceId"), shown.get("NatGatewayId")) == (interface, None)
    assert code(net.ec2.replace_route, **whole, GatewayId=gateway) == "InvalidParameterValue"
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.0.0.0/8", GatewayId=gateway)


def test_a_route_is_replaced_at_once_and_only_if_it_is_there(net: Net) -> None:
    table, gateway = net.table(), net.gateway()
    through = nat(net)["NatGatewayId"]
    asked = {"RouteTableId": table, "DestinationCidrBlock": EVERYWHERE}
    assert code(net.ec2.replace_route, **asked, GatewayId=gateway) == "InvalidParameterValue"
    net.ec2.create_route(**asked, GatewayId=gateway)
    net.ec2.replace_route(**asked, NatGatewayId=through)
    shown = next(one for one in net.routes(table) if one["DestinationCidrBlock"] == EVERYWHERE)
    assert (shown["NatGatewayId"], shown.get("GatewayId"), shown["State"]) == (through, None, "active")


def test_an_association_is_moved_within_its_vpc(sandbox: Running, net: Net) -> None:
    first, second, foreign = net.table(), net.table(), network(sandbox, "10.8.0.0/16").table()
    made = net.ec2.associate_route_table(RouteTableId=first, SubnetId=net.subnets[0])["AssociationId"]
    replace = net.ec2.replace_route_table_association
    assert code(replace, AssociationId=made, RouteTableId=foreign) == "InvalidParameterValue"
    moved = replace(AssociationId=made, RouteTableId=second)
    assert (moved["AssociationState"], moved["NewAssociationId"] != made) == ({"State": "associated"}, True)
    tables = net.ec2.describe_route_tables(RouteTableIds=[first, second])["RouteTables"]
    assert [[one["SubnetId"] for one in table["Associations"]] for table in tables] == [[], [net.subnets[0]]]
    assert code(replace, AssociationId=made, RouteTableId=first) == "InvalidAssociationID.NotFound"
    net.ec2.delete_route_table(RouteTableId=first)


def test_the_local_route_stays(net: Net) -> None:
    table = net.table()
    asked = {"RouteTableId": table, "DestinationCidrBlock": "10.7.0.0/16"}
    assert code(net.ec2.delete_route, **asked) == "InvalidParameterValue"


def test_a_target_must_exist_and_lie_in_the_vpc(sandbox: Running, net: Net) -> None:
    asked = {"RouteTableId": net.table(), "DestinationCidrBlock": EVERYWHERE}
    unknown = {"NatGatewayId": "nat-00000000000000000"}
    assert code(net.ec2.create_route, **asked, **unknown) == "InvalidNatGatewayID.NotFound"
    foreign = {"GatewayId": network(sandbox, "10.8.0.0/16").gateway()}
    assert code(net.ec2.create_route, **asked, **foreign) == "InvalidParameterValue"
    missing = {"VpcEndpointId": "vpce-00000000000000000"}
    assert code(net.ec2.create_route, **asked, **missing) == "InvalidVpcEndpointId.NotFound"


def test_a_vpc_has_one_internet_gateway(net: Net) -> None:
    net.gateway()
    other = net.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    asked = {"InternetGatewayId": other, "VpcId": net.vpc}
    assert code(net.ec2.attach_internet_gateway, **asked) == "InvalidParameterValue"


def test_a_route_to_a_detached_gateway_is_a_black_hole(net: Net) -> None:
    table, gateway = net.table(), net.gateway()
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)
    assert state(net, table) == "active"
    net.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=net.vpc)
    assert state(net, table) == "blackhole"


def test_a_nat_gateway_needs_an_internet_gateway(net: Net) -> None:
    assert refused(nat, net=net) == (
        "Gateway.NotAttached",
        f"Network {net.vpc} has no Internet gateway attached",
    )


def test_a_nat_gateway_lies_in_its_subnet(net: Net) -> None:
    net.gateway()
    made = nat(net)
    assert made["State"] == "pending"
    found = look(net, made)
    address = found["NatGatewayAddresses"][0]
    assert (found["State"], address["PrivateIp"]) == ("available", "10.7.1.4")
    interface = net.interfaces(interface_type="nat_gateway")[0]
    assert interface["NetworkInterfaceId"] == address["NetworkInterfaceId"]
    assert interface["Description"] == f"Interface for NAT Gateway {made['NatGatewayId']}"
    assert (interface["RequesterManaged"], interface["Status"], interface["Groups"]) == (True, "in-use", [])
    for name, value in (("requester-managed", "true"), ("status", "in-use"), ("attachment.status", "attached")):
        asked = [{"Name": "vpc-id", "Values": [net.vpc]}, {"Name": name, "Values": [value]}]
        assert len(net.ec2.describe_network_interfaces(Filters=asked)["NetworkInterfaces"]) == 1


def test_a_nat_gateway_takes_the_address_it_is_given(net: Net) -> None:
    net.gateway()
    made = nat(net, PrivateIpAddress="10.7.1.40")
    assert look(net, made)["NatGatewayAddresses"][0]["PrivateIp"] == "10.7.1.40"
    assert code(nat, net=net, PrivateIpAddress="10.7.1.40") == "InvalidIPAddress.InUse"


def test_an_address_in_use_makes_the_second_nat_gateway_fail(net: Net) -> None:
    net.gateway()
    first = nat(net)
    second = nat(net, AllocationId=first["NatGatewayAddresses"][0]["AllocationId"])
    found = look(net, second)
    assert (found["State"], found["FailureCode"]) == ("failed", "Resource.AlreadyAssociated")
    assert len(net.interfaces()) == 1


def test_a_nat_gateway_holds_everything_until_it_is_deleted(slow: Running) -> None:
    net = network(slow)
    gateway, table = net.gateway(), net.table()
    made = nat(net)
    name, allocation = made["NatGatewayId"], made["NatGatewayAddresses"][0]["AllocationId"]
    assert look(net, made)["State"] == "pending"
    skip(slow, 100)
    assert look(net, made)["State"] == "available"
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, NatGatewayId=name)
    net.ec2.delete_nat_gateway(NatGatewayId=name)
    association = net.ec2.describe_addresses(AllocationIds=[allocation])["Addresses"][0]["AssociationId"]
    assert look(net, made)["State"] == "deleting"
    assert code(net.ec2.release_address, AllocationId=allocation) == "InvalidIPAddress.InUse"
    assert code(net.ec2.disassociate_address, AssociationId=association) == "AuthFailure"
    detach = {"InternetGatewayId": gateway, "VpcId": net.vpc}
    assert code(net.ec2.detach_internet_gateway, **detach) == "DependencyViolation"
    assert code(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == "DependencyViolation"
    skip(slow, 100)
    assert (look(net, made)["State"], state(net, table)) == ("deleted", "blackhole")
    net.ec2.release_address(AllocationId=allocation)
    net.ec2.detach_internet_gateway(**detach)
    net.ec2.delete_subnet(SubnetId=net.subnets[0])
    assert code(net.ec2.delete_nat_gateway, NatGatewayId=name) == "NatGatewayNotFound"
    skip(slow, 3600)
    assert code(look, net=net, made=made) == "NatGatewayNotFound"


def test_nat_gateways_are_found_by_tag(net: Net) -> None:
    net.gateway()
    tags = [{"ResourceType": "natgateway", "Tags": [{"Key": "part", "Value": net.vpc}]}]
    made = nat(net, TagSpecifications=tags)
    nat(net)
    found = net.ec2.describe_nat_gateways(Filters=[{"Name": "tag:part", "Values": [net.vpc]}])["NatGateways"]
    assert [one["NatGatewayId"] for one in found] == [made["NatGatewayId"]]


def test_prefix_lists_have_the_ids_of_aws(net: Net) -> None:
    asked = [{"Name": "prefix-list-name", "Values": ["com.amazonaws.us-east-1.s3"]}]
    assert net.ec2.describe_prefix_lists(Filters=asked)["PrefixLists"][0]["PrefixListId"] == "pl-63a5400a"
    unknown = {"PrefixListIds": ["pl-00000000"]}
    assert code(net.ec2.describe_prefix_lists, **unknown) == "InvalidPrefixListID.NotFound"
