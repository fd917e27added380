"""Dry runs and client tokens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ConnectionClosedError
from conftest import Running
from networks import Net, code, network


@pytest.fixture
def net(sandbox: Running) -> Net:
    return network(sandbox)


def test_a_dry_run_makes_nothing(net: Net) -> None:
    before = len(net.ec2.describe_vpcs()["Vpcs"])
    assert code(net.ec2.create_vpc, CidrBlock="10.9.0.0/16", DryRun=True) == "DryRunOperation"
    assert code(net.ec2.create_subnet, VpcId=net.vpc, CidrBlock="10.7.5.0/24", DryRun=True) == "DryRunOperation"
    assert len(net.ec2.describe_vpcs()["Vpcs"]) == before


def table(net: Net, token: str, **more: Any) -> str:
    answer = net.ec2.create_route_table(**{"VpcId": net.vpc, "ClientToken": token} | more)
    return answer["RouteTable"]["RouteTableId"]


def interface(net: Net, token: str) -> str:
    asked = {"SubnetId": net.subnets[0], "ClientToken": token}
    return net.ec2.create_network_interface(**asked)["NetworkInterface"]["NetworkInterfaceId"]


def endpoint(net: Net, token: str) -> str:
    return net.interface_endpoint(ClientToken=token)["VpcEndpointId"]


@pytest.mark.parametrize("make", [table, interface, endpoint])
def test_the_same_token_gives_the_same_object(net: Net, make: Callable[[Net, str], str]) -> None:
    token = f"{net.vpc}-{make.__name__}"
    assert make(net, token) == make(net, token)


def test_a_token_with_other_parameters_is_refused(sandbox: Running, net: Net) -> None:
    token = f"{net.vpc}-mismatch"
    table(net, token)
    other = network(sandbox, "10.8.0.0/16").vpc
    assert code(table, net=net, token=token, VpcId=other) == "IdempotentParameterMismatch"


def test_a_token_outlives_its_object(net: Net) -> None:
    token = f"{net.vpc}-gone"
    made = table(net, token)
    net.ec2.delete_route_table(RouteTableId=made)
    assert table(net, token) == made
    assert code(net.ec2.describe_route_tables, RouteTableIds=[made]) == "InvalidRouteTableID.NotFound"


def test_a_refused_call_does_not_use_up_its_token(net: Net) -> None:
    token = f"{net.vpc}-refused"
    assert code(table, net=net, token=token, VpcId="vpc-00000000000000000") == "InvalidVpcID.NotFound"
    assert table(net, token)


def test_a_lost_answer_and_its_repetition_make_one_object(sandbox: Running, net: Net) -> None:
    token = f"{net.vpc}-lost"
    sandbox.control("faults", [{"operation": "ec2:CreateRouteTable", "fault": "lost", "where": {"ClientToken": token}}])
    try:
        with pytest.raises(ConnectionClosedError):
            table(net, token)
        made = table(net, token)
    finally:
        sandbox.control("faults", [])
    asked = [{"Name": "vpc-id", "Values": [net.vpc]}, {"Name": "association.main", "Values": ["false"]}]
    found = net.ec2.describe_route_tables(Filters=asked)["RouteTables"]
    assert [one["RouteTableId"] for one in found] == [made]
