"""A forked sandbox has the same state and a life of its own; a held call waits until it is let go."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from botocore.exceptions import ConnectionClosedError
from conftest import Running, start

from cloister_sandbox import life
from cloister_sandbox.stillness import Stillness

_LARGE = 20 << 20  # moto keeps objects of this size in files.


@pytest.fixture(scope="module")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A sandbox in which nobody did anything."""
    running = start(tmp_path_factory.mktemp("seeded") / "ready.json", "--parent-pid", str(os.getpid()))
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)


@pytest.fixture
def original(seeded: Running, tmp_path: Path) -> Iterator[Running]:
    """A sandbox that is forked; a fork itself, since that takes no time. What it forked ends with it."""
    running = fork(seeded, tmp_path / "ready.json")
    yield running
    os.kill(running.ready["pid"], 15)


def fork(running: Running, ready: Path, **more: Any) -> Running:
    """Forks a sandbox and waits until the child serves."""
    pid = running.control("fork", {"ready_file": str(ready), **more})["pid"]
    wait_until(ready.exists)
    forked = Running(running.process, json.loads(ready.read_text()))
    assert forked.ready["pid"] == pid
    return forked


def wait_until(holds: Callable[[], Any]) -> None:
    """Waits for what another process does."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def names(running: Running) -> set[str]:
    """The buckets that somebody made."""
    found = running.client("s3").list_buckets()["Buckets"]
    return {one["Name"] for one in found if one["Name"].startswith("of-")}


def is_alive(pid: int) -> bool:
    """Whether a process runs; a zombie does not."""
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] != "Z"


def test_neither_side_sees_what_the_other_does_after_the_fork(original: Running, tmp_path: Path) -> None:
    original.client("s3").create_bucket(Bucket="of-both")
    forked = fork(original, tmp_path / "fork.json")
    again = fork(forked, tmp_path / "again.json")
    assert forked.ready["endpoints"] != original.ready["endpoints"]
    original.client("s3").create_bucket(Bucket="of-original")
    forked.client("s3").create_bucket(Bucket="of-fork")
    again.client("s3").delete_bucket(Bucket="of-both")
    assert names(original) == {"of-both", "of-original"}
    assert names(forked) == {"of-both", "of-fork"}
    assert names(again) == set()
    assert len(forked.control("calls")["calls"]) < len(original.control("calls")["calls"]) + 2
    operations = [one["operation"] for one in forked.control("calls")["calls"]]
    assert operations == ["CreateBucket", "CreateBucket", "ListBuckets"]


def test_objects_of_any_size_are_each_sides_own(original: Running, tmp_path: Path) -> None:
    s3 = original.client("s3")
    s3.create_bucket(Bucket="of-objects")
    large = os.urandom(_LARGE)
    s3.put_object(Bucket="of-objects", Key="small", Body=b"small")
    s3.upload_fileobj(io.BytesIO(large), "of-objects", "parts")
    s3.put_object(Bucket="of-objects", Key="large", Body=large)
    forked = fork(original, tmp_path / "fork.json")

    def read(running: Running, key: str) -> bytes:
        return running.client("s3").get_object(Bucket="of-objects", Key=key)["Body"].read()

    with ThreadPoolExecutor(8) as readers:
        places = [(running, key) for running in (original, forked) for key in ("large", "parts")] * 4
        assert all(content == large for content in readers.map(lambda place: read(*place), places))
    s3.put_object(Bucket="of-objects", Key="large", Body=b"other")
    s3.delete_object(Bucket="of-objects", Key="small")
    assert (read(forked, "large"), read(forked, "small")) == (large, b"small")
    assert read(original, "large") == b"other"


def test_what_is_due_later_happens_on_both_sides(tmp_path: Path) -> None:
    original = start(tmp_path / "ready.json", "--parent-pid", str(os.getpid()), "--latency", "0.02")
    nat = original.client("ec2")
    subnet = nat.describe_subnets()["Subnets"][0]["SubnetId"]
    made = nat.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]
    forked = fork(original, tmp_path / "fork.json")
    for running in (original, forked):
        client = running.client("ec2")
        assert made["State"] == "pending"
        running.control("skip", {"seconds": 600})
        (now,) = client.describe_nat_gateways(NatGatewayIds=[made["NatGatewayId"]])["NatGateways"]
        assert now["State"] == "available"
    original.process.terminate()
    original.process.wait(timeout=20)


def test_forks_while_many_call_are_whole(original: Running, tmp_path: Path) -> None:
    over = threading.Event()

    def work(worker: int) -> None:
        ssm, number = original.client("ssm"), 0
        while not over.is_set():
            ssm.put_parameter(Name=f"/of/{worker}/{number}", Value="x", Type="String")
            number += 1

    with ThreadPoolExecutor(6) as workers:
        busy = [workers.submit(work, number) for number in range(6)]
        try:
            forks = [fork(original, tmp_path / f"{number}.json") for number in range(8)]
        finally:
            over.set()
        for one in busy:
            one.result()
    counts = [len(one.client("ssm").describe_parameters(MaxResults=50)["Parameters"]) for one in forks]
    assert counts == sorted(counts)
    for one in forks:
        one.client("ssm").put_parameter(Name="/after", Value="x", Type="String")
        done = [entry for entry in one.control("calls")["calls"] if entry["operation"] == "PutParameter"]
        assert len(done) == parameters(one), "what took effect was recorded, and nothing else"


def parameters(running: Running) -> int:
    """How many parameters there are."""
    pages = running.client("ssm").get_paginator("describe_parameters").paginate()
    return sum(len(page["Parameters"]) for page in pages)


def test_a_client_of_the_original_is_cut_though_a_fork_had_its_connection(original: Running, tmp_path: Path) -> None:
    s3 = original.client("s3")
    s3.list_buckets()  # The connection stays open.
    fork(original, tmp_path / "fork.json")
    original.control("faults", [{"operation": "s3:ListBuckets", "fault": "cut"}])
    with pytest.raises(ConnectionClosedError):
        s3.list_buckets()


def test_a_fork_ends_with_a_signal_and_is_not_left_as_a_zombie(original: Running, tmp_path: Path) -> None:
    forked = fork(original, tmp_path / "fork.json")
    os.kill(forked.ready["pid"], 15)
    wait_until(lambda: not Path(f"/proc/{forked.ready['pid']}").exists())
    assert not (tmp_path / "fork.json").exists()
    assert original.control("health") == {"status": "ok"}


def test_a_fork_ends_with_the_original_unless_told_otherwise(tmp_path: Path) -> None:
    original = start(tmp_path / "ready.json")
    bound = fork(original, tmp_path / "bound.json").ready["pid"]
    free = fork(original, tmp_path / "free.json", outlives=True).ready["pid"]
    original.process.kill()
    original.process.wait(timeout=20)
    wait_until(lambda: not is_alive(bound))
    assert is_alive(free)
    os.kill(free, 15)
    wait_until(lambda: not is_alive(free))
    original.process.communicate()


def test_a_fork_ends_with_the_process_that_the_original_is_watched_for(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    original = start(tmp_path / "ready.json", "--parent-pid", str(parent.pid))
    free = fork(original, tmp_path / "free.json", outlives=True).ready["pid"]
    parent.communicate(b"\n")
    assert original.process.wait(timeout=20) == 0
    wait_until(lambda: not is_alive(free))
    original.process.communicate()


@pytest.mark.parametrize("wanted", [{}, {"ready_file": "here.json"}, {"ready_file": "/no/such/folder/f.json"}])
def test_a_fork_needs_a_file_to_tell_of_itself(original: Running, wanted: dict[str, Any]) -> None:
    with pytest.raises(HTTPError) as refused:
        original.control("fork", wanted)
    assert "ready_file" in refused.value.read().decode()


def test_there_are_only_so_many_forks(original: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(life, "MOST_FORKS", 0)
    bounded = life.Life.__new__(life.Life)
    bounded._children, bounded._reaping = set(), threading.Lock()
    with pytest.raises(life.CannotFork, match="End some"):
        bounded.fork(life.Wish(tmp_path / "f.json"))


@pytest.mark.parametrize(("when", "expected"), [("before", 0), ("after", 1)])
def test_a_held_call_waits_before_or_after_its_effect(
    original: Running, tmp_path: Path, when: str, expected: int
) -> None:
    original.control("faults", [{"operation": "ssm:PutParameter", "fault": "hold", "when": when, "skip": 1}])
    ssm = original.client("ssm")
    ssm.put_parameter(Name="/first", Value="x", Type="String")
    with ThreadPoolExecutor(1) as caller:
        held = caller.submit(ssm.put_parameter, Name="/second", Value="x", Type="String")
        wait_until(lambda: original.control("holds")["held"])
        ((one),) = original.control("holds")["held"]
        assert (one["service"], one["operation"], one["when"]) == ("ssm", "PutParameter", when)
        forked = fork(original, tmp_path / "fork.json")
        assert parameters(forked) == parameters(original) == 1 + expected
        assert forked.control("holds") == {"held": []}
        assert not held.done()
        assert original.control("release", {"seq": one["seq"]}) == {"released": 1}
        held.result(timeout=20)
    assert parameters(original) == 2
    assert parameters(forked) == 1 + expected


@pytest.mark.parametrize(("when", "expected"), [("before", 0), ("after", 1)])
def test_a_held_call_whose_client_is_gone_goes_no_further(original: Running, when: str, expected: int) -> None:
    original.control("faults", [{"operation": "ssm:PutParameter", "fault": "hold", "when": when}])
    script = (
        "import boto3, sys\n"
        "boto3.client('ssm', endpoint_url=sys.argv[1]).put_parameter(Name='/n', Value='x', Type='String')\n"
    )
    client = subprocess.Popen(
        [sys.executable, "-c", script, original.ready["endpoints"]["outside"]],
        env=os.environ | original.ready["environment"],
    )
    wait_until(lambda: original.control("holds")["held"])
    client.kill()
    client.wait(timeout=20)
    wait_until(lambda: not original.control("holds")["held"])
    assert parameters(original) == expected
    last = [one for one in original.control("calls")["calls"] if one["operation"] == "PutParameter"]
    assert [one["faulted"] for one in last] == ["hold"]


def test_stillness_waits_for_work_but_not_for_pauses() -> None:
    still, steps, paused, go_on = Stillness(), [], threading.Event(), threading.Event()

    def work() -> None:
        with still.work():
            with still.pause():
                paused.set()
                go_on.wait(20)
            steps.append("work")

    worker = threading.Thread(target=work)
    worker.start()
    assert paused.wait(20)
    with still.kept():
        go_on.set()
        worker.join(0.05)
        steps.append("kept")
    worker.join(20)
    assert steps == ["kept", "work"]
