"""Trail files: where they lie, what is in them, and who wants what."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import Running
from records import delivered

from cloister_sandbox.seed import trail_bucket_policy
from cloister_sandbox.selectors import wants
from cloister_sandbox.trail import object_key

KEY = re.compile(
    r"AWSLogs/111122223333/CloudTrail/(?P<region>[a-z0-9-]+)/\d{4}/\d{2}/\d{2}/"
    r"111122223333_CloudTrail_(?P=region)_\d{8}T\d{4}Z_[0-9A-Za-z]{16}\.json\.gz"
)


def test_files_lie_where_cloudtrail_puts_them(sandbox: Running) -> None:
    sandbox.client("sts").get_caller_identity()
    files = delivered(sandbox, prefix="AWSLogs/111122223333/CloudTrail/")
    assert files
    assert all(KEY.fullmatch(key) for key in files)
    events = [one["eventID"] for records in files.values() for one in records]
    assert len(events) == len(set(events))


def test_the_time_in_a_key_is_the_end_of_its_period() -> None:
    key = object_key("p", "111122223333", "eu-west-1", datetime(2025, 12, 31, 23, 56, 1, tzinfo=UTC))
    folder = "p/AWSLogs/111122223333/CloudTrail/eu-west-1/2026/01/01/"
    assert re.fullmatch(folder + r"111122223333_CloudTrail_eu-west-1_20260101T0000Z_\w{16}\.json\.gz", key)


def test_other_regions_have_folders_of_their_own(sandbox: Running) -> None:
    sandbox.client("sts", region_name="eu-central-1").get_caller_identity()
    files = delivered(sandbox, prefix="AWSLogs/111122223333/CloudTrail/eu-central-1/")
    assert {one["awsRegion"] for records in files.values() for one in records} == {"eu-central-1"}


def test_a_trail_of_ones_own_gets_what_it_selects(sandbox: Running) -> None:
    s3, trails = sandbox.client("s3"), sandbox.client("cloudtrail")
    for name in ("own-trail-logs", "own-trail-data", "own-trail-other"):
        s3.create_bucket(Bucket=name)
    policy = trail_bucket_policy("own-trail-logs", "111122223333", "some/prefix")
    s3.put_bucket_policy(Bucket="own-trail-logs", Policy=json.dumps(policy))
    trails.create_trail(Name="own-trail", S3BucketName="own-trail-logs", S3KeyPrefix="some/prefix")
    fields = [
        {"Field": "eventCategory", "Equals": ["Data"]},
        {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
        {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::own-trail-data/"]},
        {"Field": "readOnly", "Equals": ["false"]},
    ]
    trails.put_event_selectors(
        TrailName="own-trail", AdvancedEventSelectors=[{"Name": "writes", "FieldSelectors": fields}]
    )
    s3.put_object(Bucket="own-trail-data", Key="before", Body=b"")
    trails.start_logging(Name="own-trail")
    s3.put_object(Bucket="own-trail-data", Key="seen", Body=b"")
    s3.put_object(Bucket="own-trail-other", Key="not-seen", Body=b"")
    s3.get_object(Bucket="own-trail-data", Key="seen")
    trails.stop_logging(Name="own-trail")
    s3.put_object(Bucket="own-trail-data", Key="after", Body=b"")
    files = delivered(sandbox, "own-trail-logs")
    assert all(key.startswith("some/prefix/AWSLogs/111122223333/") for key in files)
    assert [one["requestParameters"]["key"] for records in files.values() for one in records] == ["seen"]


def record(
    category: str, *, read: bool = False, source: str = "s3.amazonaws.com", arn: str = "arn:aws:s3:::b/k"
) -> dict[str, Any]:
    resources = [
        {"type": "AWS::S3::Object", "ARN": arn},
        {"type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::b", "accountId": "1"},
    ]
    identity = {"type": "AssumedRole", "arn": "arn:aws:sts::1:assumed-role/r/s"}
    return {
        "eventCategory": category,
        "readOnly": read,
        "eventSource": source,
        "eventName": "X",
        "resources": resources,
        "userIdentity": identity,
    }


def objects(*values: str) -> list[dict[str, Any]]:
    return [{"Type": "AWS::S3::Object", "Values": list(values)}]


SELECTIONS = [
    ("management by default", [], [], record("Management"), True),
    ("no data by default", [], [], record("Data"), False),
    ("basic management", [{"IncludeManagementEvents": True}], [], record("Management"), True),
    ("basic without management", [{"IncludeManagementEvents": False}], [], record("Management"), False),
    ("basic write only", [{"ReadWriteType": "WriteOnly"}], [], record("Management", read=True), False),
    ("basic read only", [{"ReadWriteType": "ReadOnly"}], [], record("Management", read=True), True),
    (
        "excluded source",
        [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}],
        [],
        record("Management", source="kms.amazonaws.com"),
        False,
    ),
    ("all buckets", [{"DataResources": objects("arn:aws:s3")}], [], record("Data"), True),
    ("all buckets, longer", [{"DataResources": objects("arn:aws:s3:::")}], [], record("Data"), True),
    ("one bucket", [{"DataResources": objects("arn:aws:s3:::b/")}], [], record("Data"), True),
    ("another bucket", [{"DataResources": objects("arn:aws:s3:::c/")}], [], record("Data"), False),
    ("a prefix", [{"DataResources": objects("arn:aws:s3:::b/p")}], [], record("Data"), False),
    ("advanced management", [], [{"Field": "eventCategory", "Equals": ["Management"]}], record("Management"), True),
    ("advanced other category", [], [{"Field": "eventCategory", "Equals": ["Management"]}], record("Data"), False),
    (
        "advanced not equals",
        [],
        [{"Field": "eventSource", "NotEquals": ["s3.amazonaws.com"]}],
        record("Management"),
        False,
    ),
    ("advanced ends with", [], [{"Field": "resources.ARN", "EndsWith": ["/k"]}], record("Data"), True),
    (
        "advanced identity",
        [],
        [{"Field": "userIdentity.arn", "NotStartsWith": ["arn:aws:sts::1:"]}],
        record("Data"),
        False,
    ),
]


@pytest.mark.parametrize(
    ("basic", "fields", "event", "expected"), [one[1:] for one in SELECTIONS], ids=[one[0] for one in SELECTIONS]
)
def test_selectors_choose(basic: list[Any], fields: list[Any], event: dict[str, Any], expected: bool) -> None:
    advanced = [{"FieldSelectors": fields}] if fields else []
    assert wants(SimpleNamespace(event_selectors=basic, advanced_event_selectors=advanced), event) is expected
