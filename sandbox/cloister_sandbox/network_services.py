"""The network services that the sandbox answers itself."""

from __future__ import annotations

from . import vpc_endpoints
from .registry import Registry


def register(registry: Registry) -> None:
    """Adds all of them."""
    vpc_endpoints.register(registry)
