"""Configurations that Studio apps are started with: for their image, and scripts of their life cycle."""

from __future__ import annotations

import base64
import binascii
import copy
from typing import Any

from .call import Call
from .registry import Registry
from .sagemaker_errors import exists, has, invalid, missing
from .sagemaker_request import filtered, ordered, page, register
from .sagemaker_store import Resource, store_of, tags_of

_APP_IMAGE = ("KernelGatewayImageConfig", "JupyterLabAppImageConfig", "CodeEditorAppImageConfig")


def add(registry: Registry) -> None:
    """Adds the operations."""
    answers = {
        "CreateAppImageConfig": _create_image_config,
        "DescribeAppImageConfig": lambda call: _image_config(call).described(),
        "ListAppImageConfigs": _list_image_configs,
        "UpdateAppImageConfig": _update_image_config,
        "DeleteAppImageConfig": lambda call: store_of(call).remove(_image_config(call)),
        "CreateStudioLifecycleConfig": _create_lifecycle,
        "DescribeStudioLifecycleConfig": lambda call: _lifecycle(call).described(),
        "ListStudioLifecycleConfigs": _list_lifecycles,
        "DeleteStudioLifecycleConfig": _delete_lifecycle,
    }
    register(registry, answers)


def _make(call: Call, kind: str, prefix: str) -> Resource:
    """Keeps a configuration of a new name."""
    store, about = store_of(call), copy.deepcopy(call.parameters)
    name = about[f"{prefix}Name"]
    arn = store.arn(f"{kind}/{name.lower()}")
    if store.find(kind, name.lower()):
        raise exists(prefix, arn)
    made = Resource(kind, (name.lower(),), arn, about, tags_of(about.pop("Tags", None)))
    about[f"{prefix}Arn"] = arn
    return store.add(made)


def _named(call: Call, kind: str, prefix: str) -> Resource:
    store, name = store_of(call), call.parameters[f"{prefix}Name"]
    found = store.find(kind, name.lower())
    if found is None:
        raise missing(prefix, store.arn(f"{kind}/{name.lower()}"))
    return found


def _image_config(call: Call) -> Resource:
    return _named(call, "app-image-config", "AppImageConfig")


def _create_image_config(call: Call) -> dict[str, Any]:
    _check_image_config(call)
    return {"AppImageConfigArn": _make(call, "app-image-config", "AppImageConfig").arn}


def _check_image_config(call: Call) -> None:
    if sum(bool(call.parameters.get(name)) for name in _APP_IMAGE) > 1:
        raise invalid(f"Only one of {', '.join(_APP_IMAGE)} can be specified.")


def _list_image_configs(call: Call) -> dict[str, Any]:
    found = filtered(call, store_of(call).all("app-image-config"), "AppImageConfigName")
    part, more = page(call, ordered(call, found, "AppImageConfigName"))
    return {"AppImageConfigs": [config.described() for config in part]} | more


def _update_image_config(call: Call) -> dict[str, Any]:
    config = _image_config(call)
    _check_image_config(call)
    given = {name: copy.deepcopy(call.parameters[name]) for name in _APP_IMAGE if call.parameters.get(name)}
    if given:
        config.about = {name: value for name, value in config.about.items() if name not in _APP_IMAGE} | given
    config.become("")
    return {"AppImageConfigArn": config.arn}


def _lifecycle(call: Call) -> Resource:
    return _named(call, "studio-lifecycle-config", "StudioLifecycleConfig")


def _create_lifecycle(call: Call) -> dict[str, Any]:
    try:
        base64.b64decode(call.parameters["StudioLifecycleConfigContent"], validate=True)
    except (binascii.Error, ValueError):
        raise invalid("StudioLifecycleConfigContent must be base64 encoded.") from None
    return {"StudioLifecycleConfigArn": _make(call, "studio-lifecycle-config", "StudioLifecycleConfig").arn}


def _list_lifecycles(call: Call) -> dict[str, Any]:
    found = filtered(call, store_of(call).all("studio-lifecycle-config"), "StudioLifecycleConfigName")
    kind = call.parameters.get("AppTypeEquals")
    found = [one for one in found if kind in (None, one.about["StudioLifecycleConfigAppType"])]
    part, more = page(call, ordered(call, found, "StudioLifecycleConfigName"))
    return {"StudioLifecycleConfigs": [_listed(config) for config in part]} | more


def _listed(config: Resource) -> dict[str, Any]:
    described = config.described()
    described.pop("StudioLifecycleConfigContent", None)
    return described


def _delete_lifecycle(call: Call) -> None:
    store, config = store_of(call), _lifecycle(call)
    for kind, noun in (("domain", "Domain"), ("user-profile", "UserProfile"), ("space", "Space")):
        if any(config.arn in _texts(one.about) for one in store.all(kind)):
            raise has("StudioLifecycleConfig", config.arn, noun)
    store.remove(config)


def _texts(value: Any) -> set[str]:
    if isinstance(value, dict):
        return {text for member in value.values() for text in _texts(member)}
    if isinstance(value, list):
        return {text for member in value for text in _texts(member)}
    return {value} if isinstance(value, str) else set()
