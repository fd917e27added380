"""What a call sets going that goes on after its answer."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Work:
    """Seconds from the call's effect until what it began is done, and until all that follows from that is over.

    A firewall is gone when its deletion is done; its network interfaces go later.
    """

    done: float = 0.0
    over: float = 0.0


@dataclass(frozen=True)
class Cause:
    """Whose doing the present effect is."""

    work: Work
    since: float
    follows: bool = False


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


def cause() -> Cause | None:
    """Whose doing it is, as far as a call's."""
    return _cause.get()


@contextmanager
def caused_by(found: Cause | None) -> Iterator[None]:
    """What is begun within is this cause's doing."""
    token = _cause.set(found)
    try:
        yield
    finally:
        _cause.reset(token)


def note(due: float) -> None:
    """Something is due then."""
    found = _cause.get()
    if found is None:
        return
    seconds = due - found.since
    if not found.follows:
        found.work.done = max(found.work.done, seconds)
    found.work.over = max(found.work.over, seconds)
