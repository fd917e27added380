"""How EFS words its refusals, and what it finds by id."""

from __future__ import annotations

from typing import Any

from moto.efs.models import EFSBackend, FileSystem

from .answers import ServiceError


def refuse(code: str, message: str, status: int, **members: Any) -> ServiceError:
    """An error of EFS, which says its code once more in the body."""
    return ServiceError(code, message, status, ErrorCode=code, Message=message, **members)


def bad_request(message: str) -> ServiceError:
    """The refusal of a request that is wrong in itself."""
    return refuse("BadRequest", message, 400)


def find_file_system(backend: EFSBackend, name: str) -> FileSystem:
    """The file system of an id; raises if there is none."""
    found = backend.file_systems_by_id.get(name)
    if found is None:
        raise refuse("FileSystemNotFound", f"File system '{name}' does not exist.", 404)
    return found
