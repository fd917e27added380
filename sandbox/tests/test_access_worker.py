"""The evaluator's process: asked by many at once, started again when it is gone, and never replaced by a guess."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from actors import denial
from conftest import Running, start

from cloister_sandbox.access.worker import NoEvaluator, Undecidable, Worker, command

QUESTION: dict[str, Any] = {
    "principal": "arn:aws:iam::111122223333:user/ana",
    "action": "s3:GetObject",
    "resource": "arn:aws:s3:::data/a",
    "policies": {"identity": [{"Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}]},
}


@pytest.fixture
def worker() -> Iterator[Worker]:
    worker = Worker(command(os.environ))
    yield worker
    worker.stop()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"CLOISTER_ACCESS": '["/a b/cloister", "access"]'}, ["/a b/cloister", "access"]),
        ({"CLOISTER_ACCESS": "/a b/evaluator"}, ["/a b/evaluator"]),
        ({"CLOISTER_BIN_DIR": "/bin"}, ["/bin/cloister", "access"]),
        ({"CLOISTER_BIN_DIR": "/bin", "CLOISTER_ACCESS": "/evaluator"}, ["/evaluator"]),
    ],
)
def test_the_environment_names_the_evaluator(environment: dict[str, str], expected: list[str]) -> None:
    assert command(environment) == expected


@pytest.mark.parametrize("environment", [{}, {"CLOISTER_ACCESS": "[]"}, {"CLOISTER_ACCESS": "[1]"}])
def test_without_an_evaluator_there_is_no_sandbox(tmp_path: Path, environment: dict[str, str]) -> None:
    with pytest.raises(NoEvaluator, match="CLOISTER_ACCESS"):
        command(environment)
    others = {name: value for name, value in os.environ.items() if not name.startswith("CLOISTER_")}
    ended = subprocess.run(
        [sys.executable, "-m", "cloister_sandbox", "--ready-file", str(tmp_path / "ready")],
        cwd=Path(__file__).parents[1],
        env=others | environment,
        capture_output=True,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (2, b"")
    assert b"CLOISTER_ACCESS" in ended.stderr


def test_an_evaluator_that_cannot_be_run_is_named() -> None:
    with pytest.raises(NoEvaluator, match="/nowhere/cloister"):
        Worker(["/nowhere/cloister"]).start()


def test_many_ask_at_once_and_each_gets_its_own_answer(worker: Worker) -> None:
    def ask(number: int) -> tuple[str, str]:
        allowed = QUESTION if number % 2 else QUESTION | {"action": "s3:PutObject"}
        answer = worker.ask(allowed | {"id": str(number)})
        return answer["id"], answer["decision"]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(200)))
    assert answers == [(str(number), "allowed" if number % 2 else "implicit_deny") for number in range(200)]


def test_an_evaluator_that_died_is_started_again(worker: Worker) -> None:
    assert worker.ask(QUESTION)["decision"] == "allowed"
    worker._process.kill()
    worker._process.wait()
    assert worker.ask(QUESTION)["decision"] == "allowed"


def test_a_malformed_question_is_no_answer(worker: Worker) -> None:
    with pytest.raises(Undecidable, match="Effect|effect"):
        worker.ask(QUESTION | {"policies": {"identity": [{"Statement": [{"Action": "*", "Resource": "*"}]}]}})
    assert worker.ask(QUESTION)["decision"] == "allowed"


@pytest.mark.parametrize("script", ["import sys; [print('{}', flush=True) for _ in sys.stdin]", "pass", "print('no')"])
def test_a_call_that_cannot_be_decided_does_not_take_effect(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    program = tmp_path / "evaluator"
    program.write_text(f"#!{sys.executable}\n{script}\n")
    program.chmod(0o700)
    monkeypatch.setenv("CLOISTER_ACCESS", str(program))
    running = start(tmp_path / "ready.json")
    try:
        assert denial(running.client("s3").create_bucket, Bucket="undecided")[:2] == (500, "InternalError")
        assert denial(running.client("kms").create_key)[:2] == (500, "InternalFailure")
        assert [one["status"] for one in running.control("calls")["calls"]] == [500, 500]
    finally:
        running.process.terminate()
        said = running.process.communicate(timeout=20)[1].decode()
    assert (
        "s3:CreateBucket by arn:aws:sts::111122223333:assumed-role/PlatformAdministrator/sandbox could not be" in said
    )


def test_one_process_answers_all_questions(worker: Worker) -> None:
    worker.ask(QUESTION)
    process = worker._process
    for _ in range(50):
        worker.ask(QUESTION)
    assert worker._process is process and process.poll() is None
