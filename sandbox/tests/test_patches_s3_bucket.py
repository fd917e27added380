"""Making, finding and deleting buckets."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import threading

import pytest
import requests
from patched_moto import ACCOUNT, OTHER_ACCOUNT, Aws, aws, code, endpoint, refusal


def test_a_new_bucket_has_the_defaults_of_aws(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    encryption = s3.get_bucket_encryption(Bucket="data")["ServerSideEncryptionConfiguration"]["Rules"]
    assert encryption == [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}]
    block = s3.get_public_access_block(Bucket="data")["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(
        ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
    )
    rules = s3.get_bucket_ownership_controls(Bucket="data")["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert "Status" not in s3.get_bucket_versioning(Bucket="data")


def test_tags_of_create_bucket_are_kept(aws: Aws) -> None:
    s3 = aws("s3", "eu-west-1")
    tags = [{"Key": "owner", "Value": "team"}, {"Key": "empty", "Value": ""}]
    s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-west-1", "Tags": tags})
    assert s3.get_bucket_tagging(Bucket="data")["TagSet"] == tags


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        pytest.param([{"Key": "aws:x", "Value": ""}], "InvalidTag", id="a reserved key"),
        pytest.param([{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}], "InvalidTag", id="a key twice"),
        pytest.param([{"Key": "a" * 129, "Value": ""}], "InvalidTag", id="a long key"),
        pytest.param([{"Key": f"k{n}", "Value": ""} for n in range(51)], "BadRequest", id="too many"),
    ],
)
def test_tags_that_s3_refuses(aws: Aws, tags: list[dict[str, str]], expected: str) -> None:
    s3 = aws("s3")
    assert code(s3.create_bucket, Bucket="data", CreateBucketConfiguration={"Tags": tags}) == expected
    assert code(s3.head_bucket, Bucket="data") == "404"


def test_tags_die_with_the_bucket(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    s3.put_bucket_tagging(Bucket="data", Tagging={"TagSet": [{"Key": "a", "Value": "b"}]})
    s3.delete_bucket(Bucket="data")
    s3.create_bucket(Bucket="data")
    assert code(s3.get_bucket_tagging, Bucket="data") == "NoSuchTagSet"


@pytest.mark.parametrize(
    ("name", "region", "constraint", "expected"),
    [
        pytest.param("data", "us-east-1", "us-east-1", "InvalidLocationConstraint", id="the default region named"),
        pytest.param("data", "us-east-1", "mars-1", "InvalidLocationConstraint", id="no such region"),
        pytest.param("data", "us-east-1", "cn-north-1", "InvalidLocationConstraint", id="another partition"),
        pytest.param("data", "eu-west-1", None, "IllegalLocationConstraintException", id="none given"),
        pytest.param("data", "eu-west-1", "eu-west-3", "IllegalLocationConstraintException", id="another region"),
        pytest.param("Data", "us-east-1", None, "InvalidBucketName", id="upper case"),
        pytest.param("10.0.0.1", "us-east-1", None, "InvalidBucketName", id="an address"),
        pytest.param("a..b", "us-east-1", None, "InvalidBucketName", id="two dots"),
        pytest.param("xn--a", "us-east-1", None, "InvalidBucketName", id="a reserved prefix"),
        pytest.param("data-s3alias", "us-east-1", None, "InvalidBucketName", id="a reserved suffix"),
    ],
)
def test_buckets_that_cannot_be_made(aws: Aws, name: str, region: str, constraint: str | None, expected: str) -> None:
    s3 = aws("s3", region)
    configuration = {"CreateBucketConfiguration": {"LocationConstraint": constraint}} if constraint else {}
    assert code(s3.create_bucket, Bucket=name, **configuration) == expected


def test_a_bucket_of_ones_own_is_made_again_only_in_us_east_1(aws: Aws) -> None:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    here.create_bucket(Bucket="data")
    here.create_bucket(Bucket="data")
    elsewhere = {"Bucket": "elsewhere", "CreateBucketConfiguration": {"LocationConstraint": "eu-west-1"}}
    there.create_bucket(**elsewhere)
    assert refusal(there.create_bucket, **elsewhere)[:2] == (409, "BucketAlreadyOwnedByYou")


def test_another_accounts_bucket_is_taken(aws: Aws) -> None:
    mine, theirs = aws("s3"), aws("s3", account=OTHER_ACCOUNT)
    mine.create_bucket(Bucket="data")
    theirs.create_bucket(Bucket="theirs")
    assert refusal(theirs.create_bucket, Bucket="data")[:2] == (409, "BucketAlreadyExists")
    assert [bucket["Name"] for bucket in theirs.list_buckets()["Buckets"]] == ["theirs"]


def test_the_expected_owner_is_honoured(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    s3.head_bucket(Bucket="data", ExpectedBucketOwner=ACCOUNT)
    assert refusal(s3.head_bucket, Bucket="data", ExpectedBucketOwner=OTHER_ACCOUNT)[0] == 403
    assert code(s3.get_bucket_acl, Bucket="data", ExpectedBucketOwner=OTHER_ACCOUNT) == "AccessDenied"


def test_a_bucket_answers_in_its_region(aws: Aws, endpoint: str) -> None:
    there = aws("s3", "eu-west-1")
    there.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    assert there.head_bucket(Bucket="data")["BucketRegion"] == "eu-west-1"
    assert aws("s3").get_bucket_location(Bucket="data")["LocationConstraint"] == "eu-west-1"
    signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1/s3/aws4_request"}
    answer = requests.get(f"{endpoint}/data?versioning", headers=signed, timeout=10, allow_redirects=False)
    assert (answer.status_code, answer.headers["x-amz-bucket-region"]) == (301, "eu-west-1")
    assert "<Code>PermanentRedirect</Code>" in answer.text


def test_a_bucket_with_any_version_left_is_not_deleted(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    s3.put_object(Bucket="data", Key="a", Body=b"x")
    s3.delete_object(Bucket="data", Key="a")
    status, name, message = refusal(s3.delete_bucket, Bucket="data")
    assert (status, name) == (409, "BucketNotEmpty")
    assert message == "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
    listed = s3.list_object_versions(Bucket="data")
    for version in listed["Versions"] + listed["DeleteMarkers"]:
        s3.delete_object(Bucket="data", Key="a", VersionId=version["VersionId"])
    s3.delete_bucket(Bucket="data")


def test_suspending_versioning_keeps_the_versions(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket="data", Key="a", Body=b"1")["VersionId"]
    s3.put_bucket_versioning(Bucket="data", VersioningConfiguration={"Status": "Suspended"})
    s3.put_object(Bucket="data", Key="a", Body=b"2")
    s3.put_object(Bucket="data", Key="a", Body=b"3")
    assert s3.get_object(Bucket="data", Key="a")["Body"].read() == b"3"
    assert s3.get_object(Bucket="data", Key="a", VersionId=first)["Body"].read() == b"1"
    s3.delete_object(Bucket="data", Key="a")
    assert code(s3.get_object, Bucket="data", Key="a") == "NoSuchKey"
    listed = s3.list_object_versions(Bucket="data")
    assert [version["VersionId"] for version in listed["Versions"]] == [first]
    s3.delete_object(Bucket="data", Key="a", VersionId="null")
    s3.delete_object(Bucket="data", Key="a", VersionId=first)
    s3.delete_bucket(Bucket="data")


def test_buckets_are_listed_in_pages_and_by_prefix_and_region(aws: Aws) -> None:
    here, there = aws("s3"), aws("s3", "eu-west-1")
    for name in ("b", "a", "c"):
        here.create_bucket(Bucket=f"x-{name}")
    there.create_bucket(Bucket="y-d", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    first = here.list_buckets(MaxBuckets=2, Prefix="x-")
    assert [bucket["Name"] for bucket in first["Buckets"]] == ["x-a", "x-b"]
    assert first["Buckets"][0]["BucketRegion"] == "us-east-1"
    rest = here.list_buckets(MaxBuckets=2, Prefix="x-", ContinuationToken=first["ContinuationToken"])
    assert [bucket["Name"] for bucket in rest["Buckets"]] == ["x-c"]
    assert "ContinuationToken" not in rest
    assert [bucket["Name"] for bucket in here.list_buckets(BucketRegion="eu-west-1")["Buckets"]] == ["y-d"]


def test_a_name_is_given_once_under_parallel_calls(aws: Aws) -> None:
    outcomes: list[str] = []
    clients = [aws("s3", "eu-west-1") for _ in range(6)]

    def make(s3: object) -> None:
        try:
            s3.create_bucket(Bucket="data", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
            outcomes.append("made")
        except s3.exceptions.BucketAlreadyOwnedByYou:
            outcomes.append("owned")

    threads = [threading.Thread(target=make, args=(s3,)) for s3 in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] + ["owned"] * 5


def test_settings_that_moto_lacks_are_not_mistaken_for_the_bucket(aws: Aws) -> None:
    s3 = aws("s3")
    s3.create_bucket(Bucket="data")
    assert refusal(s3.delete_bucket_metrics_configuration, Bucket="data", Id="x")[:2] == (501, "NotImplemented")
    assert refusal(s3.get_bucket_request_payment, Bucket="data")[:2] == (501, "NotImplemented")
    s3.head_bucket(Bucket="data")
