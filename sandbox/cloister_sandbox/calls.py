"""The ordered log of calls, as `GET /_cloister/calls` shows it."""

from __future__ import annotations

import threading
from dataclasses import asdict
from typing import Any

from .call import Call
from .work import Work


class CallLog:
    """Every call that reached the sandbox, also those that were cut before they took effect."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 1
        self._entries: list[tuple[dict[str, Any], Work]] = []

    def next_seq(self) -> int:
        """Numbers calls in the order in which they arrive."""
        with self._lock:
            seq, self._next = self._next, self._next + 1
            return seq

    def add(self, call: Call, status: int | None, error: str | None, faulted: str | None) -> None:
        """Notes how a call ended; `status` is None where no answer was sent."""
        entry = {
            "seq": call.seq,
            "time": call.time.isoformat(),
            "account": call.account,
            "region": call.region,
            "service": call.service,
            "operation": call.operation,
            "action": call.action,
            "vantage": call.vantage.name,
            "vpc_endpoint_id": call.vpc_endpoint_id or None,
            "status": status,
            "error": error,
            "principal": call.principal.arn or None,
            "request_id": call.request_id,
            "faulted": faulted,
            "delay": call.delay,
        }
        with self._lock:
            self._entries.append((entry, call.work))

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """The finished calls with a number above `after`, in order, each with what it has set going so far."""
        with self._lock:
            found = [entry | {"work": asdict(work)} for entry, work in self._entries if entry["seq"] > after]
        return sorted(found, key=lambda one: one["seq"])
