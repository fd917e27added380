"""How much of a kind an account may have in a region.

AWS's defaults for new accounts, except where an account that builds networks has asked for more. Tests that need
other numbers ask for them through the control API, a user through the environment. Service Quotas tells them too.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from .answers import ServiceError

# JSON, such as {"sagemaker:domain": 5}.
VARIABLE = "CLOISTER_SANDBOX_QUOTAS"


@dataclass(frozen=True)
class Quota:
    """A quota as Service Quotas knows it, and as SageMaker words it in a refusal."""

    service: str
    code: str
    name: str
    default: int
    granted: int | None = None
    wording: tuple[str, str] = ("", "")

    @property
    def applied(self) -> int:
        """What the sandbox's account may have."""
        return self.default if self.granted is None else self.granted


# https://docs.aws.amazon.com/general/latest/gr/sagemaker.html
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
KINDS = {
    "sagemaker:domain": Quota("sagemaker", "L-B683BCB0", "Total domains", 2, wording=("Total domains", "Domains")),
    "sagemaker:user-profile": Quota(
        "sagemaker",
        "L-AC46C40F",
        "Maximum number of Studio user profiles allowed per account",
        2,
        wording=("Total number of user profiles", "UserProfiles"),
    ),
    "sagemaker:space": Quota(
        "sagemaker",
        "L-8E5333B4",
        "Maximum number of Studio spaces allowed per account",
        6,
        wording=("Total number of spaces", "Spaces"),
    ),
    "sagemaker:app": Quota(
        "sagemaker",
        "L-4E39DDC4",
        "Maximum number of running Studio apps allowed per account",
        40,
        wording=("Total number of running Studio apps", "Apps"),
    ),
    "sagemaker:image": Quota(
        "sagemaker",
        "L-DDDC1D15",
        "Maximum number of SageMakerImage images allowed per account",
        250,
        wording=("Total number of images", "Images"),
    ),
    "ec2:elastic-ip": Quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", 5, 100),
    "ec2:internet-gateway": Quota("vpc", "L-A4707A72", "Internet gateways per Region", 5, 100),
    "ec2:nat-gateway": Quota("vpc", "L-FE5A380F", "NAT gateways per Availability Zone", 5, 100),
    "ec2:network-interface": Quota("vpc", "L-DF5E4CA3", "Network interfaces per Region", 5000),
    "ec2:vpc": Quota("vpc", "L-F678F1CE", "VPCs per Region", 5, 100),
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
    return {kind: quota.applied for kind, quota in KINDS.items()} | _changed


def change(wanted: Any) -> None:
    """Puts other quotas in force; raises `QuotaError`, and changes nothing, if one is none."""
    if not isinstance(wanted, dict):
        raise QuotaError("quotas are a mapping of kind to number")
    for kind, number in wanted.items():
        if kind not in KINDS:
            raise QuotaError(f"`{kind}` has no quota here; there are: {', '.join(KINDS)}")
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            raise QuotaError(f"`{kind}` is `{number}`: use a whole number, 0 or more")
    _changed.update(wanted)


def is_used_up(kind: str, used: int) -> bool:
    """Whether one more would be too many."""
    return used >= current()[kind]


def check(kind: str, used: int) -> None:
    """Raises SageMaker's refusal if one more would be too many."""
    if not is_used_up(kind, used):
        return
    most = current()[kind]
    name, unit = KINDS[kind].wording
    raise ServiceError(
        "ResourceLimitExceeded",
        f"The account-level service limit '{name}' is {most} {unit}, with current utilization of {used} {unit} and a "
        f"request delta of 1 {unit}. Please use AWS Service Quotas to request an increase for this quota. If AWS "
        "Service Quotas is not available, contact AWS support to request an increase for this quota.",
    )
