"""GetAccountAuthorizationDetails in pages, and without AWS's policies that nobody uses."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.responses import IamResponse

from .wrap import AwsError, around

_LISTS = {
    "UserDetailList": "users",
    "GroupDetailList": "groups",
    "RoleDetailList": "roles",
    "Policies": "managed_policies",
}
_MOST_PER_PAGE = 100


def apply() -> None:
    """Answers in moto's place."""

    @around(IamResponse, "get_account_authorization_details")
    def details(original: Any, self: IamResponse) -> ActionResult:
        list(self.backend.get_roles())  # Reading them brings their trust policies up to date.
        found = self.backend.get_account_authorization_details(self._get_param("Filter", []))
        entries = [(name, one) for name, attribute in _LISTS.items() for one in found[attribute] if _is_used(one)]
        marker = str(self._get_param("Marker") or "0")
        if not marker.isdigit():
            raise AwsError("ValidationError", "Invalid Marker.")
        start = int(marker)
        end = start + int(self._get_param("MaxItems") or _MOST_PER_PAGE)
        answer: dict[str, Any] = {
            name: [_shown(self.backend, kind, one) for kind, one in entries[start:end] if kind == name] for name in _LISTS
        } | {"IsTruncated": end < len(entries)}
        return ActionResult(answer | ({"Marker": str(end)} if end < len(entries) else {}))


def _shown(backend: Any, kind: str, one: Any) -> Any:
    """An entry; moto's policies do not tell their names by themselves."""
    if kind != "Policies":
        return one
    return {
        "PolicyName": one.name,
        "PolicyId": one.id,
        "Arn": one.arn,
        "Path": one.path,
        "DefaultVersionId": one.default_version_id,
        "AttachmentCount": one.attachment_count,
        "PermissionsBoundaryUsageCount": _bounded(backend, one.arn),
        "IsAttachable": one.is_attachable,
        "Description": one.description or None,
        "CreateDate": one.create_date,
        "UpdateDate": one.update_date,
        "PolicyVersionList": one.policy_version_list,
    }


def _bounded(backend: Any, arn: str) -> int:
    holders = (*backend.roles.values(), *backend.users.values())
    return sum(getattr(one, "permissions_boundary_arn", None) == arn for one in holders)


def _is_used(one: Any) -> bool:
    return ":iam::aws:" not in getattr(one, "arn", "") or one.attachment_count > 0
