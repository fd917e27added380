"""How a patch takes the place of a moto method, and how it sees the request.

moto's insides are not an interface. A patch names the symbol it replaces here,
so that a moto without it fails at start, and not as a call that goes unpatched.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

Replacement = Callable[..., Any]
Answer = tuple[int, dict[str, str], bytes]


class MotoChanged(RuntimeError):
    """moto lacks a symbol that a patch builds on."""


class AwsError(ServiceException):
    """An error as a JSON or query service words it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


def around(owner: type, name: str) -> Callable[[Replacement], Replacement]:
    """Puts the decorated function in place of `owner.name`.

    The function gets the method it replaces as its first argument.
    """
    if not hasattr(owner, name):
        raise MotoChanged(
            f"moto has no `{owner.__module__}.{owner.__name__}.{name}`, which the sandbox corrects. "
            "Use the moto version that the sandbox pins."
        )
    original = getattr(owner, name)

    def install(replacement: Replacement) -> Replacement:
        @functools.wraps(original)
        def method(self: Any, *args: Any, **kwargs: Any) -> Any:
            return replacement(original, self, *args, **kwargs)

        setattr(owner, name, method)
        return replacement

    return install


def call_of(response: Any) -> Any | None:
    """The decoded call, when the request came through the sandbox's pipeline."""
    request = getattr(response, "normalized_request", None)
    return request.environ.get("cloister.call") if request is not None else None


def json_parameters(response: Any) -> dict[str, Any]:
    """The parameters of a call in the JSON protocol."""
    parsed = json.loads(response.body or "{}")
    return parsed if isinstance(parsed, dict) else {}


def rest_parameters(response: Any, service: str) -> dict[str, Any]:
    """The parameters of a REST call, in the shapes of the service's model."""
    request = response.normalized_request
    operation, uri_parameters = get_service_router(service).match(request)
    model = get_service_model(service)
    parser = PROTOCOL_PARSERS[str(model.protocol)](operation, map_type=dict)
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.data,
            "url_path": request.path,
            "url_params": uri_parameters,
        }
    )
