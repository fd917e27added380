"""Each new role starts unknown to the services that are to assume it."""

from __future__ import annotations

from typing import Any

from moto.iam.models import Role

from .wrap import around


def apply() -> None:
    """Notes when a role is made."""
    # Late, since that module knows moto's stores, which the patches are applied before.
    from .. import role_propagation

    @around(Role, "__init__")
    def init(original: Any, self: Role, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        role_propagation.begin(self)
