"""The objects that moto keeps.

moto's backends are walked, not asked: whatever one of them holds is found, be it of a service that nobody thought of.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.common_models import BaseModel
from moto.utilities.tagging_service import TaggingService

from ..accounts import HOME_REGION
from . import parts
from .entry import is_gone, of
from .kinds import SERVICES, TABLE, is_made_by_aws

Entry = tuple[str, str, dict[str, Any]]


def entries(account: str) -> Iterator[Entry]:
    """Service, kind and facts of every live object of an account."""
    for backends in list(BackendDict._instances):
        if dict.__contains__(backends, account):
            for backend in list(dict.values(backends[account])):
                yield from _of_backend(backends.service_name, backend)


def held(service: str, backend: BaseBackend) -> Iterator[tuple[str, Any, Any]]:
    """Kind, key and object of everything that a backend of moto holds."""
    known = TABLE.get(service)
    seen: set[int] = set()
    for attribute, value in _containers(backend):
        kind = known.kinds.get(attribute, attribute) if known else attribute
        if kind is None:
            continue
        for key, one in _leaves(value):
            seen.add(id(one))
            yield kind, key, one
            if known is None:
                yield from _children(kind, one, seen)


def attributes(backend: BaseBackend) -> list[str]:
    """The attributes of a backend that can hold objects."""
    return [name for name, _ in _containers(backend)]


def _of_backend(service: str, backend: Any) -> Iterator[Entry]:
    shown = SERVICES.get(service, service)
    known = TABLE.get(service)
    is_home = backend.region_name == HOME_REGION
    for kind, key, one in held(service, backend):
        if not is_made_by_aws(service, kind, one, key, is_home=is_home):
            found = of(backend, one, key, known.ids.get(kind, "") if known else "")
            if not is_gone(found):
                yield shown, _finer(service, kind, one), found
            # The aliases of a key that waits for its deletion are still taken.
            for part, part_found in parts.of_object(service, kind, backend, one):
                yield shown, part, part_found


def _finer(service: str, kind: str, one: Any) -> str:
    # Services make these, and no composite takes them away.
    is_linked = (service, kind) == ("iam", "role") and one.path.startswith("/aws-service-role/")
    return "service-linked-role" if is_linked else kind


def _containers(owner: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in vars(owner).items():
        if isinstance(value, dict | list | set):
            yield prefix + name, value
        elif not prefix and _is_store(value):
            yield from _containers(value, f"{name}.")


def _is_store(value: Any) -> bool:
    """Whether moto keeps part of a backend's objects in an object of its own, as it does for Lambda."""
    module = type(value).__module__
    is_of_service = module.startswith("moto.") and not module.startswith("moto.core.")
    return is_of_service and hasattr(value, "__dict__") and not isinstance(value, BaseBackend | BaseModel | TaggingService)


def _leaves(container: Any) -> Iterator[tuple[Any, Any]]:
    """Each object with its key; where a key has several versions, the last."""
    if not isinstance(container, dict):
        yield from ((getattr(one, "id", one), one) for one in container)
        return
    for key, one in list(container.items()):
        if isinstance(one, dict) and one and all(isinstance(inner, BaseModel) for inner in one.values()):
            yield from one.items()
        elif isinstance(one, list):
            yield from ((key, last) for last in one[-1:])
        elif hasattr(one, "instances"):  # A reservation is only a bracket round instances.
            yield from ((inner.id, inner) for inner in one.instances)
        elif not isinstance(one, dict) or one:
            yield key, one


def _children(kind: str, one: Any, seen: set[int]) -> Iterator[tuple[str, Any, Any]]:
    for name, value in vars(one).items() if hasattr(one, "__dict__") else ():
        if isinstance(value, dict) and value and all(isinstance(inner, BaseModel) for inner in value.values()):
            for key, inner in value.items():
                if id(inner) not in seen:
                    seen.add(id(inner))
                    yield f"{kind}.{name}", key, inner
