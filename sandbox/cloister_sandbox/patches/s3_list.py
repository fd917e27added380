"""ListBuckets: filtered, in order, in pages."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.responses import S3Response

from .s3_error import invalid_argument
from .wrap import around

# https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
_MOST = 10_000
_OWNER = {"ID": "bcaf1ffd86f41161ca5fb16fd081034f"}


def apply() -> None:
    """Replaces moto's ListBuckets, which has no pages."""

    @around(S3Response, "all_buckets")
    def all_buckets(original: Any, self: S3Response) -> Any:
        prefix, region = self._get_param("prefix"), self._get_param("bucket-region")
        found = sorted(self.backend.list_buckets(prefix, region, None), key=lambda bucket: bucket.name)
        after = _decoded(self._get_param("continuation-token"))
        rest = [bucket for bucket in found if bucket.name > after]
        page = rest[: _page_size(self._get_param("max-buckets"))]
        result = {"Owner": _OWNER, "Buckets": [_entry(bucket, self.querystring) for bucket in page], "Prefix": prefix}
        if len(page) < len(rest):
            result["ContinuationToken"] = base64.urlsafe_b64encode(page[-1].name.encode()).decode()
        self.data["Action"] = "ListBuckets"
        return self.serialized(ActionResult(result))


def _entry(bucket: Any, query: Any) -> dict[str, Any]:
    entry = {"Name": bucket.name, "CreationDate": bucket.creation_date_ISO8601}
    # S3 names the region only to requests with a parameter.
    if {"prefix", "bucket-region", "max-buckets", "continuation-token"} & set(query):
        entry["BucketRegion"] = bucket.region_name
    return entry


def _page_size(asked: str | None) -> int:
    if asked is None:
        return _MOST
    if not asked.isdigit() or not 1 <= int(asked) <= _MOST:
        raise invalid_argument(f"Argument max-buckets must be an integer between 1 and {_MOST}")
    return int(asked)


def _decoded(token: str | None) -> str:
    if not token:
        return ""
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_argument("The continuation token provided is incorrect") from None
