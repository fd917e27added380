"""Network ACLs are found by their own id, too."""

from __future__ import annotations

from typing import Any

from moto.ec2.models.network_acls import NetworkAcl

from .wrap import around


def apply() -> None:
    """Adds the filter that moto lacks."""

    @around(NetworkAcl, "get_filter_value")
    def value(original: Any, self: NetworkAcl, filter_name: str, method_name: str | None = None) -> Any:
        return self.id if filter_name == "network-acl-id" else original(self, filter_name, method_name)
