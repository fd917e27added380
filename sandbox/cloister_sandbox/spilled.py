"""Objects that moto keeps in files because of their size."""

from __future__ import annotations

import os
import tempfile
from typing import Any

from moto.s3.models import s3_backends

_CHUNK = 1 << 20


def flushed() -> list[Any]:
    """All keys whose content lies in a file, of which nothing waits in memory any more."""
    found = [key for key in _keys() if not key.disposed and key._value_buffer._rolled]
    for key in found:
        key._value_buffer.flush()
    return found


def own(keys: list[Any]) -> None:
    """Gives keys files of their own with the same content, in a process that was forked."""
    for key in keys:
        shared = key._value_buffer
        key._value_buffer = _copy(shared.fileno(), key._max_buffer_size)
        shared.close()


def _copy(source: int, most_in_memory: int) -> Any:
    copied, offset = tempfile.SpooledTemporaryFile(most_in_memory), 0
    # The position in the file is the original's too, and must stay where it is.
    while chunk := os.pread(source, _CHUNK, offset):
        copied.write(chunk)
        offset += len(chunk)
    return copied


def _keys() -> list[Any]:
    backends = [backend for partitions in list(s3_backends.values()) for backend in list(partitions.values())]
    found = []
    for bucket in (bucket for backend in backends for bucket in backend.buckets.values()):
        versions = [key for listed in bucket.keys._iterlists() for key in listed[1] if hasattr(key, "_value_buffer")]
        parts = [upload.parts for upload in bucket.multiparts.values()]
        parts += [key.multipart.parts for key in versions if key.multipart]
        found += versions + [part for uploaded in parts for part in uploaded.values()]
    return list({id(key): key for key in found}.values())
