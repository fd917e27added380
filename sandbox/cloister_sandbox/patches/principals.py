"""Which principals of a policy exist, and what their names become when they are gone.

AWS keeps the unique id of a role or user that a resource policy names. A role
that is deleted, or deleted and made again, no longer stands behind its ARN: the
policy then shows the id.
"""

from __future__ import annotations

import re
from typing import Any

from moto.iam.models import iam_backends

from .documents import Document, principals, statements

_ACCOUNT = re.compile(r"^\d{12}$")
_ARN = re.compile(r"^arn:(?P<partition>aws[a-z-]*):(?P<service>iam|sts)::(?P<account>\d{12}):(?P<rest>.+)$")
_SERVICE = re.compile(r"^[a-z0-9.-]+\.(amazonaws\.com(\.cn)?|amazon\.com|aws\.internal)$")
_UNIQUE_ID = re.compile(r"^A(ROA|IDA)[A-Z0-9]{12,}$")


def ids_of(document: Document, partition: str) -> dict[str, str]:
    """Unique id by ARN for the roles and users that the document names."""
    found: dict[str, str] = {}
    for kind, value in _named(document):
        entity = _entity(value, partition) if kind == "AWS" else None
        if entity is not None:
            found[entity.arn] = entity.id
    return found


def first_invalid(document: Document, partition: str) -> tuple[str, str] | None:
    """Kind and value of the first principal that AWS would not know."""
    for kind, value in _named(document):
        if not _exists(kind, value, partition):
            return kind, value
    return None


def names_now(document: Document, saved_ids: dict[str, str], partition: str) -> dict[str, str]:
    """What AWS shows for principals that it shows otherwise than they were written."""
    shown: dict[str, str] = {}
    for kind, value in _named(document):
        if kind != "AWS":
            continue
        if _ACCOUNT.match(value):
            shown[value] = f"arn:{partition}:iam::{value}:root"
        elif _UNIQUE_ID.match(value):
            entity = _by_id(value, partition)
            shown[value] = entity.arn if entity is not None else value
        elif value in saved_ids:
            entity = _entity(value, partition)
            lost = entity is None or entity.id != saved_ids[value]
            shown[value] = saved_ids[value] if lost else value
    return shown


def role_arn_of_session(arn: str) -> str:
    """The role's ARN for a session's ARN; any other ARN as it is."""
    match = _ARN.match(arn)
    if match is None or match["service"] != "sts" or not match["rest"].startswith("assumed-role/"):
        return arn
    name = match["rest"].split("/")[1]
    role = _role(match["account"], match["partition"], name)
    if role is not None:
        return role.arn
    return f"arn:{match['partition']}:iam::{match['account']}:role/{name}"


def _named(document: Document) -> list[tuple[str, str]]:
    return [named for statement in statements(document) for named in principals(statement)]


def _exists(kind: str, value: str, partition: str) -> bool:
    if kind == "Service":
        return _SERVICE.match(value) is not None
    if kind in ("Federated", "CanonicalUser"):
        return bool(value)
    if kind != "AWS":
        return False
    if value == "*" or _ACCOUNT.match(value):
        return True
    if _UNIQUE_ID.match(value):
        return _by_id(value, partition) is not None
    match = _ARN.match(value)
    if match is None or match["partition"] != partition:
        return False
    if match["rest"] == "root" or match["rest"].startswith("federated-user/"):
        return True
    return _entity(value, partition) is not None


def _entity(arn: str, partition: str) -> Any | None:
    """The role or user behind an ARN; for a session, its role."""
    match = _ARN.match(arn)
    if match is None or match["account"] not in iam_backends:
        return None
    kind, _, path = match["rest"].partition("/")
    if match["service"] == "sts":
        return _role(match["account"], partition, path.split("/")[0]) if kind == "assumed-role" else None
    backend = iam_backends[match["account"]][partition]
    pool = {"role": backend.roles, "user": backend.users}.get(kind, {})
    return next((entity for entity in list(pool.values()) if entity.arn == arn), None)


def _role(account: str, partition: str, name: str) -> Any | None:
    if account not in iam_backends:
        return None
    roles = list(iam_backends[account][partition].roles.values())
    return next((role for role in roles if role.name == name), None)


def _by_id(unique_id: str, partition: str) -> Any | None:
    for account in list(iam_backends.values()):
        backend = account[partition]
        for entity in (*list(backend.roles.values()), *list(backend.users.values())):
            if entity.id == unique_id:
                return entity
    return None
