"""Accounts of an organisation: each with the role by which its organisation's own account gets in."""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends
from moto.organizations.models import FakeAccount, FakeOrganization
from moto.utilities.utils import get_partition

from .wrap import around

# https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_accounts_create-cross-account-role.html
_ROLE = "OrganizationAccountAccessRole"
_PERMISSIONS = "iam::aws:policy/AdministratorAccess"


def apply() -> None:
    """Lets the role that moto makes do what AWS lets it do."""

    @around(FakeAccount, "__init__")
    def init(original: Any, self: FakeAccount, organization: FakeOrganization, **kwargs: Any) -> None:
        original(self, organization, **kwargs)
        partition = get_partition(organization.region)
        backend = iam_backends[self.id][partition]
        backend.attach_role_policy(f"arn:{partition}:{_PERMISSIONS}", kwargs.get("RoleName") or _ROLE)
