"""The regions of a service without reading its whole model.

moto asks for them whenever an account first uses a service, and botocore parses up to 12 MB of JSON to find one word.
"""

from __future__ import annotations

from typing import Any

from botocore.session import Session

from . import models


def apply() -> None:
    """Replaces botocore's way of finding the regions of a service."""
    Session.get_available_regions = _available_regions


def _available_regions(
    self: Any, service_name: str, partition_name: str = "aws", allow_non_regional: bool = False
) -> list[str]:
    facts = models.facts(service_name)
    if not facts:
        return []
    prefix = facts.get("endpointPrefix", service_name)
    # botocore keeps its resolver to itself; its own method is the only other way to it.
    resolver = self._get_internal_component("endpoint_resolver")
    return resolver.get_available_endpoints(prefix, partition_name, allow_non_regional)
