"""Pages of the tagging API: a token tells where the last page ended, so nothing is kept between two calls.

moto keeps a generator for each page that was not read on. It ends in an error when something is made between two
pages, is gone once its token was used, and passes for an object of the account.
"""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from moto.core.resource_tagging import TaggedResource
from moto.core.responses import ActionResult
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

from .wrap import AwsError, around, json_parameters

# https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/API_GetResources.html
_USUAL_RESOURCES = 50
_BOUNDS = {"ResourcesPerPage": range(1, 101), "TagsPerPage": range(100, 501)}
_TOKEN_SECONDS = 15 * 60
# AWS does not say how many keys or values it lists at once.
_KEYS_PER_PAGE = 100

# Parameters that exclude each other.
_PAGING = ("ResourcesPerPage", "TagsPerPage", "PaginationToken")
_APART = (
    ("ResourcesPerPage", "TagsPerPage"),
    *(("ResourceARNList", other) for other in ("ResourceTypeFilters", "TagFilters", *_PAGING)),
)

Weight = Callable[[TaggedResource], int]
T = TypeVar("T")


def apply() -> None:
    """Answers in moto's place; what is found, and which filters fit, stays moto's to say."""

    @around(ResourceGroupsTaggingAPIResponse, "get_resources")
    def resources(original: Any, self: ResourceGroupsTaggingAPIResponse) -> ActionResult:
        asked = json_parameters(self)
        check(asked)
        found = self.backend._get_resources_generator(
            asked.get("TagFilters"), asked.get("ResourceTypeFilters"), asked.get("ResourceARNList")
        )
        shown, token = page({one.arn: one for one in found}, asked.get("PaginationToken"), *_room(asked))
        return ActionResult({"ResourceTagMappingList": [_mapping(one) for one in shown], "PaginationToken": token})

    @around(ResourceGroupsTaggingAPIResponse, "get_tag_keys")
    def keys(original: Any, self: ResourceGroupsTaggingAPIResponse) -> ActionResult:
        return _listed(self, "TagKeys", self.backend._get_tag_keys_generator())

    @around(ResourceGroupsTaggingAPIResponse, "get_tag_values")
    def values(original: Any, self: ResourceGroupsTaggingAPIResponse) -> ActionResult:
        return _listed(self, "TagValues", self.backend._get_tag_values_generator(json_parameters(self)["Key"]))


def check(asked: dict[str, Any]) -> None:
    """Raises for parameters that are out of bounds, or that a request may not have together."""
    for name, bounds in _BOUNDS.items():
        if asked.get(name) is not None and asked[name] not in bounds:
            raise _invalid(f"{name} must be between {bounds[0]} and {bounds[-1]}")
    for one, other in _APART:
        if asked.get(one) and asked.get(other):
            raise _invalid(f"{one} and {other} cannot be specified together")


def page(
    found: dict[str, T], token: str | None, most: int, weigh: Callable[[T], int] = lambda _: 1, now: float | None = None
) -> tuple[list[T], str]:
    """What comes after the token, in the order of its names, until `most` is reached; and the token to go on with.

    An object that is made or deleted between two pages changes no other's place.
    """
    now = time.time() if now is None else now
    after = _last_shown(token, now)
    names = [name for name in sorted(found) if name > after]
    shown: list[str] = []
    room = most
    for name in names:
        room -= weigh(found[name])
        if room < 0 and shown:
            break
        shown.append(name)
    goes_on = len(shown) < len(names)
    return [found[name] for name in shown], _token(shown[-1], now) if goes_on else ""


def _room(asked: dict[str, Any]) -> tuple[int, Weight]:
    if asked.get("TagsPerPage"):
        return asked["TagsPerPage"], lambda one: max(len(one.tags), 1)
    return asked.get("ResourcesPerPage") or _USUAL_RESOURCES, lambda _: 1


def _mapping(one: TaggedResource) -> dict[str, Any]:
    tags = [{"Key": key, "Value": value} for key, value in one.tags.items()]
    return {"ResourceARN": one.arn, "Tags": tags}


def _listed(response: ResourceGroupsTaggingAPIResponse, member: str, found: Iterable[str]) -> ActionResult:
    token = json_parameters(response).get("PaginationToken")
    shown, goes_on = page({one: one for one in found}, token, _KEYS_PER_PAGE)
    return ActionResult({member: shown, "PaginationToken": goes_on})


def _token(last_shown: str, now: float) -> str:
    text = json.dumps({"after": last_shown, "until": now + _TOKEN_SECONDS})
    return base64.urlsafe_b64encode(text.encode()).decode()


def _last_shown(token: str | None, now: float) -> str:
    if not token:
        return ""
    try:
        told = json.loads(base64.urlsafe_b64decode(token))
        after, until = str(told["after"]), float(told["until"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise _invalid("PaginationToken is invalid") from None
    if until < now:
        raise AwsError("PaginationTokenExpiredException", "The PaginationToken has expired.")
    return after


def _invalid(message: str) -> AwsError:
    return AwsError("InvalidParameterException", message)
