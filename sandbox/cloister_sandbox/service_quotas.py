"""Service Quotas: what `quotas` has in force, and the rest of the VPC's as moto knows them."""

from __future__ import annotations

from typing import Any

from moto.servicequotas.resources.default_quotas.vpc import VPC_DEFAULT_QUOTAS

from . import quotas
from .accounts import PARTITION
from .answers import ServiceError
from .call import Call
from .registry import Registry

_SERVICES = {
    "ec2": "Amazon Elastic Compute Cloud (Amazon EC2)",
    "sagemaker": "Amazon SageMaker",
    "vpc": "Amazon Virtual Private Cloud (Amazon VPC)",
}
_MOST_PER_PAGE = 100


def register(registry: Registry) -> None:
    """Adds the operations."""
    for operation, answer in (
        ("GetServiceQuota", lambda call: {"Quota": _one(call, _applied(call))}),
        ("GetAWSDefaultServiceQuota", lambda call: {"Quota": _one(call, _defaults(call))}),
        ("ListServiceQuotas", lambda call: _page(call, "Quotas", _chosen(call, _applied(call)))),
        ("ListAWSDefaultServiceQuotas", lambda call: _page(call, "Quotas", _defaults(call))),
        ("ListServices", lambda call: _page(call, "Services", _services())),
    ):
        registry.add("service-quotas", operation, answer)


def _applied(call: Call) -> list[dict[str, Any]]:
    in_force = {quotas.KINDS[kind].code: number for kind, number in quotas.current().items()}
    place = f"arn:{PARTITION}:servicequotas:{call.region}:{call.account}"
    return [
        one
        | {
            "QuotaArn": f"{place}:{one['ServiceCode']}/{one['QuotaCode']}",
            "Value": float(in_force.get(one["QuotaCode"], one["Value"])),
            "QuotaAppliedAtLevel": "ACCOUNT",
        }
        for one in _defaults(call)
    ]


def _defaults(call: Call) -> list[dict[str, Any]]:
    service = call.parameters["ServiceCode"]
    if service not in _SERVICES:
        raise _missing("service")
    own = {one.code: _described(one) for one in quotas.KINDS.values() if one.service == service}
    others = {one["QuotaCode"]: dict(one) for one in VPC_DEFAULT_QUOTAS if service == "vpc"}
    arn = f"arn:{PARTITION}:servicequotas:{call.region}::{service}"
    return [one | {"QuotaArn": f"{arn}/{code}"} for code, one in sorted((others | own).items())]


def _described(quota: quotas.Quota) -> dict[str, Any]:
    return {
        "ServiceCode": quota.service,
        "ServiceName": _SERVICES[quota.service],
        "QuotaCode": quota.code,
        "QuotaName": quota.name,
        "Value": float(quota.default),
        "Unit": "None",
        "Adjustable": True,
        "GlobalQuota": False,
    }


def _chosen(call: Call, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    code = call.parameters.get("QuotaCode")
    return [one for one in found if code in (None, one["QuotaCode"])]


def _one(call: Call, found: list[dict[str, Any]]) -> dict[str, Any]:
    for one in found:
        if one["QuotaCode"] == call.parameters["QuotaCode"]:
            return one
    raise _missing("quota")


def _services() -> list[dict[str, Any]]:
    return [{"ServiceCode": code, "ServiceName": name} for code, name in _SERVICES.items()]


def _page(call: Call, name: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    token = call.parameters.get("NextToken") or "0"
    if not token.isdigit():
        raise ServiceError("InvalidPaginationTokenException", "Invalid input was provided.")
    start = int(token)
    end = start + (call.parameters.get("MaxResults") or _MOST_PER_PAGE)
    return {name: found[start:end]} | ({"NextToken": str(end)} if end < len(found) else {})


def _missing(what: str) -> ServiceError:
    return ServiceError("NoSuchResourceException", f"The request failed because the specified {what} does not exist.")
