"""How large policies may be, and how many a role may have. White space is not counted.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend

from .wrap import AwsError, around

_TRUST, _INLINE, _MANAGED, _ATTACHED = 2048, 10240, 6144, 10


def apply() -> None:
    """Refuses what is too large or too much."""

    @around(IAMBackend, "create_role")
    def create_role(
        original: Any, self: IAMBackend, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any
    ) -> Any:
        _check("ACLSizePerRole", _size(assume_role_policy_document), _TRUST)
        return original(self, role_name, assume_role_policy_document, *args, **kwargs)

    @around(IAMBackend, "update_assume_role_policy")
    def update_trust(original: Any, self: IAMBackend, role_name: str, policy_document: str) -> None:
        _check("ACLSizePerRole", _size(policy_document), _TRUST)
        original(self, role_name, policy_document)

    @around(IAMBackend, "put_role_policy")
    def put_role_policy(original: Any, self: IAMBackend, role_name: str, policy_name: str, policy_json: str) -> None:
        others = {name: text for name, text in self.get_role(role_name).policies.items() if name != policy_name}
        if sum(map(_size, [*others.values(), policy_json])) > _INLINE:
            message = f"Maximum policy size of {_INLINE} bytes exceeded for role {role_name}"
            raise AwsError("LimitExceeded", message)
        original(self, role_name, policy_name, policy_json)

    @around(IAMBackend, "attach_role_policy")
    def attach_role_policy(original: Any, self: IAMBackend, policy_arn: str, role_name: str) -> None:
        attached = {*self.get_role(role_name).managed_policies, policy_arn}
        _check("PoliciesPerRole", len(attached), _ATTACHED)
        original(self, policy_arn, role_name)

    @around(IAMBackend, "create_policy")
    def create_policy(
        original: Any, self: IAMBackend, description: str, path: str, policy_document: str, *args: Any, **kwargs: Any
    ) -> Any:
        _check("PolicySize", _size(policy_document), _MANAGED)
        return original(self, description, path, policy_document, *args, **kwargs)

    @around(IAMBackend, "create_policy_version")
    def create_version(
        original: Any, self: IAMBackend, policy_arn: str, policy_document: str, *args: Any, **kwargs: Any
    ) -> Any:
        _check("PolicySize", _size(policy_document), _MANAGED)
        return original(self, policy_arn, policy_document, *args, **kwargs)


def _check(quota: str, found: int, most: int) -> None:
    if found > most:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for {quota}: {most}")


def _size(document: str | None) -> int:
    return len("".join((document or "").split()))
