"""What all SageMaker operations check and answer alike: value sets, patterns, pages."""

from __future__ import annotations

import base64
import binascii
import functools
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

from .answers import ServiceError
from .call import Call
from .registry import Answer, Registry
from .sagemaker_errors import invalid
from .sagemaker_store import Resource, date

# https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_ListApps.html
_USUAL_PAGE = 10

T = TypeVar("T")


def register(registry: Registry, answers: Mapping[str, Answer]) -> None:
    """Adds operations, each behind the checks of its model."""
    for operation, answer in answers.items():
        registry.add("sagemaker", operation, _checked(answer))


def checked(call: Call) -> None:
    """Raises if a value is not of its set, or does not match its pattern."""
    shape = get_service_model("sagemaker").operation_model(call.operation).input_shape
    found = list(_violations(call.parameters, shape, "")) if shape else []
    if found:
        noun = "error" if len(found) == 1 else "errors"
        raise ServiceError("ValidationException", f"{len(found)} validation {noun} detected: {'; '.join(found)}")


def page(call: Call, found: Sequence[T], usual: int = _USUAL_PAGE) -> tuple[list[T], dict[str, str]]:
    """The part of a list that the call asks for, and the answer's token if there is more."""
    token = call.parameters.get("NextToken")
    start = _start(token) if token else 0
    end = start + (call.parameters.get("MaxResults") or usual)
    return list(found[start:end]), {"NextToken": _token(end)} if end < len(found) else {}


def ordered(call: Call, found: list[Resource], name: str) -> list[Resource]:
    """Resources in the order that the call asks for; `name` is the member that holds a resource's name."""
    by = str(call.parameters.get("SortBy") or "CreationTime").replace("_", "").lower()
    keys: dict[str, Callable[[Resource], Any]] = {
        "creationtime": lambda one: one.created,
        "lastmodifiedtime": lambda one: one.modified,
    }
    key = keys.get(by, lambda one: one.about.get(name, ""))
    descending = str(call.parameters.get("SortOrder") or "").lower() == "descending"
    return sorted(found, key=key, reverse=descending)


def filtered(call: Call, found: list[Resource], name: str) -> list[Resource]:
    """Resources that pass the usual filters: a part of the name, and times."""
    parameters = call.parameters
    part = next((value for key, value in parameters.items() if key.endswith("NameContains") and value), "")
    tests: list[Callable[[Resource], bool]] = [lambda one: str(part).lower() in str(one.about.get(name, "")).lower()]
    for prefix, attribute in (
        ("CreationTime", "created"),
        ("ModifiedTime", "modified"),
        ("LastModifiedTime", "modified"),
    ):
        tests += _time_tests(parameters, prefix, attribute)
    return [one for one in found if all(test(one) for test in tests)]


def _time_tests(parameters: Mapping[str, Any], prefix: str, attribute: str) -> Iterator[Callable[[Resource], bool]]:
    after, before = parameters.get(f"{prefix}After"), parameters.get(f"{prefix}Before")
    if after is not None:
        yield lambda one: date(getattr(one, attribute)) > after
    if before is not None:
        yield lambda one: date(getattr(one, attribute)) < before


def _checked(answer: Answer) -> Answer:
    @functools.wraps(answer)
    def check_first(call: Call) -> dict[str, Any] | None:
        checked(call)
        return answer(call)

    return check_first


def _start(token: str) -> int:
    try:
        return int(json.loads(base64.b64decode(token, validate=True))["start"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise invalid("Invalid NextToken.") from None


def _token(start: int) -> str:
    return base64.b64encode(json.dumps({"start": start}).encode()).decode()


def _violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if isinstance(shape, StructureShape) and isinstance(value, Mapping):
        for name, member in value.items():
            if member is not None and name in shape.members:
                lower = name[:1].lower() + name[1:]
                yield from _violations(member, shape.members[name], f"{path}.{lower}" if path else lower)
    elif isinstance(shape, ListShape) and isinstance(value, list):
        for index, member in enumerate(value, start=1):
            yield from _violations(member, shape.member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape) and isinstance(value, Mapping):
        for key, member in value.items():
            yield from _violations(member, shape.value, f"{path}.{key}.member")
    elif isinstance(value, str) and shape.type_name == "string":
        yield from _in_string(value, shape, path)


def _in_string(value: str, shape: Shape, path: str) -> Iterator[str]:
    failed = f"Value '{value}' at '{path}' failed to satisfy constraint: Member must satisfy"
    allowed = getattr(shape, "enum", None)
    if allowed and value not in allowed:
        yield f"{failed} enum value set: [{', '.join(allowed)}]"
    pattern = shape.metadata.get("pattern")
    if pattern and not _pattern(pattern).fullmatch(value):
        yield f"{failed} regular expression pattern: {pattern if pattern.startswith(('^', '(')) else '^' + pattern}"


@functools.cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """A pattern of the model, which is written for Java."""
    translated = pattern
    for java, python in (
        (r"\p{L}", r"\w"),
        (r"\p{Z}", r"\s"),
        (r"\p{N}", r"\d"),
        (r"\p{M}", ""),
        (r"\p{S}", ""),
        (r"\p{P}", ""),
    ):
        translated = translated.replace(java, python)
    try:
        return re.compile(translated, re.DOTALL)
    except re.error:
        return re.compile(r".*", re.DOTALL)
