"""A second process with the same state: a sweep goes on from it as often as it likes.

What a child shares with the original is never written: memory is copied by the
kernel when either side changes it, and objects that moto keeps in files are
copied by the child, since both would move one position in the file. A call
that waits at that moment, since it is slow or held, goes on in the original
only: the child has its effect or has it not, and nobody to answer.
"""

from __future__ import annotations

import gc
import os
import stat
from typing import TYPE_CHECKING

from . import spilled
from .life import Life, Wish

if TYPE_CHECKING:
    from .sandbox import Sandbox


def fork(sandbox: Sandbox, life: Life, wish: Wish) -> bool:
    """Forks at a quiet moment; True in the child, which serves nothing yet and has no client. For the main thread."""
    with sandbox.stillness.kept(), sandbox.backend.lock:
        files = spilled.flushed()
        done, told = os.pipe()
        # A collection in the child would touch, and so copy, every page.
        gc.freeze()
        try:
            child = os.fork()
        except OSError as reason:
            wish.answer.put(reason)
            os.close(told)
            return False
        if child == 0:
            os.close(done)
            _leave(sandbox)
            spilled.own(files)
            os.close(told)
        else:
            os.close(told)
            # Until the child has let go of the connections, cutting one here would not reset it.
            os.read(done, 1)
            os.close(done)
            gc.unfreeze()
    if child == 0:
        sandbox.stillness.renew()
        life.renew(wish.outlives)
        return True
    life.adopt(child)
    wish.answer.put(child)
    return False


def _leave(sandbox: Sandbox) -> None:
    """Lets go of all that is the original's: its clients, its ports, its evaluator."""
    sandbox.vantages.leave()
    sandbox.worker.leave()
    sandbox.holds.renew()
    # Threads that are gone leave their sockets open, and nothing refers to them any more.
    for name in os.listdir("/dev/fd"):
        number = int(name)
        if number > 2 and _is_socket(number):
            os.close(number)


def _is_socket(number: int) -> bool:
    try:
        return stat.S_ISSOCK(os.fstat(number).st_mode)
    except OSError:  # The one that listed them.
        return False
