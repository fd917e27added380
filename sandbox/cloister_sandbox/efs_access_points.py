"""Access points: one for each token of a file system."""

from __future__ import annotations

from typing import Any

from moto.efs.models import efs_backends

from .call import Call
from .efs_errors import find_file_system, refuse
from .registry import Registry


def register(registry: Registry) -> None:
    """Adds the operations that make and delete access points."""
    registry.add("efs", "CreateAccessPoint", _create)
    registry.add("efs", "DeleteAccessPoint", _delete)


def _create(call: Call) -> dict[str, Any]:
    asked, backend = call.parameters, efs_backends[call.account][call.region]
    file_system = find_file_system(backend, asked["FileSystemId"])
    if file_system.life_cycle_state != "available":
        raise refuse(
            "IncorrectFileSystemLifeCycleState", f"File system '{file_system.file_system_id}' is not available.", 409
        )
    for point in backend.access_points.values():
        if (point.file_system_id, point.client_token) == (file_system.file_system_id, asked["ClientToken"]):
            raise refuse(
                "AccessPointAlreadyExists",
                f"Access point '{point.access_point_id}' already exists with client token '{asked['ClientToken']}'",
                409,
                AccessPointId=point.access_point_id,
            )
    made = backend.create_access_point(
        asked["ClientToken"],
        tags=asked.get("Tags") or [],
        file_system_id=file_system.file_system_id,
        posix_user=asked.get("PosixUser") or {},
        root_directory=asked.get("RootDirectory") or {},
    )
    return {name: value for name, value in made.info_json().items() if value not in (None, {})}


def _delete(call: Call) -> None:
    backend, name = efs_backends[call.account][call.region], call.parameters["AccessPointId"]
    if name not in backend.access_points:
        raise refuse("AccessPointNotFound", f"Access Point {name} does not exist.", 404)
    backend.delete_access_point(name)
