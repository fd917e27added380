"""The makings of a Studio domain. Time is skipped, never waited for."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running

TRUST = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}


@pytest.fixture
def studio(slow: Running) -> Studio:
    """A role, a VPC with two subnets and a group."""
    return Studio(slow)


class Studio:
    """Makes domains and what they need."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.sagemaker, self.ec2, self.efs, self.iam, self.kms = (
            running.client(service) for service in ("sagemaker", "ec2", "efs", "iam", "kms")
        )
        self.vpc_id = self.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
        self.subnet_ids = [self.subnet(f"us-east-1{zone}", index) for index, zone in enumerate("ab")]
        self.group_id = self.group("apps")
        self.role_arn = self.role("studio")
        self.skip(60)

    def skip(self, seconds: float) -> None:
        """Lets time pass."""
        self.running.control("skip", {"seconds": seconds})

    def subnet(self, zone: str, index: int) -> str:
        """One more subnet."""
        made = self.ec2.create_subnet(VpcId=self.vpc_id, CidrBlock=f"10.9.{index}.0/24", AvailabilityZone=zone)
        return str(made["Subnet"]["SubnetId"])

    def group(self, name: str) -> str:
        """One more security group."""
        made = self.ec2.create_security_group(GroupName=name, Description="for a test", VpcId=self.vpc_id)
        return str(made["GroupId"])

    def role(self, name: str, *statements: dict[str, Any]) -> str:
        """One more role, which SageMaker may assume unless other statements are given."""
        name = f"{name}-{uuid.uuid4().hex[:8]}"
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements) or [TRUST]})
        return str(self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"])

    def wanted(self, **more: Any) -> dict[str, Any]:
        """Parameters of a domain."""
        settings = {"ExecutionRole": self.role_arn, "SecurityGroups": [self.group_id]}
        usual = {
            "DomainName": "studio",
            "AuthMode": "IAM",
            "DefaultUserSettings": settings,
            "VpcId": self.vpc_id,
            "SubnetIds": self.subnet_ids,
            "AppNetworkAccessType": "VpcOnly",
        }
        return {name: value for name, value in {**usual, **more}.items() if value is not None}

    def domain(self, **more: Any) -> str:
        """The id of a domain in service."""
        domain_id = self.sagemaker.create_domain(**self.wanted(**more))["DomainId"]
        self.skip(60)
        return str(domain_id)

    def profile(self, domain_id: str, name: str = "ada", **more: Any) -> str:
        """The name of a profile in service."""
        self.sagemaker.create_user_profile(DomainId=domain_id, UserProfileName=name, **more)
        self.skip(10)
        return name

    def space(self, domain_id: str, owner: str = "ada", name: str = "lab", sharing: str = "Private") -> str:
        """The name of a JupyterLab space in service."""
        self.sagemaker.create_space(
            DomainId=domain_id,
            SpaceName=name,
            OwnershipSettings={"OwnerUserProfileName": owner},
            SpaceSharingSettings={"SharingType": sharing},
            SpaceSettings={"AppType": "JupyterLab"},
        )
        self.skip(10)
        return name

    def status(self, domain_id: str) -> tuple[str, str | None]:
        """Status of a domain, and why."""
        domain = self.sagemaker.describe_domain(DomainId=domain_id)
        return domain["Status"], domain.get("FailureReason")

    def interfaces(self) -> list[dict[str, Any]]:
        """The interfaces of SageMaker in the VPC."""
        found = self.ec2.describe_network_interfaces(Filters=[{"Name": "vpc-id", "Values": [self.vpc_id]}])
        return [one for one in found["NetworkInterfaces"] if one["RequesterId"].endswith(":SageMaker")]


def refused(call: Callable[..., Any], **parameters: Any) -> tuple[str, str]:
    """Code and message of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]
