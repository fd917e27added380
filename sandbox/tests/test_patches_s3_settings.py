"""Encryption, ACLs, logging and lifecycle of a bucket; keys of its objects."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

from typing import Any

import pytest
from patched_moto import OTHER_ACCOUNT, Aws, aws, code, endpoint, refusal


@pytest.fixture
def s3(aws: Aws) -> Any:
    client = aws("s3")
    client.create_bucket(Bucket="data")
    return client


def _encrypt(s3: Any, **rule: Any) -> None:
    s3.put_bucket_encryption(Bucket="data", ServerSideEncryptionConfiguration={"Rules": [rule]})


def _by_default(**setting: str) -> dict[str, Any]:
    return {"ApplyServerSideEncryptionByDefault": setting}


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param(
            [_by_default(SSEAlgorithm="AES256", KMSMasterKeyID="x")], "InvalidArgument", id="a key for AES256"
        ),
        pytest.param([_by_default(SSEAlgorithm="rot13")], "MalformedXML", id="no such algorithm"),
        pytest.param([{"BucketKeyEnabled": True}], "MalformedXML", id="no algorithm"),
        pytest.param([], "MalformedXML", id="no rule"),
    ],
)
def test_encryption_that_s3_refuses(s3: Any, rules: list[Any], expected: str) -> None:
    configuration = {"Rules": rules}
    assert code(s3.put_bucket_encryption, Bucket="data", ServerSideEncryptionConfiguration=configuration) == expected


def test_deleting_the_encryption_leaves_that_of_s3(s3: Any) -> None:
    _encrypt(s3, **_by_default(SSEAlgorithm="aws:kms"), BucketKeyEnabled=True)
    s3.delete_bucket_encryption(Bucket="data")
    rules = s3.get_bucket_encryption(Bucket="data")["ServerSideEncryptionConfiguration"]["Rules"]
    assert rules == [{**_by_default(SSEAlgorithm="AES256"), "BucketKeyEnabled": False}]


def test_objects_report_the_buckets_key(aws: Aws, s3: Any) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]
    _encrypt(s3, **_by_default(SSEAlgorithm="aws:kms", KMSMasterKeyID=key["KeyId"]), BucketKeyEnabled=True)
    s3.put_object(Bucket="data", Key="a", Body=b"x")
    head = s3.head_object(Bucket="data", Key="a")
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"], head["BucketKeyEnabled"]) == (
        "aws:kms",
        key["Arn"],
        True,
    )
    s3.put_object(Bucket="data", Key="b", Body=b"x", ServerSideEncryption="AES256")
    head = s3.head_object(Bucket="data", Key="b")
    assert head["ServerSideEncryption"] == "AES256"
    assert "SSEKMSKeyId" not in head


def test_objects_without_a_setting_are_encrypted_by_s3(s3: Any) -> None:
    assert s3.put_object(Bucket="data", Key="a", Body=b"x")["ServerSideEncryption"] == "AES256"


def test_the_header_names_the_key(aws: Aws, s3: Any) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]
    kms.create_alias(AliasName="alias/data", TargetKeyId=key["KeyId"])
    s3.put_object(Bucket="data", Key="a", Body=b"x", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/data")
    head = s3.head_object(Bucket="data", Key="a")
    assert head["SSEKMSKeyId"] == key["Arn"]
    assert "BucketKeyEnabled" not in head


def test_a_key_that_does_not_work_fails_writes_and_reads(aws: Aws, s3: Any) -> None:
    kms = aws("kms")
    key = kms.create_key()["KeyMetadata"]
    _encrypt(s3, **_by_default(SSEAlgorithm="aws:kms", KMSMasterKeyID=key["Arn"]))
    s3.put_object(Bucket="data", Key="a", Body=b"x")
    kms.disable_key(KeyId=key["KeyId"])
    put = {"Bucket": "data", "Key": "b", "Body": b"x"}
    assert refusal(s3.put_object, **put) == (400, "KMS.DisabledException", f"{key['Arn']} is disabled.")
    kms.schedule_key_deletion(KeyId=key["KeyId"])
    refused = (400, "KMS.KMSInvalidStateException", f"{key['Arn']} is pending deletion.")
    assert refusal(s3.put_object, **put) == refused
    assert refusal(s3.get_object, Bucket="data", Key="a") == refused
    unknown = key["Arn"][:-12] + "000000000000"
    wrong = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": unknown}
    assert code(s3.put_object, **put, **wrong) == "KMS.NotFoundException"
    upload = {"Bucket": "data", "Key": "c"}
    assert code(s3.create_multipart_upload, **upload) == "KMS.KMSInvalidStateException"


def test_acls_are_off_until_ownership_says_otherwise(s3: Any) -> None:
    refused = (400, "AccessControlListNotSupported", "The bucket does not allow ACLs")
    assert refusal(s3.put_bucket_acl, Bucket="data", ACL="private") == refused
    assert refusal(s3.put_object, Bucket="data", Key="a", Body=b"x", ACL="public-read") == refused
    s3.put_object(Bucket="data", Key="a", Body=b"x", ACL="bucket-owner-full-control")
    assert s3.get_bucket_acl(Bucket="data")["Grants"]
    controls = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket="data", OwnershipControls=controls)
    s3.put_bucket_acl(Bucket="data", ACL="log-delivery-write")
    enforced = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    put = {"Bucket": "data", "OwnershipControls": enforced}
    assert code(s3.put_bucket_ownership_controls, **put) == "InvalidBucketAclWithObjectOwnership"


def test_ownership_needs_a_known_value(s3: Any) -> None:
    controls = {"Rules": [{"ObjectOwnership": "Mine"}]}
    assert code(s3.put_bucket_ownership_controls, Bucket="data", OwnershipControls=controls) == "MalformedXML"


def test_a_public_acl_at_creation_is_refused(aws: Aws) -> None:
    create = aws("s3").create_bucket
    assert code(create, Bucket="open", ACL="public-read") == "InvalidBucketAclWithObjectOwnership"


def _log_to(s3: Any, bucket: str, **more: Any) -> dict[str, Any]:
    enabled = {"TargetBucket": bucket, "TargetPrefix": "data/", **more}
    return {"Bucket": "data", "BucketLoggingStatus": {"LoggingEnabled": enabled}}


def test_logging_asks_for_no_permissions_and_keeps_the_key_format(s3: Any) -> None:
    s3.create_bucket(Bucket="logs")
    keys = {"TargetObjectKeyFormat": {"PartitionedPrefix": {"PartitionDateSource": "EventTime"}}}
    s3.put_bucket_logging(**_log_to(s3, "logs", **keys))
    enabled = s3.get_bucket_logging(Bucket="data")["LoggingEnabled"]
    assert enabled == {"TargetBucket": "logs", "TargetPrefix": "data/", **keys}
    s3.put_bucket_logging(Bucket="data", BucketLoggingStatus={})
    assert "LoggingEnabled" not in s3.get_bucket_logging(Bucket="data")


def test_logging_targets_that_s3_refuses(aws: Aws, s3: Any) -> None:
    aws("s3", account=OTHER_ACCOUNT).create_bucket(Bucket="theirs")
    far = {"LocationConstraint": "eu-west-1"}
    aws("s3", "eu-west-1").create_bucket(Bucket="far", CreateBucketConfiguration=far)
    assert code(s3.put_bucket_logging, **_log_to(s3, "none")) == "InvalidTargetBucketForLogging"
    assert code(s3.put_bucket_logging, **_log_to(s3, "theirs")) == "InvalidTargetBucketForLogging"
    assert refusal(s3.put_bucket_logging, **_log_to(s3, "far"))[:2] == (403, "CrossLocationLoggingProhibited")


def _rule(**more: Any) -> dict[str, Any]:
    return {"ID": "r", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}, **more}


def test_lifecycle_rules_come_back_whole(s3: Any) -> None:
    rules = [
        {
            "ID": "old-versions",
            "Status": "Enabled",
            "Filter": {"And": {"Prefix": "a/", "ObjectSizeGreaterThan": 5}},
            "NoncurrentVersionExpiration": {"NoncurrentDays": 30, "NewerNoncurrentVersions": 3},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
        },
        _rule(ID="all", Filter={}),
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="data", LifecycleConfiguration={"Rules": rules})
    got = s3.get_bucket_lifecycle_configuration(Bucket="data")
    assert got["Rules"] == rules
    assert got["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    s3.delete_bucket_lifecycle(Bucket="data")
    assert code(s3.get_bucket_lifecycle_configuration, Bucket="data") == "NoSuchLifecycleConfiguration"


def test_a_lifecycle_rule_without_an_id_gets_one(s3: Any) -> None:
    rule = _rule()
    del rule["ID"]
    s3.put_bucket_lifecycle_configuration(Bucket="data", LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle_configuration(Bucket="data")["Rules"][0]["ID"]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        pytest.param([], "MalformedXML", id="no rule"),
        pytest.param([_rule(Status="On")], "MalformedXML", id="unknown status"),
        pytest.param([_rule(Filter=None)], "MalformedXML", id="neither filter nor prefix"),
        pytest.param([_rule(Expiration=None)], "InvalidRequest", id="no action"),
        pytest.param([_rule(Expiration={"Days": 0})], "InvalidArgument", id="no days"),
        pytest.param([_rule(), _rule()], "InvalidArgument", id="an id twice"),
        pytest.param([_rule(ID="i" * 256)], "InvalidArgument", id="a long id"),
    ],
)
def test_lifecycle_rules_that_s3_refuses(s3: Any, rules: list[dict[str, Any]], expected: str) -> None:
    rules = [{name: value for name, value in rule.items() if value is not None} for rule in rules]
    put = {"Bucket": "data", "LifecycleConfiguration": {"Rules": rules}}
    assert code(s3.put_bucket_lifecycle_configuration, **put) == expected


def test_versioning_needs_a_known_status(s3: Any) -> None:
    put = {"Bucket": "data", "VersioningConfiguration": {"Status": "On"}}
    assert code(s3.put_bucket_versioning, **put) == "MalformedXML"
