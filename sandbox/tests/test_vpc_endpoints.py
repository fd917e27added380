"""Endpoints: what is refused, the interfaces they come with, and how they go."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Running
from networks import Net, code, network, refused, skip

S3 = "com.amazonaws.us-east-1.s3"
ZONE_WITHOUT_STUDIO = "us-east-1e"


@pytest.fixture
def net(sandbox: Running) -> Net:
    return network(sandbox)


def gateway(net: Net, *tables: str, **more: Any) -> dict[str, Any]:
    asked = {"VpcId": net.vpc, "ServiceName": S3, "RouteTableIds": list(tables)} | more
    return net.ec2.create_vpc_endpoint(**asked)["VpcEndpoint"]


def test_an_interface_endpoint_has_an_interface_with_its_groups(net: Net) -> None:
    group = net.group()
    made = net.interface_endpoint(SecurityGroupIds=[group], SubnetIds=list(net.subnets))
    assert made["State"] == "pending"
    found = net.endpoint(made["VpcEndpointId"])
    assert (found["State"], found["PrivateDnsEnabled"], found["RequesterManaged"]) == ("available", True, False)
    interfaces = net.interfaces(interface_type="vpc_endpoint")
    assert {one["NetworkInterfaceId"] for one in interfaces} == set(found["NetworkInterfaceIds"])
    assert {one["SubnetId"] for one in interfaces} == set(net.subnets)
    for one in interfaces:
        assert one["Description"] == f"VPC Endpoint Interface {made['VpcEndpointId']}"
        assert (one["RequesterManaged"], one["Status"]) == (True, "in-use")
        assert [each["GroupId"] for each in one["Groups"]] == [group]
        assert one["Attachment"]["AttachmentId"].startswith("ela-attach-")
        delete = {"NetworkInterfaceId": one["NetworkInterfaceId"]}
        assert code(net.ec2.delete_network_interface, **delete) == "InvalidParameterValue"
        detach = {"AttachmentId": one["Attachment"]["AttachmentId"]}
        assert code(net.ec2.detach_network_interface, **detach) == "OperationNotPermitted"


def test_the_names_of_an_endpoint(net: Net) -> None:
    made = net.interface_endpoint()
    names = [one["DnsName"] for one in made["DnsEntries"]]
    assert names[0].startswith(made["VpcEndpointId"])
    assert names[0].endswith(".kms.us-east-1.vpce.amazonaws.com")
    assert "-us-east-1a.kms." in names[1]
    assert names[2] == "kms.us-east-1.amazonaws.com"


def test_an_endpoint_without_groups_has_the_default_one(net: Net) -> None:
    assert [one["GroupName"] for one in net.interface_endpoint()["Groups"]] == ["default"]


def test_an_unknown_service_is_refused(net: Net) -> None:
    name = "com.amazonaws.us-east-1.invented"
    assert refused(net.interface_endpoint, ServiceName=name) == (
        "InvalidServiceName",
        f"The Vpc Endpoint Service '{name}' does not exist",
    )
    assert code(net.ec2.describe_vpc_endpoint_services, ServiceNames=[name]) == "InvalidServiceName"


def test_services_are_found_by_name_and_type(net: Net) -> None:
    find = net.ec2.describe_vpc_endpoint_services
    by_name = {"Name": "service-name", "Values": [S3]}
    assert len(find(Filters=[by_name])["ServiceDetails"]) == 2
    gateways = find(Filters=[{"Name": "service-type", "Values": ["Gateway"]}])["ServiceDetails"]
    assert sorted(one["ServiceName"].rsplit(".", 1)[1] for one in gateways) == ["dynamodb", "s3"]


def test_a_service_is_of_a_type(net: Net) -> None:
    asked = {"VpcId": net.vpc, "ServiceName": "com.amazonaws.us-east-1.kms"}
    assert refused(net.ec2.create_vpc_endpoint, **asked) == (
        "InvalidParameter",
        "Endpoint type (Gateway) does not match available service types ([Interface]).",
    )


def test_a_zone_may_lack_a_service(net: Net) -> None:
    subnet = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.7.9.0/24", AvailabilityZone=ZONE_WITHOUT_STUDIO)
    name, subnet_id = "aws.sagemaker.us-east-1.studio", subnet["Subnet"]["SubnetId"]
    assert refused(net.interface_endpoint, ServiceName=name, SubnetIds=[subnet_id]) == (
        "InvalidParameter",
        f"The VPC endpoint service {name} does not support the availability zone of the subnet: {subnet_id}.",
    )
    listed = net.ec2.describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"][0]
    assert ZONE_WITHOUT_STUDIO not in listed["AvailabilityZones"]


def test_a_zone_takes_one_subnet(net: Net) -> None:
    second = net.ec2.create_subnet(VpcId=net.vpc, CidrBlock="10.7.9.0/24", AvailabilityZone="us-east-1a")
    both = [net.subnets[0], second["Subnet"]["SubnetId"]]
    assert code(net.interface_endpoint, SubnetIds=both) == "DuplicateSubnetsInSameZone"


@pytest.mark.parametrize("attribute", ["EnableDnsSupport", "EnableDnsHostnames"])
def test_private_names_need_both_attributes(net: Net, attribute: str) -> None:
    net.ec2.modify_vpc_attribute(VpcId=net.vpc, **{attribute: {"Value": False}})
    assert refused(net.interface_endpoint) == (
        "InvalidParameter",
        "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for "
        f"{net.vpc}",
    )
    net.interface_endpoint(PrivateDnsEnabled=False)


def test_a_private_name_is_there_once(net: Net) -> None:
    net.interface_endpoint()
    assert refused(net.interface_endpoint) == (
        "InvalidParameter",
        "private-dns-enabled cannot be set because there is already a conflicting DNS domain for "
        f"kms.us-east-1.amazonaws.com in the VPC {net.vpc}",
    )
    net.interface_endpoint(PrivateDnsEnabled=False)


def test_private_names_of_s3_need_a_gateway_endpoint(net: Net) -> None:
    asked = {"ServiceName": S3, "PrivateDnsEnabled": True}
    assert code(net.interface_endpoint, **asked) == "InvalidParameter"
    gateway(net)
    net.interface_endpoint(**asked)


def test_a_gateway_endpoint_puts_a_route_into_its_tables(net: Net) -> None:
    table = net.table()
    made = gateway(net, table)
    assert (made["State"], made["PrivateDnsEnabled"], made["NetworkInterfaceIds"]) == ("available", False, [])
    route = next(one for one in net.routes(table) if one.get("DestinationPrefixListId"))
    assert (route["DestinationPrefixListId"], route["GatewayId"]) == ("pl-63a5400a", made["VpcEndpointId"])
    delete = {"RouteTableId": table, "DestinationPrefixListId": "pl-63a5400a"}
    assert code(net.ec2.delete_route, **delete) == "InvalidParameterValue"
    assert refused(gateway, net=net, RouteTableIds=[table]) == (
        "RouteAlreadyExists",
        f"route table {table} already has a route with destination-prefix-list-id pl-63a5400a",
    )
    net.ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], RemoveRouteTableIds=[table])
    assert not any(one.get("DestinationPrefixListId") for one in net.routes(table))
    net.ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], AddRouteTableIds=[table])
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])
    assert not any(one.get("DestinationPrefixListId") for one in net.routes(table))


def test_the_policy_is_the_same_in_another_text(net: Net) -> None:
    statement = {"Sid": "S", "Effect": "Allow", "Principal": "*", "Action": "kms:Decrypt", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    given = json.dumps(policy)
    text = net.interface_endpoint(PolicyDocument=given)["PolicyDocument"]
    assert text != given
    assert json.loads(text) == policy
    assert gateway(net, PolicyDocument=given)["PolicyDocument"] == given


def test_an_endpoint_without_a_policy_allows_everything(net: Net) -> None:
    made = net.interface_endpoint()
    full = [{"Action": "*", "Effect": "Allow", "Principal": "*", "Resource": "*"}]
    assert json.loads(made["PolicyDocument"])["Statement"] == full
    assert json.loads(gateway(net)["PolicyDocument"]) == {"Version": "2008-10-17", "Statement": full}
    name = made["VpcEndpointId"]
    narrow = {"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"}]}
    net.ec2.modify_vpc_endpoint(VpcEndpointId=name, PolicyDocument=json.dumps(narrow))
    assert json.loads(net.endpoint(name)["PolicyDocument"]) == narrow
    net.ec2.modify_vpc_endpoint(VpcEndpointId=name, ResetPolicy=True)
    assert net.endpoint(name)["PolicyDocument"] == made["PolicyDocument"]


@pytest.mark.parametrize("document", ["{", '{"Statement": []}', '{"Statement": [{"Effect": "Allow"}]}'])
def test_a_policy_that_is_none_is_refused(net: Net, document: str) -> None:
    assert code(net.interface_endpoint, PolicyDocument=document) == "InvalidPolicyDocument"


def test_changed_subnets_and_groups_reach_the_interfaces(net: Net) -> None:
    name = net.interface_endpoint()["VpcEndpointId"]
    group = net.group()
    default = net.endpoint(name)["Groups"][0]["GroupId"]
    net.ec2.modify_vpc_endpoint(
        VpcEndpointId=name,
        AddSubnetIds=[net.subnets[1]],
        RemoveSubnetIds=[net.subnets[0]],
        AddSecurityGroupIds=[group],
        RemoveSecurityGroupIds=[default],
    )
    found = net.endpoint(name)
    assert (found["SubnetIds"], [one["GroupId"] for one in found["Groups"]]) == ([net.subnets[1]], [group])
    interfaces = net.interfaces()
    assert [one["SubnetId"] for one in interfaces] == [net.subnets[1]]
    assert [one["GroupId"] for one in interfaces[0]["Groups"]] == [group]


def test_a_change_that_is_refused_changes_nothing(net: Net) -> None:
    net.interface_endpoint()
    other = net.interface_endpoint(PrivateDnsEnabled=False)["VpcEndpointId"]
    before = net.endpoint(other)
    group, default = net.group(), before["Groups"][0]["GroupId"]
    modify = net.ec2.modify_vpc_endpoint
    without = {"RemoveSecurityGroupIds": [default], "AddSubnetIds": [net.subnets[1]]}
    assert code(modify, VpcEndpointId=other, **without) == "InvalidParameter"
    named = {"PrivateDnsEnabled": True, "AddSecurityGroupIds": [group], "RemoveSubnetIds": [net.subnets[0]]}
    assert code(modify, VpcEndpointId=other, **named) == "InvalidParameter"
    assert net.endpoint(other) == before
    assert len(net.interfaces()) == 2


def test_deleting_a_missing_endpoint_is_told_in_the_answer(net: Net) -> None:
    made, missing = net.interface_endpoint()["VpcEndpointId"], "vpce-00000000000000000"
    answer = net.ec2.delete_vpc_endpoints(VpcEndpointIds=[made, missing])
    assert [(one["ResourceId"], one["Error"]["Code"]) for one in answer["Unsuccessful"]] == [
        (missing, "InvalidVpcEndpoint.NotFound")
    ]
    assert code(net.endpoint, name=made) == "InvalidVpcEndpointId.NotFound"


def test_the_interfaces_outlive_their_endpoint(slow: Running) -> None:
    net = network(slow)
    group = net.group()
    name = net.interface_endpoint(SecurityGroupIds=[group])["VpcEndpointId"]
    assert net.endpoint(name)["State"] == "pending"
    skip(slow, 60)
    assert net.endpoint(name)["State"] == "available"
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[name])
    assert net.endpoint(name)["State"] == "deleting"
    assert code(net.interface_endpoint) == "InvalidParameter"  # Its private name is still there.
    skip(slow, 60)
    assert code(net.endpoint, name=name) == "InvalidVpcEndpointId.NotFound"
    assert len(net.interfaces()) == 1
    assert code(net.ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    assert code(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == "DependencyViolation"
    skip(slow, 60)
    assert net.interfaces() == []
    net.ec2.delete_security_group(GroupId=group)
    net.ec2.delete_subnet(SubnetId=net.subnets[0])


def test_endpoints_are_found_by_filter_and_in_pages(net: Net) -> None:
    tags = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "part", "Value": net.vpc}]}]
    made = net.interface_endpoint(TagSpecifications=tags)
    gateway(net)
    find = net.ec2.describe_vpc_endpoints
    for name, value in (("tag:part", net.vpc), ("vpc-endpoint-id", made["VpcEndpointId"])):
        found = find(Filters=[{"Name": name, "Values": [value]}])["VpcEndpoints"]
        assert [one["VpcEndpointId"] for one in found] == [made["VpcEndpointId"]]
        assert found[0]["Tags"] == [{"Key": "part", "Value": net.vpc}]
    in_vpc = [{"Name": "vpc-id", "Values": [net.vpc]}]
    page = find(Filters=in_vpc, MaxResults=1)
    rest = find(Filters=in_vpc, MaxResults=1, NextToken=page["NextToken"])
    assert len(page["VpcEndpoints"]) == len(rest["VpcEndpoints"]) == 1
    assert "NextToken" not in rest
    assert code(find, Filters=[{"Name": "invented", "Values": ["x"]}]) == "InvalidParameter"
