"""The process: what it writes, and when it ends."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import start


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_cleanly_and_silently(tmp_path: Path, number: signal.Signals) -> None:
    ready = tmp_path / "ready.json"
    running = start(ready, "--state-dir", str(tmp_path / "state"))
    assert stat.S_IMODE(ready.stat().st_mode) == 0o600
    assert running.ready["pid"] == running.process.pid
    running.client("sts").get_caller_identity()
    running.process.send_signal(number)
    out, err = running.process.communicate(timeout=20)
    assert (running.process.returncode, out, err) == (0, b"", b"")
    assert list(tmp_path.glob("ready.json*")) == []


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    running = start(tmp_path / "ready.json", "--parent-pid", str(parent.pid))
    parent.communicate(b"\n")
    assert running.process.wait(timeout=20) == 0


def test_a_bad_rule_file_is_named_before_anything_starts(tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps([{"operation": "kms:*", "fault": "nonsense"}]))
    with pytest.raises(RuntimeError, match="nonsense"):
        start(tmp_path / "ready.json", "--faults", str(rules))


def test_it_ends_with_a_direct_parent_that_nobody_waits_for(tmp_path: Path) -> None:
    ready = tmp_path / "ready.json"
    script = (
        "import os, subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-m', 'cloister_sandbox', '--ready-file', sys.argv[1],"
        " '--parent-pid', str(os.getpid())], stdout=subprocess.DEVNULL)\n"
        "input()\n"
    )
    command = [sys.executable, "-c", script, str(ready)]
    parent = subprocess.Popen(command, stdin=subprocess.PIPE, cwd=Path(__file__).parents[1])
    wait_until(ready.exists)
    child = json.loads(ready.read_text())["pid"]
    parent.kill()  # Not waited for yet: it stays as a zombie.
    wait_until(lambda: not Path(f"/proc/{child}").exists() or not ready.exists())
    parent.communicate()


def wait_until(holds: Callable[[], bool]) -> None:
    """Waits for what another process does."""
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)
