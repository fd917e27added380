"""UpdateDomain: what may change, and under which circumstances."""

from __future__ import annotations

import copy
from typing import Any

from . import sagemaker_home, sagemaker_network, timeline
from .call import Call
from .durations import DOMAIN_UPDATE
from .registry import Registry
from .sagemaker_domains import check_roles, domain_of, groups_of, running_apps
from .sagemaker_errors import busy, invalid
from .sagemaker_request import register
from .sagemaker_store import Resource, Store, store_of

_CHANGEABLE = ("InService", "Update_Failed")
_PLAIN = (
    "AppNetworkAccessType",
    "AppSecurityGroupManagement",
    "HomeEfsFileSystemCreation",
    "SubnetIds",
    "TagPropagation",
)


def add(registry: Registry) -> None:
    """Adds the operation."""
    register(registry, {"UpdateDomain": _update})


def _update(call: Call) -> dict[str, Any]:
    store, wanted = store_of(call), copy.deepcopy(call.parameters)
    domain = domain_of(store, wanted["DomainId"])
    if domain.status not in _CHANGEABLE:
        raise busy("Domain", domain.arn, domain.status)
    _check_form(domain, wanted)
    _check_apps(store, domain, wanted)
    check_roles(call, wanted.get("DefaultUserSettings"), wanted.get("DefaultSpaceSettings"))
    about = _merged(domain.about, wanted)
    failure = sagemaker_network.problem(
        store.account, store.region, about["VpcId"], about["SubnetIds"], groups_of(about)
    )
    domain.become("Updating")
    if not failure:
        _apply(store, domain, about)
    timeline.after(DOMAIN_UPDATE, lambda: domain.become("Update_Failed" if failure else "InService", failure))
    return {"DomainArn": domain.arn}


def _check_form(domain: Resource, wanted: dict[str, Any]) -> None:
    # Also where it repeats what the domain has: https://github.com/hashicorp/terraform-provider-aws/issues/45528
    if wanted.get("AppNetworkAccessType") == "VpcOnly" and not (wanted.get("VpcId") and wanted.get("SubnetIds")):
        raise invalid("VpcId and SubnetIds are required when AppNetworkAccessType is VpcOnly.")
    if wanted.get("VpcId") not in (None, domain.about["VpcId"]):
        raise invalid("VpcId of the domain cannot be updated.")
    # https://github.com/hashicorp/terraform-provider-aws/issues/39923
    if wanted.get("AppSecurityGroupManagement") and not _has_rstudio(domain):
        raise invalid("AppSecurityGroupManagement can only be updated if RStudioServerProDomainSettings are set.")
    homes = wanted.get("HomeEfsFileSystemCreation")
    if homes == "Disabled" and domain.about["HomeEfsFileSystemCreation"] == "Enabled":
        raise invalid("HomeEfsFileSystemCreation cannot be changed from Enabled to Disabled.")


def _check_apps(store: Store, domain: Resource, wanted: dict[str, Any]) -> None:
    """Raises if a change is one that running apps stand against."""
    about, apps = domain.about, running_apps(store, domain.key[0])
    access = wanted.get("AppNetworkAccessType")
    if access not in (None, about["AppNetworkAccessType"]):
        if _has_rstudio(domain):
            raise invalid("AppNetworkAccessType cannot be updated if RStudioServerProDomainSettings are set.")
        _refuse(apps, "AppNetworkAccessType")
    if set(about["SubnetIds"]) - set(wanted.get("SubnetIds") or about["SubnetIds"]):
        _refuse(apps, "SubnetIds")
    identity = (wanted.get("DomainSettingsForUpdate") or {}).get("ExecutionRoleIdentityConfig")
    if identity not in (None, (about.get("DomainSettings") or {}).get("ExecutionRoleIdentityConfig", "DISABLED")):
        _refuse([app for app in apps if app.status != "Deleting"], "ExecutionRoleIdentityConfig")


def _refuse(apps: list[Resource], member: str) -> None:
    if apps:
        named = ", ".join(app.arn for app in apps)
        raise invalid(f"{member} cannot be updated while the domain has running apps: [{named}].")


def _merged(about: dict[str, Any], wanted: dict[str, Any]) -> dict[str, Any]:
    merged = copy.deepcopy(about)
    merged |= {name: wanted[name] for name in _PLAIN if wanted.get(name)}
    for name in ("DefaultUserSettings", "DefaultSpaceSettings"):
        if wanted.get(name):
            merged[name] = {**(merged.get(name) or {}), **wanted[name]}
    settings = dict(wanted.get("DomainSettingsForUpdate") or {})
    # https://github.com/hashicorp/terraform-provider-aws/pull/40726
    if not settings.get("SecurityGroupIds"):
        settings.pop("SecurityGroupIds", None)
    if settings:
        rstudio = settings.pop("RStudioServerProDomainSettingsForUpdate", None)
        merged["DomainSettings"] = {**(merged.get("DomainSettings") or {}), **settings}
        if rstudio and "RStudioServerProDomainSettings" in merged["DomainSettings"]:
            merged["DomainSettings"]["RStudioServerProDomainSettings"] |= rstudio
    return merged


def _apply(store: Store, domain: Resource, about: dict[str, Any]) -> None:
    gets_homes = about["HomeEfsFileSystemCreation"] != domain.about["HomeEfsFileSystemCreation"]
    domain.about = about
    if gets_homes:
        sagemaker_home.build(store, domain)
    else:
        sagemaker_home.fit_mount_targets(store, domain)


def _has_rstudio(domain: Resource) -> bool:
    return bool((domain.about.get("DomainSettings") or {}).get("RStudioServerProDomainSettings"))
