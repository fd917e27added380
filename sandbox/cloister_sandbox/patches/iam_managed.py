"""AWS's own managed policies, taken from moto's copy one by one as they are named.

moto loads either none of the more than a thousand, or all of them anew for every account.
"""

from __future__ import annotations

import functools
import json
from typing import Any

from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, IAMBackend, ManagedPolicy

from .wrap import around

_PREFIX = "iam::aws:policy/"
# Methods of moto's backend that take the ARN of a policy, and under which name.
_TAKING = {
    "attach_role_policy": "policy_arn",
    "attach_user_policy": "policy_arn",
    "attach_group_policy": "policy_arn",
    "get_policy": "policy_arn",
    "get_policy_version": "policy_arn",
    "list_policy_versions": "policy_arn",
    "put_role_permissions_boundary": "permissions_boundary",
}


def apply() -> None:
    """Loads a policy before a method looks for it, and all of them before AWS's are listed."""
    for name, parameter in _TAKING.items():
        _loading(name, parameter)

    @around(IAMBackend, "list_policies")
    def list_policies(
        original: Any, self: IAMBackend, marker: Any, max_items: int, only_attached: bool, path_prefix: str, scope: str
    ) -> Any:
        for name in _data() if scope != "Local" else ():
            _load(self, name)
        return original(self, marker, max_items, only_attached, path_prefix, scope)


def managed_policy(backend: IAMBackend, arn: str) -> ManagedPolicy | None:
    """The managed policy of an ARN, the account's or AWS's."""
    if _PREFIX in arn:
        _load(backend, arn.rsplit("/", 1)[1])
    return backend.managed_policies.get(arn)


def _loading(name: str, parameter: str) -> None:
    @around(IAMBackend, name)
    def method(original: Any, self: IAMBackend, *args: Any, **kwargs: Any) -> Any:
        for value in (*args, kwargs.get(parameter)):
            if isinstance(value, str) and _PREFIX in value:
                managed_policy(self, value)
        return original(self, *args, **kwargs)


def _load(backend: IAMBackend, name: str) -> None:
    described = _data().get(name)
    if described is None or name in _loaded(backend):
        return
    policy = AWSManagedPolicy.from_data(name, backend.account_id, backend.region_name, described)
    backend.managed_policies[policy.arn] = policy
    backend.aws_managed_policies.append(policy)


def _loaded(backend: IAMBackend) -> set[str]:
    return {policy.name for policy in backend.aws_managed_policies}


@functools.cache
def _data() -> dict[str, Any]:
    return json.loads(aws_managed_policies_data)
