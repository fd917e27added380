"""Reading back what the sandbox recorded."""

from __future__ import annotations

import gzip
import json
from typing import Any

from conftest import Running

Record = dict[str, Any]


def delivered(sandbox: Running, bucket: str | None = None, prefix: str = "") -> dict[str, list[Record]]:
    """Every trail file of a bucket with its records, after a delivery."""
    sandbox.control("deliver", {})
    s3, name = sandbox.client("s3"), bucket or sandbox.ready["terraform_variables"]["trail_bucket"]
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=name, Prefix=prefix)
    keys = [one["Key"] for page in pages for one in page.get("Contents", [])]
    return {key: _records(s3.get_object(Bucket=name, Key=key)["Body"].read()) for key in keys}


def recorded(sandbox: Running, request_id: str) -> Record:
    """The one delivered record of a request."""
    found = [one for file in delivered(sandbox).values() for one in file if one["requestID"] == request_id]
    assert len(found) == 1, found
    return found[0]


def request_id(answer: dict[str, Any]) -> str:
    """The request id of an answer or of a client error."""
    return answer["ResponseMetadata"]["RequestId"]


def _records(content: bytes) -> list[Record]:
    text = gzip.decompress(content)
    assert not text.endswith(b"\n")
    return json.loads(text)["Records"]
