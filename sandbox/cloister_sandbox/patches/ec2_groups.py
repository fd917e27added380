"""Security groups: the default one keeps its rule and its place, and one in use stays."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses.security_groups import SecurityGroups

from .wrap import AwsError, around


def apply() -> None:
    """Corrects making and deleting."""

    @around(SecurityGroupBackend, "create_security_group")
    def create(original: Any, self: Any, name: str, description: str, *args: Any, **more: Any) -> Any:
        if not more.get("is_default"):
            _check_name(name)
        group = original(self, name, description, *args, **more)
        if group.is_default:
            itself = {"GroupId": group.id, "UserId": self.account_id}
            self.authorize_security_group_ingress(group.id, "-1", None, None, [], source_groups=[itself])
        return group

    @around(SecurityGroups, "delete_security_group")
    def delete(original: Any, self: Any) -> ActionResult:
        name = self._get_param("GroupId") or self._get_param("GroupName")
        group = self.ec2_backend.get_security_group_by_name_or_id(name)
        if group is None:
            return original(self)
        if group.is_default:
            raise AwsError(
                "CannotDelete", f'the specified group: "{group.id}" name: "{group.name}" cannot be deleted by a user'
            )
        if next(_users(self.ec2_backend, group), None) is not None:
            raise AwsError("DependencyViolation", f"resource {group.id} has a dependent object")
        self.ec2_backend.delete_security_group(group_id=group.id)
        return ActionResult({"Return": True, "GroupId": group.id})


def _check_name(name: str) -> None:
    if name == "default":
        raise AwsError("InvalidParameterValue", "Cannot use reserved security group name: default")
    if name.startswith("sg-"):
        raise AwsError(
            "InvalidParameterValue",
            f"Value ({name}) for parameter groupName is invalid. Group names may not be in the format sg-*",
        )


def _users(backend: Any, group: Any) -> Iterator[str]:
    """What still uses a group: interfaces, whoever made them, and the rules of other groups."""
    for interface in backend.enis.values():
        if any(one.id == group.id for one in interface.group_set):
            yield interface.id
    for other in backend.describe_security_groups():
        if other.id != group.id:
            rules = (*other.ingress_rules, *other.egress_rules)
            yield from (rule.id for rule in rules if rule.source_group.get("GroupId") == group.id)
