"""moto behind one lock, with every failure turned into an answer."""

from __future__ import annotations

import logging
import threading
from typing import Any

from moto.core.exceptions import ServiceException
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.wrappers import Response

from . import answers, ec2_requests, timeline, work
from .call import Call
from .registry import Registry

log = logging.getLogger(__name__)

_MOST_HOSTS = 1000


class Backend:
    """Answers a decoded call from the registry or from moto.

    moto's stores are plain dicts that are read and written in several steps, and callers rely on calls such as "put
    unless it exists" being atomic: one call at a time. Waiting for latency happens outside the lock.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.lock = threading.RLock()
        self._moto = _Dispatcher(create_backend_app)
        self._tokens = ec2_requests.ClientTokens()

    def settle(self) -> None:
        """Lets what has become due by now happen, before anybody looks."""
        with self.lock:
            timeline.settle()

    def answer(self, call: Call, environ: dict[str, Any]) -> Response:
        """The answer to a call; never an exception and never an HTML page."""
        with self.lock:
            timeline.settle()
            try:
                with work.caused_by(work.Cause(call.work, timeline.now())):
                    return self._tokens.once(call, lambda: self._answer(call, environ))
            except ServiceException as failure:
                return answers.refusal(call, failure)
            except NotImplementedError:
                return answers.unknown_operation(call)
            except Exception as failure:  # Whatever escapes moto would become an HTML page.
                log.warning("%s:%s failed in the sandbox: %r", call.service, call.operation, failure)
                log.debug("trace", exc_info=failure)
                return answers.unknown_operation(call, f"({type(failure).__name__}: {failure})")

    def _answer(self, call: Call, environ: dict[str, Any]) -> Response:
        own = self.registry.find(call.service, call.operation)
        return answers.result(call, own(call)) if own else self._ask_moto(call, environ)

    def _ask_moto(self, call: Call, environ: dict[str, Any]) -> Response:
        if call.path.startswith(("/moto-api", "/latest/")) and not call.principal.access_key:
            return answers.unknown_operation(call)
        response = Response.from_app(self._moto, environ, buffered=True)
        is_page = (response.content_type or "").startswith("text/html")
        # A route or method that moto lacks; S3 objects may be HTML, but those answers are not errors.
        if (
            is_page
            and response.status_code in (404, 405, 500)
            and b"<!doctype html" in response.get_data()[:40].lower()
        ):
            return answers.unknown_operation(call)
        return response


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, for which a service without a module is an error of its own and no line on stdout."""

    def __init__(self, create_app: Any) -> None:
        super().__init__(create_app)
        # moto lists its own folders for each request, which is a fifth of what a short call takes.
        self._known: dict[str, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host is None:
            return None
        if host not in self._known:
            if len(self._known) >= _MOST_HOSTS:  # Buckets are part of hosts.
                self._known.clear()
            self._known[host] = self._find_backend(host)
        return self._known[host]

    def _find_backend(self, host: str) -> Any:
        is_service = "amazonaws.com" in host
        if is_service and not any(pattern.match(f"http://{host}") for _, pattern in self.backend_url_patterns):
            raise NotImplementedError(host)
        return super().get_backend_for_host(host)
