"""One threaded HTTP server per vantage, on loopback."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable
from typing import Any

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

log = logging.getLogger(__name__)

LOOPBACK = "127.0.0.1"

# How soon a server notices that it shall end.
_POLL_SECONDS = 0.05


class QuietHandler(MotoRequestHandler):
    """Serves requests without a line per request, and takes cut connections for what they are."""

    def log(self, type: str, message: str, *args: Any) -> None:  # werkzeug's name.
        if type == "error":
            log.error(message, *args)

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        self.close_connection = True

    def handle(self) -> None:
        # After a cut the file objects still refer to the closed descriptor: reading or flushing them raises.
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            log.debug("connection was gone before it was closed")


class QuietServer(ThreadedWSGIServer):
    """Threaded, and silent but for errors."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._connections: set[Any] = set()
        super().__init__(*arguments, **named)

    def log(self, type: str, message: str, *args: Any) -> None:
        if type == "error":
            log.error(message, *args)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._connections.discard(request)
        super().shutdown_request(request)

    def leave(self) -> None:
        """Lets go of the port and of all clients without a word to them: in a forked child they are the original's."""
        for connection in self._connections:
            descriptor = connection.detach()  # Closing the object would tell the client.
            if descriptor >= 0:
                os.close(descriptor)
        self._connections.clear()
        self.server_close()


def serve(application: Callable[..., Any], name: str) -> QuietServer:
    """Starts a server on a free port of its own and returns it."""
    server = QuietServer(LOOPBACK, 0, application, handler=QuietHandler)
    arguments = {"poll_interval": _POLL_SECONDS}
    threading.Thread(target=server.serve_forever, kwargs=arguments, name=f"serve-{name}", daemon=True).start()
    return server


def url(server: QuietServer) -> str:
    """Where a server listens."""
    return f"http://{LOOPBACK}:{server.server_port}"
