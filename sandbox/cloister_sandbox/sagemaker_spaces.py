"""Spaces of a Studio domain: private to one profile, or shared."""

from __future__ import annotations

import copy
from typing import Any

from . import quotas, timeline
from .call import Call
from .durations import SPACE_CREATE, SPACE_DELETE, SPACE_UPDATE
from .registry import Registry
from .sagemaker_domains import RUNNING, domain_of, working_domain
from .sagemaker_errors import busy, exists, has, invalid, missing
from .sagemaker_profiles import profile_of
from .sagemaker_request import filtered, ordered, page, register
from .sagemaker_store import Resource, Store, store_of, tags_of

_LISTED = ("DomainId", "SpaceName", "SpaceDisplayName", "Status", "CreationTime", "LastModifiedTime")
# Applications that keep their files on a volume of the space.
_WITH_VOLUME = {"JupyterLab": "JupyterLabAppSettings", "CodeEditor": "CodeEditorAppSettings"}


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreateSpace": _create,
        "DescribeSpace": _describe,
        "ListSpaces": _list,
        "UpdateSpace": _update,
        "DeleteSpace": _delete,
    }
    register(registry, answers)


def space_of(store: Store, domain_id: str, name: str) -> Resource:
    """The space of a name; raises if there is none."""
    domain_of(store, domain_id)
    space = store.find("space", domain_id, name.lower())
    if space is None:
        raise missing("Space", _arn(store, domain_id, name))
    return space


def _arn(store: Store, domain_id: str, name: str) -> str:
    return store.arn(f"space/{domain_id}/{name.lower()}")


def _create(call: Call) -> dict[str, Any]:
    store, about = store_of(call), copy.deepcopy(call.parameters)
    domain = working_domain(store, about["DomainId"])
    domain_id, name = domain.key[0], about["SpaceName"]
    arn = _arn(store, domain_id, name)
    if store.find("space", domain_id, name.lower()):
        raise exists("Space", arn)
    _check_owner(store, domain_id, about)
    _fit_volume(domain, about, None)
    quotas.check("sagemaker:space", len(store.all("space")))
    space = Resource("space", (domain_id, name.lower()), arn, about, status="Pending")
    space.tags = tags_of(about.pop("Tags", None))
    about["SpaceArn"] = arn
    about["Url"] = f"{domain.about['Url']}/space/{name}"
    store.add(space)
    timeline.after(SPACE_CREATE, lambda: space.become("InService"))
    return {"SpaceArn": arn}


def _check_owner(store: Store, domain_id: str, about: dict[str, Any]) -> None:
    owner, sharing = about.get("OwnershipSettings"), about.get("SpaceSharingSettings")
    if bool(owner) != bool(sharing):
        raise invalid("OwnershipSettings and SpaceSharingSettings must be specified together.")
    if not owner or not sharing:
        # A space of Studio Classic: everybody of the domain may use it.
        about["SpaceSharingSettings"] = {"SharingType": "Shared"}
        return
    profile = profile_of(store, domain_id, owner["OwnerUserProfileName"])
    if profile.status not in ("InService", "Updating", "Update_Failed"):
        raise invalid(f"UserProfile [{profile.arn}] is in {profile.status} status. It must be in InService status.")
    if not (about.get("SpaceSettings") or {}).get("AppType"):
        raise invalid("AppType is required in SpaceSettings if OwnershipSettings are specified.")


def _fit_volume(domain: Resource, about: dict[str, Any], before: int | None) -> None:
    """Fills in the size of the space's volume, and raises unless it is within the domain's bounds."""
    settings = about.get("SpaceSettings") or {}
    if settings.get("AppType") not in _WITH_VOLUME:
        return
    defaults = domain.about["DefaultUserSettings"].get("SpaceStorageSettings") or {}
    bounds = defaults.get("DefaultEbsStorageSettings") or {}
    volume = settings.setdefault("SpaceStorageSettings", {}).setdefault("EbsStorageSettings", {})
    size = volume.setdefault("EbsVolumeSizeInGb", before or bounds.get("DefaultEbsVolumeSizeInGb", 5))
    most = bounds.get("MaximumEbsVolumeSizeInGb", 100)
    if size > most:
        raise invalid(f"EbsVolumeSizeInGb {size} is greater than the maximum of {most} that the domain allows.")
    if before is not None and size < before:
        raise invalid(f"EbsVolumeSizeInGb cannot be decreased from {before} to {size}.")


def _describe(call: Call) -> dict[str, Any]:
    return space_of(store_of(call), call.parameters["DomainId"], call.parameters["SpaceName"]).described()


def _list(call: Call) -> dict[str, Any]:
    store, domain_id = store_of(call), call.parameters.get("DomainIdEquals")
    spaces = store.all("space", *([domain_id] if domain_id else []))
    found, more = page(call, ordered(call, filtered(call, spaces, "SpaceName"), "SpaceName"))
    return {"Spaces": [_summary(space) for space in found]} | more


def _summary(space: Resource) -> dict[str, Any]:
    settings = space.about.get("SpaceSettings") or {}
    summary: dict[str, Any] = {name: settings[name] for name in ("AppType", "RemoteAccess") if settings.get(name)}
    storage = settings.get("SpaceStorageSettings")
    if storage:
        summary["SpaceStorageSettings"] = storage
    details: dict[str, Any] = {"SpaceSettingsSummary": summary} if summary else {}
    for name in ("SpaceSharingSettings", "OwnershipSettings"):
        if space.about.get(name):
            details[f"{name}Summary"] = space.about[name]
    return space.described(*_LISTED) | details


def _update(call: Call) -> dict[str, Any]:
    store, wanted = store_of(call), copy.deepcopy(call.parameters)
    space = space_of(store, wanted["DomainId"], wanted["SpaceName"])
    if space.status not in ("InService", "Update_Failed"):
        raise busy("Space", space.arn, space.status)
    before = space.about.get("SpaceSettings") or {}
    settings = wanted.get("SpaceSettings") or {}
    if before.get("AppType") and settings.get("AppType") not in (None, before["AppType"]):
        raise invalid(f"AppType of the space cannot be updated from {before['AppType']} to {settings['AppType']}.")
    if settings and _runs_app(store, space):
        raise busy("Space", space.arn, "InService with a running App")
    merged = {"SpaceSettings": {**before, **settings}}
    size = (before.get("SpaceStorageSettings") or {}).get("EbsStorageSettings", {}).get("EbsVolumeSizeInGb")
    _fit_volume(domain_of(store, space.key[0]), merged, size)
    space.about |= merged if merged["SpaceSettings"] else {}
    if wanted.get("SpaceDisplayName"):
        space.about["SpaceDisplayName"] = wanted["SpaceDisplayName"]
    space.become("Updating")
    timeline.after(SPACE_UPDATE, lambda: space.become("InService"))
    return {"SpaceArn": space.arn}


def _delete(call: Call) -> None:
    store = store_of(call)
    space = space_of(store, call.parameters["DomainId"], call.parameters["SpaceName"])
    if space.status in ("Pending", "Updating", "Deleting"):
        raise busy("Space", space.arn, space.status)
    if _runs_app(store, space):
        raise has("Space", space.arn, "App")
    space.become("Deleting")
    timeline.after(SPACE_DELETE, lambda: store.remove(space))


def _runs_app(store: Store, space: Resource) -> bool:
    domain_id, name = space.key
    return any(app.status in RUNNING for app in store.all("app", domain_id, "space", name))
