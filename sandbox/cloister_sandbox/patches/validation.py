"""Parameters that AWS's front door refuses before the service looks at them.

Only what the model says beyond doubt is checked (required members, types,
lengths, ranges); what a service decides by itself stays with the service. REST
services are left out, since they word such errors each in its own way.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StructureShape
from moto.core.utils import get_service_model

from ..call import Call

Violation = tuple[str, str]

# Where a service does not use the code that its protocol suggests.
_CODES = {
    "logs": "InvalidParameterException",
    "events": "ValidationException",
    "iam": "ValidationError",
    "sts": "ValidationError",
    "network-firewall": "InvalidRequestException",
    "resourcegroupstaggingapi": "InvalidParameterException",
}
# Services that word their own errors, by modelled exceptions.
_OWN_WORDS = frozenset({"cloudtrail"})
_BY_PROTOCOL = {"json": "ValidationException", "query": "ValidationError"}

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str, datetime.datetime),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "list": (list, tuple),
    "structure": (Mapping,),
    "map": (Mapping,),
}


def validate(call: Call) -> Violation | None:
    """The code and message with which AWS refuses the call, if it would."""
    try:
        model = get_service_model(call.service)
        operation = model.operation_model(call.operation)
    except Exception:  # Not modelled: nothing to hold the call against.
        return None
    protocol = call.protocol or str(model.protocol)
    if call.service in _OWN_WORDS or operation.input_shape is None or protocol not in (*_BY_PROTOCOL, "ec2"):
        return None
    if protocol == "ec2":
        return _missing_for_ec2(call.parameters, operation.input_shape)
    found = list(_violations(call.parameters, operation.input_shape, ""))
    if not found:
        return None
    code = _CODES.get(call.service, _BY_PROTOCOL[protocol])
    noun = "error" if len(found) == 1 else "errors"
    return code, f"{len(found)} validation {noun} detected: " + "; ".join(found)


def _missing_for_ec2(value: Mapping[str, Any], shape: StructureShape) -> Violation | None:
    for name in shape.required_members:
        if value.get(name) is None:
            return "MissingParameter", f"The request must contain the parameter {name}"
    return None


def _violations(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not _has_type(value, shape):
        yield _failed(value, path, f"Member must be of type {shape.type_name}")
    elif isinstance(shape, StructureShape):
        yield from _in_structure(value, shape, path)
    elif isinstance(shape, ListShape):
        yield from _length(value, shape, path)
        for index, member in enumerate(value, start=1):
            yield from _violations(member, shape.member, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, member in value.items():
            yield from _violations(member, shape.value, f"{path}.{key}.member")
    elif shape.type_name in ("string", "blob"):
        yield from _length(value, shape, path)
    elif shape.type_name in ("integer", "long"):
        yield from _range(value, shape, path)


def _in_structure(value: Mapping[str, Any], shape: StructureShape, path: str) -> Iterator[str]:
    for name in shape.required_members:
        if value.get(name) is None:
            yield f"Value null at '{_join(path, name)}' failed to satisfy constraint: Member must not be null"
    for name, member in value.items():
        if member is not None and name in shape.members:
            yield from _violations(member, shape.members[name], _join(path, name))


def _has_type(value: Any, shape: Shape) -> bool:
    known = _TYPES.get(shape.type_name)
    if known is None:
        return True
    if shape.type_name in ("integer", "long") and isinstance(value, bool):
        return False
    return isinstance(value, known)


def _length(value: Any, shape: Shape, path: str) -> Iterator[str]:
    if not hasattr(value, "__len__"):
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and len(value) < low:
        yield _failed(value, path, f"Member must have length greater than or equal to {low}")
    if high is not None and len(value) > high:
        yield _failed(value, path, f"Member must have length less than or equal to {high}")


def _range(value: int, shape: Shape, path: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if low is not None and value < low:
        yield _failed(value, path, f"Member must have value greater than or equal to {low}")
    if high is not None and value > high:
        yield _failed(value, path, f"Member must have value less than or equal to {high}")


def _failed(value: Any, path: str, constraint: str) -> str:
    return f"Value '{value}' at '{path}' failed to satisfy constraint: {constraint}"


def _join(path: str, name: str) -> str:
    lower = name[:1].lower() + name[1:]
    return f"{path}.{lower}" if path else lower
