"""Security groups: the default one keeps its rule and its place, one in use stays, and rules keep their descriptions."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.security_groups import SecurityGroup, SecurityGroupBackend, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups

from .wrap import AwsError, around


def apply() -> None:
    """Corrects making and deleting, and what tells rules apart."""
    _rules()

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


def _rules() -> None:
    @around(SecurityGroupRule, "__init__")
    def make(original: Any, self: Any, *args: Any, **more: Any) -> None:
        original(self, *args, **more)
        prefix_list = more.get("prefix_list_id") or (args[7] if len(args) > 7 else None) or {}
        self.prefix_list_description = prefix_list.get("Description")

    @around(SecurityGroupRule, "__eq__")
    def same(original: Any, self: Any, other: Any) -> bool:
        # A second rule that differs in its description only is a duplicate, and a revocation need not repeat it.
        return bool(original(_undescribed(self), _undescribed(other)))

    @around(SecurityGroup, "_flattened_rules")
    def flattened(original: Any, self: Any, rules: list[Any]) -> list[Any]:
        views: list[Any] = original(self, rules)
        texts = {_traffic(rule, rule.prefix_list_id): rule.prefix_list_description for rule in rules}
        for view in views:
            for one in view.prefix_list_ids:
                if text := texts.get(_traffic(view, one["PrefixListId"])):
                    one["Description"] = text
        return views

    @around(SecurityGroupBackend, "_sg_update_description")
    def describe(original: Any, self: Any, asked: Any, rule: Any) -> None:
        # A rule that is named without a description loses its own; moto leaves it.
        for peer, wanted in ((rule.ip_range, asked.ip_range), (rule.source_group, asked.source_group)):
            peer.pop("Description", None)
            peer.update({name: value for name, value in wanted.items() if name == "Description"})
        rule.prefix_list_description = asked.prefix_list_description


def _undescribed(rule: Any) -> Any:
    bare = copy.copy(rule)
    bare.source_group = {name: value for name, value in rule.source_group.items() if name != "Description"}
    return bare


def _traffic(rule: Any, prefix_list: str | None) -> tuple[Any, ...]:
    return (rule.ip_protocol, rule.from_port, rule.to_port, prefix_list)


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
