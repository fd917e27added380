"""Whether S3 calls a bucket policy public.

Public is an Allow for everybody that no fixed value narrows
(https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#access-control-block-public-access-policy-status).
"""

from __future__ import annotations

import ipaddress
from typing import Any

from .documents import Document, principals, statements, values

_NARROWING = {
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourceorgpaths",
    "aws:sourceowner",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpcsourceip",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
    "s3:x-amz-server-side-encryption-aws-kms-key-id",
}
_OPERATORS = {"stringequals", "stringequalsignorecase", "stringlike", "arnequals", "arnlike", "ipaddress"}
# S3 calls address ranges wider than these public.
_WIDEST_IPV4, _WIDEST_IPV6 = 8, 32


def is_public(document: Document) -> bool:
    """Whether any statement opens the bucket to everybody."""
    return any(_opens(statement) for statement in statements(document))


def _opens(statement: dict[str, Any]) -> bool:
    if statement.get("Effect") != "Allow" or not _is_everybody(statement):
        return False
    return not any(
        _narrows(operator, key, values(named))
        for operator, tests in statement.get("Condition", {}).items()
        for key, named in tests.items()
    )


def _is_everybody(statement: dict[str, Any]) -> bool:
    if "NotPrincipal" in statement:
        return True
    return any(kind == "AWS" and value == "*" for kind, value in principals(statement))


def _narrows(operator: str, key: str, named: list[str]) -> bool:
    base = operator.lower().rsplit(":", 1)[-1]
    if base not in _OPERATORS or key.lower() not in _NARROWING or not named:
        return False
    if base == "ipaddress":
        return all(_is_narrow_range(value) for value in named)
    return all(_is_fixed(value) for value in named)


def _is_fixed(value: str) -> bool:
    return "${" not in value and value.strip("*?") == value.replace("*", "").replace("?", "") != ""


def _is_narrow_range(value: str) -> bool:
    try:
        network = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return False
    return network.prefixlen >= (_WIDEST_IPV4 if network.version == 4 else _WIDEST_IPV6)
