"""Trails need a bucket that is theirs to write; roles need a trust policy; what is attached stays."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

from typing import Any

import pytest
from patched_moto import ACCOUNT, Aws, aws, code, endpoint, policy, refusal, role

CLOUDTRAIL = {"Service": "cloudtrail.amazonaws.com"}


def _log_bucket(aws: Aws, name: str = "logs") -> Any:
    s3 = aws("s3")
    s3.create_bucket(Bucket=name)
    return s3


def _policy(prefix: str) -> str:
    arn = "arn:aws:s3:::logs"
    return policy(
        {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "s3:GetBucketAcl", "Resource": arn},
        {"Effect": "Allow", "Principal": CLOUDTRAIL, "Action": "s3:PutObject", "Resource": f"{arn}/{prefix}*"},
    )


def test_a_trail_needs_a_bucket_with_its_policy(aws: Aws) -> None:
    trails, make = aws("cloudtrail"), {"Name": "audit", "S3BucketName": "logs"}
    assert code(trails.create_trail, **make) == "S3BucketDoesNotExistException"
    s3 = _log_bucket(aws)
    refused = (400, "InsufficientS3BucketPolicyException", "Incorrect S3 bucket policy is detected for bucket: logs")
    assert refusal(trails.create_trail, **make) == refused
    s3.put_bucket_policy(Bucket="logs", Policy=_policy("elsewhere/"))
    assert refusal(trails.create_trail, **make) == refused
    assert trails.describe_trails()["trailList"] == []
    s3.put_bucket_policy(Bucket="logs", Policy=_policy(f"AWSLogs/{ACCOUNT}/"))
    trails.create_trail(**make)
    again = (400, "TrailAlreadyExistsException", f"Trail audit already exists for customer: {ACCOUNT}")
    assert refusal(trails.create_trail, **make) == again
    assert refusal(trails.update_trail, Name="audit", S3KeyPrefix="p") == refused
    assert "S3KeyPrefix" not in trails.get_trail(Name="audit")["Trail"]


def test_a_trail_that_is_not_there_is_not_deleted(aws: Aws) -> None:
    trails = aws("cloudtrail")
    assert code(trails.delete_trail, Name="none") == "TrailNotFoundException"
    _log_bucket(aws).put_bucket_policy(Bucket="logs", Policy=_policy(""))
    arn = trails.create_trail(Name="audit", S3BucketName="logs")["TrailARN"]
    trails.delete_trail(Name=arn)
    assert trails.list_trails()["Trails"] == []


def test_selectors_replace_each_other(aws: Aws) -> None:
    trails = aws("cloudtrail")
    _log_bucket(aws).put_bucket_policy(Bucket="logs", Policy=_policy(""))
    trails.create_trail(Name="audit", S3BucketName="logs")
    assert trails.get_event_selectors(TrailName="audit")["EventSelectors"][0]["IncludeManagementEvents"] is True
    advanced = [{"Name": "management", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Management"]}]}]
    trails.put_event_selectors(TrailName="audit", AdvancedEventSelectors=advanced)
    assert "EventSelectors" not in trails.get_event_selectors(TrailName="audit")
    assert trails.get_trail(Name="audit")["Trail"]["HasCustomEventSelectors"] is True
    basic = [{"ReadWriteType": "WriteOnly", "IncludeManagementEvents": True}]
    trails.put_event_selectors(TrailName="audit", EventSelectors=basic)
    assert "AdvancedEventSelectors" not in trails.get_event_selectors(TrailName="audit")


def _trust(**elements: Any) -> str:
    base = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return policy({name: value for name, value in {**base, **elements}.items() if value is not None})


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("not json", id="no JSON"),
        pytest.param(policy(), id="no statement"),
        pytest.param(_trust(Principal=None), id="nobody"),
        pytest.param(_trust(Action="s3:GetObject"), id="another action"),
        pytest.param(_trust(Resource="*"), id="a resource"),
        pytest.param(_trust(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"}), id="no such role"),
    ],
)
def test_trust_policies_that_iam_refuses(aws: Aws, text: str) -> None:
    iam = aws("iam")
    assert code(iam.create_role, RoleName="r", AssumeRolePolicyDocument=text) == "MalformedPolicyDocument"
    role(aws, "s")
    assert code(iam.update_assume_role_policy, RoleName="s", PolicyDocument=text) == "MalformedPolicyDocument"


def test_role_names_ignore_case(aws: Aws) -> None:
    role(aws, "Reader")
    make = {"RoleName": "reader", "AssumeRolePolicyDocument": _trust()}
    assert refusal(aws("iam").create_role, **make)[:2] == (409, "EntityAlreadyExists")


def test_an_update_of_a_role_leaves_its_description(aws: Aws) -> None:
    iam = aws("iam")
    iam.create_role(RoleName="kept", AssumeRolePolicyDocument=_trust(), Description="what it is for")
    iam.update_role(RoleName="kept", MaxSessionDuration=7200)
    shown = iam.get_role(RoleName="kept")["Role"]
    assert (shown["Description"], shown["MaxSessionDuration"]) == ("what it is for", 7200)


def test_trust_in_a_deleted_role_shows_its_id(aws: Aws) -> None:
    iam, arn = aws("iam"), role(aws, "caller")
    unique_id = iam.get_role(RoleName="caller")["Role"]["RoleId"]
    iam.create_role(RoleName="target", AssumeRolePolicyDocument=_trust(Principal={"AWS": arn}))
    shown = iam.get_role(RoleName="target")["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"] == {"AWS": arn}
    iam.delete_role(RoleName="caller")
    role(aws, "caller")
    shown = iam.get_role(RoleName="target")["Role"]["AssumeRolePolicyDocument"]
    assert shown["Statement"][0]["Principal"] == {"AWS": unique_id}


def test_an_attached_policy_is_not_deleted(aws: Aws) -> None:
    iam = aws("iam")
    role(aws, "reader")
    text = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    arn = iam.create_policy(PolicyName="read", PolicyDocument=text)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName="reader", PolicyArn=arn)
    assert refusal(iam.delete_policy, PolicyArn=arn)[:2] == (409, "DeleteConflict")
    iam.detach_role_policy(RoleName="reader", PolicyArn=arn)
    version = iam.create_policy_version(PolicyArn=arn, PolicyDocument=text)["PolicyVersion"]["VersionId"]
    assert code(iam.delete_policy, PolicyArn=arn) == "DeleteConflict"
    iam.delete_policy_version(PolicyArn=arn, VersionId=version)
    iam.delete_policy(PolicyArn=arn)


def test_names_of_policies_are_taken_whatever_path_and_case(aws: Aws) -> None:
    iam = aws("iam")
    text = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    arn = iam.create_policy(PolicyName="ReadOnlyAccess", PolicyDocument=text)["Policy"]["Arn"]
    for path, name in [("/", "ReadOnlyAccess"), ("/team/", "ReadOnlyAccess"), ("/", "readonlyaccess")]:
        taken = f"A policy called {name} already exists. Duplicate names are not allowed."
        refused = refusal(iam.create_policy, PolicyName=name, Path=path, PolicyDocument=text)
        assert refused == (409, "EntityAlreadyExists", taken)
    iam.delete_policy(PolicyArn=arn)
    iam.create_policy(PolicyName="readonlyaccess", Path="/team/", PolicyDocument=text)


def test_a_boundary_is_a_policy_that_exists(aws: Aws) -> None:
    iam = aws("iam")
    text = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    missing = "arn:aws:iam::111122223333:policy/missing"
    unseen = (404, "NoSuchEntity", f"Scope ARN: {missing} does not exist or is not attachable.")
    make = {"RoleName": "bounded", "AssumeRolePolicyDocument": _trust()}
    assert refusal(iam.create_role, **make, PermissionsBoundary=missing) == unseen
    made = iam.create_policy(PolicyName="boundary", PolicyDocument=text)["Policy"]["Arn"]
    iam.create_role(**make, PermissionsBoundary=made)
    assert refusal(iam.put_role_permissions_boundary, RoleName="bounded", PermissionsBoundary=missing) == unseen
    managed = "arn:aws:iam::aws:policy/PowerUserAccess"
    iam.put_role_permissions_boundary(RoleName="bounded", PermissionsBoundary=managed)
    shown = iam.get_role(RoleName="bounded")["Role"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == managed


def test_policies_have_sizes_and_roles_have_room(aws: Aws) -> None:
    iam = aws("iam")
    long = _trust(Condition={"StringEquals": {"sts:ExternalId": ["x" * 100] * 20}})
    refused = (409, "LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refusal(iam.create_role, RoleName="r", AssumeRolePolicyDocument=long) == refused
    role(aws, "s")
    assert refusal(iam.update_assume_role_policy, RoleName="s", PolicyDocument=long) == refused
    text = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::{'b' * 60}"] * 70})
    iam.put_role_policy(RoleName="s", PolicyName="a", PolicyDocument=text)
    iam.put_role_policy(RoleName="s", PolicyName="a", PolicyDocument=text)
    too_much = refusal(iam.put_role_policy, RoleName="s", PolicyName="b", PolicyDocument=text + " " * 9000)
    assert too_much == (409, "LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role s")
    larger = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": [f"arn:aws:s3:::{'b' * 60}"] * 90})
    assert refusal(iam.create_policy, PolicyName="p", PolicyDocument=larger)[2].endswith("PolicySize: 6144")
    small = policy({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"})
    arns = [iam.create_policy(PolicyName=f"p{n}", PolicyDocument=small)["Policy"]["Arn"] for n in range(11)]
    for arn in arns[:10]:
        iam.attach_role_policy(RoleName="s", PolicyArn=arn)
    iam.attach_role_policy(RoleName="s", PolicyArn=arns[0])
    assert refusal(iam.attach_role_policy, RoleName="s", PolicyArn=arns[10])[2].endswith("PoliciesPerRole: 10")
