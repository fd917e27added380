"""The program: runs one sandbox until it is told to stop or its parent is gone."""

from __future__ import annotations

import argparse
import logging
import math
import os
import sys
import warnings
from pathlib import Path

from .access.worker import NoEvaluator, Worker, command
from .life import Life
from .warm import WARM


def main(given: list[str]) -> int:
    """Serves; returns the exit code."""
    arguments = _arguments(given)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="cloister-sandbox: %(levelname)s: %(message)s")
    # moto warns of each error code that is not in a service's model; many of AWS's are not.
    warnings.filterwarnings("ignore", module=r"moto\.")
    # A fork on request waits until no other thread is in the middle of anything.
    warnings.filterwarnings("ignore", message=".*multi-threaded.*fork", category=DeprecationWarning)
    life = Life([arguments.parent_pid] if arguments.parent_pid else [])

    try:
        worker = Worker(command(os.environ))
        worker.start()
    except NoEvaluator as reason:
        return _refuse(reason)
    try:
        return _serve(arguments, worker, life)
    finally:
        worker.stop()


def _serve(arguments: argparse.Namespace, worker: Worker, life: Life) -> int:
    from . import environment  # moto reads its settings while it is imported.

    environment.prepare(arguments.state_dir)

    from .faults import FaultFileError
    from .quotas import QuotaError
    from .run import run

    try:
        run(arguments.ready_file, worker, arguments.faults, arguments.latency, arguments.rates, life)
    except (FaultFileError, QuotaError) as reason:
        return _refuse(reason)
    return 0


def _refuse(reason: Exception) -> int:
    print(f"cloister-sandbox: {reason}", file=sys.stderr)
    return 2


def _arguments(given: list[str]) -> argparse.Namespace:
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
    parser.add_argument(
        WARM, action="store_true", help="fork off the process that is kept warm, where there is one"
    )
    return parser.parse_args(given)


def _factor(text: str) -> float:
    factor = float(text)
    if not math.isfinite(factor) or factor < 0:
        raise argparse.ArgumentTypeError("must be a number, 0 or more")
    return factor
