"""What is refused before a service is asked: unknown operations, parameters that the model excludes."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

from typing import Any

import pytest
from patched_moto import Aws, aws, endpoint, refusal
from test_faults import call

from cloister_sandbox.patches.missing import missing_operation_answer
from cloister_sandbox.patches.validation import validate

pytestmark = pytest.mark.filterwarnings("ignore:.*does not match an error shape")


@pytest.mark.parametrize(
    ("service", "method", "parameters"),
    [
        pytest.param("ssm", "list_ops_item_events", {}, id="json"),
        pytest.param(
            "iam", "list_policies_granting_service_access", {"Arn": "a" * 20, "ServiceNamespaces": ["s3"]}, id="query"
        ),
        pytest.param("ec2", "describe_stale_security_groups", {"VpcId": "vpc-1"}, id="ec2"),
        pytest.param("efs", "describe_replication_configurations", {}, id="rest-json"),
        pytest.param("s3", "get_bucket_analytics_configuration", {"Bucket": "none", "Id": "x"}, id="s3"),
    ],
)
def test_a_missing_operation_is_an_error_that_sdks_read_and_do_not_retry(
    aws: Aws, service: str, method: str, parameters: dict[str, Any]
) -> None:
    status, name, message = refusal(getattr(aws(service), method), **parameters)
    assert status == 501
    assert name in ("NotImplemented", "UnknownOperationException")
    assert message.startswith(f"The sandbox does not implement {service}:")


def test_the_answer_of_a_missing_operation_can_be_had_without_moto() -> None:
    status, _, body = missing_operation_answer(call("sagemaker:CreateDomain"))
    assert status == 501
    assert b"sagemaker:CreateDomain" in body


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        pytest.param(
            call("kms:DescribeKey"),
            (
                "ValidationException",
                "1 validation error detected: Value null at 'keyId' failed to satisfy constraint: "
                "Member must not be null",
            ),
            id="a required member",
        ),
        pytest.param(
            call("kms:EnableKeyRotation", KeyId="k", RotationPeriodInDays=1),
            (
                "ValidationException",
                "1 validation error detected: Value '1' at 'rotationPeriodInDays' failed to satisfy constraint: "
                "Member must have value greater than or equal to 90",
            ),
            id="a range",
        ),
        pytest.param(
            call("iam:CreateRole", RoleName="r" * 65, AssumeRolePolicyDocument="{}"),
            (
                "ValidationError",
                f"1 validation error detected: Value '{'r' * 65}' at 'roleName' failed to satisfy constraint: "
                "Member must have length less than or equal to 64",
            ),
            id="a length",
        ),
        pytest.param(
            call("ssm:PutParameter", Name="/a", Value="x", Tags=[{"Key": "a"}]),
            (
                "ValidationException",
                "1 validation error detected: Value null at 'tags.1.member.value' failed to satisfy constraint: "
                "Member must not be null",
            ),
            id="a member of a list",
        ),
        pytest.param(
            call("ssm:PutParameter", Name=5, Value="x"),
            (
                "ValidationException",
                "1 validation error detected: Value '5' at 'name' failed to satisfy constraint: "
                "Member must be of type string",
            ),
            id="a type",
        ),
        pytest.param(
            call("ec2:CreateSubnet"), ("MissingParameter", "The request must contain the parameter VpcId"), id="ec2"
        ),
        pytest.param(call("kms:DescribeKey", KeyId="k"), None, id="nothing wrong"),
        pytest.param(call("s3:PutBucketPolicy"), None, id="REST is left out"),
        pytest.param(call("none:Such"), None, id="no model"),
    ],
)
def test_parameters_are_held_against_the_model(asked: Any, expected: Any) -> None:
    assert validate(asked) == expected
