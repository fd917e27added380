"""Every live object of an account, in all regions and services: what a test compares before and after.

Objects are listed and their contents are not: no S3 objects, log streams, versions or CloudTrail records. What AWS makes
by itself in a fresh account is listed for EC2 in the home region. Elsewhere it is left out: it comes into being when
somebody first looks, which would show as a difference.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from moto.ec2.models import ec2_backends

from ..accounts import HOME_REGION
from . import from_moto, own

Census = dict[str, dict[str, list[dict[str, Any]]]]


def take(account: str) -> Census:
    """The objects of an account by service and kind. The caller holds the lock of the state."""
    # A region that nobody has looked at yet has its default VPC nonetheless.
    _ = ec2_backends[account][HOME_REGION]
    found: dict[str, dict[str, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for service, kind, entry in (*from_moto.entries(account), *own.entries(account)):
        found[service][kind].append(entry)
    return {
        service: {kind: sorted(kinds[kind], key=_place) for kind in sorted(kinds)}
        for service, kinds in sorted(found.items())
    }


def _place(entry: dict[str, Any]) -> tuple[str, str]:
    return entry.get("region", ""), entry["id"]
