"""Calls that are held until somebody lets them go, so that a process can be killed at exactly one of them."""

from __future__ import annotations

import select
import socket
import threading
from dataclasses import dataclass
from typing import Any

from .call import Call


@dataclass
class _Held:
    """A call that waits, and the end of a pair that wakes it."""

    call: Call
    when: str
    wake: socket.socket


class Holds:
    """The calls that are held. Safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: dict[int, _Held] = {}

    def wait(self, call: Call, when: str, environ: dict[str, Any]) -> bool:
        """Waits until the call is let go; False if its client is gone before that."""
        client: socket.socket = environ["werkzeug.socket"]
        ours, wake = socket.socketpair()
        with ours, wake:
            with self._lock:
                self._held[call.seq] = _Held(call, when, wake)
            try:
                return _first_of(ours, client) is ours
            finally:
                with self._lock:
                    del self._held[call.seq]

    def listed(self) -> list[dict[str, Any]]:
        """What is held, in the order of the calls."""
        with self._lock:
            return [
                {"seq": seq, "service": one.call.service, "operation": one.call.operation, "when": one.when}
                for seq, one in sorted(self._held.items())
            ]

    def release(self, seq: int | None) -> int:
        """Lets one call go, or all; returns how many."""
        with self._lock:
            wanted = [one for number, one in self._held.items() if seq in (None, number)]
            for one in wanted:
                one.wake.send(b"!")
        return len(wanted)

    def renew(self) -> None:
        """Forgets what is held: a forked child does not have the threads that wait."""
        self.__init__()


def _first_of(ours: socket.socket, client: socket.socket) -> socket.socket:
    watched = [ours, client]
    while True:
        ready, _, _ = select.select(watched, [], [])
        if ours in ready:
            return ours
        if _is_gone(client):
            return client
        watched = [ours]  # The next request of a client that does not wait for its answer.


def _is_gone(client: socket.socket) -> bool:
    try:
        return client.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True
