"""The ordered log of calls, as `GET /_cloister/calls` shows it."""

from __future__ import annotations

import threading
from typing import Any

from .call import Call


class CallLog:
    """Every call that reached the sandbox, also those that were cut before they took effect."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next = 1
        self._entries: list[dict[str, Any]] = []

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
        }
        with self._lock:
            self._entries.append(entry)

    def entries(self, after: int = 0) -> list[dict[str, Any]]:
        """The finished calls with a number above `after`, in order."""
        with self._lock:
            return sorted((one for one in self._entries if one["seq"] > after), key=lambda one: one["seq"])
