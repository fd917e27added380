"""Versions of a bucket whose versioning is suspended.

moto treats such a bucket as never versioned: it throws the old versions away, and
fails on delete markers.
"""

from __future__ import annotations

from typing import Any

from moto.s3.models import FakeBucket, FakeDeleteMarker, S3Backend
from moto.s3.responses import S3Response

from .s3_error import malformed_xml
from .s3_request import parameters
from .wrap import around

_NULL = "null"


def apply() -> None:
    """Keeps versions over a suspension; checks the status."""

    @around(S3Response, "_bucket_response_put")
    def put(original: Any, self: S3Response, request: Any, bucket_name: str, querystring: Any) -> Any:
        if "versioning" in querystring:
            status = (parameters(self).get("VersioningConfiguration") or {}).get("Status")
            if status not in ("Enabled", "Suspended"):
                raise malformed_xml()
        return original(self, request, bucket_name, querystring)

    @around(S3Backend, "put_object")
    def put_object(original: Any, self: S3Backend, bucket_name: str, key_name: str, *args: Any, **kwargs: Any) -> Any:
        bucket = self.get_bucket(bucket_name)
        kept = _kept_versions(bucket, key_name)
        if kept:
            # moto disposes of what it replaces, so the old versions must not be there.
            dict.pop(bucket.keys, key_name, None)
        new_key = original(self, bucket_name, key_name, *args, **kwargs)
        if kept:
            bucket.keys.setlist(key_name, [*kept, new_key])
        return new_key

    @around(S3Backend, "delete_object")
    def delete_object(
        original: Any, self: S3Backend, bucket_name: str, key_name: str, *args: Any, **kwargs: Any
    ) -> Any:
        bucket = self.get_bucket(bucket_name)
        if bucket.versioning_status != "Suspended" or key_name not in bucket.keys:
            return original(self, bucket_name, key_name, *args, **kwargs)
        return _delete_suspended(bucket, key_name, kwargs.get("version_id"))


def _kept_versions(bucket: FakeBucket, key_name: str) -> list[Any]:
    if bucket.versioning_status != "Suspended":
        return []
    return [version for version in bucket.keys.getlist(key_name, []) if version.version_id != _NULL]


def _delete_suspended(bucket: FakeBucket, key_name: str, version_id: str | None) -> tuple[bool, dict[str, Any]]:
    versions = bucket.keys.getlist(key_name)
    if version_id is not None:
        left = [version for version in versions if str(version.version_id) != version_id]
        answer = {"version-id": version_id}
    else:
        marker = FakeDeleteMarker(versions[-1])
        marker._version_id = _NULL
        left = [version for version in versions if version.version_id != _NULL] + [marker]
        answer = {"version-id": _NULL, "delete-marker": "true"}
    if left:
        bucket.keys.setlist(key_name, left)
    else:
        dict.pop(bucket.keys, key_name, None)
    return True, answer
