"""Fault rules: which call they take, what it is answered, and what a bad file says."""

from __future__ import annotations

import datetime
import json
import threading
from typing import Any

import pytest

from cloister_sandbox import latency
from cloister_sandbox.call import Call, Principal, Vantage
from cloister_sandbox.faults import Fault, FaultFileError, Faults, Kind, answer
from cloister_sandbox.stale import Memory

PROTOCOLS = {"s3": "rest-xml", "iam": "query", "sts": "query", "ec2": "ec2", "efs": "rest-json"}
OK = (200, {}, b"ok")

pytestmark = pytest.mark.filterwarnings("ignore:.*does not match an error shape")


def call(action: str, account: str = "111122223333", region: str = "us-east-1", **parameters: Any) -> Call:
    """A decoded call as the pipeline would hand it over."""
    service, operation = action.split(":")
    return Call(
        seq=1,
        time=datetime.datetime.now(datetime.timezone.utc),
        account=account,
        region=region,
        service=service,
        iam_prefix=service,
        operation=operation,
        parameters=parameters,
        principal=Principal("AssumedRole", account, "arn", "id"),
        vantage=Vantage("outside", "203.0.113.1"),
        request_id="req-1",
        protocol=PROTOCOLS.get(service, "json"),
        method="HEAD" if operation.startswith("Head") else "POST",
    )


def fired(rules: list[dict[str, Any]], calls: list[Call]) -> list[str | None]:
    """What each call in turn gets."""
    faults = Faults.parse(rules)
    found = [faults.decide(each) for each in calls]
    return [fault.kind.value if fault else None for fault in found]


@pytest.mark.parametrize(
    ("rule", "calls", "expected"),
    [
        pytest.param({}, [call("s3:PutBucketPolicy")] * 2, ["throttle", None], id="once by default"),
        pytest.param({"skip": 2}, [call("s3:PutBucketPolicy")] * 4, [None, None, "throttle", None], id="the third"),
        pytest.param({"count": 0}, [call("s3:PutBucketPolicy")] * 3, ["throttle"] * 3, id="all"),
        pytest.param({"operation": "S3:putbucketpolicy"}, [call("s3:PutBucketPolicy")], ["throttle"], id="any case"),
        pytest.param(
            {"operation": "s3:Put*"}, [call("s3:GetObject"), call("s3:PutObject")], [None, "throttle"], id="s3:Put*"
        ),
        pytest.param({"operation": "*"}, [call("kms:CreateKey")], ["throttle"], id="every call"),
        pytest.param({"account": 222233334444}, [call("s3:PutBucketPolicy")], [None], id="another account"),
        pytest.param({"region": "us-east-1"}, [call("s3:PutBucketPolicy")], ["throttle"], id="the region"),
        pytest.param({"vantage": "inside"}, [call("s3:PutBucketPolicy")], [None], id="another vantage"),
        pytest.param(
            {"where": {"Bucket": "b"}},
            [call("s3:PutBucketPolicy", Bucket="a"), call("s3:PutBucketPolicy", Bucket="b")],
            [None, "throttle"],
            id="a parameter",
        ),
    ],
)
def test_a_rule_takes_the_calls_it_names(rule: dict[str, Any], calls: list[Call], expected: list[str | None]) -> None:
    assert fired([{"operation": "s3:PutBucketPolicy", "fault": "throttle", **rule}], calls) == expected


def test_the_first_rule_that_applies_takes_the_call() -> None:
    rules = [{"operation": "s3:*", "fault": "error"}, {"operation": "*", "fault": "cut", "count": 2}]
    calls = [call("s3:PutObject")] * 3 + [call("kms:CreateKey")]
    faults = Faults.parse(rules)
    assert [fault.kind if (fault := faults.decide(each)) else None for each in calls] == [
        Kind.ERROR,
        Kind.CUT,
        Kind.CUT,
        None,
    ]
    assert faults.report() == [
        {"operation": "s3:*", "fault": "error", "seen": 3, "fired": 1},
        {"operation": "*", "fault": "cut", "seen": 3, "fired": 2},
    ]


def test_rules_count_exactly_under_parallel_calls() -> None:
    faults = Faults.parse([{"operation": "*", "fault": "throttle", "skip": 50, "count": 100}])
    hits: list[Fault] = []

    def work() -> None:
        hits.extend(fault for _ in range(100) if (fault := faults.decide(call("s3:GetObject"))))

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hits) == 100


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        pytest.param({}, "x.yaml: a list of rules is expected. Begin each rule with `- operation:`.", id="no list"),
        pytest.param(
            ["s3:*"], "x.yaml, rule 1: `s3:*` is not a rule. Write `operation` and `fault` as a mapping.", id="text"
        ),
        pytest.param(
            [{"operation": "*", "fault": "throtle"}],
            "x.yaml, rule 1: `fault` is `throtle`. Use one of: throttle, error, latency, cut, lost, stale, hold, fail.",
            id="an unknown fault",
        ),
        pytest.param(
            [{"operation": "*", "fault": "cut"}, {"operation": "PutObject", "fault": "cut"}],
            "x.yaml, rule 2: `operation` is `PutObject`. "
            "Write it as IAM does, such as `s3:PutBucketPolicy`, `s3:*` or `*`.",
            id="no prefix",
        ),
        pytest.param(
            [{"operation": "*", "fault": "cut", "times": 1}],
            "x.yaml, rule 1: `times` is not known. "
            "Use some of: account, count, fault, operation, region, seconds, skip, vantage, when, where.",
            id="an unknown field",
        ),
        pytest.param(
            [{"operation": "*", "fault": "cut", "skip": -1}],
            "x.yaml, rule 1: `skip` is `-1`. Use a whole number, 0 or more.",
            id="a negative count",
        ),
        pytest.param(
            [{"operation": "*", "fault": "latency"}],
            "x.yaml, rule 1: the fault `latency` needs `seconds` above 0. Correct one of the two.",
            id="no seconds",
        ),
        pytest.param(
            [{"operation": "*", "fault": "hold", "when": "later"}],
            "x.yaml, rule 1: `when` is `later`. Use `before` or `after`.",
            id="neither before nor after",
        ),
        pytest.param(
            [{"operation": "*", "fault": "cut", "when": "after"}],
            "x.yaml, rule 1: the fault `cut` takes no `when`. Correct one of the two.",
            id="a time for a fault that has one",
        ),
        pytest.param(
            [{"operation": "*", "fault": "cut", "where": "b"}],
            "x.yaml, rule 1: `where` is `b`. Write parameters and values, such as `{Bucket: data}`.",
            id="no parameters",
        ),
    ],
)
def test_a_bad_rule_is_named_with_the_way_out(rules: Any, message: str) -> None:
    with pytest.raises(FaultFileError) as caught:
        Faults.parse(rules, "x.yaml")
    assert str(caught.value) == message


def test_rule_files_may_be_yaml_or_json(tmp_path: Any) -> None:
    yaml_file, json_file = tmp_path / "a.yaml", tmp_path / "a.json"
    yaml_file.write_text('- {operation: "s3:*", fault: latency, seconds: 0.5}\n')
    json_file.write_text('[{"operation": "s3:*", "fault": "latency", "seconds": 0.5}]')
    for file in (yaml_file, json_file):
        assert Faults.load(file).decide(call("s3:GetObject")) == Fault(Kind.LATENCY, 0.5, 1)
    with pytest.raises(FaultFileError, match="cannot be read"):
        Faults.load(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("action", "throttled", "failed"),
    [
        ("s3:PutBucketPolicy", (503, "SlowDown"), (500, "InternalError")),
        ("kms:CreateKey", (400, "ThrottlingException"), (500, "KMSInternalException")),
        ("ssm:PutParameter", (400, "ThrottlingException"), (500, "InternalServerError")),
        ("iam:CreateRole", (400, "Throttling"), (500, "ServiceFailure")),
        ("sts:AssumeRole", (400, "Throttling"), (500, "InternalFailure")),
        ("ec2:CreateVpc", (503, "RequestLimitExceeded"), (500, "InternalError")),
        ("sagemaker:CreateDomain", (400, "ThrottlingException"), (500, "InternalFailure")),
        ("efs:CreateFileSystem", (429, "TooManyRequests"), (500, "InternalFailure")),
    ],
)
def test_refusals_have_the_code_of_the_service(action: str, throttled: Any, failed: Any) -> None:
    for kind, (status, code) in ((Kind.THROTTLE, throttled), (Kind.ERROR, failed)):
        got_status, headers, body = answer(call(action), Fault(kind, 0, 1))
        assert got_status == status
        in_header = {name.lower(): value for name, value in headers.items()}.get("x-amzn-errortype", "")
        assert code in in_header or f"<Code>{code}</Code>".encode() in body


def test_a_stale_read_sees_what_was_before_the_latest_write() -> None:
    memory = Memory()
    read = call("ssm:GetParameter", Name="/a")
    assert memory.stale(read)[0] == 400 and b"ParameterNotFound" in memory.stale(read)[2]
    memory.observe(call("ssm:PutParameter", Name="/a"), OK)
    memory.observe(read, (200, {}, b"1"))
    memory.observe(call("ssm:PutParameter", Name="/a"), OK)
    assert memory.stale(read)[2] == b"1"
    memory.observe(read, (200, {}, b"2"))
    assert memory.stale(read)[2] == b"1"
    memory.observe(call("ssm:PutParameter", Name="/b"), OK)
    assert memory.stale(read)[2] == b"1"
    memory.observe(call("ssm:PutParameter", Name="/a"), (400, {}, b"refused"))
    assert memory.stale(read)[2] == b"1"
    memory.observe(call("ssm:PutParameter", Name="/a"), OK)
    assert memory.stale(read)[2] == b"2"


def test_the_index_of_tags_lags_behind_every_service() -> None:
    memory = Memory()
    read = call("resourcegroupstaggingapi:GetResources", TagFilters=[{"Key": "a"}])
    memory.observe(read, (200, {}, b"1"))
    memory.observe(call("ec2:CreateVpc", CidrBlock="10.0.0.0/16"), OK)
    memory.observe(read, (200, {}, b"2"))
    assert memory.stale(read)[2] == b"1"
    memory.observe(call("ssm:PutParameter", Name="/a"), OK)
    assert memory.stale(read)[2] == b"2"


def test_ids_and_arns_are_one_object() -> None:
    memory = Memory()
    read = call("kms:GetKeyPolicy", KeyId="k1")
    memory.observe(read, (200, {}, b"1"))
    memory.observe(call("kms:PutKeyPolicy", KeyId="arn:aws:kms:us-east-1:1:key/k1"), OK)
    memory.observe(read, (200, {}, b"2"))
    assert memory.stale(read)[2] == b"1"


@pytest.mark.parametrize(
    ("read", "status", "expected"),
    [
        (call("s3:HeadBucket", Bucket="a"), 404, b""),
        (call("s3:GetBucketPolicy", Bucket="a"), 404, b"NoSuchBucketPolicy"),
        (call("s3:GetBucketVersioning", Bucket="a"), 404, b"NoSuchBucket"),
        (call("kms:DescribeKey", KeyId="a"), 400, b"NotFoundException"),
        (call("kms:ListAliases"), 200, b"{"),
        (call("ssm:GetParametersByPath", Path="/a"), 200, b"{"),
        (call("iam:GetRole", RoleName="a"), 404, b"NoSuchEntity"),
        (call("iam:GetAccountAuthorizationDetails"), 200, b"GetAccountAuthorizationDetailsResponse"),
        (call("resourcegroupstaggingapi:GetResources"), 200, b"{"),
        (call("ec2:DescribeVpcs"), 200, b"DescribeVpcsResponse"),
    ],
)
def test_a_stale_read_of_what_was_never_seen(read: Call, status: int, expected: bytes) -> None:
    got_status, _, body = Memory().stale(read)
    assert got_status == status
    assert expected in body


def test_a_write_is_never_stale() -> None:
    assert Memory().stale(call("s3:PutBucketPolicy", Bucket="a")) is None


def test_latency_follows_the_table_and_repeats() -> None:
    create = call("kms:CreateKey")
    latency.set_factor(0)
    assert latency.seconds(create) == 0
    latency.set_factor(1)
    drawn = sorted(latency.seconds(create) for _ in range(2000))
    assert abs(drawn[1000] - 1.2) < 0.1
    assert abs(drawn[1800] - 3.0) < 0.4
    latency.set_factor(0.01)
    first = [latency.seconds(create) for _ in range(5)]
    latency.set_factor(0.01)
    assert [latency.seconds(create) for _ in range(5)] == first
    assert latency.seconds(call("kms:DescribeKey")) < 0.01
    latency.set_factor(0)
    with pytest.raises(ValueError, match="latency factor"):
        latency.set_factor(-1)
    assert json.dumps(latency.seconds(create)) == "0.0"
