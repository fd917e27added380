"""`python -m cloister_sandbox`: runs one sandbox until it is told to stop or its parent is gone."""

from __future__ import annotations

import argparse
import logging
import math
import os
import signal
import sys
import threading
import warnings
from pathlib import Path

from .access.worker import NoEvaluator, Worker, command

_PARENT_CHECK_SECONDS = 0.5


def main() -> int:
    """Serves; returns the exit code."""
    arguments = _arguments()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="cloister-sandbox: %(levelname)s: %(message)s")
    # moto warns of each error code that is not in a service's model; many of AWS's are not.
    warnings.filterwarnings("ignore", module=r"moto\.")
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())

    try:
        worker = Worker(command(os.environ))
        worker.start()
    except NoEvaluator as reason:
        return _refuse(reason)
    try:
        return _serve(arguments, worker, stop)
    finally:
        worker.stop()


def _serve(arguments: argparse.Namespace, worker: Worker, stop: threading.Event) -> int:
    from . import environment  # moto reads its settings while it is imported.

    environment.prepare(arguments.state_dir)

    from .faults import FaultFileError
    from .quotas import QuotaError
    from .run import run

    if arguments.parent_pid:
        threading.Thread(target=_watch_parent, args=(arguments.parent_pid, stop), daemon=True).start()
    try:
        run(arguments.ready_file, worker, arguments.faults, arguments.latency, arguments.rates, stop)
    except (FaultFileError, QuotaError) as reason:
        return _refuse(reason)
    return 0


def _refuse(reason: Exception) -> int:
    print(f"cloister-sandbox: {reason}", file=sys.stderr)
    return 2


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="cloister_sandbox", description="An AWS stand-in on loopback.")
    parser.add_argument(
        "--ready-file", type=Path, required=True, help="written when the sandbox serves: endpoints and environment"
    )
    parser.add_argument("--faults", type=Path, help="rules that say which calls are spoiled, and how")
    parser.add_argument(
        "--latency", type=_factor, default=0.0, help="share of AWS's durations to take; 0 answers at once"
    )
    parser.add_argument(
        "--rates", type=_factor, default=0.0, help="share of AWS's request rates to take; 0 takes every call"
    )
    parser.add_argument("--parent-pid", type=int, help="end when this process is gone")
    parser.add_argument("--state-dir", type=Path, help="where large objects are kept instead of the temporary folder")
    return parser.parse_args()


def _factor(text: str) -> float:
    factor = float(text)
    if not math.isfinite(factor) or factor < 0:
        raise argparse.ArgumentTypeError("must be a number, 0 or more")
    return factor


def _watch_parent(pid: int, stop: threading.Event) -> None:
    # A direct parent that died is a zombie until someone waits for it: only the change of parent tells.
    is_direct = os.getppid() == pid
    while not stop.wait(_PARENT_CHECK_SECONDS):
        if not _is_alive(pid) or (is_direct and os.getppid() != pid):
            stop.set()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    sys.exit(main())
