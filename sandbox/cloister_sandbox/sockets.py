"""Cutting a connection so that the client notices at once."""

from __future__ import annotations

import os
import socket
import struct
from typing import Any

# l_onoff = 1, l_linger = 0: closing sends RST. A plain close leaves clients waiting for their read timeout.
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Cut(ConnectionError):
    """Raised after a cut, so that the server writes nothing more; the server treats it as a client gone."""


def cut(environ: dict[str, Any]) -> None:
    """Resets the connection of a request; never returns."""
    connection: socket.socket = environ["werkzeug.socket"]
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    os.close(connection.detach())
    raise Cut
