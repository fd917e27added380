"""Real request rates: what is taken, what is refused, and how buckets fill again."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running
from test_faults import call

from cloister_sandbox.rates import RateError, Rates


class Clock:
    """Time that passes when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def admitted(rates: Rates, action: str, calls: int, **more: str) -> int:
    """How many of so many calls are taken."""
    return sum(rates.admits(call(action, **more)) for _ in range(calls))


@pytest.mark.parametrize(
    ("action", "burst", "refill"),
    [
        pytest.param("ec2:DescribeVpcs", 100, 20, id="EC2 that reads"),
        pytest.param("ec2:CreateVpc", 50, 5, id="EC2 that writes"),
        pytest.param("ec2:CreateVpcEndpoint", 4, 0.3, id="EC2 with a rate of its own"),
        pytest.param("kms:CreateKey", 5, 5, id="KMS"),
        pytest.param("kms:PutKeyPolicy", 15, 15, id="KMS with a rate of its own"),
        pytest.param("tag:GetResources", 15, 15, id="the tagging API"),
        pytest.param("athena:StartQueryExecution", 10, 5, id="a service without a row"),
    ],
)
def test_a_bucket_takes_its_burst_and_fills_at_its_rate(action: str, burst: int, refill: float) -> None:
    clock = Clock()
    rates = Rates(1, 1, clock)
    assert admitted(rates, action, 200) == burst
    clock.now += 10
    assert admitted(rates, action, 200) == min(int(10 * refill), burst)


def test_a_share_makes_buckets_smaller_and_a_scale_fills_them_faster() -> None:
    clock = Clock()
    rates = Rates(0.1, 0.02, clock)
    assert admitted(rates, "ec2:DescribeVpcs", 200) == 10
    clock.now += 0.01
    assert admitted(rates, "ec2:DescribeVpcs", 200) == 1
    # However small the share: nothing is shut off.
    assert admitted(rates, "ec2:CreateVpcEndpoint", 9) == 1


def test_apis_accounts_and_regions_have_buckets_of_their_own() -> None:
    rates = Rates(1, 1, Clock())
    for one in (
        {"action": "kms:CreateKey"},
        {"action": "kms:CreateAlias"},
        {"action": "kms:CreateKey", "account": "444455556666"},
        {"action": "kms:CreateKey", "region": "eu-west-1"},
    ):
        assert admitted(rates, calls=9, **one) == 5


def test_all_accounts_together_make_no_more_endpoints_than_an_organization_may() -> None:
    rates = Rates(1, 1, Clock())
    taken = [
        admitted(rates, "ec2:CreateVpcEndpoint", 9, account=account)
        for account in ("111122223333", "444455556666", "777788889999")
    ]
    assert taken == [4, 4, 0]
    assert admitted(rates, "ec2:CreateVpcEndpoint", 9, region="eu-west-1") == 4


@pytest.mark.parametrize(
    "wanted", [[], {"part": 1}, {"share": "1"}, {"share": -1}, {"share": True}, {"share": 1, "scale": 0}]
)
def test_rates_that_are_none_are_refused(wanted: Any) -> None:
    with pytest.raises(RateError):
        Rates(0, 1).replace(wanted)


@pytest.fixture
def throttled(sandbox: Running) -> Iterator[Running]:
    """A sandbox that takes one call of most APIs at once, and the next after a long while."""
    sandbox.control("rates", {"share": 0.001, "scale": 1})
    yield sandbox
    sandbox.control("rates", {"share": 0})


def test_one_call_too_many_is_refused_in_the_words_of_the_service(throttled: Running) -> None:
    for service, method, code in (
        ("ec2", "describe_vpcs", "RequestLimitExceeded"),
        ("s3", "list_buckets", "SlowDown"),
        ("iam", "list_roles", "Throttling"),
        ("kms", "list_keys", "ThrottlingException"),
        ("sagemaker", "list_domains", "ThrottlingException"),
        ("resourcegroupstaggingapi", "get_resources", "ThrottledException"),
    ):
        ask = getattr(throttled.client(service), method)
        ask()
        with pytest.raises(ClientError) as failure:
            ask()
        assert failure.value.response["Error"]["Code"] == code
    told = throttled.control("rates")
    assert (told["taken"], told["refused"]) == (6, 6)
    marks = [one["faulted"] for one in throttled.control("calls")["calls"][-12:]]
    assert marks == [None, "rate"] * 6


def test_without_a_share_every_call_is_taken(sandbox: Running) -> None:
    sts = sandbox.client("sts")
    for _ in range(20):
        sts.get_caller_identity()
    assert sandbox.control("rates")["refused"] == 0


def test_the_control_api_refuses_rates_that_are_none(sandbox: Running) -> None:
    with pytest.raises(urllib.error.HTTPError) as failure:
        sandbox.control("rates", {"share": "all"})
    assert failure.value.code == 400
