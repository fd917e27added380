"""How long the process goes on, and what is asked of its main thread meanwhile."""

from __future__ import annotations

import os
import queue
import signal
import threading
from dataclasses import dataclass, field
from pathlib import Path

_CHECK_SECONDS = 0.5

# Each holds what it changed since it was forked, and a few threads.
MOST_FORKS = 300


class CannotFork(RuntimeError):
    """There is no fork to be had; the text says why."""


@dataclass
class Wish:
    """A fork that somebody waits for. `answer` gets the child's process id, or why there is none."""

    ready_file: Path
    outlives: bool = False
    answer: queue.SimpleQueue[int | Exception] = field(default_factory=queue.SimpleQueue)


class Life:
    """Ends with a signal, or with any of the processes that it is watched for; keeps book of the children."""

    def __init__(self, watched: list[int]) -> None:
        self._begin(watched)

    def _begin(self, watched: list[int]) -> None:
        self.over = threading.Event()
        self._wishes: queue.SimpleQueue[Wish | None] = queue.SimpleQueue()
        self._children: set[int] = set()
        self._reaping = threading.Lock()
        self._watched = watched
        # A direct parent that died is a zombie until someone waits for it: only the change of parent tells.
        self._direct = os.getppid() if os.getppid() in watched else None
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.end())
        threading.Thread(target=self._watch, args=(self.over,), name="life", daemon=True).start()

    def end(self) -> None:
        """Lets the main thread come to its end."""
        self.over.set()
        self._wishes.put(None)

    def next(self) -> Wish | None:
        """Waits for the next wish; None when it is time to end. For the main thread."""
        wish = self._wishes.get()
        return None if self.over.is_set() else wish

    def fork(self, wish: Wish) -> int:
        """Has the main thread fork, and returns the child's process id."""
        self._reap()
        if len(self._children) >= MOST_FORKS:
            raise CannotFork(f"there are {MOST_FORKS} forks already. End some of them first.")
        self._wishes.put(wish)
        answer = wish.answer.get()
        if isinstance(answer, Exception):
            raise CannotFork(f"the process cannot be forked: {answer}")
        return answer

    def adopt(self, child: int) -> None:
        """Waits for this child when it ends."""
        with self._reaping:
            self._children.add(child)

    def renew(self, outlives: bool) -> None:
        """Begins the life of a forked child, which ends with the original too unless it `outlives` it."""
        self._begin(self._watched if outlives else [*self._watched, os.getppid()])

    def _watch(self, over: threading.Event) -> None:
        while not over.wait(_CHECK_SECONDS):
            self._reap()
            if not all(map(_is_alive, self._watched)) or self._direct not in (None, os.getppid()):
                self.end()

    def _reap(self) -> None:
        with self._reaping:
            self._children -= {child for child in self._children if os.waitpid(child, os.WNOHANG)[0]}


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
