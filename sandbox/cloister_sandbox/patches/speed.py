"""What moto finds out anew for each request, and what never changes."""

from __future__ import annotations

import functools

from moto.core import responses

from .wrap import MotoChanged


def apply() -> None:
    """Remembers the methods of each response class; the patches that add some come before the first request."""
    if not hasattr(responses, "method_names_from_class"):
        raise MotoChanged("moto has no `core.responses.method_names_from_class`. Use the version that the sandbox pins.")
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
