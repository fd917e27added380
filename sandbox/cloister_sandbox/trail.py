"""Delivery of records to the buckets of the trails that want them."""

from __future__ import annotations

import gzip
import json
import logging
import secrets
import string
import threading
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.s3.models import s3_backends

from . import buckets
from .patches.cloudtrail_status import note_delivery
from .selectors import Record, wants
from .stillness import Stillness

log = logging.getLogger(__name__)

# CloudTrail delivers about every five minutes.
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/how-cloudtrail-works.html
DELIVERY_SECONDS = 300
_SHORTEST_INTERVAL = 1.0

_UNIQUE = string.ascii_letters + string.digits

# Network activity has a folder of its own beside that of all other events.
_FOLDERS = {"NetworkActivity": "CloudTrail-NetworkActivity"}
_FOLDER = "CloudTrail"

Place = tuple[str, str, str, str]  # Trail ARN, account that the copy is for, region of the event, folder.


class Delivery:
    """Records on their way to buckets. Whether a trail wants a record is decided when the call is made."""

    def __init__(self, moto_lock: threading.RLock, stillness: Stillness, latency_factor: float) -> None:
        self._moto_lock = moto_lock
        self._stillness = stillness
        self._interval = max(_SHORTEST_INTERVAL, DELIVERY_SECONDS * latency_factor)
        self._waiting: dict[Place, list[Record]] = defaultdict(list)
        self._lock = threading.Lock()

    def add(self, record: Record) -> None:
        """Queues a record for each trail of the receiving account that wants it."""
        account, region = record["recipientAccountId"], record["awsRegion"]
        folder = _FOLDERS.get(record["eventCategory"], _FOLDER)
        for trail in _trails(account):
            if trail.status.is_logging and _hears(trail, region) and wants(trail, record):
                with self._lock:
                    self._waiting[trail.arn, account, region, folder].append(record)

    def deliver(self, now: datetime) -> list[str]:
        """Writes everything that waits; returns the files as `bucket/key`."""
        with self._lock:
            waiting, self._waiting = self._waiting, defaultdict(list)
        written = (self._write(place, records, now) for place, records in waiting.items())
        return [name for name in written if name]

    def run(self, stop: threading.Event) -> None:
        """Delivers until told to stop, and once more then."""
        while not stop.wait(self._interval):
            self._deliver_safely()
        self._deliver_safely()

    def _deliver_safely(self) -> None:
        try:
            with self._stillness.work():
                self.deliver(datetime.now(UTC))
        except Exception:  # One bad bucket must not end all deliveries.
            log.warning("delivery of trail files failed", exc_info=True)

    def _write(self, place: Place, records: list[Record], now: datetime) -> str | None:
        arn, account, region, folder = place
        trail = next((one for one in _trails(arn.split(":")[4]) if one.arn == arn), None)
        if trail is None:
            return None
        content = gzip.compress(json.dumps({"Records": records}, separators=(",", ":")).encode(), mtime=0)
        key = object_key(trail.s3_key_prefix, account, region, now, folder)
        with self._moto_lock:
            delivered = _put(trail.bucket_name, key, content)
            note_delivery(trail, now, "" if delivered else "NoSuchBucket")
            if not delivered:
                log.warning("trail %s cannot write to bucket %s", trail.trail_name, trail.bucket_name)
                return None
        return f"{trail.bucket_name}/{key}"


def object_key(prefix: str | None, account: str, region: str, now: datetime, kind: str = _FOLDER) -> str:
    """The key of a trail file. Its time is that of the delivery, in whole periods of five minutes."""
    period = timedelta(seconds=DELIVERY_SECONDS).total_seconds()
    cut = datetime.fromtimestamp(-(-now.timestamp() // period) * period, UTC)
    unique = "".join(secrets.choice(_UNIQUE) for _ in range(16))
    folder = f"AWSLogs/{account}/{kind}/{region}/{cut:%Y/%m/%d}"
    name = f"{account}_{kind}_{region}_{cut:%Y%m%dT%H%MZ}_{unique}.json.gz"
    return "/".join(part for part in (prefix, folder, name) if part)


def _trails(account: str) -> list[Any]:
    # Only regions that were used have a backend.
    return [trail for backend in list(cloudtrail_backends[account].values()) for trail in list(backend.trails.values())]


def _hears(trail: Any, region: str) -> bool:
    return bool(trail.is_multi_region) or trail.region_name == region


def _put(bucket_name: str, key: str, content: bytes) -> bool:
    bucket = buckets.find(bucket_name)
    if bucket is None:
        return False
    stored = s3_backends[bucket.account_id][bucket.partition].put_object(
        bucket_name, key, content, disable_notification=True
    )
    stored.set_metadata({"content-type": "application/json", "content-encoding": "gzip"})
    return True
