"""Where a call comes from decides what is recorded and what can be reached."""

from __future__ import annotations

import time

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
