"""What patches know only through the pipeline: who calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


def _policy(principal: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:*", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def test_a_key_policy_must_leave_control_to_its_caller(sandbox: Any) -> None:
    kms, iam, sts = (sandbox.client(service) for service in ("kms", "iam", "sts"))
    caller = sts.get_caller_identity()
    role_name = caller["Arn"].split("/")[1]
    own_role = iam.get_role(RoleName=role_name)["Role"]["Arn"]
    trust = {"Effect": "Allow", "Principal": {"AWS": caller["Account"]}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    other = iam.create_role(RoleName="key-other", AssumeRolePolicyDocument=document)["Role"]["Arn"]

    kms.create_key(Policy=_policy(own_role))
    with pytest.raises(ClientError, match="will not allow you to update the key policy in the future"):
        kms.create_key(Policy=_policy(other))
    kms.create_key(Policy=_policy(other), BypassPolicyLockoutSafetyCheck=True)


def test_a_parameter_names_who_changed_it(sandbox: Any) -> None:
    ssm = sandbox.client("ssm")
    ssm.put_parameter(Name="/patched/a", Value="x", Type="String")
    filters = [{"Key": "Name", "Values": ["/patched/a"]}]
    described = ssm.describe_parameters(ParameterFilters=filters)["Parameters"][0]
    assert described["LastModifiedUser"] == sandbox.client("sts").get_caller_identity()["Arn"]


def test_a_blocked_public_policy_names_the_caller(sandbox: Any) -> None:
    s3 = sandbox.client("s3")
    s3.create_bucket(Bucket="patched-public")
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::patched-public/*",
    }
    with pytest.raises(ClientError, match="User: arn:aws:sts::.*blocked by the BlockPublicPolicy"):
        s3.put_bucket_policy(
            Bucket="patched-public", Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        )
