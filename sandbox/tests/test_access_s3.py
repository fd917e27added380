"""What S3 calls need, and whose policies decide."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from actors import HOME, MEMBER, MEMBER_ROLE, Actor, allow, denial, deny, document, fresh, message
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError
from conftest import Running
from records import delivered, recorded, request_id

IT, ITS = "arn:aws:s3:::{bucket}", "arn:aws:s3:::{bucket}/k"
PLAIN = {"Bucket": "{bucket}"}
OBJECT = PLAIN | {"Key": "k"}
VERSION = OBJECT | {"VersionId": "null"}
NEEDS = [
    ("list_objects_v2", PLAIN, "s3:ListBucket", IT),
    ("list_objects", PLAIN, "s3:ListBucket", IT),
    ("list_object_versions", PLAIN, "s3:ListBucketVersions", IT),
    ("list_multipart_uploads", PLAIN, "s3:ListBucketMultipartUploads", IT),
    ("get_bucket_location", PLAIN, "s3:GetBucketLocation", IT),
    ("get_bucket_encryption", PLAIN, "s3:GetEncryptionConfiguration", IT),
    ("delete_bucket_encryption", PLAIN, "s3:PutEncryptionConfiguration", IT),
    ("get_bucket_lifecycle_configuration", PLAIN, "s3:GetLifecycleConfiguration", IT),
    ("delete_bucket_lifecycle", PLAIN, "s3:PutLifecycleConfiguration", IT),
    ("get_public_access_block", PLAIN, "s3:GetBucketPublicAccessBlock", IT),
    ("delete_public_access_block", PLAIN, "s3:PutBucketPublicAccessBlock", IT),
    ("get_bucket_ownership_controls", PLAIN, "s3:GetBucketOwnershipControls", IT),
    ("get_bucket_cors", PLAIN, "s3:GetBucketCORS", IT),
    ("get_bucket_policy_status", PLAIN, "s3:GetBucketPolicyStatus", IT),
    ("delete_bucket_policy", PLAIN, "s3:DeleteBucketPolicy", IT),
    ("delete_bucket_tagging", PLAIN, "s3:PutBucketTagging", IT),
    ("delete_bucket", PLAIN, "s3:DeleteBucket", IT),
    ("create_bucket", {"Bucket": "{bucket}-new"}, "s3:CreateBucket", IT + "-new"),
    ("get_object", OBJECT, "s3:GetObject", ITS),
    ("get_object", VERSION, "s3:GetObjectVersion", ITS),
    ("get_object_acl", OBJECT, "s3:GetObjectAcl", ITS),
    ("get_object_tagging", VERSION, "s3:GetObjectVersionTagging", ITS),
    ("put_object", OBJECT, "s3:PutObject", ITS),
    ("put_object", OBJECT | {"Tagging": "a=b"}, "s3:PutObjectTagging", ITS),
    ("put_object", OBJECT | {"ACL": "private"}, "s3:PutObjectAcl", ITS),
    ("delete_object", OBJECT, "s3:DeleteObject", ITS),
    ("delete_object", VERSION, "s3:DeleteObjectVersion", ITS),
    ("create_multipart_upload", OBJECT, "s3:PutObject", ITS),
    ("abort_multipart_upload", OBJECT | {"UploadId": "u"}, "s3:AbortMultipartUpload", ITS),
    ("list_parts", OBJECT | {"UploadId": "u"}, "s3:ListMultipartUploadParts", ITS),
    ("copy_object", OBJECT | {"CopySource": "{bucket}/k"}, "s3:GetObject", ITS),
    ("copy_object", OBJECT | {"CopySource": "{bucket}/x"}, "s3:PutObject", ITS),
]


def bucket(sandbox: Running, **more: Any) -> str:
    name = fresh("data")
    s3 = sandbox.client("s3", **more)
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="k", Body=b"v")
    return name


def set_policy(sandbox: Running, name: str, *statements: dict[str, Any], **more: Any) -> None:
    about = {"Resource": [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]}
    whole = [{"Principal": "*"} | one | about for one in statements]
    sandbox.client("s3", **more).put_bucket_policy(Bucket=name, Policy=document(*whole))


@pytest.mark.parametrize(("operation", "parameters", "action", "resource"), NEEDS)
def test_a_call_needs_its_action_on_its_resource(
    sandbox: Running, operation: str, parameters: dict[str, str], action: str, resource: str
) -> None:
    name = bucket(sandbox)
    given = {key: value.replace("{bucket}", name) for key, value in parameters.items()}
    about = resource.replace("{bucket}", name)
    actor = Actor(sandbox, allow("*"), deny(action, on=about))
    expected = (
        f'User: {actor.session_arn} is not authorized to perform: {action} on resource: "{about}" '
        "with an explicit deny in an identity-based policy"
    )
    assert message(getattr(actor.client("s3"), operation), **given) == expected
    actor.may(allow("*"))
    actor.client("s3").head_bucket(Bucket=name)


def test_what_is_not_there_is_told_only_to_those_who_may_list(sandbox: Running) -> None:
    name = bucket(sandbox)
    actor = Actor(sandbox, allow("s3:GetObject"))
    asked = {"Bucket": name, "Key": "none"}
    assert "perform: s3:ListBucket on resource" in message(actor.client("s3").get_object, **asked)
    assert denial(actor.client("s3").head_object, **asked)[:2] == (403, "403")
    actor.may(allow("s3:GetObject", "s3:ListBucket"))
    assert denial(actor.client("s3").get_object, **asked)[:2] == (404, "NoSuchKey")


def test_listing_may_be_limited_to_a_prefix(sandbox: Running) -> None:
    name = bucket(sandbox)
    condition = {
        "StringEquals": {"s3:prefix": "home/", "s3:delimiter": "/"},
        "NumericLessThanEquals": {"s3:max-keys": "10"},
    }
    s3 = Actor(sandbox, allow("s3:ListBucket", Condition=condition)).client("s3")
    allowed = {"Bucket": name, "Prefix": "home/", "Delimiter": "/", "MaxKeys": 10}
    s3.list_objects_v2(**allowed)
    for other in ({"Prefix": ""}, {"Delimiter": ""}, {"MaxKeys": 11}):
        assert denial(s3.list_objects_v2, **allowed | other)[1] == "AccessDenied"


def test_another_account_needs_both_sides(sandbox: Running) -> None:
    name = bucket(sandbox)
    member = sandbox.session(MEMBER_ROLE)
    theirs = sandbox.client("s3", **member)
    copy = {"Bucket": bucket(sandbox, **member), "Key": "c", "CopySource": f"{name}/k"}
    for call, parameters in (
        (theirs.list_objects_v2, {"Bucket": name}),
        (theirs.get_bucket_policy, {"Bucket": name}),
        (theirs.delete_bucket, {"Bucket": name}),
        (theirs.get_object, {"Bucket": name, "Key": "k"}),
        (theirs.delete_objects, {"Bucket": name, "Delete": {"Objects": [{"Key": "k"}]}}),
        (theirs.copy_object, copy),
    ):
        assert denial(call, **parameters) == (403, "AccessDenied", "Access Denied")
    assert denial(theirs.head_bucket, Bucket=name)[:2] == (403, "403")
    set_policy(sandbox, name, allow("s3:GetObject") | {"Principal": {"AWS": MEMBER}})
    assert theirs.get_object(Bucket=name, Key="k")["Body"].read() == b"v"
    theirs.copy_object(**copy)
    assert denial(theirs.put_object, Bucket=name, Key="k")[1] == "AccessDenied"


def test_nobody_in_particular_needs_a_bucket_policy_that_is_not_blocked(sandbox: Running) -> None:
    name, s3 = bucket(sandbox), sandbox.client("s3")
    endpoint = sandbox.ready["endpoints"]["outside"]
    anyone = boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        config=Config(signature_version=UNSIGNED, s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )
    assert denial(anyone.get_object, Bucket=name, Key="k") == (403, "AccessDenied", "Access Denied")
    s3.delete_public_access_block(Bucket=name)
    set_policy(sandbox, name, allow("s3:GetObject"))
    assert anyone.get_object(Bucket=name, Key="k")["Body"].read() == b"v"
    assert denial(anyone.put_object, Bucket=name, Key="k")[1] == "AccessDenied"
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    assert denial(anyone.get_object, Bucket=name, Key="k")[1] == "AccessDenied"


def test_some_of_many_deletions_may_be_denied(sandbox: Running) -> None:
    name, s3 = bucket(sandbox), sandbox.client("s3")
    s3.put_object(Bucket=name, Key="held&", Body=b"v")
    kept = f"arn:aws:s3:::{name}/held*"
    actor = Actor(sandbox, allow("s3:*"), deny("s3:DeleteObject", on=kept))
    objects = [{"Key": "k"}, {"Key": "held&"}]
    answer = actor.client("s3").delete_objects(Bucket=name, Delete={"Objects": objects})
    assert [one["Key"] for one in answer["Deleted"]] == ["k"]
    (error,) = answer["Errors"]
    assert (error["Key"], error["Code"]) == ("held&", "AccessDenied")
    assert error["Message"].endswith("with an explicit deny in an identity-based policy")
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=name)["Contents"]] == ["held&"]
    text = message(actor.client("s3").delete_objects, Bucket=name, Delete={"Objects": objects[1:]})
    assert f'"arn:aws:s3:::{name}/held&" with an explicit deny' in text


def test_a_request_without_tls_can_be_played(sandbox: Running) -> None:
    name = bucket(sandbox)
    plain = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    set_policy(sandbox, name, deny("s3:GetObject") | plain)
    s3 = sandbox.client("s3")
    s3.get_object(Bucket=name, Key="k")
    s3.meta.events.register("before-send", _without_tls)
    assert "explicit deny in a resource-based policy" in message(s3.get_object, Bucket=name, Key="k")


def _without_tls(request: Any, **_: Any) -> None:
    request.headers["x-cloister-secure-transport"] = "false"


class TestLocked:
    """A bucket that opens through the endpoint only, with a key of its own."""

    @pytest.fixture
    def name(self, sandbox: Running) -> str:
        name = bucket(sandbox)
        endpoint = sandbox.ready["terraform_variables"]["s3_endpoint_id"]
        elsewhere = {"Condition": {"StringNotEquals": {"aws:SourceVpce": endpoint}}}
        set_policy(
            sandbox,
            name,
            deny("s3:GetObject", "s3:PutObject", "s3:ListBucket") | elsewhere,
        )
        return name

    def test_it_opens_inside_and_stays_shut_outside(self, sandbox: Running, name: str) -> None:
        inside, outside = sandbox.client("s3", vantage="inside"), sandbox.client("s3")
        assert inside.get_object(Bucket=name, Key="k")["Body"].read() == b"v"
        inside.list_objects_v2(Bucket=name)
        text = message(outside.get_object, Bucket=name, Key="k")
        assert text.endswith("with an explicit deny in a resource-based policy")

    def test_a_denied_listing_is_recorded_without_an_endpoint(self, sandbox: Running, name: str) -> None:
        with pytest.raises(ClientError) as failure:
            sandbox.client("s3").list_objects_v2(Bucket=name)
        record = recorded(sandbox, request_id(failure.value.response))
        assert (record["eventName"], record["errorCode"]) == ("ListObjects", "AccessDenied")
        assert record["errorMessage"].endswith("with an explicit deny in a resource-based policy")
        assert "vpcEndpointId" not in record
        assert record["requestParameters"]["bucketName"] == name


def test_a_denial_by_the_endpoint_is_network_activity_and_nothing_else(sandbox: Running) -> None:
    member = sandbox.session(MEMBER_ROLE)
    name = bucket(sandbox, **member)
    set_policy(sandbox, name, allow("s3:*") | {"Principal": {"AWS": HOME}}, **member)
    sandbox.client("s3").put_object(Bucket=name, Key="out", Body=b"v")  # From outside nothing holds it back.
    with pytest.raises(ClientError) as failure:
        sandbox.client("s3", vantage="inside").put_object(Bucket=name, Key="out", Body=b"v")
    assert failure.value.response["Error"]["Code"] == "AccessDenied"
    record = recorded(sandbox, request_id(failure.value.response))
    variables = sandbox.ready["terraform_variables"]
    who = record.pop("userIdentity")
    assert who["sessionContext"]["sessionIssuer"]["arn"] == variables["administrator_arn"]
    for unique in ("eventID", "requestID", "sharedEventID", "eventTime"):
        assert record.pop(unique)
    assert record == {
        "eventVersion": "1.11",
        "eventSource": "s3.amazonaws.com",
        "eventName": "PutObject",
        "awsRegion": "us-east-1",
        "sourceIPAddress": "10.0.1.23",
        "errorCode": "VpceAccessDenied",
        "errorMessage": "The request was denied due to a VPC endpoint policy",
        "eventType": "AwsVpceEvent",
        "recipientAccountId": HOME,
        "vpcEndpointId": variables["s3_endpoint_id"],
        "vpcEndpointAccountId": HOME,
        "eventCategory": "NetworkActivity",
    }
    files = delivered(sandbox, prefix=f"AWSLogs/{HOME}/CloudTrail-NetworkActivity/us-east-1/")
    assert all(one["eventCategory"] == "NetworkActivity" for records in files.values() for one in records)


class TestKeys:
    """The use of keys that S3 makes in the caller's name."""

    @pytest.fixture
    def key(self, sandbox: Running) -> str:
        return sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]

    @pytest.fixture
    def name(self, sandbox: Running, key: str) -> str:
        name = fresh("sealed")
        s3 = sandbox.client("s3")
        s3.create_bucket(Bucket=name)
        default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": False}]
        s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
        s3.put_object(Bucket=name, Key="k", Body=b"v")
        return name

    def test_writing_needs_a_data_key_and_reading_its_decryption(self, sandbox: Running, key: str, name: str) -> None:
        actor = Actor(sandbox, allow("s3:*"))
        s3 = actor.client("s3")
        for call, action in ((s3.put_object, "kms:GenerateDataKey"), (s3.get_object, "kms:Decrypt")):
            status, code, text = denial(call, Bucket=name, Key="k")
            assert (status, code) == (403, "AccessDenied")
            why = f"because no identity-based policy allows the {action} action"
            assert text.endswith(f"perform: {action} on resource: {key} {why}")
        s3.head_object(Bucket=name, Key="k")
        actor.may(allow("s3:*"), allow("kms:GenerateDataKey", "kms:Decrypt", on=key))
        s3.put_object(Bucket=name, Key="k", Body=b"w")
        assert s3.get_object(Bucket=name, Key="k")["Body"].read() == b"w"

    def test_a_key_may_be_for_one_bucket_through_s3_only(self, sandbox: Running, key: str, name: str) -> None:
        root = {"Principal": {"AWS": f"arn:aws:iam::{HOME}:root"}}
        use = ("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*")
        through = {"StringNotEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
        about = {"ArnNotLike": {"kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{name}/*"}}
        kms, s3 = sandbox.client("kms"), sandbox.client("s3")
        policy = document(
            allow("kms:*") | root,
            deny(*use) | {"Principal": "*", "Condition": through},
            deny(*use) | {"Principal": "*", "Condition": about},
        )
        kms.put_key_policy(KeyId=key, Policy=policy)
        s3.get_object(Bucket=name, Key="k")
        assert "explicit deny in a resource-based policy" in message(kms.encrypt, KeyId=key, Plaintext=b"x")
        other = bucket(sandbox)
        sealed = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        assert "kms:GenerateDataKey" in message(s3.put_object, Bucket=other, Key="k", **sealed)

    def test_another_key_is_told_by_its_arn(self, sandbox: Running, key: str, name: str) -> None:
        other = {"StringNotEquals": {"s3:x-amz-server-side-encryption-aws-kms-key-id": key}}
        named = {"Null": {"s3:x-amz-server-side-encryption-aws-kms-key-id": "false"}}
        set_policy(sandbox, name, deny("s3:PutObject") | {"Condition": other | named})
        s3, kms = sandbox.client("s3"), sandbox.client("kms")
        s3.put_object(Bucket=name, Key="k", Body=b"v")
        s3.put_object(Bucket=name, Key="k", Body=b"v", ServerSideEncryption="aws:kms", SSEKMSKeyId=key.split("/")[1])
        wrong = kms.create_key()["KeyMetadata"]["Arn"]
        text = message(s3.put_object, Bucket=name, Key="k", ServerSideEncryption="aws:kms", SSEKMSKeyId=wrong)
        assert text.endswith("with an explicit deny in a resource-based policy")

    def test_the_managed_key_of_s3_works_for_whoever_may_use_s3(self, sandbox: Running) -> None:
        name = bucket(sandbox)
        s3 = Actor(sandbox, allow("s3:*")).client("s3")
        s3.put_object(Bucket=name, Key="m", Body=b"v", ServerSideEncryption="aws:kms")
        assert s3.get_object(Bucket=name, Key="m")["Body"].read() == b"v"

    def test_parts_need_the_key_too(self, sandbox: Running, key: str, name: str) -> None:
        upload = {"Bucket": name, "Key": "big"}
        upload["UploadId"] = sandbox.client("s3").create_multipart_upload(**upload)["UploadId"]
        actor = Actor(sandbox, allow("s3:*"), allow("kms:GenerateDataKey", on=key))
        assert "perform: kms:Decrypt" in message(actor.client("s3").upload_part, **upload, PartNumber=1, Body=b"v")
        actor.may(allow("s3:*"), allow("kms:GenerateDataKey", "kms:Decrypt", on=key))
        part = actor.client("s3").upload_part(**upload, PartNumber=1, Body=b"v")
        parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
        actor.client("s3").complete_multipart_upload(**upload, MultipartUpload=parts)


def test_a_role_made_again_is_not_the_one_that_a_bucket_named(sandbox: Running) -> None:
    name, iam, role = bucket(sandbox), sandbox.client("iam"), fresh("named")
    actor = Actor(sandbox)
    trust = iam.get_role(RoleName=actor.name)["Role"]["AssumeRolePolicyDocument"]

    def credentials() -> dict[str, str]:
        arn = iam.create_role(RoleName=role, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        return sandbox.session(arn)

    first = credentials()
    set_policy(sandbox, name, allow("s3:GetObject") | {"Principal": {"AWS": f"arn:aws:iam::{HOME}:role/{role}"}})
    sandbox.client("s3", **first).get_object(Bucket=name, Key="k")
    iam.delete_role(RoleName=role)
    assert denial(sandbox.client("s3", **first).get_object, Bucket=name, Key="k")[1] == "AccessDenied"
    assert denial(sandbox.client("s3", **credentials()).get_object, Bucket=name, Key="k")[1] == "AccessDenied"
