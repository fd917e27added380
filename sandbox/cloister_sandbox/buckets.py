"""Facts about buckets that records and routing need, whoever owns them."""

from __future__ import annotations

from typing import Any

from moto.s3.models import s3_backends

from .accounts import PARTITION


def find(name: str) -> Any | None:
    """moto's bucket of a name, in whichever account it lies: the namespace is one for all."""
    for partitions in list(s3_backends.values()):
        bucket = partitions[PARTITION].buckets.get(name)
        if bucket is not None:
            return bucket
    return None


def owner(name: str) -> str | None:
    """The account that owns a bucket."""
    bucket = find(name)
    return bucket.account_id if bucket is not None else None
