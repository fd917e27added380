"""Roles by their ARNs."""

from __future__ import annotations

import re
from typing import Any

from moto.iam.models import iam_backends

from .accounts import PARTITION

ARN = re.compile(r"^arn:(?P<partition>aws[a-z-]*):iam::(?P<account>\d{12}):role/(?P<path>.*/)?(?P<name>[\w+=,.@-]+)$")


def find_role(arn: str) -> tuple[str, Any] | None:
    """The account and moto's role object of a role ARN, if there is such a role."""
    parsed = ARN.match(arn)
    if not parsed:
        return None
    roles = iam_backends[parsed["account"]][PARTITION].roles.values()
    role = next((one for one in roles if one.arn == arn), None)
    return (parsed["account"], role) if role else None
