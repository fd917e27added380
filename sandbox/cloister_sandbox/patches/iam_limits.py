"""How large policies may be, and how many a role, user or group may have. White space is not counted.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import IAMBackend

from .wrap import AwsError, around

_TRUST, _MANAGED, _ATTACHED = 2048, 6144, 10
# All inline policies of one together.
_INLINE = {"role": 10240, "user": 2048, "group": 5120}


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

    for kind in _INLINE:
        _limit_inline(kind)
        _limit_attached(kind)

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


def _limit_inline(kind: str) -> None:
    most = _INLINE[kind]

    @around(IAMBackend, f"put_{kind}_policy")
    def put(original: Any, self: IAMBackend, holder: str, policy_name: str, policy_json: str) -> None:
        policies = getattr(self, f"get_{kind}")(holder).policies
        others = [text for name, text in policies.items() if name != policy_name]
        if sum(map(_size, [*others, policy_json])) > most:
            raise AwsError("LimitExceeded", f"Maximum policy size of {most} bytes exceeded for {kind} {holder}")
        original(self, holder, policy_name, policy_json)


def _limit_attached(kind: str) -> None:
    @around(IAMBackend, f"attach_{kind}_policy")
    def attach(original: Any, self: IAMBackend, policy_arn: str, holder: str) -> None:
        attached = {*getattr(self, f"get_{kind}")(holder).managed_policies, policy_arn}
        _check(f"PoliciesPer{kind.capitalize()}", len(attached), _ATTACHED)
        original(self, policy_arn, holder)


def _check(quota: str, found: int, most: int) -> None:
    if found > most:
        raise AwsError("LimitExceeded", f"Cannot exceed quota for {quota}: {most}")


def _size(document: str | None) -> int:
    return len("".join((document or "").split()))
