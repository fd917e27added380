"""What moto finds out anew for each request and what never changes, and what it makes and nobody uses."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from moto.core import responses
from moto.kms import models

from .wrap import MotoChanged


def apply() -> None:
    """Remembers the methods of each response class, and draws the private half of a key when it is asked for.

    The patches that add methods come before the first request.
    """
    if not hasattr(responses, "method_names_from_class"):
        raise MotoChanged("moto has no `core.responses.method_names_from_class`. Use the version that the sandbox pins.")
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)
    draw = getattr(models, "generate_private_key", None)
    if draw is None:
        raise MotoChanged("moto has no `kms.models.generate_private_key`. Use the version that the sandbox pins.")
    models.generate_private_key = lambda key_spec: _Drawn(lambda: draw(key_spec))


class _Drawn:
    """A private key that exists from its first use on. Symmetric keys have none, and moto draws one for each of them:
    a tenth of a second, and often several, in which nobody else is answered."""

    def __init__(self, draw: Callable[[], Any]) -> None:
        self._draw = draw

    @functools.cached_property
    def _key(self) -> Any:
        return self._draw()

    def sign(self, message: bytes, algorithm: str) -> bytes:
        signature: bytes = self._key.sign(message, algorithm)
        return signature

    def verify(self, message: bytes, signature: bytes, algorithm: str) -> bool:
        fits: bool = self._key.verify(message, signature, algorithm)
        return fits

    def public_key(self) -> bytes:
        key: bytes = self._key.public_key()
        return key
