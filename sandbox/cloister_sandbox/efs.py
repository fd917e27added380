"""EFS file systems: created under a token, changed in place, and kept while they have mount targets."""

from __future__ import annotations

from typing import Any

from moto.efs.models import EFSBackend, FileSystem, efs_backends
from moto.kms.models import kms_backends

from . import durations, efs_access_points, efs_mount_targets, timeline
from .answers import ServiceError
from .call import Call
from .efs_errors import bad_request, find_file_system, refuse
from .patches.efs_states import finish
from .registry import Registry

_OWN_KEY = "alias/aws/elasticfilesystem"
_PROVISIONED = "provisioned"
_MOST_PER_PAGE = 100


def register(registry: Registry) -> None:
    """Adds the operations on file systems, mount targets and access points."""
    for operation, answer in (
        ("CreateFileSystem", _create),
        ("DescribeFileSystems", _describe),
        ("UpdateFileSystem", _update),
        ("UpdateFileSystemProtection", _protect),
        ("DeleteFileSystem", _delete),
    ):
        registry.add("efs", operation, answer)
    efs_mount_targets.register(registry)
    efs_access_points.register(registry)


def _create(call: Call) -> dict[str, Any]:
    asked, backend = call.parameters, efs_backends[call.account][call.region]
    token = asked["CreationToken"]
    for one in backend.file_systems_by_id.values():
        if one.creation_token == token:
            raise refuse(
                "FileSystemAlreadyExists",
                f"File system '{one.file_system_id}' already exists with creation token '{token}'",
                409,
                FileSystemId=one.file_system_id,
            )
    encrypted = bool(asked.get("Encrypted"))
    mode = asked.get("ThroughputMode") or "bursting"
    _check_throughput(mode, asked.get("ProvisionedThroughputInMibps"))
    made = backend.create_file_system(
        creation_token=token,
        performance_mode=asked.get("PerformanceMode") or "generalPurpose",
        encrypted=encrypted,
        kms_key_id=_key_arn(call, encrypted, asked.get("KmsKeyId")),
        throughput_mode=mode,
        provisioned_throughput_in_mibps=asked.get("ProvisionedThroughputInMibps"),
        availability_zone_name=asked.get("AvailabilityZoneName"),
        backup=bool(asked.get("Backup")),
        tags=asked.get("Tags") or [],
    )
    return _described(made)


def _describe(call: Call) -> dict[str, Any]:
    asked, backend = call.parameters, efs_backends[call.account][call.region]
    name, token = asked.get("FileSystemId"), asked.get("CreationToken")
    if name and token:
        raise bad_request("Request cannot contain both a file system ID and a creation token.")
    if name:
        return {"FileSystems": [_described(find_file_system(backend, name))]}
    found = [one for one in backend.file_systems_by_id.values() if token in (None, one.creation_token)]
    start = int(asked.get("Marker") or 0)
    end = start + min(asked.get("MaxItems") or _MOST_PER_PAGE, _MOST_PER_PAGE)
    answer: dict[str, Any] = {"FileSystems": [_described(one) for one in found[start:end]]}
    if asked.get("Marker"):
        answer["Marker"] = asked["Marker"]
    if end < len(found):
        answer["NextMarker"] = str(end)
    return answer


def _update(call: Call) -> dict[str, Any]:
    asked, backend = call.parameters, efs_backends[call.account][call.region]
    found = find_file_system(backend, asked["FileSystemId"])
    _check_available(found)
    mode = asked.get("ThroughputMode") or found.throughput_mode
    wanted = asked.get("ProvisionedThroughputInMibps")
    kept = found.provisioned_throughput_in_mibps if mode == _PROVISIONED else None
    _check_throughput(mode, wanted or kept)
    found.throughput_mode, found.provisioned_throughput_in_mibps = mode, wanted or kept  # type: ignore[assignment]
    found.life_cycle_state = "updating"
    timeline.after(durations.FILE_SYSTEM_UPDATE, lambda: finish(found))
    return _described(found)


def _protect(call: Call) -> dict[str, Any]:
    backend = efs_backends[call.account][call.region]
    found = find_file_system(backend, call.parameters["FileSystemId"])
    _check_available(found)
    wanted = call.parameters.get("ReplicationOverwriteProtection") or _protection(found)
    found._protection = wanted  # type: ignore[attr-defined]
    return {"ReplicationOverwriteProtection": wanted}


def _delete(call: Call) -> None:
    backend = efs_backends[call.account][call.region]
    found = find_file_system(backend, call.parameters["FileSystemId"])
    if found.number_of_mount_targets:
        raise refuse("FileSystemInUse", "Must delete all mount targets before deleting file system.", 409)
    if found.life_cycle_state != "deleting":
        found.life_cycle_state = "deleting"
        timeline.after(durations.FILE_SYSTEM_DELETE, lambda: _end(backend, found))


def _end(backend: EFSBackend, gone: FileSystem) -> None:
    if backend.file_systems_by_id.pop(gone.file_system_id, None) is not None:
        backend.creation_tokens.discard(gone.creation_token)
        points = [one for one in backend.access_points.values() if one.file_system_id == gone.file_system_id]
        for point in points:
            backend.delete_access_point(point.access_point_id)


def _check_available(found: FileSystem) -> None:
    if found.life_cycle_state != "available":
        raise refuse(
            "IncorrectFileSystemLifeCycleState", f"File system '{found.file_system_id}' is not available.", 409
        )


def _check_throughput(mode: str, provisioned: float | None) -> None:
    if mode == _PROVISIONED and not provisioned:
        raise bad_request("Provisioned throughput must be specified with throughput mode provisioned.")
    if mode != _PROVISIONED and provisioned:
        raise bad_request("Provisioned throughput cannot be specified with this throughput mode.")


def _key_arn(call: Call, encrypted: bool, key: str | None) -> str:
    if key and not encrypted:
        raise bad_request("KmsKeyId was provided, but encryption is not enabled.")
    if not encrypted:
        return ""
    backend = kms_backends[call.account][call.region]
    try:
        return backend.keys[backend.any_id_to_key_id(key or _OWN_KEY)].arn
    except Exception:  # moto finds no name for a key in several ways.
        raise ServiceError("KmsKeyNotFoundException", f"The key '{key}' does not exist.") from None


def _protection(found: FileSystem) -> str:
    return getattr(found, "_protection", "ENABLED")


def _described(found: FileSystem) -> dict[str, Any]:
    info = found.info_json()
    kept = {name: info[name] for name in info if info[name] not in (None, "")}
    return kept | {
        "FileSystemProtection": {"ReplicationOverwriteProtection": _protection(found)},
    }
