"""Roles and policies: trust policies are checked, names ignore case, what is attached or not named stays."""

from __future__ import annotations

import json
from typing import Any

from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy, Role
from moto.iam.policy_validation import IAMTrustPolicyDocumentValidator

from . import principals
from .documents import parse, statements
from .documents import principals as named_principals
from .iam_managed import managed_policy
from .wrap import AwsError, around


def apply() -> None:
    """Checks what moto takes on trust."""

    @around(Role, "__init__")
    def init(original: Any, self: Role, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.cloister_principals = _ids(self.assume_role_policy_document, self.partition)

    @around(IAMBackend, "create_role")
    def create_role(
        original: Any, self: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
    ) -> Role:
        if any(role.name.lower() == role_name.lower() for role in self.get_roles()):
            raise AwsError("EntityAlreadyExists", f"Role with name {role_name} already exists.")
        # Roles that AWS makes by itself come without one.
        if kwargs.get("linked_service") is None and len(args) < 6:
            _check_trust(assume_role_policy_document, self.partition)
        _check_boundary(self, kwargs.get("permissions_boundary") or (args[1] if len(args) > 1 else None))
        return original(self, role_name, assume_role_policy_document, *args, **kwargs)

    @around(IAMBackend, "update_role")
    def update_role(
        original: Any, self: IAMBackend, role_name: str, role_description: str | None, max_session_duration: str
    ) -> Role:
        kept = self.get_role(role_name).description
        return original(self, role_name, kept if role_description is None else role_description, max_session_duration)

    @around(IAMBackend, "put_role_permissions_boundary")
    def put_boundary(original: Any, self: IAMBackend, role_name: str, permissions_boundary: str) -> None:
        self.get_role(role_name)
        _check_boundary(self, permissions_boundary)
        original(self, role_name, permissions_boundary)

    @around(IAMBackend, "update_assume_role_policy")
    def update_trust(original: Any, self: IAMBackend, role_name: str, policy_document: str) -> None:
        role = self.get_role(role_name)
        _check_trust(policy_document, self.partition)
        original(self, role_name, policy_document)
        role.cloister_principals = _ids(policy_document, self.partition)

    @around(IAMBackend, "create_policy")
    def create_policy(
        original: Any, self: IAMBackend, description: str, path: str, document: str, name: str, *args: Any, **kwargs: Any
    ) -> ManagedPolicy:
        own = (policy for policy in self.managed_policies.values() if not isinstance(policy, AWSManagedPolicy))
        if any(policy.name.lower() == name.lower() for policy in own):
            message = f"A policy called {name} already exists. Duplicate names are not allowed."
            raise AwsError("EntityAlreadyExists", message)
        return original(self, description, path, document, name, *args, **kwargs)

    @around(IAMBackend, "delete_policy")
    def delete_policy(original: Any, self: IAMBackend, policy_arn: str) -> None:
        policy = self.get_policy(policy_arn)
        if policy.attachment_count > 0:
            raise AwsError("DeleteConflict", "Cannot delete a policy attached to entities.")
        if len(policy.versions) > 1:
            message = (
                "This policy has more than one version. Before you delete a policy, you must delete the policy's "
                "versions. The default version is deleted with the policy."
            )
            raise AwsError("DeleteConflict", message)
        original(self, policy_arn)

    for name in ("get_role", "get_roles"):
        _refreshing(name)


def _refreshing(name: str) -> None:
    """Lets trust policies show what their principals are called by the time they are read."""

    @around(IAMBackend, name)
    def read(original: Any, self: IAMBackend, *args: Any, **kwargs: Any) -> Any:
        found = original(self, *args, **kwargs)
        for role in [found] if isinstance(found, Role) else list(found):
            role.assume_role_policy_document = _as_named_now(role)
        return found


def _as_named_now(role: Role) -> str:
    text = role.assume_role_policy_document
    lost = _lost(role)
    if not lost:
        return text
    # The document otherwise comes back as it was written: IAM keeps the text.
    for arn, unique_id in lost.items():
        text = text.replace(json.dumps(arn), json.dumps(unique_id))
    return text


def _lost(role: Role) -> dict[str, str]:
    saved = getattr(role, "cloister_principals", {})
    if not saved:
        return {}
    document = parse(role.assume_role_policy_document)
    shown = principals.names_now(document, saved, role.partition)
    return {arn: shown[arn] for arn in saved if shown.get(arn, arn) != arn}


def _check_trust(text: str | None, partition: str) -> None:
    IAMTrustPolicyDocumentValidator(text or "").validate()
    document = parse(text or "")
    for statement in statements(document):
        if not list(named_principals(statement)):
            raise MalformedPolicyDocument("Missing required field Principal")
    invalid = principals.first_invalid(document, partition)
    if invalid is not None:
        kind, value = invalid
        raise MalformedPolicyDocument(f'Invalid principal in policy: "{kind}":"{value}"')


def _check_boundary(backend: IAMBackend, arn: str | None) -> None:
    # What is no ARN of a policy is moto's to refuse.
    if arn and backend.policy_arn_regex.match(arn) and managed_policy(backend, arn) is None:
        raise AwsError("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


def _ids(text: str | None, partition: str) -> dict[str, str]:
    try:
        document = parse(text or "")
    except ValueError:
        return {}
    return principals.ids_of(document, partition) if isinstance(document, dict) else {}
