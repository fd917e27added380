"""Knows when nobody is in the middle of anything, so that the process can be copied whole.

Only the thread that forks lives on in the copy. A lock that another one held
then would be held there for ever, and what it was changing would stay half done.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Stillness:
    """Counts who is at work, and keeps everybody from it for a moment."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._at_work = 0
        self._is_kept = False

    @contextmanager
    def work(self) -> Iterator[None]:
        """For the time in which state changes or a lock is held. Not to be nested."""
        self._begin()
        try:
            yield
        finally:
            self._end()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """For waits within work: nothing is half done, and no lock is held."""
        self._end()
        try:
            yield
        finally:
            self._begin()

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Waits until nobody is at work, and lets nobody begin."""
        with self._changed:
            self._changed.wait_for(lambda: not self._is_kept)
            self._is_kept = True
            self._changed.wait_for(lambda: self._at_work == 0)
        try:
            yield
        finally:
            with self._changed:
                self._is_kept = False
                self._changed.notify_all()

    def renew(self) -> None:
        """Forgets the threads that waited: a forked child does not have them."""
        self.__init__()

    def _begin(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._is_kept)
            self._at_work += 1

    def _end(self) -> None:
        with self._changed:
            self._at_work -= 1
            self._changed.notify_all()
