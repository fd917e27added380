"""IAM Identity Center: off in a fresh sandbox, and switched on through the control API.

The accounts of a sandbox stand for one organization, which has one instance, in one region.
"""

from __future__ import annotations

from typing import Any

from moto.ssoadmin.models import Instance, SSOAdminBackend, ssoadmin_backends

from .accounts import HOME_ACCOUNT, HOME_REGION


def switch(wanted: Any) -> dict[str, Any]:
    """Makes an instance, in the home region unless told otherwise, or takes it away; raises ValueError for neither.

    `{"enabled": true, "region": "us-east-1"}`. To switch on what is on changes nothing.
    """
    if not isinstance(wanted, dict) or not isinstance(wanted.get("enabled", True), bool):
        raise ValueError("`enabled` is true or false")
    region = wanted.get("region", HOME_REGION)
    if region not in ssoadmin_backends[HOME_ACCOUNT]:
        raise ValueError(f"`region` is `{region}`: Identity Center is not there")
    if not wanted.get("enabled", True):
        for backend in _backends():
            backend.instances.clear()
        return shown()
    if shown()["region"] not in (None, region):
        raise ValueError(f"an organization has one instance, and this one has it in {shown()['region']}")
    if instance_in(region) is None:
        ssoadmin_backends[HOME_ACCOUNT][region].instances.append(Instance(HOME_ACCOUNT, region))
    return shown()


def shown() -> dict[str, Any]:
    """The instance, if there is one."""
    for backend in _backends():
        for one in backend.instances:
            about = {"instance_arn": one.instance_arn, "identity_store_id": one.identity_store_id}
            return {"enabled": True, "region": backend.region_name} | about
    return {"enabled": False, "region": None}


def instance_in(region: str) -> Instance | None:
    """The instance in a region."""
    return next((one for one in ssoadmin_backends[HOME_ACCOUNT][region].instances), None)


def _backends() -> list[SSOAdminBackend]:
    return list(dict.values(ssoadmin_backends[HOME_ACCOUNT]))
