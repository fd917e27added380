"""Roles that services assume: not before they are known everywhere.

A new role answers GetRole at once, and is refused for some seconds more by every
service that it is handed to, and by STS to those who would assume it.
"""

from __future__ import annotations

from typing import Any

from . import latency, roles, timeline
from .access import policies
from .access.needs import Need
from .answers import ServiceError
from .call import Call
from .durations import ROLE_PROPAGATION

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


def check(call: Call, role_arn: str, service: str) -> None:
    """Raises, as SageMaker does, unless the service could assume the role."""
    found = roles.find_role(role_arn)
    if found is None or not is_known(found[1]) or not _trusts(call, *found, service):
        raise ServiceError(
            "ValidationException",
            f"Could not assume role {role_arn}. Please ensure that the role exists and allows principal "
            f"'{service}' to assume the role.",
        )


def _trusts(call: Call, account: str, role: Any, service: str) -> bool:
    need = Need("sts:AssumeRole", role.arn, account, policies.of_trust(role), caller={"service": service})
    return call.may is not None and call.may(need)
