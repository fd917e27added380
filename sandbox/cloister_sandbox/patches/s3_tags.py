"""Bucket tags: AWS's limits, and values that may be empty."""

from __future__ import annotations

import re
from typing import Any

from moto.s3.responses import S3Response

from .s3_error import S3Error, malformed_xml
from .s3_request import parameters
from .wrap import around

# https://docs.aws.amazon.com/AmazonS3/latest/userguide/CostAllocTagging.html
_MOST = 50
_KEY = re.compile(r"^[\w\s.:/=+\-@]{1,128}$")
_VALUE = re.compile(r"^[\w\s.:/=+\-@]{0,256}$")


def apply() -> None:
    """Replaces moto's reading of a tag set."""

    @around(S3Response, "_bucket_tagging_from_body")
    def tagging(original: Any, self: S3Response) -> dict[str, str]:
        body = parameters(self).get("Tagging")
        if not body or "TagSet" not in body:
            raise malformed_xml()
        return checked_tags(body["TagSet"])


def checked_tags(tags: list[dict[str, str]]) -> dict[str, str]:
    """The tags as a map. Raises where S3 would refuse them."""
    found: dict[str, str] = {}
    for tag in tags:
        key, value = tag.get("Key") or "", tag.get("Value") or ""
        if key.startswith("aws:"):
            raise S3Error("InvalidTag", "System tags cannot be added/updated by requester")
        if key in found:
            raise S3Error("InvalidTag", "Cannot provide multiple Tags with the same key")
        if not _KEY.match(key):
            raise S3Error("InvalidTag", "The TagKey you have provided is invalid")
        if not _VALUE.match(value):
            raise S3Error("InvalidTag", "The TagValue you have provided is invalid")
        found[key] = value
    if len(found) > _MOST:
        raise S3Error("BadRequest", f"Bucket tag count cannot be greater than {_MOST}")
    return found
