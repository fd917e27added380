"""The objects of the services that the sandbox answers itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .. import network_firewall_store, sagemaker_portfolio, sagemaker_store
from .entry import entry, is_gone

Entry = tuple[str, str, dict[str, Any]]


def entries(account: str) -> Iterator[Entry]:
    """Service, kind and facts of every live object of an account."""
    for service, kind, found in (*_studio(account), *_firewalls(account)):
        if not is_gone(found):
            yield service, kind, found


def _studio(account: str) -> Iterator[Entry]:
    for store in sagemaker_store.stores_of(account):
        for one in store.every():
            name = one.about.get("DomainName") or one.key[-1]
            yield "sagemaker", one.kind, entry("|".join(one.key), name, one.tags, one.status, store.region)
    for region in sagemaker_portfolio.enabled_regions(account):
        yield "sagemaker", "servicecatalog-portfolio", entry(region, state="Enabled", region=region)


def _firewalls(account: str) -> Iterator[Entry]:
    for (owner, region), store in network_firewall_store.stores.items():
        if owner != account:
            continue
        for kind, resources in (
            ("rule-group", store.groups),
            ("firewall-policy", store.policies),
            ("firewall", store.firewalls),
            ("vpc-endpoint-association", store.associations),
        ):
            for arn, one in resources.items():
                state = "DELETING" if one.deleting else ""
                yield "network-firewall", kind, entry(arn, one.name, one.tags, state, region)
