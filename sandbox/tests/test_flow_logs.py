"""Flow logs: destinations, formats, and one for each destination."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Running
from networks import Net, code, network, refused

ROLE = "arn:aws:iam::111122223333:role/PlatformAdministrator"


@pytest.fixture
def net(sandbox: Running) -> Net:
    return network(sandbox)


def create(net: Net, **more: Any) -> dict[str, Any]:
    asked = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL"} | more
    return net.ec2.create_flow_logs(**asked)


def to_group(net: Net, **more: Any) -> dict[str, Any]:
    return create(net, **{"LogGroupName": f"/flows/{net.vpc}", "DeliverLogsPermissionArn": ROLE} | more)


def to_bucket(net: Net, destination: str, **more: Any) -> dict[str, Any]:
    return create(net, LogDestinationType="s3", LogDestination=f"arn:aws:s3:::{destination}", **more)


def look(net: Net, made: dict[str, Any]) -> dict[str, Any]:
    return net.ec2.describe_flow_logs(FlowLogIds=made["FlowLogIds"])["FlowLogs"][0]


def test_a_bucket_with_a_folder_is_a_destination(sandbox: Running, net: Net) -> None:
    s3, bucket = sandbox.client("s3"), f"flows-{net.vpc}"
    s3.create_bucket(Bucket=bucket)
    options = {"FileFormat": "plain-text", "HiveCompatiblePartitions": True, "PerHourPartition": True}
    made = to_bucket(net, f"{bucket}/some/folder", DestinationOptions=options)
    assert made["Unsuccessful"] == []
    found = look(net, made)
    assert (found["LogDestination"], found["DestinationOptions"]) == (f"arn:aws:s3:::{bucket}/some/folder", options)
    assert (found["DeliverLogsStatus"], found["FlowLogStatus"]) == ("SUCCESS", "ACTIVE")
    assert refused(to_bucket, net=net, destination=f"{bucket}/some/folder") == (
        "FlowLogAlreadyExists",
        "Error. There is an existing Flow Log with the same configuration and log destination.",
    )
    assert to_bucket(net, f"{bucket}/other")["FlowLogIds"]


def test_the_delivery_gives_itself_the_permission_to_write(sandbox: Running, net: Net) -> None:
    s3, bucket = sandbox.client("s3"), f"flows-{net.vpc}"
    s3.create_bucket(Bucket=bucket)
    to_bucket(net, f"{bucket}/folder")
    policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    assert [one["Sid"] for one in policy["Statement"]] == ["AWSLogDeliveryWrite1", "AWSLogDeliveryAclCheck1"]
    assert policy["Statement"][0]["Resource"] == f"arn:aws:s3:::{bucket}/folder/AWSLogs/111122223333/*"


def test_a_missing_bucket_is_told_in_the_answer(net: Net) -> None:
    answer = to_bucket(net, f"missing-{net.vpc}")
    assert answer["FlowLogIds"] == []
    assert answer["Unsuccessful"][0]["ResourceId"] == net.vpc
    assert answer["Unsuccessful"][0]["Error"]["Code"] == "400"


@pytest.mark.parametrize(
    "more",
    [
        {"LogFormat": "${srcaddr} ${invented}"},
        {"LogFormat": "srcaddr"},
        {"MaxAggregationInterval": 61},
        {"DestinationOptions": {"FileFormat": "parquet"}},
        {"LogDestinationType": "s3"},
        {"DeliverLogsPermissionArn": ""},
        {"LogDestinationType": "s3", "LogGroupName": "", "LogDestination": "arn:aws:s3:::bucket/AWSLogs"},
    ],
)
def test_what_does_not_fit_together_is_refused(net: Net, more: dict[str, Any]) -> None:
    assert code(to_group, net=net, **more) == "InvalidParameter"


def test_a_format_comes_back_as_it_was_given(net: Net) -> None:
    text = "${interface-id} ${srcaddr} ${flow-direction} ${traffic-path} ${reject-reason}"
    assert look(net, to_group(net, LogFormat=text))["LogFormat"] == text


def test_the_default_format_is_written_out(net: Net) -> None:
    found = look(net, to_group(net))
    assert found["LogFormat"].startswith("${version} ${account-id} ${interface-id} ")
    assert (found["MaxAggregationInterval"], found["LogGroupName"]) == (600, f"/flows/{net.vpc}")
    assert "DestinationOptions" not in found


def test_a_role_that_does_not_exist_cannot_deliver(net: Net) -> None:
    found = look(net, to_group(net, DeliverLogsPermissionArn=ROLE + "x"))
    assert (found["DeliverLogsStatus"], found["DeliverLogsErrorMessage"]) == ("FAILED", "Access error")


def test_tokens_tags_and_deletion(net: Net) -> None:
    tags = [{"ResourceType": "vpc-flow-log", "Tags": [{"Key": "part", "Value": net.vpc}]}]
    made = to_group(net, ClientToken=net.vpc, TagSpecifications=tags)
    assert to_group(net, ClientToken=net.vpc, TagSpecifications=tags)["FlowLogIds"] == made["FlowLogIds"]
    found = net.ec2.describe_flow_logs(Filter=[{"Name": "tag:part", "Values": [net.vpc]}])["FlowLogs"]
    assert [one["FlowLogId"] for one in found] == made["FlowLogIds"]
    net.ec2.delete_flow_logs(FlowLogIds=made["FlowLogIds"])
    assert code(net.ec2.delete_flow_logs, FlowLogIds=made["FlowLogIds"]) == "InvalidFlowLogId.NotFound"
    assert code(look, net=net, made=made) == "InvalidFlowLogId.NotFound"
