"""A real server per test session, and clients that speak to it as boto3 does."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

_PACKAGE = Path(__file__).parents[1]
sys.path.insert(0, str(_PACKAGE))

from cloister_sandbox import environment  # The path comes first.

environment.prepare()

_START_SECONDS = 60

# So little that calls are quick, and enough for a state to be seen; `skip` lets it pass.
_SLOWLY = "0.1"
_MANY = {f"sagemaker:{kind}": 1000 for kind in ("domain", "user-profile", "space", "app", "image")}
_MANY |= {f"ec2:{kind}": 10000 for kind in ("vpc", "internet-gateway", "nat-gateway", "elastic-ip")}
_MANY_NETWORKS = {kind: number for kind, number in _MANY.items() if kind.startswith("ec2:")}


@dataclass
class Running:
    """A sandbox that serves."""

    process: subprocess.Popen[bytes]
    ready: dict[str, Any]

    def client(self, service: str, *, vantage: str = "outside", **more: Any) -> Any:
        """A client with the sandbox's own session, unless `more` holds other credentials.

        A vantage is told by its name, or by the address that the control API gave for it.
        """
        environment_ = self.ready["environment"]
        given = {
            "aws_access_key_id": environment_["AWS_ACCESS_KEY_ID"],
            "aws_secret_access_key": environment_["AWS_SECRET_ACCESS_KEY"],
            "aws_session_token": environment_["AWS_SESSION_TOKEN"],
            "region_name": self.ready["region"],
        } | more
        config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"})
        return boto3.client(service, endpoint_url=self.ready["endpoints"].get(vantage, vantage), config=config, **given)

    def control(self, name: str, body: Any = None, **headers: str) -> Any:
        """Asks the control API; a body makes it a POST."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.ready['control']}/{name}", data=data, headers=headers)
        with urllib.request.urlopen(request) as answer:
            return json.loads(answer.read())

    def session(self, role_arn: str | None, **more: Any) -> dict[str, str]:
        """Credentials of a role, or of what `more` tells, as boto3 takes them."""
        given = self.control("session", ({"role_arn": role_arn} if role_arn else {}) | more)
        return {
            "aws_access_key_id": given["access_key_id"],
            "aws_secret_access_key": given["secret_access_key"],
            "aws_session_token": given["session_token"],
        }


def start(ready_file: Path, *arguments: str) -> Running:
    """Starts a sandbox and waits until it serves."""
    command = [sys.executable, "-m", "cloister_sandbox", "--ready-file", str(ready_file), *arguments]
    process = subprocess.Popen(command, cwd=_PACKAGE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    deadline = time.monotonic() + _START_SECONDS
    while not ready_file.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise RuntimeError(process.communicate()[1].decode())
        time.sleep(0.02)
    return Running(process, json.loads(ready_file.read_text()))


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One sandbox for all tests: each uses names of its own."""
    running = start(tmp_path_factory.mktemp("sandbox") / "ready.json", "--parent-pid", str(os.getpid()))
    running.control("quotas", _MANY_NETWORKS)
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)


@pytest.fixture(scope="session")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """One sandbox in which things take a tenth of AWS's time."""
    ready = tmp_path_factory.mktemp("slow") / "ready.json"
    running = start(ready, "--parent-pid", str(os.getpid()), "--latency", _SLOWLY)
    running.control("quotas", _MANY)
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)
