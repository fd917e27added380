"""Sandboxes are forked off a process that is warm, and are as separate as those that are started."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import Running

from cloister_sandbox.warm import VARIABLE, WARM

_PACKAGE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a warm process, around a command that waits."""
    told = tmp_path_factory.mktemp("warm") / "address"
    wait = f"import os, time; open({str(told)!r}, 'w').write(os.environ[{VARIABLE!r}]); time.sleep(600)"
    command = [sys.executable, "-m", "cloister_sandbox.warm", sys.executable, "-c", wait]
    process = subprocess.Popen(command, cwd=_PACKAGE)
    _wait_until(lambda: told.exists() and told.read_text() != "")
    yield told.read_text()
    process.terminate()
    assert process.wait(timeout=20) == 128 + signal.SIGTERM


def _wait_until(holds) -> None:  # type: ignore[no-untyped-def]
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _start(address: str | None, folder: Path, *arguments: str) -> Running:
    ready = folder / "ready.json"
    command = [sys.executable, "-m", "cloister_sandbox", WARM, "--ready-file", str(ready), *arguments]
    environment = os.environ | ({VARIABLE: address} if address else {})
    process = subprocess.Popen(command, cwd=_PACKAGE, env=environment, stderr=subprocess.PIPE)
    _wait_until(lambda: ready.exists() or process.poll() is not None)
    assert process.poll() is None, process.communicate()[1]
    return Running(process, json.loads(ready.read_text()))


def test_two_forks_share_nothing(warm: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    one, other = (_start(warm, tmp_path_factory.mktemp("fork")) for _ in range(2))
    assert one.ready["pid"] != one.process.pid, "it is forked off another process"
    one.client("s3").create_bucket(Bucket="warm-data")
    names = [bucket["Name"] for bucket in other.client("s3").list_buckets()["Buckets"]]
    assert "warm-data" not in names
    made = {running.client("ec2").create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"] for running in (one, other)}
    assert len(made) == 2
    for running in (one, other):
        running.process.terminate()
        assert running.process.wait(timeout=20) == 0


def test_a_fork_ends_with_the_process_that_stands_for_it(warm: str, tmp_path: Path) -> None:
    running = _start(warm, tmp_path)
    running.process.kill()
    running.process.wait(timeout=20)
    _wait_until(lambda: not Path(f"/proc/{running.ready['pid']}").exists() or not (tmp_path / "ready.json").exists())


def test_what_is_refused_is_told_as_ever(warm: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cloister_sandbox", WARM, "--ready-file", str(tmp_path / "r"), "--faults", "none"]
    ended = subprocess.run(command, cwd=_PACKAGE, env=os.environ | {VARIABLE: warm}, capture_output=True, timeout=60)
    assert ended.returncode == 2
    assert b"none" in ended.stderr


@pytest.mark.parametrize("address", [None, "/nobody/is/here"])
def test_without_a_warm_process_it_starts_by_itself(address: str | None, tmp_path: Path) -> None:
    running = _start(address, tmp_path)
    assert running.ready["pid"] == running.process.pid
    running.process.terminate()
    assert running.process.wait(timeout=20) == 0


def test_the_exit_code_is_that_of_the_command() -> None:
    command = [sys.executable, "-m", "cloister_sandbox.warm", "sh", "-c", "exit 7"]
    assert subprocess.run(command, cwd=_PACKAGE, timeout=60).returncode == 7
