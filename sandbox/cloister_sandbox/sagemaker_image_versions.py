"""Versions of images, their numbers and their aliases."""

from __future__ import annotations

import copy
import hashlib
from typing import Any

from . import timeline
from .call import Call
from .durations import IMAGE_VERSION_CREATE, IMAGE_VERSION_DELETE
from .registry import Registry
from .sagemaker_errors import busy, invalid, missing
from .sagemaker_images import image_of
from .sagemaker_request import filtered, ordered, page, register
from .sagemaker_store import Resource, Store, store_of

_LISTED = ("CreationTime", "FailureReason", "ImageArn", "ImageVersionArn", "LastModifiedTime", "Version")
_CHANGEABLE = ("VendorGuidance", "JobType", "MLFramework", "ProgrammingLang", "Processor", "Horovod", "ReleaseNotes")


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreateImageVersion": _create,
        "DescribeImageVersion": _describe,
        "ListImageVersions": _list,
        "ListAliases": _list_aliases,
        "UpdateImageVersion": _update,
        "DeleteImageVersion": _delete,
    }
    register(registry, answers)


def _create(call: Call) -> dict[str, Any]:
    store, about = store_of(call), copy.deepcopy(call.parameters)
    image = image_of(store, about["ImageName"])
    token = about.pop("ClientToken")
    for version in _versions(store, image):
        if version.holds["token"] == token:
            return {"ImageVersionArn": version.arn}
    if image.status not in ("CREATED", "UPDATE_FAILED"):
        raise busy("Image", image.arn, image.status)
    # Numbers are not given twice.
    store.counters[image.arn] += 1
    number = store.counters[image.arn]
    arn = store.arn(f"image-version/{image.key[0]}/{number}")
    version = Resource("image-version", (*image.key, str(number)), arn, about, status="CREATING")
    version.holds["token"] = token
    digest = hashlib.sha256(about["BaseImage"].encode()).hexdigest()
    container = f"{about['BaseImage'].split('@')[0].rsplit(':', 1)[0]}@sha256:{digest}"
    about |= {"ImageArn": image.arn, "ImageVersionArn": arn, "Version": number, "ContainerImage": container}
    aliases = about.pop("Aliases", None) or []
    store.add(version)
    _give(store, image, version, aliases)
    timeline.after(IMAGE_VERSION_CREATE, lambda: version.become("CREATED"))
    return {"ImageVersionArn": arn}


def _versions(store: Store, image: Resource) -> list[Resource]:
    return store.all("image-version", *image.key)


def _give(store: Store, image: Resource, version: Resource, aliases: list[str]) -> None:
    """Lets aliases point at a version: each points at one."""
    for other in _versions(store, image):
        other.about["aliases"] = [one for one in other.about.get("aliases", []) if one not in aliases]
    version.about["aliases"] = [*version.about["aliases"], *aliases]


def _version_of(call: Call) -> Resource:
    """The version that is named by number or alias; without either, the latest."""
    store, parameters = store_of(call), call.parameters
    image = image_of(store, parameters["ImageName"])
    number, alias = parameters.get("Version"), parameters.get("Alias")
    if number is not None and alias:
        raise invalid("Version and Alias cannot be specified together.")
    found = _versions(store, image)
    if number is not None:
        found = [one for one in found if one.about["Version"] == number]
    elif alias:
        found = [one for one in found if alias in one.about["aliases"]]
    if not found:
        raise missing(
            "ImageVersion", store.arn(f"image-version/{image.key[0]}/{number if number is not None else alias}")
        )
    return max(found, key=lambda one: int(one.about["Version"]))


def _shown(version: Resource, *names: str) -> dict[str, Any]:
    described = version.described(*names) | {"ImageVersionStatus": version.status}
    described.pop("aliases", None)
    return described


def _describe(call: Call) -> dict[str, Any]:
    return _shown(_version_of(call))


def _list(call: Call) -> dict[str, Any]:
    store = store_of(call)
    found = filtered(call, _versions(store, image_of(store, call.parameters["ImageName"])), "Version")
    part, more = page(call, ordered(call, found, "Version"))
    return {"ImageVersions": [_shown(version, *_LISTED) for version in part]} | more


def _list_aliases(call: Call) -> dict[str, Any]:
    store = store_of(call)
    image = image_of(store, call.parameters["ImageName"])
    named = call.parameters.get("Version") is not None or call.parameters.get("Alias")
    versions = [_version_of(call)] if named else _versions(store, image)
    part, more = page(call, sorted(alias for version in versions for alias in version.about["aliases"]))
    return {"SageMakerImageVersionAliases": part} | more


def _update(call: Call) -> dict[str, Any]:
    store, wanted = store_of(call), call.parameters
    version = _version_of(call)
    if version.status not in ("CREATED", "CREATING"):
        raise busy("ImageVersion", version.arn, version.status)
    removed = wanted.get("AliasesToDelete") or []
    version.about["aliases"] = [one for one in version.about["aliases"] if one not in removed]
    _give(store, image_of(store, wanted["ImageName"]), version, wanted.get("AliasesToAdd") or [])
    version.about |= {name: wanted[name] for name in _CHANGEABLE if wanted.get(name) is not None}
    version.become(version.status)
    return {"ImageVersionArn": version.arn}


def _delete(call: Call) -> dict[str, Any]:
    store, version = store_of(call), _version_of(call)
    if version.status in ("CREATING", "DELETING"):
        raise busy("ImageVersion", version.arn, version.status)
    version.become("DELETING")
    timeline.after(IMAGE_VERSION_DELETE, lambda: store.remove(version))
    return {}
