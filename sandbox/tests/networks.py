"""A VPC of its own for each test, and refusals in brief."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running

REGION = "us-east-1"
LONG = 4000


@dataclass
class Net:
    """A VPC with a subnet in each of two zones."""

    ec2: Any
    vpc: str
    subnets: tuple[str, str]

    def group(self, name: str = "own") -> str:
        """A new security group."""
        return self.ec2.create_security_group(GroupName=name, Description="d", VpcId=self.vpc)["GroupId"]

    def table(self) -> str:
        """A new route table."""
        return self.ec2.create_route_table(VpcId=self.vpc)["RouteTable"]["RouteTableId"]

    def gateway(self) -> str:
        """A new internet gateway, attached."""
        made = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=self.vpc)
        return made

    def interface_endpoint(self, service: str = "kms", **more: Any) -> dict[str, Any]:
        """A new interface endpoint in the first subnet."""
        asked = {"SubnetIds": [self.subnets[0]], "ServiceName": f"com.amazonaws.{REGION}.{service}"} | more
        return self.ec2.create_vpc_endpoint(VpcId=self.vpc, VpcEndpointType="Interface", **asked)["VpcEndpoint"]

    def endpoint(self, name: str) -> dict[str, Any]:
        """How an endpoint is described."""
        return self.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"][0]

    def interfaces(self, **filters: str) -> list[dict[str, Any]]:
        """The interfaces in the VPC."""
        asked = {"vpc-id": self.vpc} | {name.replace("_", "-"): value for name, value in filters.items()}
        given = [{"Name": name, "Values": [value]} for name, value in asked.items()]
        return self.ec2.describe_network_interfaces(Filters=given)["NetworkInterfaces"]

    def routes(self, table: str) -> list[dict[str, Any]]:
        """The routes of a table."""
        return self.ec2.describe_route_tables(RouteTableIds=[table])["RouteTables"][0]["Routes"]


def network(sandbox: Running, cidr: str = "10.7.0.0/16", *, names: bool = True) -> Net:
    """A new VPC; with `names` it resolves and gives DNS names, as private DNS needs."""
    ec2 = sandbox.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    if names:
        ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    head = cidr.rsplit(".", 2)[0]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"{head}.{number}.0/24", AvailabilityZone=REGION + zone)["Subnet"]
        for number, zone in ((1, "a"), (2, "b"))
    ]
    return Net(ec2, vpc, (subnets[0]["SubnetId"], subnets[1]["SubnetId"]))


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Code and message of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """The code of a call that must fail."""
    return refused(call, **parameters)[0]


def skip(sandbox: Running, seconds: float = LONG) -> None:
    """Lets time pass in a sandbox."""
    sandbox.control("skip", {"seconds": seconds})
