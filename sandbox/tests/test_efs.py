"""EFS: tokens, states, and mount targets that hold their subnet and groups."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running
from networks import Net, code, network, skip


@pytest.fixture
def net(sandbox: Running) -> Net:
    return network(sandbox)


@pytest.fixture
def efs(sandbox: Running) -> Any:
    return sandbox.client("efs")


def file_system(efs: Any, net: Net, **more: Any) -> str:
    return efs.create_file_system(**{"CreationToken": net.vpc} | more)["FileSystemId"]


def state(efs: Any, name: str) -> str:
    return efs.describe_file_systems(FileSystemId=name)["FileSystems"][0]["LifeCycleState"]


def target_state(efs: Any, name: str) -> str:
    return efs.describe_mount_targets(MountTargetId=name)["MountTargets"][0]["LifeCycleState"]


def test_a_token_names_one_file_system(efs: Any, net: Net) -> None:
    made = file_system(efs, net)
    with pytest.raises(ClientError) as caught:
        file_system(efs, net)
    answer = caught.value.response
    assert answer["Error"]["Code"] == "FileSystemAlreadyExists"
    assert (answer["FileSystemId"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (made, 409)
    found = efs.describe_file_systems(CreationToken=net.vpc)["FileSystems"]
    assert [one["FileSystemId"] for one in found] == [made]


def test_a_key_is_told_by_its_arn(sandbox: Running, efs: Any, net: Net) -> None:
    key = sandbox.client("kms").create_key()["KeyMetadata"]
    made = efs.create_file_system(CreationToken=net.vpc, Encrypted=True, KmsKeyId=key["KeyId"])
    assert made["KmsKeyId"] == key["Arn"]
    own = efs.create_file_system(CreationToken=net.vpc + "-own", Encrypted=True)
    assert ":key/" in own["KmsKeyId"]
    assert "KmsKeyId" not in efs.create_file_system(CreationToken=net.vpc + "-plain")
    asked = {"CreationToken": net.vpc + "-wrong", "KmsKeyId": key["KeyId"]}
    assert code(efs.create_file_system, **asked) == "BadRequest"


def test_a_mount_target_has_an_interface_of_efs(efs: Any, net: Net) -> None:
    group, name = net.group(), file_system(efs, net)
    made = efs.create_mount_target(FileSystemId=name, SubnetId=net.subnets[0], SecurityGroups=[group])
    assert made["LifeCycleState"] == "creating"
    assert target_state(efs, made["MountTargetId"]) == "available"
    interface = net.interfaces()[0]
    assert interface["NetworkInterfaceId"] == made["NetworkInterfaceId"]
    assert interface["Description"] == f"EFS mount target for {name} ({made['MountTargetId']})"
    assert (interface["InterfaceType"], interface["RequesterManaged"], interface["Status"]) == ("efs", True, "in-use")
    assert interface["PrivateIpAddress"] == made["IpAddress"] == "10.7.1.4"
    assert code(net.ec2.delete_security_group, GroupId=group) == "DependencyViolation"
    assert code(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == "DependencyViolation"
    other = net.group("other")
    target = {"MountTargetId": made["MountTargetId"]}
    efs.modify_mount_target_security_groups(**target, SecurityGroups=[other])
    assert [one["GroupId"] for one in net.interfaces()[0]["Groups"]] == [other]
    assert efs.describe_mount_target_security_groups(**target)["SecurityGroups"] == [other]
    unknown = {"SecurityGroups": ["sg-00000000000000000"]}
    assert code(efs.modify_mount_target_security_groups, **target, **unknown) == "SecurityGroupNotFound"


def test_where_a_mount_target_cannot_be(sandbox: Running, efs: Any, net: Net) -> None:
    name = file_system(efs, net)
    efs.create_mount_target(FileSystemId=name, SubnetId=net.subnets[0])
    foreign = network(sandbox, "10.8.0.0/16").subnets[1]
    for subnet, expected in (
        (net.subnets[0], "MountTargetConflict"),
        (foreign, "MountTargetConflict"),
        ("subnet-00000000000000000", "SubnetNotFound"),
    ):
        assert code(efs.create_mount_target, FileSystemId=name, SubnetId=subnet) == expected
    unknown = {"FileSystemId": "fs-00000000000000000", "SubnetId": net.subnets[1]}
    assert code(efs.create_mount_target, **unknown) == "FileSystemNotFound"
    taken = {"FileSystemId": name, "SubnetId": net.subnets[1]}
    assert code(efs.create_mount_target, **taken, IpAddress="10.9.0.9") == "BadRequest"
    assert code(efs.create_mount_target, **taken, SecurityGroups=["sg-00000000000000000"]) == "SecurityGroupNotFound"


def test_a_file_system_stays_until_its_mount_targets_are_gone(slow: Running) -> None:
    net, efs = network(slow), slow.client("efs")
    name = file_system(efs, net)
    subnet = {"FileSystemId": name, "SubnetId": net.subnets[0]}
    assert state(efs, name) == "creating"
    assert code(efs.create_mount_target, **subnet) == "IncorrectFileSystemLifeCycleState"
    skip(slow, 60)
    target = efs.create_mount_target(**subnet)["MountTargetId"]
    assert target_state(efs, target) == "creating"
    skip(slow, 60)
    assert target_state(efs, target) == "available"
    efs.delete_mount_target(MountTargetId=target)
    assert target_state(efs, target) == "deleting"
    assert code(efs.delete_mount_target, MountTargetId=target) == "IncorrectMountTargetState"
    assert code(efs.delete_file_system, FileSystemId=name) == "FileSystemInUse"
    assert code(net.ec2.delete_subnet, SubnetId=net.subnets[0]) == "DependencyViolation"
    skip(slow, 60)
    assert code(efs.delete_mount_target, MountTargetId=target) == "MountTargetNotFound"
    net.ec2.delete_subnet(SubnetId=net.subnets[0])
    efs.delete_file_system(FileSystemId=name)
    assert state(efs, name) == "deleting"
    skip(slow, 60)
    assert code(efs.delete_file_system, FileSystemId=name) == "FileSystemNotFound"


def test_throughput_is_changed_in_place(efs: Any, net: Net) -> None:
    name = file_system(efs, net)
    assert code(efs.update_file_system, FileSystemId=name, ThroughputMode="provisioned") == "BadRequest"
    asked = {"ThroughputMode": "provisioned", "ProvisionedThroughputInMibps": 5.0}
    assert efs.update_file_system(FileSystemId=name, **asked)["LifeCycleState"] == "updating"
    found = efs.describe_file_systems(FileSystemId=name)["FileSystems"][0]
    assert (found["LifeCycleState"], found["ThroughputMode"]) == ("available", "provisioned")
    assert found["ProvisionedThroughputInMibps"] == 5.0
    assert "ProvisionedThroughputInMibps" not in efs.update_file_system(FileSystemId=name, ThroughputMode="bursting")


def test_tags_come_with_the_file_system_and_later(efs: Any, net: Net) -> None:
    name = file_system(efs, net, Tags=[{"Key": "Name", "Value": "n"}])
    efs.tag_resource(ResourceId=name, Tags=[{"Key": "a", "Value": "1"}])
    efs.untag_resource(ResourceId=name, TagKeys=["Name"])
    assert efs.describe_file_systems(FileSystemId=name)["FileSystems"][0]["Tags"] == [{"Key": "a", "Value": "1"}]
    assert efs.list_tags_for_resource(ResourceId=name)["Tags"] == [{"Key": "a", "Value": "1"}]


def test_file_systems_are_listed_in_pages(efs: Any, net: Net) -> None:
    made = {file_system(efs, net, CreationToken=f"{net.vpc}-{number}") for number in range(3)}
    pages = efs.get_paginator("describe_file_systems").paginate(PaginationConfig={"PageSize": 2})
    assert made <= {one["FileSystemId"] for page in pages for one in page["FileSystems"]}


def test_an_access_point_is_made_once_for_a_token(efs: Any, net: Net) -> None:
    name = file_system(efs, net)
    state(efs, name)
    made = efs.create_access_point(FileSystemId=name, ClientToken="t")["AccessPointId"]
    with pytest.raises(ClientError) as caught:
        efs.create_access_point(FileSystemId=name, ClientToken="t")
    assert caught.value.response["Error"]["Code"] == "AccessPointAlreadyExists"
    assert caught.value.response["AccessPointId"] == made
    efs.delete_file_system(FileSystemId=name)
    assert code(efs.delete_access_point, AccessPointId=made) == "AccessPointNotFound"
