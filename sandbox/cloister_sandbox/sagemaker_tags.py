"""Tags of SageMaker's resources: those kept here, and those that moto keeps."""

from __future__ import annotations

from typing import Any

from moto.sagemaker.models import sagemaker_backends

from .call import Call
from .registry import Registry
from .sagemaker_errors import invalid
from .sagemaker_request import page, register
from .sagemaker_store import store_for, tags_of

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_AddTags.html
_MOST = 50
_UNTAGGABLE = ("image-version",)


def add(registry: Registry) -> None:
    """Adds the operations."""
    register(registry, {"AddTags": _add_tags, "DeleteTags": _delete_tags, "ListTags": _list_tags})


class _Tagged:
    """A resource of either kind, with its tags by key."""

    def __init__(self, call: Call) -> None:
        arn = call.parameters["ResourceArn"]
        parts = arn.split(":", 5)
        if parts[3] != call.region or parts[4] != call.account or parts[5].split("/")[0] in _UNTAGGABLE:
            raise invalid(f"The resource {arn} cannot be tagged in this account and Region.")
        self._own = store_for(call.account, call.region).by_arn(arn)
        self._motos: Any = None if self._own else _in_moto(call, arn)
        if self._own is None and self._motos is None:
            raise invalid(f"Could not find resource with ARN {arn}.")

    def read(self) -> dict[str, str]:
        """The tags."""
        return dict(self._own.tags) if self._own else tags_of(self._motos.tags)

    def write(self, tags: dict[str, str]) -> None:
        """Replaces the tags."""
        if self._own:
            self._own.tags = tags
        else:
            self._motos.tags = listed(tags)


def listed(tags: dict[str, str]) -> list[dict[str, str]]:
    """Tags as answers have them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _add_tags(call: Call) -> dict[str, Any]:
    resource, given = _Tagged(call), tags_of(call.parameters["Tags"])
    if any(key.lower().startswith("aws:") for key in given):
        raise invalid("Tag keys must not start with the reserved prefix aws:.")
    tags = resource.read() | given
    if len(tags) > _MOST:
        raise invalid(f"The resource would have more than {_MOST} tags.")
    resource.write(tags)
    return {"Tags": listed(tags)}


def _delete_tags(call: Call) -> None:
    resource, keys = _Tagged(call), call.parameters["TagKeys"]
    resource.write({key: value for key, value in resource.read().items() if key not in keys})


def _list_tags(call: Call) -> dict[str, Any]:
    part, more = page(call, listed(_Tagged(call).read()), _MOST)
    return {"Tags": part} | more


def _in_moto(call: Call, arn: str) -> Any | None:
    backend = sagemaker_backends[call.account][call.region]
    try:
        return backend._get_resource_from_arn(arn)
    except Exception:  # A kind, or a resource of it, that moto does not know: it says so in many ways.
        return None
