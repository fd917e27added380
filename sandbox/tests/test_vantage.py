"""Where a call comes from decides what is recorded and what can be reached."""

from __future__ import annotations

import time
import urllib.error

import pytest
from botocore.exceptions import ConnectionClosedError
from conftest import Running
from records import recorded, request_id


def test_a_call_from_inside_goes_through_the_endpoint(sandbox: Running) -> None:
    sandbox.client("s3").create_bucket(Bucket="from-inside")
    answer = sandbox.client("s3", vantage="inside").put_object(Bucket="from-inside", Key="k", Body=b"v")
    record = recorded(sandbox, request_id(answer))
    assert record["vpcEndpointId"] == sandbox.ready["terraform_variables"]["s3_endpoint_id"]
    assert record["vpcEndpointAccountId"] == "111122223333"
    assert record["sourceIPAddress"].startswith("10.0.")


def test_a_service_without_an_endpoint_cannot_be_reached_from_inside(sandbox: Running) -> None:
    started = time.monotonic()
    with pytest.raises(ConnectionClosedError):
        sandbox.client("sns", vantage="inside").list_topics()
    assert time.monotonic() - started < 5
    last = sandbox.control("calls")["calls"][-1]
    assert (last["service"], last["vantage"], last["status"], last["faulted"]) == ("sns", "inside", None, "unreachable")


def test_an_interface_endpoint_opens_its_service_and_deleting_it_closes_it(sandbox: Running) -> None:
    ec2, variables = sandbox.client("ec2"), sandbox.ready["terraform_variables"]
    inside = sandbox.client("secretsmanager", vantage="inside")
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [variables["vpc_id"]]}])["Subnets"]
    made = ec2.create_vpc_endpoint(
        VpcId=variables["vpc_id"],
        ServiceName="com.amazonaws.us-east-1.secretsmanager",
        VpcEndpointType="Interface",
        SubnetIds=[subnets[0]["SubnetId"]],
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    record = recorded(sandbox, request_id(inside.list_secrets()))
    assert record["vpcEndpointId"] == made
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made])
    with pytest.raises(ConnectionClosedError):
        inside.list_secrets()


def test_an_endpoint_serves_its_own_region_only(sandbox: Running) -> None:
    with pytest.raises(ConnectionClosedError):
        sandbox.client("s3", vantage="inside", region_name="eu-west-1").list_buckets()


def test_calls_from_another_vpc_go_through_its_own_endpoint(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.7.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.7.1.0/24")["Subnet"]["SubnetId"]
    interface = ec2.create_network_interface(SubnetId=subnet)["NetworkInterface"]
    app = sandbox.control("vantage", {"interface": interface["NetworkInterfaceId"]})
    assert app["source_ip"] == interface["PrivateIpAddress"]
    assert sandbox.control("vantage", {"interface": interface["NetworkInterfaceId"]}) == app
    with pytest.raises(ConnectionClosedError):
        sandbox.client("s3", vantage=app["endpoint"]).list_buckets()

    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    service = "com.amazonaws.us-east-1.s3"
    made = ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=service, RouteTableIds=[table])["VpcEndpoint"]
    sandbox.client("s3").create_bucket(Bucket="from-another-vpc")
    machine = sandbox.control("vantage", {"vpc_id": vpc})
    for place in (app, machine):
        inside = sandbox.client("s3", vantage=place["endpoint"])
        record = recorded(sandbox, request_id(inside.put_object(Bucket="from-another-vpc", Key="k", Body=b"v")))
        assert record["vpcEndpointId"] == made["VpcEndpointId"]
        assert record["sourceIPAddress"] == place["source_ip"]


def test_a_place_that_is_not_there_or_leads_to_the_internet_is_no_vantage(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    for wanted in ({}, {"vpc_id": vpc}, {"interface": "eni-0"}, {"vpc_id": vpc, "interface": "eni-0"}):
        assert refused(sandbox, wanted) == 400
    ec2.create_subnet(VpcId=vpc, CidrBlock="10.8.1.0/24")
    assert sandbox.control("vantage", {"vpc_id": vpc})["source_ip"] == "10.8.1.10"
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert refused(sandbox, {"vpc_id": vpc}) == 400


def refused(sandbox: Running, wanted: dict[str, str]) -> int:
    """The status of a refused request for a vantage."""
    with pytest.raises(urllib.error.HTTPError) as error:
        sandbox.control("vantage", wanted)
    return error.value.code
