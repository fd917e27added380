"""The switch for SageMaker's templates of projects in Service Catalog."""

from __future__ import annotations

from typing import Any

from .call import Call
from .registry import Registry
from .sagemaker_request import register

# Accounts and regions in which it is on.
_enabled: set[tuple[str, str]] = set()


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "EnableSagemakerServicecatalogPortfolio": _enable,
        "DisableSagemakerServicecatalogPortfolio": _disable,
        "GetSagemakerServicecatalogPortfolioStatus": _status,
    }
    register(registry, answers)


def enabled_regions(account: str) -> list[str]:
    """The regions in which it is on."""
    return sorted(region for owner, region in _enabled if owner == account)


def _enable(call: Call) -> dict[str, Any]:
    _enabled.add((call.account, call.region))
    return {}


def _disable(call: Call) -> dict[str, Any]:
    _enabled.discard((call.account, call.region))
    return {}


def _status(call: Call) -> dict[str, Any]:
    return {"Status": "Enabled" if (call.account, call.region) in _enabled else "Disabled"}
