"""The sandbox's clock, and what happens later by itself.

Whatever takes AWS minutes (a domain that becomes ready, an interface that
lingers) is noted here with the time it is due, and takes effect before the next
answer that is given after that time. Nobody can tell that from a thread that
did it in time, and nothing has to run meanwhile.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from . import latency, work

log = logging.getLogger(__name__)

Effect = Callable[[], None]

_lock = threading.RLock()
_due: list[tuple[float, int, Effect, work.Cause | None]] = []
_order = itertools.count()
_skipped = 0.0


def now() -> float:
    """Seconds since the epoch, with the time that was skipped."""
    return time.time() + _skipped


def moment() -> datetime:
    """The same as a date."""
    return datetime.fromtimestamp(now(), UTC)


def skip(seconds: float) -> None:
    """Lets time pass at once, so that nobody has to wait for it."""
    global _skipped
    with _lock:
        _skipped += seconds


def after(duration: latency.Seconds, effect: Effect) -> None:
    """Lets `effect` happen once AWS would be done, which takes `duration` (p50, p90) without the latency factor."""
    at(now() + latency.sample(duration), effect)


def at(due: float, effect: Effect) -> None:
    """Lets `effect` happen at a time."""
    work.note(due)
    with _lock:
        heapq.heappush(_due, (due, next(_order), effect, work.cause()))


def settle() -> None:
    """Applies everything that is due. The caller holds the lock of the state that effects change."""
    while True:
        with _lock:
            if not _due or _due[0][0] > now():
                return
            _, _, effect, cause = heapq.heappop(_due)
        try:
            with work.caused_by(cause and replace(cause, follows=True)):
                effect()
        except Exception:  # The call that comes next has nothing to do with it.
            log.warning("something that was due failed", exc_info=True)
