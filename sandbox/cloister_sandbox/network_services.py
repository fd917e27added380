"""The network services that the sandbox answers itself, and the quotas that bound them."""

from __future__ import annotations

from . import efs, flow_logs, network_firewall, service_quotas, vpc_endpoints
from .registry import Registry


def register(registry: Registry) -> None:
    """Adds all of them."""
    efs.register(registry)
    flow_logs.register(registry)
    network_firewall.register(registry)
    service_quotas.register(registry)
    vpc_endpoints.register(registry)
