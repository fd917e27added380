"""The control API, and faults through the whole pipeline."""

from __future__ import annotations

import http.client
import json
import socket
import urllib.error
import urllib.parse
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError
from conftest import Running


@pytest.fixture(autouse=True)
def no_faults_afterwards(sandbox: Running) -> Iterator[None]:
    yield
    sandbox.control("faults", [])


def spoil(sandbox: Running, operation: str, fault: str, **more: Any) -> None:
    sandbox.control("faults", [{"operation": operation, "fault": fault} | more])


def test_calls_are_listed_in_order(sandbox: Running) -> None:
    before = sandbox.control("calls")["calls"]
    sandbox.client("sts").get_caller_identity()
    with pytest.raises(ClientError):
        sandbox.client("kms").describe_key(KeyId="00000000-0000-0000-0000-000000000000")
    calls = sandbox.control(f"calls?after={before[-1]['seq'] if before else 0}")["calls"]
    told = [(one["service"], one["operation"], one["status"], one["error"]) for one in calls]
    assert told == [("sts", "GetCallerIdentity", 200, None), ("kms", "DescribeKey", 400, "NotFoundException")]
    assert calls[0]["principal"] == "arn:aws:sts::111122223333:assumed-role/PlatformAdministrator/sandbox"
    assert calls[0]["seq"] < calls[1]["seq"]


def test_member_accounts_are_added_and_reached_through_their_role(sandbox: Running) -> None:
    opened = sandbox.control("accounts", {"count": 3})["accounts"]
    assert len(set(opened)) == 3
    assert sandbox.control("accounts", {"count": 2})["accounts"] == opened[:2]
    for account in opened:
        session = sandbox.session(f"arn:aws:iam::{account}:role/CloisterProvisioner")
        assert sandbox.client("sts", **session).get_caller_identity()["Account"] == account
        assert sandbox.client("iam", **session).list_roles()["Roles"][0]["RoleName"] == "CloisterProvisioner"
    for bad in (0, "3", None, 1001):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            sandbox.control("accounts", {"count": bad})


def test_latency_is_set_while_it_runs_and_calls_tell_what_it_came_to(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    sandbox.control("latency", {"factor": 0.01})
    try:
        vpc = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    finally:
        sandbox.control("latency", {"factor": 0})
    ec2.delete_vpc(VpcId=vpc)
    made, deleted = sandbox.control("calls")["calls"][-2:]
    assert (made["operation"], deleted["operation"]) == ("CreateVpc", "DeleteVpc")
    assert made["delay"] > 0
    assert made["work"]["over"] == made["work"]["done"] > 0
    assert (deleted["delay"], deleted["work"]) == (0, {"done": 0, "over": 0})
    for bad in (-1, "1", None, True):
        with pytest.raises(urllib.error.HTTPError, match="400"):
            sandbox.control("latency", {"factor": bad})


@pytest.mark.parametrize(
    ("service", "operation", "fault", "code"),
    [
        ("kms", "ListKeys", "throttle", "ThrottlingException"),
        ("s3", "ListBuckets", "throttle", "SlowDown"),
        ("ec2", "DescribeVpcs", "throttle", "RequestLimitExceeded"),
        ("s3", "ListBuckets", "error", "InternalError"),
    ],
)
def test_a_spoiled_call_fails_once_and_is_recorded(
    sandbox: Running, service: str, operation: str, fault: str, code: str
) -> None:
    spoil(sandbox, f"{service}:{operation}", fault)
    client = sandbox.client(service)
    method = {"ListKeys": "list_keys", "ListBuckets": "list_buckets", "DescribeVpcs": "describe_vpcs"}[operation]
    with pytest.raises(ClientError) as failure:
        getattr(client, method)()
    assert failure.value.response["Error"]["Code"] == code
    getattr(client, method)()
    events = sandbox.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": operation}]
    )
    failed = json.loads(events["Events"][1]["CloudTrailEvent"])
    assert failed["errorCode"].endswith(code)
    assert sandbox.control("faults")["rules"][0]["fired"] == 1


@pytest.mark.parametrize(("fault", "exists"), [("cut", False), ("lost", True)])
def test_a_connection_is_cut_before_or_after_the_call(sandbox: Running, fault: str, exists: bool) -> None:
    spoil(sandbox, "ssm:PutParameter", fault)
    ssm = sandbox.client("ssm")
    with pytest.raises(ConnectionClosedError):
        ssm.put_parameter(Name=f"/{fault}", Value="v", Type="String")
    assert bool(ssm.get_parameters(Names=[f"/{fault}"])["Parameters"]) is exists


def test_a_stale_read_shows_what_was_there_before(sandbox: Running) -> None:
    ssm = sandbox.client("ssm")
    ssm.put_parameter(Name="/stale", Value="old", Type="String")
    ssm.get_parameter(Name="/stale")
    ssm.put_parameter(Name="/stale", Value="new", Type="String", Overwrite=True)
    spoil(sandbox, "ssm:GetParameter", "stale")
    values = [ssm.get_parameter(Name="/stale")["Parameter"]["Value"] for _ in range(2)]
    assert values == ["old", "new"]


def test_a_held_call_goes_its_way_once_other_rules_are_in_force(sandbox: Running) -> None:
    spoil(sandbox, "ssm:PutParameter", "hold")
    ssm = sandbox.client("ssm")
    with ThreadPoolExecutor() as pool:
        held = pool.submit(ssm.put_parameter, Name="/held", Value="v", Type="String")
        while not sandbox.control("faults")["rules"][0]["fired"]:
            assert not held.done()
        assert not ssm.get_parameters(Names=["/held"])["Parameters"]
        sandbox.control("faults", [])
        held.result(timeout=20)
    assert ssm.get_parameters(Names=["/held"])["Parameters"]


def test_rules_that_are_none_are_refused_and_the_old_ones_stay(sandbox: Running) -> None:
    spoil(sandbox, "kms:*", "throttle")
    with pytest.raises(urllib.error.HTTPError) as failure:
        sandbox.control("faults", [{"operation": "kms:*", "fault": "nonsense"}])
    assert failure.value.code == 400
    assert [one["operation"] for one in sandbox.control("faults")["rules"]] == ["kms:*"]


@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_a_browser_is_refused(sandbox: Running, headers: dict[str, str]) -> None:
    place = sandbox.ready["endpoints"]["outside"].removeprefix("http://")
    connection = http.client.HTTPConnection(place)
    connection.request("GET", "/_cloister/health", headers=headers)
    assert connection.getresponse().status == 403


def test_the_inside_has_no_control(sandbox: Running) -> None:
    place = sandbox.ready["endpoints"]["inside"].removeprefix("http://")
    connection = http.client.HTTPConnection(place)
    connection.request("GET", "/_cloister/health")
    assert connection.getresponse().status == 404


def test_it_is_healthy(sandbox: Running) -> None:
    assert sandbox.control("health") == {"status": "ok"}


def test_a_body_that_comes_late_is_read_before_the_answer(sandbox: Running) -> None:
    """A server that answers first waits for the rest of the body, and a client that sent it waits for the server."""
    address = urllib.parse.urlsplit(sandbox.ready["control"])
    head = f"POST /_cloister/deliver HTTP/1.0\r\nHost: {address.netloc}\r\nContent-Length: 2\r\n\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=0.2) as connection:
        connection.sendall(head.encode())
        with pytest.raises(TimeoutError):
            connection.recv(1)
        connection.sendall(b"{}")
        connection.settimeout(10)
        answer = b"".join(iter(lambda: connection.recv(4096), b""))
    assert answer.startswith(b"HTTP/1.1 200 ") or answer.startswith(b"HTTP/1.0 200 ")
