"""What an S3 request addresses, read once for all S3 patches."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote, urlsplit

from moto.s3.models import FakeBucket, s3_backends
from moto.s3.responses import S3Response

from .s3_error import malformed_xml
from .wrap import rest_parameters


def owner_of(bucket_name: str) -> str | None:
    """The account that owns a bucket; None when there is none of that name."""
    found = s3_backends.bucket_accounts.get(bucket_name)
    return found[1] if found else None


def bucket_of(bucket_name: str) -> FakeBucket | None:
    """The bucket, whoever owns it."""
    found = s3_backends.bucket_accounts.get(bucket_name)
    if found is None:
        return None
    partition, account = found
    return s3_backends[account][partition].buckets.get(bucket_name)


def copy_source_bucket(headers: Any) -> str | None:
    """The bucket that a copy reads from."""
    source = headers.get("x-amz-copy-source")
    return unquote(urlsplit(source).path).lstrip("/").split("/", 1)[0] if source else None


def parameters(response: S3Response) -> dict[str, Any]:
    """The request's parameters in the shapes of the model."""
    try:
        return rest_parameters(response, "s3")
    except Exception as error:  # The parser has no error of its own for a broken body.
        raise malformed_xml() from error
