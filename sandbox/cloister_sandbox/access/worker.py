"""The evaluator: `cloister access` as one long-lived process, a JSON line for each question and each answer."""

from __future__ import annotations

import json
import logging
import os
import select
import subprocess
import threading
import time
from collections.abc import Mapping
from typing import Any

log = logging.getLogger(__name__)

# A list of program and arguments as JSON, or the path of a program that needs no arguments.
COMMAND_VARIABLE = "CLOISTER_ACCESS"
# Where `cloister` lies, for tests.
FOLDER_VARIABLE = "CLOISTER_BIN_DIR"

_LONGEST_ANSWER_SECONDS = 10.0
_READ_BYTES = 65536


class NoEvaluator(RuntimeError):
    """There is no program to ask; the text says what to set."""


class Undecidable(RuntimeError):
    """The evaluator did not answer, or could not; the text says why."""


def command(environment: Mapping[str, str]) -> list[str]:
    """The command that evaluates policies. Without one there is no sandbox: it would be open."""
    given, folder = environment.get(COMMAND_VARIABLE), environment.get(FOLDER_VARIABLE)
    if given:
        return _parsed(given) if given.lstrip().startswith("[") else [given]
    if folder:
        return [os.path.join(folder, "cloister"), "access"]
    raise NoEvaluator(
        "there is no policy evaluator, and without one every call would be allowed. Start the sandbox with "
        f"`cloister sandbox`, or set {COMMAND_VARIABLE} to a command that does what `cloister access` does, such as "
        '["/usr/bin/cloister", "access"], or '
        f"{FOLDER_VARIABLE} to the folder that holds `cloister`."
    )


def _parsed(text: str) -> list[str]:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    if isinstance(found, list) and found and all(isinstance(one, str) for one in found):
        return found
    raise NoEvaluator(f"{COMMAND_VARIABLE} is `{text}`, which is no JSON list of program and arguments. Correct it.")


class Worker:
    """Asks the evaluator, one question at a time; starts it again when it is gone."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._unread = b""

    def start(self) -> None:
        """Starts the program. Raises `NoEvaluator` where that is not possible."""
        with self._lock:
            try:
                self._running()
            except OSError as reason:
                raise NoEvaluator(f"the policy evaluator `{self._command[0]}` cannot be run: {reason}") from reason

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        """The answer to a question. Raises `Undecidable`, also where the evaluator finds the question malformed."""
        line = json.dumps(question, separators=(",", ":")).encode() + b"\n"
        with self._lock:
            answer = self._answer(line)
        if "decision" not in answer:
            raise Undecidable(str(answer.get("error", answer)))
        return answer

    def stop(self) -> None:
        """Ends the program."""
        with self._lock:
            self._end()

    def leave(self) -> None:
        """Lets go of the program without ending it: in a forked child it is the original's. The next question starts
        another one.
        """
        process, self._process, self._unread = self._process, None, b""
        self._lock = threading.Lock()
        if process is not None:
            process.returncode = 0  # It is no child of this process, and must not be waited for.
            process.stdin.close()
            process.stdout.close()

    def _answer(self, line: bytes) -> dict[str, Any]:
        for is_last in (False, True):
            try:
                return json.loads(self._exchange(line))
            except (OSError, EOFError, ValueError) as reason:
                self._end()
                log.warning("the policy evaluator is gone (%r)%s", reason, "" if is_last else "; it is started again")
        raise Undecidable("the policy evaluator does not answer")

    def _exchange(self, line: bytes) -> bytes:
        process = self._running()
        deadline = time.monotonic() + _LONGEST_ANSWER_SECONDS
        unsent = memoryview(line)
        while unsent:
            unsent = unsent[process.stdin.write(unsent) :]
        while b"\n" not in self._unread:
            ready, _, _ = select.select([process.stdout], [], [], max(0.0, deadline - time.monotonic()))
            if not ready:
                raise TimeoutError(f"no answer within {_LONGEST_ANSWER_SECONDS:g} seconds")
            read = os.read(process.stdout.fileno(), _READ_BYTES)
            if not read:
                raise EOFError("it closed its output")
            self._unread += read
        answer, self._unread = self._unread.split(b"\n", 1)
        return answer

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        return self._process

    def _end(self) -> None:
        process, self._process, self._unread = self._process, None, b""
        if process is None:
            return
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
