"""Keys: policies, states, rotation, aliases, lists and tags."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import datetime
import json
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from patched_moto import ACCOUNT, OTHER_ACCOUNT, ROOT, Aws, aws, code, endpoint, policy, refusal, role

INVALID_PRINCIPALS = "Policy contains a statement with one or more invalid principals."


pytestmark = pytest.mark.filterwarnings("ignore:.*does not match an error shape")


def statement(**elements: Any) -> dict[str, Any]:
    base = {"Effect": "Allow", "Principal": {"AWS": ROOT}, "Action": "kms:*", "Resource": "*"}
    return {name: value for name, value in {**base, **elements}.items() if value is not None}


@pytest.fixture
def kms(aws: Aws) -> Any:
    return aws("kms")


@pytest.fixture
def key(kms: Any) -> dict[str, Any]:
    return kms.create_key()["KeyMetadata"]


def test_a_private_key_is_drawn_when_it_is_used_and_only_once(kms: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = 0
    generate = rsa.generate_private_key

    def count(**how: Any) -> Any:
        nonlocal drawn
        drawn += 1
        return generate(**how)

    monkeypatch.setattr(rsa, "generate_private_key", count)
    kms.create_key()
    signing = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    assert drawn == 0
    what = {"KeyId": signing, "Message": b"message", "SigningAlgorithm": "RSASSA_PSS_SHA_256"}
    signature = kms.sign(**what)["Signature"]
    assert kms.verify(Signature=signature, **what)["SignatureValid"]
    assert len(kms.get_public_key(KeyId=signing)["PublicKey"]) > 256
    assert drawn == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param("not json", None, id="no JSON"),
        pytest.param('{"Version": "2012-10-17"}', None, id="no statement"),
        pytest.param('{"bad": 1}', None, id="an unknown element"),
        pytest.param(policy(statement(Principal=None)), "Policy contains a statement with no principal.", id="nobody"),
        pytest.param(
            policy(statement(), statement(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:role/none"})),
            INVALID_PRINCIPALS,
            id="no such role",
        ),
    ],
)
def test_key_policies_that_kms_refuses(kms: Any, key: dict[str, Any], text: str, message: str | None) -> None:
    for call, parameters in ((kms.put_key_policy, {"KeyId": key["KeyId"]}), (kms.create_key, {})):
        status, name, said = refusal(call, Policy=text, **parameters)
        assert (status, name) == (400, "MalformedPolicyDocumentException")
        assert message is None or said == message
    assert [entry["KeyId"] for entry in kms.list_keys()["Keys"]] == [key["KeyId"]]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(policy(statement()), id="the account"),
        pytest.param(policy(statement(Principal={"AWS": ACCOUNT})), id="the account by number"),
        pytest.param(policy(statement(Action=["kms:Put*", "kms:Get*"])), id="a wildcard"),
        pytest.param(
            policy(
                statement(),
                statement(
                    Effect="Deny",
                    Principal="*",
                    Action="kms:PutKeyPolicy",
                    Condition={"ArnNotLike": {"aws:PrincipalArn": [ROOT, "arn:aws:iam::*:role/admin"]}},
                ),
            ),
            id="denied to others",
        ),
        pytest.param(policy(statement(), statement(Resource=None, Action="kms:Encrypt")), id="a void statement"),
    ],
)
def test_key_policies_that_kms_takes(kms: Any, key: dict[str, Any], text: str) -> None:
    kms.put_key_policy(KeyId=key["Arn"], Policy=text)


def test_the_policy_name_may_be_left_out(kms: Any, key: dict[str, Any]) -> None:
    assert kms.get_key_policy(KeyId=key["KeyId"])["PolicyName"] == "default"
    assert code(kms.get_key_policy, KeyId=key["KeyId"], PolicyName="mine") == "NotFoundException"


def test_key_policies_come_back_in_the_words_of_aws(aws: Aws, kms: Any) -> None:
    arn = role(aws, "user")
    actions = ["kms:GenerateDataKey", "kms:Encrypt", "kms:Decrypt"]
    use = {"Principal": {"AWS": [arn]}, "Action": actions, "Sid": "Use", "Effect": "Allow", "Resource": ["*"]}
    key = kms.create_key(Policy=policy(statement(), use))["KeyMetadata"]

    def shown() -> dict[str, Any]:
        return json.loads(kms.get_key_policy(KeyId=key["KeyId"])["Policy"])["Statement"][1]

    assert list(shown()) == ["Sid", "Effect", "Principal", "Action", "Resource"]
    assert shown()["Resource"] == "*"
    assert shown()["Principal"] == {"AWS": arn}
    assert shown()["Action"] != actions and sorted(shown()["Action"]) == sorted(actions)
    unique_id = aws("iam").get_role(RoleName="user")["Role"]["RoleId"]
    aws("iam").delete_role(RoleName="user")
    assert shown()["Principal"] == {"AWS": unique_id}


def test_a_deny_of_others_does_not_hide_the_key(kms: Any, key: dict[str, Any]) -> None:
    deny = statement(Effect="Deny", Principal={"AWS": OTHER_ACCOUNT}, Action=["kms:DescribeKey", "kms:*"])
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(statement(), deny))
    kms.describe_key(KeyId=key["KeyId"])


@pytest.mark.parametrize("days", [6, 31])
def test_the_waiting_period_has_limits(kms: Any, key: dict[str, Any], days: int) -> None:
    assert code(kms.schedule_key_deletion, KeyId=key["KeyId"], PendingWindowInDays=days) == "ValidationException"
    assert kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]["KeyState"] == "Enabled"


def test_a_key_that_waits_for_its_deletion(kms: Any, key: dict[str, Any]) -> None:
    kms.create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    encrypted = kms.encrypt(KeyId="alias/data", Plaintext=b"x")["CiphertextBlob"]
    kms.enable_key_rotation(KeyId=key["KeyId"])
    scheduled = kms.schedule_key_deletion(KeyId=key["Arn"])
    assert (scheduled["KeyId"], scheduled["PendingWindowInDays"]) == (key["Arn"], 30)
    described = kms.describe_key(KeyId=key["KeyId"])["KeyMetadata"]
    assert (described["KeyState"], described["Enabled"]) == ("PendingDeletion", False)
    assert described["DeletionDate"] == scheduled["DeletionDate"]

    refused = (400, "KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
    by_id = {"KeyId": key["KeyId"]}
    for call, parameters in (
        (kms.schedule_key_deletion, by_id),
        (kms.enable_key, by_id),
        (kms.disable_key, by_id),
        (kms.enable_key_rotation, by_id),
        (kms.tag_resource, {**by_id, "Tags": [{"TagKey": "a", "TagValue": "b"}]}),
        (kms.untag_resource, {**by_id, "TagKeys": ["a"]}),
        (kms.update_key_description, {**by_id, "Description": "x"}),
        (kms.create_alias, {"AliasName": "alias/more", "TargetKeyId": key["KeyId"]}),
        (kms.encrypt, {**by_id, "Plaintext": b"x"}),
        (kms.generate_data_key, {"KeyId": "alias/data", "KeySpec": "AES_256"}),
        (kms.generate_data_key_without_plaintext, {**by_id, "KeySpec": "AES_256"}),
        (kms.decrypt, {"CiphertextBlob": encrypted}),
    ):
        assert refusal(call, **parameters) == refused

    assert kms.get_key_rotation_status(**by_id)["KeyRotationEnabled"] is False
    assert kms.list_aliases(**by_id)["Aliases"][0]["AliasName"] == "alias/data"
    kms.put_key_policy(**by_id, Policy=policy(statement()))
    kms.list_resource_tags(**by_id)
    kms.delete_alias(AliasName="alias/data")
    assert kms.cancel_key_deletion(**by_id)["KeyId"] == key["Arn"]
    assert kms.describe_key(**by_id)["KeyMetadata"]["KeyState"] == "Disabled"
    assert code(kms.cancel_key_deletion, **by_id) == "KMSInvalidStateException"
    assert code(kms.encrypt, **by_id, Plaintext=b"x") == "DisabledException"


def test_keys_change_state_by_arn(kms: Any, key: dict[str, Any]) -> None:
    for change, state in ((kms.disable_key, "Disabled"), (kms.enable_key, "Enabled")):
        change(KeyId=key["Arn"])
        assert kms.describe_key(KeyId=key["Arn"])["KeyMetadata"]["KeyState"] == state


def test_rotation_has_a_period_and_a_date(kms: Any, key: dict[str, Any]) -> None:
    by_id = {"KeyId": key["KeyId"]}
    kms.enable_key_rotation(**by_id)
    status = kms.get_key_rotation_status(**by_id)
    assert (status["KeyRotationEnabled"], status["RotationPeriodInDays"]) == (True, 365)
    kms.enable_key_rotation(**by_id, RotationPeriodInDays=90)
    status = kms.get_key_rotation_status(**by_id)
    days = (status["NextRotationDate"] - datetime.datetime.now(datetime.timezone.utc)).days
    assert (status["RotationPeriodInDays"], days) == (90, 89)
    for period in (89, 2561):
        assert code(kms.enable_key_rotation, **by_id, RotationPeriodInDays=period) == "ValidationException"
    kms.disable_key_rotation(**by_id)
    assert "RotationPeriodInDays" not in kms.get_key_rotation_status(**by_id)


def test_only_symmetric_keys_rotate(kms: Any) -> None:
    key = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")["KeyMetadata"]
    assert code(kms.enable_key_rotation, KeyId=key["KeyId"]) == "UnsupportedOperationException"


def test_alias_names(kms: Any, key: dict[str, Any]) -> None:
    make = kms.create_alias
    make(AliasName="alias/data", TargetKeyId=key["KeyId"])
    assert code(make, AliasName="alias/data", TargetKeyId=key["KeyId"]) == "AlreadyExistsException"
    assert code(make, AliasName="alias/aws/data", TargetKeyId=key["KeyId"]) == "NotAuthorizedException"
    assert code(make, AliasName="data", TargetKeyId=key["KeyId"]) == "ValidationException"
    assert code(make, AliasName="alias/da ta", TargetKeyId=key["KeyId"]) == "InvalidAliasNameException"
    assert code(kms.delete_alias, AliasName="alias/none") == "NotFoundException"
    assert code(kms.update_alias, AliasName="alias/none", TargetKeyId=key["KeyId"]) == "NotFoundException"
    other = kms.create_key()["KeyMetadata"]
    kms.update_alias(AliasName="alias/data", TargetKeyId=other["KeyId"])
    assert kms.describe_key(KeyId="alias/data")["KeyMetadata"]["KeyId"] == other["KeyId"]
    listed = kms.list_aliases(KeyId=other["Arn"])["Aliases"][0]
    assert listed["LastUpdatedDate"] >= listed["CreationDate"]


def _pages(call: Any, member: str, **parameters: Any) -> list[int]:
    sizes, marker = [], {}
    while True:
        page = call(**parameters, **marker)
        sizes.append(len(page[member]))
        if not page["Truncated"]:
            return sizes
        marker = {"Marker": page["NextMarker"]}


def test_lists_come_in_pages(kms: Any, key: dict[str, Any]) -> None:
    tags = [{"TagKey": f"k{n:02}", "TagValue": ""} for n in range(7)]
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags)
    for n in range(4):
        kms.create_alias(AliasName=f"alias/data-{n}", TargetKeyId=key["KeyId"])
        kms.create_key()
    assert _pages(kms.list_keys, "Keys", Limit=2) == [2, 2, 1]
    assert _pages(kms.list_aliases, "Aliases", KeyId=key["KeyId"], Limit=3) == [3, 1]
    assert _pages(kms.list_resource_tags, "Tags", KeyId=key["KeyId"], Limit=4) == [4, 3]
    assert code(kms.list_keys, Marker="?") == "InvalidMarkerException"


def test_tag_limits(kms: Any, key: dict[str, Any]) -> None:
    tags = [{"TagKey": f"k{n}", "TagValue": ""} for n in range(51)]
    assert code(kms.create_key, Tags=tags) == "TagException"
    assert code(kms.tag_resource, KeyId=key["KeyId"], Tags=tags) == "TagException"
    reserved = [{"TagKey": "aws:x", "TagValue": ""}]
    assert code(kms.tag_resource, KeyId=key["KeyId"], Tags=reserved) == "TagException"
    kms.tag_resource(KeyId=key["KeyId"], Tags=tags[:50])


def test_keys_have_no_identity_but_their_id(kms: Any) -> None:
    twice = [kms.create_key(Description="same")["KeyMetadata"]["KeyId"] for _ in range(2)]
    assert len(set(twice)) == 2
