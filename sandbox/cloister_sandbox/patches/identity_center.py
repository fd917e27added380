"""A fresh account has no instance of IAM Identity Center: moto makes one by itself."""

from __future__ import annotations

from typing import Any

from moto.ssoadmin.models import SSOAdminBackend

from .wrap import around


def apply() -> None:
    """Starts every account without one."""

    @around(SSOAdminBackend, "__init__")
    def init(original: Any, self: SSOAdminBackend, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.instances = []
