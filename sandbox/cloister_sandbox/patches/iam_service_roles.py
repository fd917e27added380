"""Service-linked roles: named as AWS names them, and nobody's to change but their service's."""

from __future__ import annotations

from typing import Any

from moto.iam import models
from moto.iam.models import IAMBackend
from moto.iam.responses import IamResponse

from .wrap import AwsError, MotoChanged, around

# Operations of moto's response class that change a role.
_CHANGES = (
    "attach_role_policy",
    "delete_role",
    "delete_role_permissions_boundary",
    "delete_role_policy",
    "detach_role_policy",
    "put_role_permissions_boundary",
    "put_role_policy",
    "update_assume_role_policy",
)


def apply() -> None:
    """Names the roles, and guards them."""
    if not hasattr(models, "SERVICE_NAME_CONVERSION"):
        raise MotoChanged(
            "moto has no `iam.models.SERVICE_NAME_CONVERSION`. Use the moto version that the sandbox pins."
        )
    # Late, since that module knows moto's stores.
    from ..service_linked_roles import NAMES

    models.SERVICE_NAME_CONVERSION.update({service.split(".")[0]: name for service, name in NAMES.items()})

    @around(IAMBackend, "create_service_linked_role")
    def create(original: Any, self: IAMBackend, service_name: str, description: str, suffix: str) -> Any:
        try:
            return original(self, service_name, description, suffix)
        except AwsError as taken:
            name = taken.message.split(" ")[3]
            message = f"Service role name {name} has been taken in this account, please try a different suffix."
            raise AwsError("InvalidInput", message) from None

    for name in _CHANGES:
        _guard(name)


def _guard(name: str) -> None:
    @around(IamResponse, name)
    def guarded(original: Any, self: IamResponse) -> Any:
        role_name = self._get_param("RoleName")
        linked = any(
            role.name == role_name and role.path.startswith("/aws-service-role/")
            for role in self.backend.roles.values()
        )
        if linked:
            protected = f"Cannot perform the operation on the protected role '{role_name}'"
            raise AwsError("UnmodifiableEntity", f"{protected} - this role is only modifiable by AWS")
        return original(self)
