"""The clock that can be put forward, what is due by it, and quotas."""

from __future__ import annotations

import json
import urllib.error
from typing import Any

import pytest
from conftest import Running

from cloister_sandbox import quotas, timeline, work
from cloister_sandbox.answers import ServiceError


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing due, nothing skipped, no quota changed."""
    monkeypatch.setattr(timeline, "_due", [])
    monkeypatch.setattr(timeline, "_skipped", 0.0)
    monkeypatch.setattr(quotas, "_changed", {})


def test_what_is_due_happens_in_order_and_once() -> None:
    happened: list[str] = []
    start = timeline.now()
    timeline.at(start + 20, lambda: happened.append("late"))
    timeline.at(start + 10, lambda: happened.append("early"))
    timeline.settle()
    assert happened == []
    timeline.skip(15)
    timeline.settle()
    assert happened == ["early"]
    timeline.skip(15)
    timeline.settle()
    timeline.settle()
    assert happened == ["early", "late"]


def test_a_call_is_told_what_it_set_going_and_what_followed() -> None:
    its = work.Work()
    start = timeline.now()

    def goes() -> None:
        timeline.at(start + 30, lambda: None)

    with work.caused_by(work.Cause(its, start)):
        timeline.at(start + 10, lambda: None)
        timeline.at(start + 20, goes)
    timeline.at(start + 90, lambda: None)  # Nobody's.
    assert its == work.Work(done=20, over=20)
    timeline.skip(25)
    timeline.settle()
    assert its == work.Work(done=20, over=30)


def test_an_effect_may_cause_another_and_may_fail() -> None:
    happened: list[str] = []

    def fails() -> None:
        timeline.at(timeline.now(), lambda: happened.append("next"))
        raise ValueError

    timeline.after((60, 120), fails)  # Without latency this is due at once.
    timeline.settle()
    assert happened == ["next"]


def test_quotas_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ServiceError, match="'Total domains' is 2 Domains"):
        quotas.check("sagemaker:domain", 2)
    monkeypatch.setenv(quotas.VARIABLE, json.dumps({"sagemaker:domain": 3}))
    quotas.load()
    quotas.check("sagemaker:domain", 2)
    monkeypatch.setenv(quotas.VARIABLE, "3")
    with pytest.raises(ValueError, match=quotas.VARIABLE):
        quotas.load()


@pytest.mark.parametrize(
    ("name", "body", "message"),
    [
        ("skip", {"seconds": -1}, "`seconds` is the time to let pass"),
        ("skip", {}, "`seconds` is the time to let pass"),
        ("quotas", {"sagemaker:domain": "2"}, "use a whole number"),
        ("quotas", {"sagemaker:none": 2}, "has no quota here"),
        ("quotas", [], "quotas are a mapping"),
    ],
)
def test_control_requests_that_are_refused(sandbox: Running, name: str, body: Any, message: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        sandbox.control(name, body)
    assert caught.value.code == 400
    assert message in json.loads(caught.value.read())["error"]
