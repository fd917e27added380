"""What goes wrong with a call, as the pipeline asks for it: fault rules, stale reads, latency."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from werkzeug.wrappers import Response

from . import latency
from .call import Call
from .fault_answers import throttled_answer
from .faults import Fault, Faults, Kind
from .faults import answer as fault_answer
from .stale import Memory

# Larger answers are objects, whose content no one reads back as state.
_REMEMBERED_BYTES = 1 << 20


class Spoiler:
    """The rules in force, and the memory that stale reads come from."""

    def __init__(self, rules_file: Path | None, latency_factor: float) -> None:
        self._rules = Faults.load(rules_file) if rules_file else Faults.none()
        self._memory = Memory()
        latency.set_factor(latency_factor)

    def replace(self, rules: Any) -> None:
        """Puts other rules in force; raises `FaultFileError` for rules that are none."""
        self._rules = Faults.parse(rules)

    def report(self) -> list[dict[str, Any]]:
        """The rules in force with how often each was met."""
        return self._rules.report()

    def decide(self, call: Call) -> Fault | None:
        """The fault that hits this call."""
        fault = self._rules.decide(call)
        call.fails_later = fault is not None and fault.kind is Kind.FAIL
        return fault

    def delay(self, call: Call, fault: Fault | None) -> float:
        """Seconds by which the answer is late: what such calls take, and what a rule adds."""
        return latency.seconds(call) + (fault.seconds if fault else 0.0)

    def instead(self, call: Call, fault: Fault | None) -> Response | None:
        """The answer that a fault gives in place of the true one, without the call taking effect."""
        if fault is None:
            return None
        if fault.kind in (Kind.THROTTLE, Kind.ERROR):
            return _response(fault_answer(call, fault))
        stale = self._memory.stale(call) if fault.kind is Kind.STALE else None
        return _response(stale) if stale else None

    def observe(self, call: Call, response: Response) -> None:
        """Remembers a true answer, for the stale reads to come."""
        body = response.get_data()
        if len(body) <= _REMEMBERED_BYTES:
            self._memory.observe(call, (response.status_code, dict(response.headers), body))


def throttled(call: Call) -> Response:
    """The answer to one call too many."""
    return _response(throttled_answer(call))


def _response(answer: tuple[int, dict[str, str], bytes]) -> Response:
    status, headers, body = answer
    return Response(body, status=status, headers=headers)
