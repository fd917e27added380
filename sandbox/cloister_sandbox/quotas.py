"""How much of a kind an account may have in a region.

AWS's defaults for new accounts. Tests that need more ask for it through the
control API, a user through the environment.
"""

from __future__ import annotations

import json
import os
from typing import Any

from .answers import ServiceError

# JSON, such as {"sagemaker:domain": 5}.
VARIABLE = "CLOISTER_SANDBOX_QUOTAS"

# Quota and the unit in the message, by kind.
# https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
_KINDS = {
    "sagemaker:domain": (2, "Total domains", "Domains"),
    "sagemaker:user-profile": (2, "Total number of user profiles", "UserProfiles"),
    "sagemaker:space": (6, "Total number of spaces", "Spaces"),
    "sagemaker:app": (40, "Total number of running Studio apps", "Apps"),
    "sagemaker:image": (250, "Total number of images", "Images"),
}

_changed: dict[str, int] = {}


class QuotaError(ValueError):
    """Quotas that cannot be used; the text says which, and what to do."""


def load() -> None:
    """Takes over what the environment says."""
    text = os.environ.get(VARIABLE)
    if not text:
        return
    try:
        change(json.loads(text))
    except ValueError as reason:
        raise QuotaError(f"{VARIABLE}: {reason}") from None


def current() -> dict[str, int]:
    """Every quota in force."""
    return {kind: default for kind, (default, _, _) in _KINDS.items()} | _changed


def change(wanted: Any) -> None:
    """Puts other quotas in force; raises `QuotaError`, and changes nothing, if one is none."""
    if not isinstance(wanted, dict):
        raise QuotaError("quotas are a mapping of kind to number")
    for kind, number in wanted.items():
        if kind not in _KINDS:
            raise QuotaError(f"`{kind}` has no quota here; there are: {', '.join(_KINDS)}")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise QuotaError(f"`{kind}` is `{number}`: use a whole number, 0 or more")
    _changed.update(wanted)


def check(kind: str, used: int) -> None:
    """Raises if one more would be too many."""
    most = current()[kind]
    if used < most:
        return
    _, name, unit = _KINDS[kind]
    raise ServiceError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{name}' is {most} {unit}, with current utilization of {used} {unit} and a "
        f"request delta of 1 {unit}. Please use AWS Service Quotas to request an increase for this quota. If AWS "
        "Service Quotas is not available, contact AWS support to request an increase for this quota.",
    )
