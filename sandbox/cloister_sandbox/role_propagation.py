"""Roles that services assume: not before they are known everywhere.

A new role answers GetRole at once, and is refused for some seconds more by every
service that it is handed to, and by STS to those who would assume it.
"""

from __future__ import annotations

from typing import Any

from . import latency, roles, timeline
from .answers import ServiceError
from .durations import ROLE_PROPAGATION
from .patches.documents import parse, principals, statements, values, wildcard

_USABLE_FROM = "cloister_usable_from"


def begin(role: Any) -> None:
    """Starts the time in which a new role is not known everywhere."""
    setattr(role, _USABLE_FROM, timeline.now() + latency.sample(ROLE_PROPAGATION))


def finish(role: Any) -> None:
    """Ends it, for roles that are older than the sandbox pretends to be."""
    setattr(role, _USABLE_FROM, 0.0)


def is_known(role: Any) -> bool:
    """Whether services know a role by now."""
    return bool(getattr(role, _USABLE_FROM, 0.0) <= timeline.now())


def check(role_arn: str, service: str) -> None:
    """Raises, as SageMaker does, unless the service could assume the role."""
    found = roles.find_role(role_arn)
    if found is None or not is_known(found[1]) or not trusts(found[1].assume_role_policy_document, service):
        raise ServiceError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'{service}' to assume the role.",
        )


def trusts(document: str, service: str, action: str = "sts:AssumeRole") -> bool:
    """Whether a trust policy lets a service assume the role; conditions are taken to hold."""
    try:
        parsed = parse(document)
    except ValueError:
        return False
    effects = {
        statement.get("Effect")
        for statement in statements(parsed)
        if any(wildcard(pattern).match(action) for pattern in values(statement.get("Action")))
        and any(
            (kind, value) in (("Service", service), ("AWS", "*"), ("Service", "*"))
            for kind, value in principals(statement)
        )
    }
    return effects == {"Allow"}
