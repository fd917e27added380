"""Domains: states, what they bring along, what they refuse, and what is left of them."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import Running
from studio import TRUST, Studio, refused, studio


def test_a_domain_becomes_ready_after_a_while(studio: Studio) -> None:
    made = studio.sagemaker.create_domain(**studio.wanted(Tags=[{"Key": "team", "Value": "a"}]))
    assert re.fullmatch(r"d-[a-z0-9]{12}", made["DomainId"])
    assert made["DomainArn"].endswith(f":domain/{made['DomainId']}")
    assert studio.status(made["DomainId"]) == ("Pending", None)
    early = refused(studio.sagemaker.create_user_profile, DomainId=made["DomainId"], UserProfileName="ada")
    assert early[0] == "ValidationException"
    assert refused(studio.sagemaker.delete_domain, DomainId=made["DomainId"])[0] == "ResourceInUse"
    studio.skip(60)
    domain = studio.sagemaker.describe_domain(DomainId=made["DomainId"])
    assert domain["Status"] == "InService"
    assert domain["Url"] == made["Url"] == f"https://{made['DomainId']}.studio.us-east-1.sagemaker.aws"
    assert domain["SubnetIds"] == studio.subnet_ids
    assert "Tags" not in domain
    assert studio.sagemaker.list_tags(ResourceArn=made["DomainArn"])["Tags"] == [{"Key": "team", "Value": "a"}]


def test_the_name_of_a_domain_is_no_key(studio: Studio) -> None:
    ids = {studio.domain(DomainName="twin"), studio.domain(DomainName="twin")}
    assert len(ids) == 2
    pages = studio.sagemaker.get_paginator("list_domains").paginate()
    listed = [one for page in pages for one in page["Domains"] if one["DomainName"] == "twin"]
    assert {one["DomainId"] for one in listed} == ids
    systems = studio.efs.describe_file_systems(MaxItems=100)["FileSystems"]
    assert {one["CreationToken"] for one in systems} >= ids


def test_lists_have_ten_entries_unless_asked_otherwise(studio: Studio) -> None:
    for _ in range(12 - len(studio.sagemaker.list_domains(MaxResults=100)["Domains"])):
        studio.sagemaker.create_domain(**studio.wanted())
    first = studio.sagemaker.list_domains()
    assert len(first["Domains"]) == 10
    rest = studio.sagemaker.list_domains(NextToken=first["NextToken"], MaxResults=100)
    assert "NextToken" not in rest
    whole = studio.sagemaker.list_domains(MaxResults=100)["Domains"]
    assert first["Domains"] + rest["Domains"] == whole
    assert refused(studio.sagemaker.list_domains, NextToken="x")[0] == "ValidationException"


def test_a_domain_brings_homes_and_two_groups_that_name_each_other(studio: Studio) -> None:
    key = studio.kms.create_key()["KeyMetadata"]
    domain_id = studio.domain(KmsKeyId=key["KeyId"])
    domain = studio.sagemaker.describe_domain(DomainId=domain_id)
    [system] = studio.efs.describe_file_systems(FileSystemId=domain["HomeEfsFileSystemId"])["FileSystems"]
    managed = {"Key": "ManagedByAmazonSageMakerResource", "Value": domain["DomainArn"]}
    assert (system["KmsKeyId"], system["Encrypted"], system["Tags"]) == (key["Arn"], True, [managed])
    inbound, outbound = _nfs_groups(studio, domain_id)
    for group in (inbound, outbound):
        assert group["Tags"] == [managed]
        assert group["Description"].startswith("[DO NOT DELETE] Security Group that allows ")
    assert _rules(inbound["IpPermissions"]) == [("tcp", 2049, 2049, outbound["GroupId"])]
    assert _rules(outbound["IpPermissionsEgress"]) == [("tcp", 2049, 2049, inbound["GroupId"])]
    assert inbound["IpPermissionsEgress"] == outbound["IpPermissions"] == []
    targets = studio.efs.describe_mount_targets(FileSystemId=system["FileSystemId"])["MountTargets"]
    assert {one["SubnetId"] for one in targets} == set(studio.subnet_ids)
    for target in targets:
        groups = studio.efs.describe_mount_target_security_groups(MountTargetId=target["MountTargetId"])
        assert groups["SecurityGroups"] == [inbound["GroupId"]]
    with pytest.raises(studio.ec2.exceptions.ClientError, match="DependencyViolation"):
        studio.ec2.delete_security_group(GroupId=outbound["GroupId"])


def _nfs_groups(studio: Studio, domain_id: str) -> list[dict[str, Any]]:
    names = [f"security-group-for-{direction}-nfs-{domain_id}" for direction in ("inbound", "outbound")]
    found = studio.ec2.describe_security_groups(Filters=[{"Name": "group-name", "Values": names}])["SecurityGroups"]
    return sorted(found, key=lambda group: str(group["GroupName"]))


def _rules(permissions: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [
        (one["IpProtocol"], one["FromPort"], one["ToPort"], pair["GroupId"])
        for one in permissions
        for pair in one["UserIdGroupPairs"]
    ]


@pytest.mark.parametrize("retention", ["Retain", "Delete", None])
def test_what_is_left_of_a_domain(studio: Studio, retention: str | None) -> None:
    domain_id = studio.domain()
    system = studio.sagemaker.describe_domain(DomainId=domain_id)["HomeEfsFileSystemId"]
    policy = {"RetentionPolicy": {"HomeEfsFileSystem": retention}} if retention else {}
    studio.sagemaker.delete_domain(DomainId=domain_id, **policy)
    assert studio.status(domain_id) == ("Deleting", None)
    studio.skip(60)
    assert refused(studio.sagemaker.describe_domain, DomainId=domain_id)[0] == "ResourceNotFound"
    left = [one["FileSystemId"] for one in studio.efs.describe_file_systems(MaxItems=100)["FileSystems"]]
    enis = studio.ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [studio.vpc_id]}])
    kept = retention != "Delete"
    assert (system in left) == kept
    assert len(_nfs_groups(studio, domain_id)) == (2 if kept else 0)
    assert len(enis["NetworkInterfaces"]) == (2 if kept else 0)


def test_a_domain_without_homes(studio: Studio) -> None:
    domain_id = studio.domain(HomeEfsFileSystemCreation="Disabled")
    domain = studio.sagemaker.describe_domain(DomainId=domain_id)
    assert "HomeEfsFileSystemId" not in domain
    assert _nfs_groups(studio, domain_id) == []
    studio.sagemaker.update_domain(DomainId=domain_id, HomeEfsFileSystemCreation="Enabled")
    studio.skip(30)
    domain = studio.sagemaker.describe_domain(DomainId=domain_id)
    assert (domain["Status"], domain["HomeEfsFileSystemCreation"]) == ("InService", "Enabled")
    assert studio.efs.describe_mount_targets(FileSystemId=domain["HomeEfsFileSystemId"])["MountTargets"]
    back = refused(studio.sagemaker.update_domain, DomainId=domain_id, HomeEfsFileSystemCreation="Disabled")
    assert back[0] == "ValidationException"


def test_a_new_role_is_not_known_at_once(studio: Studio) -> None:
    role = studio.role("quite-new")
    wanted = studio.wanted(DefaultUserSettings={"ExecutionRole": role})
    code, message = refused(studio.sagemaker.create_domain, **wanted)
    assert code == "ValidationException"
    assert message.startswith(f"Could not assume role {role}. Please ensure that the role exists and allows principal")
    studio.skip(10)
    studio.sagemaker.create_domain(**wanted)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param(TRUST | {"Principal": {"Service": "ec2.amazonaws.com"}}, id="another service"),
        pytest.param(TRUST | {"Action": "sts:TagSession"}, id="another action"),
    ],
)
def test_a_role_must_trust_sagemaker(studio: Studio, statement: dict[str, Any]) -> None:
    role = studio.role("other", statement)
    studio.skip(60)
    refusal = refused(studio.sagemaker.create_domain, **studio.wanted(DefaultUserSettings={"ExecutionRole": role}))
    assert refusal[0] == "ValidationException" and "Could not assume role" in refusal[1]
    missing = role.replace("other-", "missing-")
    wanted = studio.wanted(DefaultUserSettings={"ExecutionRole": missing})
    assert "Could not assume role" in refused(studio.sagemaker.create_domain, **wanted)[1]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        pytest.param(
            {"VpcId": "vpc-0123456789abcdef0"}, "The VPC ID 'vpc-0123456789abcdef0' could not be found", id="VPC"
        ),
        pytest.param(
            {"SubnetIds": ["subnet-0123456789abcdef0"]}, "The subnet ID 'subnet-0123456789abcdef0'", id="subnet"
        ),
        pytest.param(
            {"DomainSettings": {"SecurityGroupIds": ["sg-0123456789abcdef0"]}}, "ID 'sg-0123456789abcdef0'", id="group"
        ),
        pytest.param({"KmsKeyId": "12345678-1234-1234-1234-123456789012"}, "because KMS key '12345678-", id="key"),
    ],
)
def test_what_is_missing_shows_as_a_failed_domain(studio: Studio, more: dict[str, Any], reason: str) -> None:
    domain_id = studio.sagemaker.create_domain(**studio.wanted(**more))["DomainId"]
    assert studio.status(domain_id) == ("Pending", None)
    studio.skip(60)
    status, failure = studio.status(domain_id)
    assert status == "Failed" and reason in str(failure)
    studio.sagemaker.delete_domain(DomainId=domain_id)
    studio.skip(60)
    assert refused(studio.sagemaker.describe_domain, DomainId=domain_id)[0] == "ResourceNotFound"


def test_a_group_of_another_vpc_fails_the_domain(studio: Studio) -> None:
    vpc_id = studio.ec2.create_vpc(CidrBlock="10.8.0.0/16")["Vpc"]["VpcId"]
    domain_id = studio.domain(VpcId=vpc_id)
    status, failure = studio.status(domain_id)
    assert (status, failure) == (
        "Failed",
        f"ValidationError: The subnet '{studio.subnet_ids[0]}' does not belong to the VPC '{vpc_id}'.",
    )


def test_a_domain_fails_for_a_key_that_nobody_named_on_request(studio: Studio) -> None:
    studio.running.control("faults", [{"operation": "sagemaker:CreateDomain", "fault": "fail"}])
    failed, fine = studio.domain(), studio.domain()
    studio.running.control("faults", [])
    status, reason = studio.status(failed)
    assert status == "Failed"
    assert reason == (
        f"ResourceNotFoundError: Unable to create Amazon EFS for domain '{failed}' because KMS key 'null' does not "
        "exist. You must choose a key that exists."
    )
    assert studio.status(fine) == ("InService", None)


def test_failed_domains_count_for_the_quota(studio: Studio) -> None:
    limit = {"sagemaker:domain": 2}
    away = studio.running.client("sagemaker", region_name="eu-west-1")
    studio.running.control("quotas", limit)
    try:
        wanted = studio.wanted()  # Its VPC is elsewhere, so both fail.
        for _ in range(2):
            away.create_domain(**wanted)
        studio.skip(60)
        assert {one["Status"] for one in away.list_domains()["Domains"]} == {"Failed"}
        assert refused(away.create_domain, **wanted) == (
            "ResourceLimitExceeded",
            "The account-level service limit 'Total domains' is 2 Domains, with current utilization of 2 Domains and a "
            "request delta of 1 Domains. Please use AWS Service Quotas to request an increase for this quota. If AWS "
            "Service Quotas is not available, contact AWS support to request an increase for this quota.",
        )
    finally:
        studio.running.control("quotas", {"sagemaker:domain": 1000})


@pytest.mark.parametrize(
    ("more", "message"),
    [
        pytest.param({"VpcId": None}, "VpcId and SubnetIds are required", id="no VPC"),
        pytest.param({"AppSecurityGroupManagement": "Service"}, "RStudioServerProDomainSettings", id="no RStudio"),
        pytest.param({"DefaultUserSettings": {}}, "ExecutionRole is required", id="no role"),
        pytest.param(
            {"AuthMode": "LDAP"},
            "1 validation error detected: Value 'LDAP' at 'authMode' failed to satisfy constraint: Member must satisfy "
            "enum value set: [SSO, IAM]",
            id="mode",
        ),
        pytest.param(
            {"DomainName": "a_b"},
            "1 validation error detected: Value 'a_b' at 'domainName' failed to satisfy constraint: Member must "
            "satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
            id="name",
        ),
        pytest.param({"SubnetIds": ["subnet-1"] * 17}, "less than or equal to 16", id="too many subnets"),
        pytest.param({"DomainSettings": {"SecurityGroupIds": ["sg-1"] * 4}}, "less than or equal to 3", id="groups"),
    ],
)
def test_what_create_domain_refuses(studio: Studio, more: dict[str, Any], message: str) -> None:
    code, said = refused(studio.sagemaker.create_domain, **studio.wanted(**more))
    assert code == "ValidationException" and message in said


def test_an_update_repeats_vpc_and_subnets_with_vpc_only(studio: Studio) -> None:
    domain_id = studio.domain()
    alone = refused(studio.sagemaker.update_domain, DomainId=domain_id, AppNetworkAccessType="VpcOnly")
    assert alone[0] == "ValidationException"
    third = studio.subnet("us-east-1c", 2)
    studio.sagemaker.update_domain(
        DomainId=domain_id,
        AppNetworkAccessType="VpcOnly",
        VpcId=studio.vpc_id,
        SubnetIds=[*studio.subnet_ids, third],
    )
    assert studio.status(domain_id)[0] == "Updating"
    assert refused(studio.sagemaker.update_domain, DomainId=domain_id, TagPropagation="ENABLED")[0] == "ResourceInUse"
    studio.skip(30)
    domain = studio.sagemaker.describe_domain(DomainId=domain_id)
    assert (domain["Status"], domain["SubnetIds"]) == ("InService", [*studio.subnet_ids, third])
    targets = studio.efs.describe_mount_targets(FileSystemId=domain["HomeEfsFileSystemId"])["MountTargets"]
    assert len(targets) == 3


def test_settings_of_an_update_add_to_what_is_there(studio: Studio) -> None:
    domain_id = studio.domain(DomainSettings={"SecurityGroupIds": [studio.group_id]})
    studio.sagemaker.update_domain(
        DomainId=domain_id,
        DefaultUserSettings={"SharingSettings": {"NotebookOutputOption": "Disabled"}},
        DomainSettingsForUpdate={"SecurityGroupIds": [], "ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"},
    )
    studio.skip(30)
    domain = studio.sagemaker.describe_domain(DomainId=domain_id)
    assert domain["DefaultUserSettings"]["ExecutionRole"] == studio.role_arn
    assert domain["DefaultUserSettings"]["SharingSettings"] == {"NotebookOutputOption": "Disabled"}
    # An empty list is ignored, as AWS ignores it.
    assert domain["DomainSettings"] == {
        "SecurityGroupIds": [studio.group_id],
        "ExecutionRoleIdentityConfig": "USER_PROFILE_NAME",
    }


def test_an_update_with_a_missing_subnet_fails_and_changes_nothing(studio: Studio) -> None:
    domain_id = studio.domain()
    gone = "subnet-0123456789abcdef0"
    studio.sagemaker.update_domain(DomainId=domain_id, SubnetIds=[*studio.subnet_ids, gone])
    studio.skip(30)
    status, reason = studio.status(domain_id)
    assert status == "Update_Failed" and gone in str(reason)
    assert studio.sagemaker.describe_domain(DomainId=domain_id)["SubnetIds"] == studio.subnet_ids
    studio.sagemaker.update_domain(DomainId=domain_id, TagPropagation="ENABLED")
    studio.skip(30)
    assert studio.status(domain_id) == ("InService", None)


def test_security_group_management_needs_rstudio(studio: Studio) -> None:
    domain_id = studio.domain()
    refusal = refused(studio.sagemaker.update_domain, DomainId=domain_id, AppSecurityGroupManagement="Customer")
    assert refusal[0] == "ValidationException"


def test_without_latency_a_domain_is_ready_at_once(sandbox: Running) -> None:
    sandbox.control("quotas", {"sagemaker:domain": 1000})
    here = Studio(sandbox)
    made = here.sagemaker.create_domain(**here.wanted())
    assert here.status(made["DomainId"]) == ("InService", None)
    here.sagemaker.delete_domain(DomainId=made["DomainId"], RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    assert refused(here.sagemaker.describe_domain, DomainId=made["DomainId"]) == (
        "ResourceNotFound",
        f"Domain [{made['DomainArn']}] does not exist.",
    )
