"""Images for Studio apps, and their numbered versions."""

from __future__ import annotations

import copy
from typing import Any

from . import quotas, role_propagation, timeline
from .call import Call
from .durations import IMAGE_CREATE, IMAGE_DELETE
from .registry import Registry
from .sagemaker_domains import SERVICE
from .sagemaker_errors import busy, exists, invalid, missing
from .sagemaker_request import filtered, ordered, page, register
from .sagemaker_store import Resource, Store, store_of, tags_of

_LISTED = ("CreationTime", "Description", "DisplayName", "FailureReason", "ImageArn", "ImageName", "LastModifiedTime")


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreateImage": _create,
        "DescribeImage": _describe,
        "ListImages": _list,
        "UpdateImage": _update,
        "DeleteImage": _delete,
    }
    register(registry, answers)


def image_of(store: Store, name: str) -> Resource:
    """The image of a name; raises if there is none."""
    image = store.find("image", name.lower())
    if image is None:
        raise missing("Image", _arn(store, name))
    return image


def _arn(store: Store, name: str) -> str:
    return store.arn(f"image/{name.lower()}")


def _create(call: Call) -> dict[str, Any]:
    store, about = store_of(call), copy.deepcopy(call.parameters)
    arn = _arn(store, about["ImageName"])
    if store.find("image", about["ImageName"].lower()):
        raise exists("Image", arn)
    role_propagation.check(call, about["RoleArn"], SERVICE)
    quotas.check("sagemaker:image", len(store.all("image")))
    image = Resource("image", (about["ImageName"].lower(),), arn, about, status="CREATING")
    image.tags = tags_of(about.pop("Tags", None))
    about["ImageArn"] = arn
    about.setdefault("DisplayName", about["ImageName"])
    store.add(image)
    timeline.after(IMAGE_CREATE, lambda: image.become("CREATED"))
    return {"ImageArn": arn}


def _shown(image: Resource, *names: str) -> dict[str, Any]:
    return image.described(*names) | {"ImageStatus": image.status}


def _describe(call: Call) -> dict[str, Any]:
    return _shown(image_of(store_of(call), call.parameters["ImageName"]))


def _list(call: Call) -> dict[str, Any]:
    found = filtered(call, store_of(call).all("image"), "ImageName")
    part, more = page(call, ordered(call, found, "ImageName"))
    return {"Images": [_shown(image, *_LISTED) for image in part]} | more


def _update(call: Call) -> dict[str, Any]:
    store, wanted = store_of(call), call.parameters
    image = image_of(store, wanted["ImageName"])
    if image.status not in ("CREATED", "UPDATE_FAILED"):
        raise busy("Image", image.arn, image.status)
    removed = wanted.get("DeleteProperties") or []
    if any(wanted.get(name) for name in removed):
        raise invalid("A property cannot be updated and deleted in the same request.")
    if wanted.get("RoleArn"):
        role_propagation.check(call, wanted["RoleArn"], SERVICE)
    for name in removed:
        image.about.pop(name, None)
    image.about |= {name: wanted[name] for name in ("Description", "DisplayName", "RoleArn") if wanted.get(name)}
    image.become("UPDATING")
    timeline.after(IMAGE_CREATE, lambda: image.become("CREATED"))
    return {"ImageArn": image.arn}


def _delete(call: Call) -> dict[str, Any]:
    store = store_of(call)
    image = image_of(store, call.parameters["ImageName"])
    if image.status in ("CREATING", "UPDATING", "DELETING"):
        raise busy("Image", image.arn, image.status)
    versions = store.all("image-version", *image.key)
    for one in (image, *versions):
        one.become("DELETING")
    timeline.after(IMAGE_DELETE, lambda: _end(store, [image, *versions]))
    return {}


def _end(store: Store, gone: list[Resource]) -> None:
    for one in gone:
        store.remove(one)
