"""Brings a sandbox up, says so, and takes it down."""

from __future__ import annotations

import threading
from pathlib import Path

from . import ready, seed
from .access.worker import Worker
from .accounts import HOME_ACCOUNT, HOME_REGION
from .call import Vantage
from .fork import fork
from .life import Life
from .sandbox import Sandbox
from .seed import Seeded

# TEST-NET-3 stands for the internet; the private address lies in the first subnet of the seed.
_PUBLIC_ADDRESS = "203.0.113.10"
_PRIVATE_ADDRESS = "10.0.1.23"

_LAST_DELIVERY_SECONDS = 5


def run(
    ready_file: Path,
    worker: Worker,
    rules_file: Path | None,
    latency_factor: float,
    rate_share: float,
    life: Life,
) -> None:
    """Serves until the end; the ready file is removed again. Forked children come through here too."""
    sandbox = Sandbox(worker, life, rules_file, latency_factor, rate_share)
    seeded = seed.plant(sandbox.identities)
    serving: Path | None = ready_file
    while serving is not None:
        serving = _serve(sandbox, seeded, serving, latency_factor, life)


def _serve(sandbox: Sandbox, seeded: Seeded, ready_file: Path, latency_factor: float, life: Life) -> Path | None:
    """Serves until the end. In a child that was forked meanwhile: the ready file that is to be written there."""
    outside = sandbox.vantages.open(Vantage("outside", _PUBLIC_ADDRESS))
    inside = sandbox.vantages.open(Vantage("inside", _PRIVATE_ADDRESS, seeded.vpc_id, HOME_ACCOUNT, HOME_REGION))
    delivering = threading.Thread(target=sandbox.delivery.run, args=(life.over,), name="delivery", daemon=True)
    delivering.start()
    ready.write(ready_file, ready.description(outside, inside, seeded, latency_factor))
    while (wish := life.next()) is not None:
        if fork(sandbox, life, wish):
            return wish.ready_file
    sandbox.vantages.close()
    delivering.join(_LAST_DELIVERY_SECONDS)
    ready_file.unlink(missing_ok=True)
    return None
