"""LookupEvents answers from the event history as AWS does."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running


def lookup(client: Any, key: str, value: str, **more: Any) -> list[dict[str, Any]]:
    return client.lookup_events(LookupAttributes=[{"AttributeKey": key, "AttributeValue": value}], **more)["Events"]


@pytest.fixture(scope="module")
def trails(sandbox: Running) -> Any:
    sandbox.client("s3").create_bucket(Bucket="history-bucket")
    sandbox.client("s3").put_object(Bucket="history-bucket", Key="k", Body=b"")
    sandbox.client("kms").create_key(Description="history")
    return sandbox.client("cloudtrail")


def test_an_event_is_found_at_once_with_its_record(sandbox: Running, trails: Any) -> None:
    event = lookup(trails, "ResourceName", "history-bucket")[-1]
    record = json.loads(event["CloudTrailEvent"])
    assert (event["EventName"], event["ReadOnly"], event["Username"]) == ("CreateBucket", "false", "sandbox")
    assert event["AccessKeyId"] == sandbox.ready["environment"]["AWS_ACCESS_KEY_ID"]
    assert event["Resources"] == [{"ResourceType": "AWS::S3::Bucket", "ResourceName": "history-bucket"}]
    assert (record["eventID"], record["eventSource"]) == (event["EventId"], event["EventSource"])


def test_data_events_are_not_in_the_history(trails: Any) -> None:
    assert lookup(trails, "EventName", "PutObject") == []


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("EventName", "CreateKey"),
        ("EventSource", "kms.amazonaws.com"),
        ("ReadOnly", "false"),
        ("Username", "sandbox"),
        ("ResourceType", "AWS::KMS::Key"),
    ],
)
def test_each_attribute_finds_the_event(trails: Any, key: str, value: str) -> None:
    assert any(one["EventName"] == "CreateKey" for one in lookup(trails, key, value))


def test_one_event_is_found_by_its_id(trails: Any) -> None:
    wanted = lookup(trails, "EventName", "CreateKey")[0]["EventId"]
    assert [one["EventId"] for one in lookup(trails, "EventId", wanted)] == [wanted]


def test_the_newest_come_first_and_pages_do_not_overlap(sandbox: Running, trails: Any) -> None:
    for number in range(7):
        sandbox.client("ssm").put_parameter(Name=f"/history/{number}", Value="v", Type="String")
    attribute = [{"AttributeKey": "EventName", "AttributeValue": "PutParameter"}]
    pages = trails.get_paginator("lookup_events").paginate(LookupAttributes=attribute, PaginationConfig={"PageSize": 3})
    events = [one for page in pages for one in page["Events"]]
    names = [json.loads(one["CloudTrailEvent"])["requestParameters"]["name"] for one in events]
    assert names[:7] == [f"/history/{number}" for number in reversed(range(7))]
    assert len({one["EventId"] for one in events}) == len(events)


def test_the_window_bounds_the_events(trails: Any) -> None:
    now = datetime.now(UTC)
    assert lookup(trails, "EventName", "CreateKey", EndTime=now - timedelta(hours=1)) == []
    assert lookup(
        trails, "EventName", "CreateKey", StartTime=now - timedelta(hours=1), EndTime=now + timedelta(minutes=1)
    )


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"MaxResults": 51}, "InvalidMaxResultsException"),
        ({"NextToken": "nonsense"}, "InvalidNextTokenException"),
        (
            {"StartTime": datetime(2025, 2, 1, tzinfo=UTC), "EndTime": datetime(2025, 1, 1, tzinfo=UTC)},
            "InvalidTimeRangeException",
        ),
        (
            {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "a"}] * 2},
            "InvalidLookupAttributesException",
        ),
    ],
)
def test_wrong_requests_are_refused(sandbox: Running, parameters: dict[str, Any], code: str) -> None:
    client = sandbox.client("cloudtrail")
    client.meta.config.parameter_validation = False
    with pytest.raises(ClientError) as failure:
        client.lookup_events(**parameters)
    assert failure.value.response["Error"]["Code"] == code
