"""What patches know only through the pipeline: who calls."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError


HOME = "111122223333"
ROOT = f"arn:aws:iam::{HOME}:root"
ADMINISTRATOR = f"arn:aws:iam::{HOME}:role/PlatformAdministrator"
LOCKOUT = "will not allow you to update the key policy in the future"


def _policy(*statements: dict[str, Any]) -> str:
    base = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    whole = [{name: value for name, value in (base | one).items() if value is not None} for one in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": whole})


_DENIED = {"Effect": "Deny", "Principal": "*", "Action": "kms:PutKeyPolicy"}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_policy({"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}), id="others"),
        pytest.param(_policy({"Principal": {"AWS": f"arn:aws:iam::{HOME}:role/DataScientist"}}), id="another role"),
        pytest.param(_policy({"Action": ["kms:Encrypt", "kms:PutK"]}), id="another action"),
        pytest.param(_policy({"NotAction": "kms:Put*", "Action": None}), id="all but that action"),
        pytest.param(_policy({}, _DENIED), id="denied"),
        pytest.param(_policy({"Condition": {"StringEquals": {"kms:ViaService": "s3.amazonaws.com"}}}), id="via"),
    ],
)
def test_a_key_policy_must_leave_control_to_its_caller(sandbox: Any, text: str) -> None:
    kms = sandbox.client("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    with pytest.raises(ClientError, match=LOCKOUT):
        kms.create_key(Policy=text)
    with pytest.raises(ClientError, match=LOCKOUT):
        kms.put_key_policy(KeyId=key, Policy=text)
    kms.put_key_policy(KeyId=key, Policy=text, BypassPolicyLockoutSafetyCheck=True)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(_policy({"Principal": {"AWS": ADMINISTRATOR}}), id="the caller"),
        pytest.param(_policy({"Principal": {"AWS": HOME}}), id="the account"),
        pytest.param(
            _policy({}, _DENIED | {"Condition": {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/Platform*"}}}),
            id="denied to others",
        ),
    ],
)
def test_a_key_policy_that_leaves_control_is_taken(sandbox: Any, text: str) -> None:
    kms = sandbox.client("kms")
    key = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    kms.put_key_policy(KeyId=key, Policy=text)


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
