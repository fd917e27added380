"""Trails: the selectors that CloudTrail takes, what a trail's status says, and organization trails."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Running
from patched_moto import Aws, aws, code, endpoint, policy, role

from cloister_sandbox.seed import trail_bucket_policy

OBJECTS = {"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data/"]}


def _field(name: str, *values: str, operator: str = "Equals") -> dict[str, Any]:
    return {"Field": name, operator: list(values)}


def _advanced(*fields: dict[str, Any]) -> dict[str, Any]:
    return {"AdvancedEventSelectors": [{"Name": "one", "FieldSelectors": list(fields)}]}


def _trails(aws: Aws) -> Any:
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
    aws("s3").create_bucket(Bucket="logs")
    text = policy(statement | {"Resource": ["arn:aws:s3:::logs", "arn:aws:s3:::logs/*"]})
    aws("s3").put_bucket_policy(Bucket="logs", Policy=text)
    return aws("cloudtrail")


@pytest.mark.parametrize(
    "selectors",
    [
        pytest.param({}, id="none"),
        pytest.param({"EventSelectors": [{}], **_advanced(_field("eventCategory", "Management"))}, id="both"),
        pytest.param({"EventSelectors": [{"ReadWriteType": "read-only"}]}, id="another type"),
        pytest.param({"EventSelectors": [{}] * 6}, id="six"),
        pytest.param(
            {"EventSelectors": [{"DataResources": [{"Type": "AWS::SNS::Topic", "Values": []}]}]}, id="resource"
        ),
        pytest.param(
            {"EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::data"]}]}]},
            id="a bucket without its slash",
        ),
        pytest.param({"EventSelectors": [{"ExcludeManagementEventSources": ["s3.amazonaws.com"]}]}, id="excluded"),
        pytest.param(_advanced(_field("readOnly", "true")), id="no category"),
        pytest.param(_advanced(_field("eventCategory", "Data")), id="no resource type"),
        pytest.param(_advanced(_field("eventCategory", "NetworkActivity")), id="no source"),
        pytest.param(
            _advanced(_field("eventCategory", "Management"), _field("vpcEndpointId", "x")), id="another field"
        ),
        pytest.param(
            _advanced(
                _field("eventCategory", "NetworkActivity"),
                _field("eventSource", "s3.amazonaws.com"),
                _field("errorCode", "AccessDenied"),
            ),
            id="another error",
        ),
        pytest.param(
            _advanced(
                _field("eventCategory", "Data"),
                _field("resources.type", "AWS::S3::Object"),
                _field("resources.ARN", *(f"arn:aws:s3:::b{index}/" for index in range(500))),
            ),
            id="too many values",
        ),
    ],
)
def test_selectors_that_are_refused(aws: Aws, selectors: dict[str, Any]) -> None:
    trails = _trails(aws)
    trails.create_trail(Name="audit", S3BucketName="logs")
    assert code(trails.put_event_selectors, TrailName="audit", **selectors) == "InvalidEventSelectorsException"
    assert code(trails.put_event_selectors, TrailName="none", **selectors) == "TrailNotFoundException"


@pytest.mark.parametrize(
    "selectors",
    [
        pytest.param({"EventSelectors": [{"ReadWriteType": "All", "DataResources": [OBJECTS]}]}, id="basic"),
        pytest.param(
            _advanced(
                _field("eventCategory", "Data"),
                _field("resources.type", "AWS::S3::Object"),
                _field("resources.ARN", "arn:aws:s3:::data/", operator="StartsWith"),
                _field("readOnly", "false"),
            ),
            id="data",
        ),
        pytest.param(
            _advanced(
                _field("eventCategory", "NetworkActivity"),
                _field("eventSource", "s3.amazonaws.com"),
                _field("errorCode", "VpceAccessDenied"),
                _field("vpcEndpointId", "vpce-1"),
            ),
            id="network activity",
        ),
    ],
)
def test_selectors_that_are_taken(aws: Aws, selectors: dict[str, Any]) -> None:
    trails = _trails(aws)
    trails.create_trail(Name="audit", S3BucketName="logs")
    trails.put_event_selectors(TrailName="audit", **selectors)
    [(kept, wanted)] = [(trails.get_event_selectors(TrailName="audit")[name], one) for name, one in selectors.items()]
    assert len(kept) == len(wanted)


def test_only_a_management_account_has_organization_trails(aws: Aws) -> None:
    trails = _trails(aws)
    make = {"Name": "audit", "S3BucketName": "logs", "IsOrganizationTrail": True}
    assert code(trails.create_trail, **make) == "OrganizationsNotInUseException"
    trails.create_trail(Name="audit", S3BucketName="logs")
    assert code(trails.update_trail, Name="audit", IsOrganizationTrail=True) == "OrganizationsNotInUseException"
    assert trails.get_trail(Name="audit")["Trail"]["IsOrganizationTrail"] is False
    aws("organizations").create_organization()
    trails.update_trail(Name="audit", IsOrganizationTrail=True)
    assert trails.get_trail(Name="audit")["Trail"]["IsOrganizationTrail"] is True
    status = aws("organizations").create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]
    member = aws("cloudtrail", account=status["AccountId"])
    buckets = aws("s3", account=status["AccountId"])
    buckets.create_bucket(Bucket="member-logs")
    statement = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "s3:*"}
    text = policy(statement | {"Resource": ["arn:aws:s3:::member-logs", "arn:aws:s3:::member-logs/*"]})
    buckets.put_bucket_policy(Bucket="member-logs", Policy=text)
    make["S3BucketName"] = "member-logs"
    assert code(member.create_trail, **make) == "NotOrganizationMasterAccountException"


def _delivery(action: str, resource: str, **condition: Any) -> dict[str, Any]:
    service = {"Service": "cloudtrail.amazonaws.com"}
    return {"Effect": "Allow", "Principal": service, "Action": action, "Resource": resource, "Condition": condition}


def test_a_bucket_policy_is_for_the_trail_that_it_names(aws: Aws) -> None:
    trails = _trails(aws)
    arn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/audit"
    for source, allowed in ((arn.replace("audit", "other"), False), (arn, True)):
        condition = {"StringEquals": {"aws:SourceArn": source, "s3:x-amz-acl": "bucket-owner-full-control"}}
        write = _delivery("s3:PutObject", "arn:aws:s3:::logs/AWSLogs/123456789012/*", **condition)
        text = policy(_delivery("s3:GetBucketAcl", "arn:aws:s3:::logs"), write)
        aws("s3").put_bucket_policy(Bucket="logs", Policy=text)
        if not allowed:
            found = code(trails.create_trail, Name="audit", S3BucketName="logs")
            assert found == "InsufficientS3BucketPolicyException"
    assert trails.create_trail(Name="audit", S3BucketName="logs")["TrailARN"] == arn


def test_a_key_is_there_and_lets_the_trail_encrypt(aws: Aws) -> None:
    trails = _trails(aws)
    root = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "kms:*", "Resource": "*"}
    key = aws("kms").create_key(Policy=policy(root))["KeyMetadata"]["Arn"]
    make = {"Name": "audit", "S3BucketName": "logs", "KmsKeyId": key}
    missing = key.rsplit("/", 1)[0] + "/00000000-0000-0000-0000-000000000000"
    assert code(trails.create_trail, **make | {"KmsKeyId": missing}) == "KmsKeyNotFoundException"
    for trail, allowed in (("other", False), ("*", True)):
        context = {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:123456789012:trail/{trail}"}
        encrypt = _delivery("kms:GenerateDataKey*", "*", StringLike=context)
        aws("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy(root, encrypt))
        if not allowed:
            assert code(trails.create_trail, **make) == "InsufficientEncryptionPolicyException"
    assert trails.create_trail(**make)["KmsKeyId"] == key
    aws("kms").put_key_policy(KeyId=key, PolicyName="default", Policy=policy(root))
    trails.update_trail(Name="audit", KmsKeyId="")
    assert code(trails.update_trail, Name="audit", KmsKeyId=key) == "InsufficientEncryptionPolicyException"
    assert "KmsKeyId" not in trails.get_trail(Name="audit")["Trail"]


def test_trails_are_described_by_name_and_forget_their_tags(aws: Aws) -> None:
    trails = _trails(aws)
    tags = [{"Key": "team", "Value": "a"}]
    for name in ("audit", "other"):
        trails.create_trail(Name=name, S3BucketName="logs", TagsList=tags)
    found = trails.describe_trails(trailNameList=["audit", "none"], includeShadowTrails=False)["trailList"]
    assert [trail["Name"] for trail in found] == ["audit"]
    arn = found[0]["TrailARN"]
    trails.delete_trail(Name="audit")
    trails.create_trail(Name="audit", S3BucketName="logs")
    assert trails.list_tags(ResourceIdList=[arn])["ResourceTagList"][0]["TagsList"] == []


def test_a_trail_names_a_log_group_that_is_there(aws: Aws) -> None:
    trails = _trails(aws)
    group = "arn:aws:logs:us-east-1:123456789012:log-group:trail:*"
    make = {"Name": "audit", "S3BucketName": "logs", "CloudWatchLogsLogGroupArn": group}
    assert code(trails.create_trail, **make) == "InvalidParameterCombinationException"
    make["CloudWatchLogsRoleArn"] = "arn:aws:iam::123456789012:role/none"
    assert code(trails.create_trail, **make) == "InvalidCloudWatchLogsLogGroupArnException"
    assert trails.list_trails()["Trails"] == []
    aws("logs").create_log_group(logGroupName="trail")
    assert code(trails.create_trail, **make) == "InvalidCloudWatchLogsRoleArnException"
    make["CloudWatchLogsRoleArn"] = role(aws, "trail")
    trails.create_trail(**make)


def test_a_status_tells_of_deliveries(sandbox: Running) -> None:
    s3, trails = sandbox.client("s3"), sandbox.client("cloudtrail")
    s3.create_bucket(Bucket="status-logs")
    s3.put_bucket_policy(Bucket="status-logs", Policy=json.dumps(trail_bucket_policy("status-logs", "111122223333")))
    trails.create_trail(Name="status", S3BucketName="status-logs")
    assert trails.get_trail_status(Name="status")["IsLogging"] is False
    trails.start_logging(Name="status")
    status = trails.get_trail_status(Name="status")
    assert status["IsLogging"] is True and "LatestDeliveryTime" not in status
    sandbox.client("sts").get_caller_identity()
    sandbox.control("deliver", {})
    status = trails.get_trail_status(Name="status")
    assert status["LatestDeliveryTime"] and status["LatestDeliveryAttemptSucceeded"]
    trails.stop_logging(Name="status")
    assert trails.get_trail_status(Name="status")["StopLoggingTime"]
    trails.delete_trail(Name="status")
