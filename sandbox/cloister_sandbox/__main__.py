"""`python -m cloister_sandbox`: one sandbox, started here or forked off a process that is warm already."""

from __future__ import annotations

import sys

from .warm import WARM, fork_of_warm


def _start() -> int:
    forked = fork_of_warm() if WARM in sys.argv else None
    if forked is not None:
        return forked

    from .program import main  # Most of what it takes to start: a fork has it.

    return main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(_start())
