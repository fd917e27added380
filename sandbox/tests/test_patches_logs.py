"""Log groups: keys, retention, policies and tags; and what trails select and say."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import json
from typing import Any

import pytest
from patched_moto import ACCOUNT, ROOT, Aws, aws, code, endpoint, policy, refusal

OWN = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
LOGS = {
    "Effect": "Allow",
    "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
    "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
    "Resource": "*",
}
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:flows"


def test_a_key_must_let_the_service_use_it(aws: Aws) -> None:
    logs, kms = aws("logs"), aws("kms")
    closed = kms.create_key()["KeyMetadata"]["Arn"]
    opened = kms.create_key(Policy=policy(OWN, LOGS))["KeyMetadata"]["Arn"]
    message = f"The specified KMS key does not exist or is not allowed to be used with LogGroup '{GROUP}'"
    refused = (400, "InvalidParameterException", message)
    assert refusal(logs.create_log_group, logGroupName="flows", kmsKeyId=closed) == refused
    logs.create_log_group(logGroupName="flows")
    assert refusal(logs.associate_kms_key, logGroupName="flows", kmsKeyId=closed) == refused
    assert refusal(logs.associate_kms_key, logGroupName="flows", kmsKeyId=closed[:-1] + "x") == refused
    logs.associate_kms_key(logGroupName="flows", kmsKeyId=opened)
    assert logs.describe_log_groups()["logGroups"][0]["kmsKeyId"] == opened
    logs.disassociate_kms_key(resourceIdentifier=f"{GROUP}:*")
    assert "kmsKeyId" not in logs.describe_log_groups()["logGroups"][0]
    kms.disable_key(KeyId=opened)
    assert refusal(logs.associate_kms_key, logGroupName="flows", kmsKeyId=opened) == refused
    assert code(logs.associate_kms_key, logGroupName="none", kmsKeyId=opened) == "ResourceNotFoundException"
    assert code(logs.associate_kms_key, kmsKeyId=opened) == "InvalidParameterException"


def test_groups_are_described_by_their_names(aws: Aws) -> None:
    logs = aws("logs")
    for name in ("flows", "flows-2", "other"):
        logs.create_log_group(logGroupName=name)
    wanted = ["other", GROUP, "none"]
    found = logs.describe_log_groups(logGroupIdentifiers=wanted)["logGroups"]
    assert [group["logGroupName"] for group in found] == ["flows", "other"]
    both = {"logGroupIdentifiers": wanted, "logGroupNamePrefix": "flows"}
    assert code(logs.describe_log_groups, **both) == "InvalidParameterException"


def test_retention_is_one_of_a_list(aws: Aws) -> None:
    logs = aws("logs")
    logs.create_log_group(logGroupName="flows")
    assert code(logs.put_retention_policy, logGroupName="flows", retentionInDays=15) == "InvalidParameterException"
    logs.put_retention_policy(logGroupName="flows", retentionInDays=14)
    assert logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 14
    logs.delete_retention_policy(logGroupName="flows")
    assert "retentionInDays" not in logs.describe_log_groups()["logGroups"][0]


@pytest.mark.parametrize("text", ["{}", "not json", '{"Statement": [{"Effect": "Allow"}]}'])
def test_resource_policies_are_checked(aws: Aws, text: str) -> None:
    refused = code(aws("logs").put_resource_policy, policyName="p", policyDocument=text)
    assert refused == "InvalidParameterException"


def test_resource_policies_replace_each_other(aws: Aws) -> None:
    logs = aws("logs")
    for service in ("route53", "es"):
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": f"{service}.amazonaws.com"},
            "Action": "logs:PutLogEvents",
            "Resource": "*",
        }
        logs.put_resource_policy(policyName="p", policyDocument=policy(statement))
    [found] = logs.describe_resource_policies()["resourcePolicies"]
    assert "es.amazonaws.com" in found["policyDocument"]
    logs.delete_resource_policy(policyName="p")
    assert code(logs.delete_resource_policy, policyName="p") == "ResourceNotFoundException"


def test_tags_belong_to_a_group(aws: Aws) -> None:
    logs = aws("logs")
    assert code(logs.tag_resource, resourceArn=GROUP, tags={"a": "1"}) == "ResourceNotFoundException"
    logs.create_log_group(logGroupName="flows", tags={"a": "1"})
    logs.tag_resource(resourceArn=GROUP, tags={"b": "2"})
    logs.untag_resource(resourceArn=GROUP, tagKeys=["a"])
    assert logs.list_tags_for_resource(resourceArn=GROUP)["tags"] == {"b": "2"}
    assert code(logs.tag_resource, resourceArn=GROUP, tags={"aws:x": ""}) == "InvalidParameterException"
    many = {f"k{index}": "" for index in range(50)}
    assert code(logs.tag_resource, resourceArn=GROUP, tags=many) == "TooManyTagsException"
    logs.delete_log_group(logGroupName="flows")
    logs.create_log_group(logGroupName="flows")
    assert logs.list_tags_for_resource(resourceArn=GROUP)["tags"] == {}


def test_names_of_groups_have_their_characters(aws: Aws) -> None:
    assert code(aws("logs").create_log_group, logGroupName="a b") == "InvalidParameterException"
