"""Sample parameters for any operation, made from its modelled input."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

_TIME = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)


def sample(shape: Any, *, everything: bool = False, depth: int = 0) -> Any:
    """A value that botocore accepts for a shape: required members, or with `everything` nearly all of them."""
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, everything=everything, depth=depth)
    if kind == "list":
        return [sample(shape.member, everything=everything, depth=depth + 1)]
    if kind == "map":
        return {sample(shape.key): sample(shape.value, everything=everything, depth=depth + 1)}
    if kind in ("integer", "long"):
        return int(max(shape.metadata.get("min", 1), 1))
    if kind in ("float", "double"):
        return 1.5
    if kind == "timestamp":
        return _TIME
    return {"boolean": True, "blob": b"blob"}.get(kind) or _text(shape)


def _structure(shape: Any, *, everything: bool, depth: int) -> dict[str, Any]:
    names = [name for name in shape.members if name in shape.required_members or (everything and depth < 2)]
    if getattr(shape, "is_tagged_union", False):
        names = list(shape.members)[:1]
    return {name: sample(shape.members[name], everything=everything, depth=depth + 1) for name in names}


def _text(shape: Any) -> str:
    if getattr(shape, "enum", None):
        return shape.enum[0]
    length = max(int(shape.metadata.get("min", 1)), 4)
    return "data" + "x" * (length - 4)
