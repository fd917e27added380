"""Faults on request: a file of rules says which calls are spoiled, and how.

A file (YAML or JSON) is a list of rules. The first rule that applies to a call
takes it; rules after it do not see that call. `skip` calls pass unspoiled, the
next `count` are spoiled (0: all of them), so that "the 17th call of any kind"
can be said exactly:

    - {operation: "*", fault: cut, skip: 16}
    - {operation: "s3:PutBucketPolicy", fault: throttle, count: 3}
    - {operation: "kms:*", fault: latency, seconds: 2, count: 0, region: eu-west-1}
"""

from __future__ import annotations

import enum
import fnmatch
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import yaml

from .call import Call
from .fault_answers import Answer, failed_answer, throttled_answer


class Kind(enum.Enum):
    """What happens to a spoiled call."""

    THROTTLE = "throttle"  # Refused with the service's own throttling code; nothing happened.
    ERROR = "error"  # A 500; nothing happened.
    LATENCY = "latency"  # Answered late.
    HOLD = "hold"  # Kept until other rules are put in force; then it goes its way.
    CUT = "cut"  # The connection is reset before the call takes effect.
    LOST = "lost"  # The connection is reset after the call took effect.
    STALE = "stale"  # A read that does not see the latest write.
    FAIL = "fail"  # Accepted, but what the call begins ends in failure: domains, apps, jobs.


class FaultFileError(ValueError):
    """A rule file that cannot be used; the text says which rule, and what to do."""


@dataclass(frozen=True)
class Fault:
    """What a rule wants done to the call at hand."""

    kind: Kind
    seconds: float
    rule: int
    # Set when other rules are put in force: what is held may go.
    released: threading.Event = field(default_factory=threading.Event, compare=False)


@dataclass
class _Rule:
    """One rule, and how often it has been met."""

    operation: str
    fault: Kind
    skip: int = 0
    count: int = 1
    seconds: float = 0.0
    account: str = ""
    region: str = ""
    vantage: str = ""
    where: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0

    def matches(self, call: Call) -> bool:
        """Whether the rule is about this call, however often it was met."""
        return (
            fnmatch.fnmatchcase(call.action.lower(), self.operation.lower())
            and self.account in ("", call.account)
            and self.region in ("", call.region)
            and self.vantage in ("", call.vantage.name)
            and all(str(call.parameters.get(name)) == str(value) for name, value in self.where.items())
        )

    def fires(self) -> bool:
        """Counts a matching call, and says whether it is one to spoil."""
        self.seen += 1
        if self.seen <= self.skip or (self.count and self.fired >= self.count):
            return False
        self.fired += 1
        return True


_COUNTERS = {"seen", "fired"}
_FIELDS = {entry.name for entry in fields(_Rule)} - _COUNTERS


class Faults:
    """The rules in force. Safe to use from many threads."""

    def __init__(self, rules: list[_Rule]) -> None:
        self._rules = rules
        self._lock = threading.Lock()
        self._replaced = threading.Event()

    @classmethod
    def none(cls) -> Faults:
        """No faults at all."""
        return cls([])

    @classmethod
    def load(cls, path: str | Path) -> Faults:
        """Reads a rule file."""
        try:
            data = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
        except OSError as error:
            raise FaultFileError(f"`{path}` cannot be read: {error.strerror}. Name a file of fault rules.") from None
        except yaml.YAMLError as error:
            raise FaultFileError(f"`{path}` is neither YAML nor JSON: {error}") from None
        return cls.parse(data, str(path))

    @classmethod
    def parse(cls, data: Any, source: str = "the fault rules") -> Faults:
        """Checks rules that were read already; `source` is what an error calls them."""
        if not isinstance(data, list):
            raise FaultFileError(f"{source}: a list of rules is expected. Begin each rule with `- operation:`.")
        return cls([_parse_rule(entry, f"{source}, rule {index}") for index, entry in enumerate(data, start=1)])

    def decide(self, call: Call) -> Fault | None:
        """What is to be done to this call, if anything. Counts the call."""
        with self._lock:
            for index, rule in enumerate(self._rules, start=1):
                if rule.matches(call) and rule.fires():
                    return Fault(rule.fault, rule.seconds, index, self._replaced)
        return None

    def release(self) -> None:
        """Lets go of what these rules hold: others take their place."""
        self._replaced.set()

    def report(self) -> list[dict[str, Any]]:
        """How often each rule was met and fired: a rule that never fired tested nothing."""
        with self._lock:
            return [
                {"operation": rule.operation, "fault": rule.fault.value, "seen": rule.seen, "fired": rule.fired}
                for rule in self._rules
            ]


def answer(call: Call, fault: Fault) -> Answer:
    """The refusal of a throttled or failing call, as the service words it."""
    return throttled_answer(call) if fault.kind is Kind.THROTTLE else failed_answer(call)


def _parse_rule(entry: Any, where: str) -> _Rule:
    if not isinstance(entry, dict):
        raise FaultFileError(f"{where}: `{entry}` is not a rule. Write `operation` and `fault` as a mapping.")
    unknown = sorted(set(map(str, entry)) - _FIELDS)
    if unknown:
        raise FaultFileError(f"{where}: `{unknown[0]}` is not known. Use some of: {', '.join(sorted(_FIELDS))}.")
    kind = _parse_kind(entry.get("fault"), where)
    return _Rule(
        operation=_parse_operation(entry.get("operation"), where),
        fault=kind,
        skip=_parse_count(entry, "skip", 0, where),
        count=_parse_count(entry, "count", 1, where),
        seconds=_parse_seconds(entry, kind, where),
        where=_parse_where(entry, where),
        **{name: str(entry.get(name, "")) for name in ("account", "region", "vantage")},
    )


def _parse_operation(value: Any, where: str) -> str:
    pattern = value if isinstance(value, str) else ""
    prefix, colon, name = pattern.partition(":")
    if pattern == "*" or (prefix and colon and name):
        return pattern
    raise FaultFileError(
        f"{where}: `operation` is `{value}`. Write it as IAM does, such as `s3:PutBucketPolicy`, `s3:*` or `*`."
    )


def _parse_kind(value: Any, where: str) -> Kind:
    try:
        return Kind(value)
    except ValueError:
        known = ", ".join(kind.value for kind in Kind)
        raise FaultFileError(f"{where}: `fault` is `{value}`. Use one of: {known}.") from None


def _parse_count(entry: Mapping[str, Any], name: str, default: int, where: str) -> int:
    value = entry.get(name, default)
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise FaultFileError(f"{where}: `{name}` is `{value}`. Use a whole number, 0 or more.")


def _parse_seconds(entry: Mapping[str, Any], kind: Kind, where: str) -> float:
    value = entry.get("seconds", 0)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise FaultFileError(f"{where}: `seconds` is `{value}`. Use a number, 0 or more.")
    if (kind is Kind.LATENCY) != (value > 0):
        advice = "needs `seconds` above 0" if kind is Kind.LATENCY else "takes no `seconds`"
        raise FaultFileError(f"{where}: the fault `{kind.value}` {advice}. Correct one of the two.")
    return float(value)


def _parse_where(entry: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    value = entry.get("where", {})
    if isinstance(value, dict):
        return value
    raise FaultFileError(f"{where}: `where` is `{value}`. Write parameters and values, such as `{{Bucket: data}}`.")
