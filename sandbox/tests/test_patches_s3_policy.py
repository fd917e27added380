"""Bucket policies: what is refused, what is public, what comes back."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import json
from typing import Any

import pytest
from patched_moto import ACCOUNT, OTHER_ACCOUNT, ROOT, Aws, aws, code, endpoint, policy, refusal, role

BUCKET = "arn:aws:s3:::data"
OBJECTS = f"{BUCKET}/*"


def statement(**elements: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "s3:GetObject", "Resource": OBJECTS}
    return {name: value for name, value in {**base, **elements}.items() if value is not None}


@pytest.fixture
def s3(aws: Aws) -> Any:
    client = aws("s3")
    client.create_bucket(Bucket="data")
    return client


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("not json", "Policies must be valid JSON and the first byte must be '{'", id="no JSON"),
        pytest.param(" {}", "Policies must be valid JSON and the first byte must be '{'", id="a blank first"),
        pytest.param('{"Version": }', "This policy contains invalid Json", id="broken JSON"),
        pytest.param('{"Id": "a", "Id": "b"}', "This policy contains invalid Json", id="a key twice"),
        pytest.param('{"bad": 1}', "Unknown field bad", id="an unknown field"),
        pytest.param('{"Version": "2012-10-17"}', "Missing required field Statement", id="no statement"),
        pytest.param(policy(), "Could not parse the policy: Statement is empty!", id="an empty statement list"),
        pytest.param(
            policy(statement(), Version="2020-01-01"), "The policy must contain a valid version string", id="v"
        ),
        pytest.param(policy(statement(Effect=None)), "Missing required field Effect", id="no effect"),
        pytest.param(policy(statement(Effect="allow")), "Invalid effect : allow", id="a wrong effect"),
        pytest.param(policy(statement(Principal=None)), "Missing required field Principal", id="no principal"),
        pytest.param(policy(statement(Action=None)), "Missing required field Action", id="no action"),
        pytest.param(policy(statement(Resource=None)), "Missing required field Resource", id="no resource"),
        pytest.param(
            policy(statement(Resource="arn:aws:s3:::b/*")), "Policy has invalid resource", id="another bucket"
        ),
        pytest.param(policy(statement(Resource="data/*")), "Policy has invalid resource", id="no ARN"),
        pytest.param(policy(statement(Action="kms:Decrypt")), "Policy has invalid action", id="another service"),
        pytest.param(
            policy(statement(Resource=BUCKET)), "Action does not apply to any resource(s) in statement", id="objects"
        ),
        pytest.param(
            policy(statement(Action="s3:ListBucket")),
            "Action does not apply to any resource(s) in statement",
            id="bucket",
        ),
        pytest.param(
            policy(statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"})),
            "Invalid principal in policy",
            id="no such role",
        ),
        pytest.param(policy(statement(Principal={"AWS": "123"})), "Invalid principal in policy", id="a short account"),
        pytest.param(
            policy(statement(Principal={"Service": "x"})), "Invalid principal in policy", id="no such service"
        ),
        pytest.param(
            policy(statement(Condition={"StringIs": {"aws:SourceVpce": "x"}})),
            "Invalid Condition type : StringIs",
            id="an unknown operator",
        ),
        pytest.param(
            policy(statement(Condition={"Bool": {"SecureTransport": "false"}})),
            "Policy has an invalid condition key",
            id="an unknown key",
        ),
        pytest.param(
            policy(statement(Condition={"StringEquals": {"s3:prefix": "a"}})),
            "Conditions do not apply to combination of actions and resources in statement",
            id="a key of other actions",
        ),
        pytest.param(
            policy(statement(Sid="a"), statement(Sid="a")),
            "The Statement Ids in the policy are not unique !",
            id="sids",
        ),
        pytest.param(
            policy(*(statement(Resource=f"{OBJECTS}{'x' * 400}{n}") for n in range(50))),
            "Normalized policy document exceeds the maximum allowed size of 20480 bytes",
            id="too large",
        ),
    ],
)
def test_policies_that_s3_refuses(s3: Any, text: str, message: str) -> None:
    assert refusal(s3.put_bucket_policy, Bucket="data", Policy=text) == (400, "MalformedPolicy", message)
    assert code(s3.get_bucket_policy, Bucket="data") == "NoSuchBucketPolicy"


def test_a_policy_that_locks_a_bucket_is_taken_and_denies_nothing_by_itself(s3: Any) -> None:
    elsewhere = {"StringNotEquals": {"aws:SourceVpce": "vpce-0a"}, "Bool": {"aws:ViaAWSService": "false"}}
    lock = statement(Effect="Deny", Principal="*", Action="s3:*", Resource=[BUCKET, OBJECTS], Condition=elsewhere)
    wrong_key = {"StringNotEqualsIfExists": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "arn:aws:kms:k"}}
    key = statement(Effect="Deny", Principal="*", Action="s3:PutObject", Condition=wrong_key)
    s3.put_bucket_policy(Bucket="data", Policy=policy(lock, key))
    s3.put_object(Bucket="data", Key="a", Body=b"x")
    assert s3.get_object(Bucket="data", Key="a")["Body"].read() == b"x"


@pytest.mark.parametrize(
    ("elements", "public"),
    [
        pytest.param({"Principal": "*"}, True, id="everybody"),
        pytest.param({"Principal": {"AWS": ["*"]}}, True, id="everybody in a list"),
        pytest.param({"Principal": "*", "Condition": {"Bool": {"aws:SecureTransport": "true"}}}, True, id="by TLS"),
        pytest.param({"Principal": "*", "Condition": {"StringLike": {"aws:SourceVpce": "*"}}}, True, id="any endpoint"),
        pytest.param({"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}, True, id="half"),
        pytest.param(
            {"Principal": "*", "Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, False, id="an endpoint"
        ),
        pytest.param(
            {"Principal": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.1.0.0/16"}}}, False, id="a range"
        ),
        pytest.param({"Principal": "*", "Effect": "Deny"}, False, id="denied"),
        pytest.param({"Principal": {"AWS": OTHER_ACCOUNT}}, False, id="an account"),
    ],
)
def test_public_policies_are_blocked(s3: Any, elements: dict[str, Any], public: bool) -> None:
    text = policy(statement(**elements))
    if public:
        status, name, message = refusal(s3.put_bucket_policy, Bucket="data", Policy=text)
        assert (status, name) == (403, "AccessDenied")
        assert message.endswith("public policies are blocked by the BlockPublicPolicy block public access setting.")
    s3.delete_public_access_block(Bucket="data")
    s3.put_bucket_policy(Bucket="data", Policy=text)
    assert s3.get_bucket_policy_status(Bucket="data")["PolicyStatus"]["IsPublic"] is public


def test_policies_come_back_in_the_words_of_aws(s3: Any) -> None:
    condition = {"StringNotEquals": {"aws:SourceVpce": ["vpce-1"]}, "Bool": {"aws:SecureTransport": False}}
    text = {
        "Statement": [
            {
                "Resource": [OBJECTS],
                "Action": ["s3:PutObject", "s3:GetObject", "s3:DeleteObject"],
                "Principal": {"AWS": [OTHER_ACCOUNT]},
                "Effect": "Allow",
                "Condition": condition,
                "Sid": "Use",
            }
        ],
        "Version": "2012-10-17",
    }
    s3.put_bucket_policy(Bucket="data", Policy=json.dumps(text))
    returned = s3.get_bucket_policy(Bucket="data")["Policy"]
    assert returned == json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Use",
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{OTHER_ACCOUNT}:root"},
                    "Action": ["s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                    "Resource": OBJECTS,
                    "Condition": {
                        "Bool": {"aws:SecureTransport": "false"},
                        "StringNotEquals": {"aws:SourceVpce": "vpce-1"},
                    },
                }
            ],
        },
        separators=(",", ":"),
    )
    s3.put_bucket_policy(Bucket="data", Policy=returned)
    assert s3.get_bucket_policy(Bucket="data")["Policy"] == returned


def test_a_deleted_role_shows_as_its_id_even_when_made_again(aws: Aws, s3: Any) -> None:
    arn, iam = role(aws, "reader"), aws("iam")
    unique_id = iam.get_role(RoleName="reader")["Role"]["RoleId"]
    s3.put_bucket_policy(Bucket="data", Policy=policy(statement(Principal={"AWS": [arn, ROOT]})))

    def shown() -> list[str]:
        return sorted(json.loads(s3.get_bucket_policy(Bucket="data")["Policy"])["Statement"][0]["Principal"]["AWS"])

    assert shown() == sorted([arn, ROOT])
    iam.delete_role(RoleName="reader")
    assert shown() == sorted([unique_id, ROOT])
    role(aws, "reader")
    assert shown() == sorted([unique_id, ROOT])
    again = s3.get_bucket_policy(Bucket="data")["Policy"]
    put = {"Bucket": "data", "Policy": again}
    assert refusal(s3.put_bucket_policy, **put) == (400, "MalformedPolicy", "Invalid principal in policy")
