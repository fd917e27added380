"""A process that has imported everything, and forks sandboxes off itself: hundreds of tests compute that second once.

`python -m cloister_sandbox.warm COMMAND...` runs a command and ends with it. What the command starts as
`python -m cloister_sandbox --warm ...` is then a fork; without such a process around it, it starts as ever.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import sys
import threading
from typing import Any, NoReturn

WARM = "--warm"
VARIABLE = "CLOISTER_SANDBOX_WARM"

_LENGTH = struct.Struct("!I")
_PID = struct.Struct("!i")
_CHECK_SECONDS = 0.2


def fork_of_warm() -> int | None:
    """Has the warm process fork the sandbox that this one was to be, and stays until it ends; returns its exit code.

    None if there is no warm process.
    """
    address = os.environ.get(VARIABLE)
    if not address:
        return None
    talk = socket.socket(socket.AF_UNIX)
    try:
        talk.connect(address)
    except OSError:
        return None
    wish = {"arguments": sys.argv[1:], "environment": dict(os.environ), "folder": os.getcwd()}
    body = json.dumps(wish).encode()
    try:
        socket.send_fds(talk, [_LENGTH.pack(len(body))], [sys.stdout.fileno(), sys.stderr.fileno()])
        talk.sendall(body)
        child = _PID.unpack(_exactly(talk, _PID.size))[0]
    except OSError:
        return None
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _: _send_signal(child, number))
    code = talk.recv(1)
    return code[0] if code else 1


def _send_signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _exactly(talk: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        more = talk.recv(length - len(data))
        if not more:
            raise ConnectionError("the other side has gone")
        data += more
    return data


def main() -> int:
    """Warms up, runs the command, and forks until it ends; returns its exit code."""
    # Here, so that who asks for a fork does not import them.
    import gc
    import subprocess
    import tempfile

    from . import environment  # moto reads its settings while it is imported.

    environment.prepare()

    from . import program, run  # noqa: F401

    # A collection in a fork would touch, and so copy, every page.
    gc.collect()
    gc.freeze()
    with tempfile.TemporaryDirectory() as folder:
        address = os.path.join(folder, "warm")
        door = socket.socket(socket.AF_UNIX)
        door.bind(address)
        door.listen(64)
        door.settimeout(_CHECK_SECONDS)
        command = subprocess.Popen(sys.argv[1:], env=os.environ | {VARIABLE: address})
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda number, _: _send_signal(command.pid, number))
        # A terminal sends it to the command as well.
        signal.signal(signal.SIGINT, lambda *_: None)
        children: set[int] = set()
        while command.poll() is None:
            # Who asks starts by itself where no fork is to be had.
            with contextlib.suppress(OSError):
                children.add(_fork(door))
            children -= {child for child in children if os.waitpid(child, os.WNOHANG)[0]}
        for child in children:
            _send_signal(child, signal.SIGTERM)
        return command.returncode if command.returncode >= 0 else 128 - command.returncode


def _fork(door: socket.socket) -> int:
    talk, _ = door.accept()
    with talk:
        talk.settimeout(None)
        child = os.fork()
        if child == 0:
            # What ends this process must not end the command.
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL)
            door.close()
            _become(talk)
    return child


def _become(talk: socket.socket) -> NoReturn:
    """Goes on as the process that asked would have."""
    code = 1
    try:
        length, files, _, _ = socket.recv_fds(talk, _LENGTH.size, 2)
        wish: dict[str, Any] = json.loads(_exactly(talk, _LENGTH.unpack(length)[0]))
        for number, file in zip((1, 2), files, strict=True):
            os.dup2(file, number)
            os.close(file)
        os.chdir(wish["folder"])
        os.environ.clear()
        os.environ.update(wish["environment"])
        _draw_anew()
        talk.sendall(_PID.pack(os.getpid()))
        threading.Thread(target=_end_with, args=(talk,), daemon=True).start()

        from .program import main as sandbox

        code = sandbox(wish["arguments"])
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        with contextlib.suppress(OSError):
            talk.sendall(bytes([code]))
        os._exit(code)


def _end_with(talk: socket.socket) -> None:
    """Ends this process when the one that stands for it is gone, however that came."""
    with contextlib.suppress(OSError):
        talk.recv(1)
    _send_signal(os.getpid(), signal.SIGTERM)


def _draw_anew() -> None:
    """No two sandboxes are to draw the same ids."""
    import random

    from moto.moto_api._internal import mock_random

    random.seed()
    mock_random.seed()


if __name__ == "__main__":
    sys.exit(main())
