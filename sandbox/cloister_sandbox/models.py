"""Which services there are: botocore's models, found by the name that requests are signed with."""

from __future__ import annotations

import functools
import gzip
import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import botocore

# Only the start of a model is read: its metadata stand first, and there are more than four hundred models.
_METADATA_BYTES = 4096

_DATA = Path(botocore.__file__).parent / "data"

# Where IAM's prefix differs from the signing name.
# https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
_IAM_PREFIXES = {"monitoring": "cloudwatch", "tagging": "tag", "awsssoportal": "sso"}

# Where CloudTrail's source differs from the signing name.
_EVENT_SOURCES = {"execute-api": "apigateway", "timestream": "timestream"}


@functools.cache
def metadata() -> dict[str, dict[str, Any]]:
    """The metadata of every botocore model, by service name."""
    services = sorted(path.name for path in _DATA.iterdir() if path.is_dir())
    return {service: found for service in services if (found := facts(service))}


@functools.cache
def facts(service: str) -> dict[str, Any]:
    """The metadata of one service's newest model; empty for a service without one."""
    found = sorted(_DATA.glob(f"{service}/*/service-2.json*"))
    return _read_metadata(found[-1]) if found else {}


@functools.cache
def services_signing_as(signing_name: str) -> tuple[str, ...]:
    """The services whose requests are signed with a name, the most likely first."""
    return tuple(sorted(_by_signing_name().get(signing_name, ()), key=lambda name: (name != signing_name, name)))


def signing_name(service: str) -> str:
    """The name in the credential scope of a service's requests."""
    known = facts(service)
    return known.get("signingName") or known.get("endpointPrefix", service)


def iam_prefix(service: str) -> str:
    """The part of an IAM action before the colon."""
    name = signing_name(service)
    return _IAM_PREFIXES.get(name, name)


def event_source(service: str) -> str:
    """CloudTrail's `eventSource` of a service."""
    name = signing_name(service)
    return f"{_EVENT_SOURCES.get(name, name)}.amazonaws.com"


def host(service: str, region: str) -> str:
    """The public host name of a service, without a bucket."""
    known = facts(service)
    # S3 and STS have a global name too, which SDKs use no more.
    if known.get("globalEndpoint") and service not in ("s3", "sts"):
        return known["globalEndpoint"]
    return f"{known.get('endpointPrefix', service)}.{region}.amazonaws.com"


@functools.cache
def _by_signing_name() -> dict[str, list[str]]:
    names: dict[str, list[str]] = defaultdict(list)
    for service in metadata():
        names[signing_name(service)].append(service)
    return names


def _read_metadata(path: Path) -> dict[str, Any]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rb") as model:
        head = model.read(_METADATA_BYTES).decode("utf-8", "replace")
    start = head.index('"metadata":') + len('"metadata":')
    return json.JSONDecoder().raw_decode(head[start:].lstrip())[0]
