"""Accounts are separate; credentials are what AWS would take them for."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running
from records import recorded, request_id

PROVISIONER = "arn:aws:iam::444455556666:role/CloisterProvisioner"
ADMINISTRATOR = "arn:aws:sts::111122223333:assumed-role/PlatformAdministrator/sandbox"
HOME_ROLE = "arn:aws:iam::111122223333:role/DataScientist"


def assume(
    sandbox: Running, arn: str, name: str = "test-session", **more: Any
) -> tuple[dict[str, str], dict[str, Any]]:
    answer = sandbox.client("sts", **more.pop("by", {})).assume_role(RoleArn=arn, RoleSessionName=name, **more)
    given = answer["Credentials"]
    credentials = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    return credentials, answer


def code(action: Any, **parameters: Any) -> str:
    with pytest.raises(ClientError) as failure:
        action(**parameters)
    return failure.value.response["Error"]["Code"]


def trusting(statement: dict[str, Any]) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"} | statement]}
    )


def test_the_default_session_is_the_administrator(sandbox: Running) -> None:
    who = sandbox.client("sts").get_caller_identity()
    assert who["Arn"] == "arn:aws:sts::111122223333:assumed-role/PlatformAdministrator/sandbox"
    assert who["Account"] == "111122223333"


def test_another_account_has_its_own_things(sandbox: Running) -> None:
    there, _ = assume(sandbox, PROVISIONER)
    assert (
        sandbox.client("sts", **there).get_caller_identity()["Arn"]
        == "arn:aws:sts::444455556666:assumed-role/CloisterProvisioner/test-session"
    )
    sandbox.client("ssm", **there).put_parameter(Name="/only/there", Value="v", Type="String")
    assert code(sandbox.client("ssm").get_parameter, Name="/only/there") == "ParameterNotFound"
    seeded = sandbox.ready["terraform_variables"]["vpc_id"]
    assert code(sandbox.client("ec2", **there).describe_vpcs, VpcIds=[seeded]) == "InvalidVpcID.NotFound"
    assert sandbox.client("s3", **there).list_buckets()["Buckets"] == []


def test_assuming_a_role_of_another_account_is_recorded_in_both(sandbox: Running) -> None:
    there, answer = assume(
        sandbox, PROVISIONER, "both-sides", Tags=[{"Key": "team", "Value": "x"}], SourceIdentity="ana"
    )
    here = recorded(sandbox, request_id(answer))
    events = sandbox.client("cloudtrail", **there).lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AssumeRole"}]
    )["Events"]
    copies = [json.loads(one["CloudTrailEvent"]) for one in events]
    copy = next(one for one in copies if one["requestID"] == request_id(answer))
    assert copy["sharedEventID"] == here["sharedEventID"]
    assert copy["eventID"] != here["eventID"]
    assert (here["recipientAccountId"], copy["recipientAccountId"]) == ("111122223333", "444455556666")
    assert copy["userIdentity"] == {
        "type": "AWSAccount",
        "principalId": here["userIdentity"]["principalId"],
        "accountId": "111122223333",
    }


def test_source_identity_and_transitive_tags_survive_chaining(sandbox: Running) -> None:
    iam = sandbox.client("iam")
    chaining = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    condition = {"StringEquals": {"aws:PrincipalTag/team": "x", "aws:SourceIdentity": "ana"}}
    iam.create_role(
        RoleName="needs-tag",
        AssumeRolePolicyDocument=trusting(
            {"Principal": {"AWS": HOME_ROLE}, "Action": chaining, "Condition": condition}
        ),
    )
    arn = "arn:aws:iam::111122223333:role/needs-tag"
    tag = [{"Key": "team", "Value": "x"}]
    tagged, _ = assume(sandbox, HOME_ROLE, Tags=tag, TransitiveTagKeys=["team"], SourceIdentity="ana")
    chained, answer = assume(sandbox, arn, by=tagged)
    assert answer["SourceIdentity"] == "ana"
    made = sandbox.client("sts", **chained).get_caller_identity()
    assert recorded(sandbox, request_id(made))["userIdentity"]["sessionContext"]["sourceIdentity"] == "ana"
    assert code(sandbox.client("sts").assume_role, RoleArn=arn, RoleSessionName="untagged") == "AccessDenied"


@pytest.mark.parametrize(
    ("name", "statement", "parameters", "expected"),
    [
        ("by-root", {"Principal": {"AWS": "arn:aws:iam::111122223333:root"}}, {}, None),
        ("by-id", {"Principal": {"AWS": "111122223333"}}, {}, None),
        ("by-role", {"Principal": {"AWS": "arn:aws:iam::111122223333:role/PlatformAdministrator"}}, {}, None),
        ("by-star", {"Principal": "*"}, {}, None),
        ("by-other", {"Principal": {"AWS": "444455556666"}}, {}, "AccessDenied"),
        ("by-service", {"Principal": {"Service": "sagemaker.amazonaws.com"}}, {}, "AccessDenied"),
        (
            "external",
            {"Principal": "*", "Condition": {"StringEquals": {"sts:ExternalId": "ex"}}},
            {"ExternalId": "ex"},
            None,
        ),
        (
            "no-external",
            {"Principal": "*", "Condition": {"StringEquals": {"sts:ExternalId": "ex"}}},
            {},
            "AccessDenied",
        ),
        ("untaggable", {"Principal": "*"}, {"Tags": [{"Key": "a", "Value": "b"}]}, "AccessDenied"),
        ("too-long", {"Principal": "*"}, {"DurationSeconds": 7200}, "ValidationError"),
    ],
)
def test_the_trust_policy_decides(
    sandbox: Running, name: str, statement: dict[str, Any], parameters: dict[str, Any], expected: str | None
) -> None:
    sandbox.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=trusting(statement))
    arn = f"arn:aws:iam::111122223333:role/{name}"
    action = sandbox.client("sts").assume_role
    if expected:
        assert code(action, RoleArn=arn, RoleSessionName="some", **parameters) == expected
    else:
        assert action(RoleArn=arn, RoleSessionName="some", **parameters)["AssumedRoleUser"]["Arn"].endswith(
            f"{name}/some"
        )


def test_a_role_that_does_not_exist_is_denied_as_aws_words_it(sandbox: Running) -> None:
    with pytest.raises(ClientError) as failure:
        sandbox.client("sts").assume_role(RoleArn="arn:aws:iam::111122223333:role/nobody", RoleSessionName="some")
    assert failure.value.response["Error"] == {
        "Type": "Sender",
        "Code": "AccessDenied",
        "Message": f"User: {ADMINISTRATOR} is not authorized to perform: "
        "sts:AssumeRole on resource: arn:aws:iam::111122223333:role/nobody",
    }


CALLS = [
    ("s3", "list_buckets", {}, "InvalidAccessKeyId", "ExpiredToken"),
    ("sts", "get_caller_identity", {}, "InvalidClientTokenId", "ExpiredToken"),
    ("ec2", "describe_vpcs", {}, "AuthFailure", "RequestExpired"),
    ("kms", "list_keys", {}, "UnrecognizedClientException", "ExpiredTokenException"),
    ("efs", "describe_file_systems", {}, "UnrecognizedClientException", "ExpiredTokenException"),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "unknown", "_expired"), CALLS)
def test_an_unknown_access_key_is_refused(
    sandbox: Running, service: str, operation: str, parameters: dict[str, Any], unknown: str, _expired: str
) -> None:
    client = sandbox.client(
        service, aws_access_key_id="AKIAUNKNOWNUNKNOWN00", aws_secret_access_key="x", aws_session_token=None
    )
    assert code(getattr(client, operation), **parameters) == unknown


@pytest.mark.parametrize(("service", "operation", "parameters", "_unknown", "expired"), CALLS)
def test_an_expired_session_is_refused(
    sandbox: Running, service: str, operation: str, parameters: dict[str, Any], _unknown: str, expired: str
) -> None:
    client = sandbox.client(service, **sandbox.session(HOME_ROLE, expired=True))
    assert code(getattr(client, operation), **parameters) == expired


def test_a_session_needs_its_own_token(sandbox: Running) -> None:
    mixed = sandbox.session(HOME_ROLE) | {"aws_session_token": "another"}
    assert code(sandbox.client("sts", **mixed).get_caller_identity) == "InvalidClientTokenId"


def test_an_iam_user_is_known_by_the_access_key(sandbox: Running) -> None:
    iam = sandbox.client("iam")
    iam.create_user(UserName="una")
    key = iam.create_access_key(UserName="una")["AccessKey"]
    own = {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
        "aws_session_token": None,
    }
    answer = sandbox.client("sts", **own).get_caller_identity()
    assert answer["Arn"] == "arn:aws:iam::111122223333:user/una"
    identity = recorded(sandbox, request_id(answer))["userIdentity"]
    assert (identity["type"], identity["userName"]) == ("IAMUser", "una")


def test_sessions_can_be_made_short(sandbox: Running) -> None:
    sandbox.control("sessions", {"seconds": 1})
    short, _ = assume(sandbox, PROVISIONER)
    sandbox.control("sessions", {"seconds": 0})
    long, _ = assume(sandbox, PROVISIONER)
    sandbox.client("sts", **long).get_caller_identity()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            sandbox.client("sts", **short).get_caller_identity()
        except ClientError as expired:
            assert expired.response["Error"]["Code"] == "ExpiredToken"
            return
        time.sleep(0.05)
    pytest.fail("the session did not end")
