"""Network Firewall: rule groups, policies, firewalls and their endpoints. moto knows too little of it to build on."""

from __future__ import annotations

from typing import Any

from . import (
    network_firewall_associations,
    network_firewall_changes,
    network_firewall_firewalls,
    network_firewall_groups,
    network_firewall_logging,
    network_firewall_policies,
)
from .call import Call
from .network_firewall_store import Resource, find, store_of, tag_map
from .registry import Registry


def register(registry: Registry) -> None:
    """Adds the whole family."""
    for module in (
        network_firewall_associations,
        network_firewall_changes,
        network_firewall_firewalls,
        network_firewall_groups,
        network_firewall_logging,
        network_firewall_policies,
    ):
        module.register(registry)
    registry.add("network-firewall", "TagResource", _tag)
    registry.add("network-firewall", "UntagResource", _untag)
    registry.add("network-firewall", "ListTagsForResource", lambda call: {"Tags": _find(call).tag_list()})


def _tag(call: Call) -> None:
    _find(call).tags.update(tag_map(call.parameters["Tags"]))


def _untag(call: Call) -> None:
    resource = _find(call)
    for key in call.parameters["TagKeys"]:
        resource.tags.pop(key, None)


def _find(call: Call) -> Resource:
    store = store_of(call)
    everything: dict[str, Any] = {**store.groups, **store.policies, **store.firewalls, **store.associations}
    return find(everything, None, call.parameters["ResourceArn"])
