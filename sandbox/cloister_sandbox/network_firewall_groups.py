"""Rule groups: their capacity is fixed, and while a policy refers to one it stays."""

from __future__ import annotations

from typing import Any

from . import durations, network_firewall_endpoints, timeline
from .call import Call
from .network_firewall_store import RuleGroup, Store, check_new, common, find, impossible, invalid, page, store_of
from .registry import Registry

_KINDS = {"STATEFUL": "stateful-rulegroup", "STATELESS": "stateless-rulegroup"}
_ORDERS = ("DEFAULT_ACTION_ORDER", "STRICT_ORDER")
IN_USE = "Unable to delete the object because it is still in use."


def register(registry: Registry) -> None:
    """Adds the operations on rule groups."""
    for operation, answer in (
        ("CreateRuleGroup", _create),
        ("DescribeRuleGroup", _describe),
        ("DescribeRuleGroupMetadata", _describe_metadata),
        ("ListRuleGroups", _list),
        ("UpdateRuleGroup", _update),
        ("DeleteRuleGroup", _delete),
    ):
        registry.add("network-firewall", operation, answer)


def rule_order(group: RuleGroup) -> str:
    """In which order the engine takes a stateful group's rules."""
    return (group.rules.get("StatefulRuleOptions") or {}).get("RuleOrder", _ORDERS[0])


def _create(call: Call) -> dict[str, Any]:
    asked, store = call.parameters, store_of(call)
    name, kind = asked["RuleGroupName"], asked["Type"]
    if kind not in _KINDS:
        raise invalid(f"{kind} is not a type of rule group that the sandbox knows.")
    check_new((one for one in store.groups.values() if one.kind == kind), name)
    rules = _rules(asked)
    group = RuleGroup(
        name,
        store.arn(_KINDS[kind], name),
        kind=kind,
        capacity=asked["Capacity"],
        used=_used(kind, rules),
        rules=rules,
        **common(asked),
    )
    _check_capacity(group)
    if not asked.get("DryRun"):
        store.groups[group.arn] = group
    return {"UpdateToken": group.token, "RuleGroupResponse": _response(store, group)}


def _describe(call: Call) -> dict[str, Any]:
    store, group = store_of(call), _find(call)
    return {"UpdateToken": group.token, "RuleGroup": group.rules, "RuleGroupResponse": _response(store, group)}


def _describe_metadata(call: Call) -> dict[str, Any]:
    group = _find(call)
    return {
        "RuleGroupArn": group.arn,
        "RuleGroupName": group.name,
        "Description": group.description,
        "Type": group.kind,
        "Capacity": group.capacity,
        "StatefulRuleOptions": group.rules.get("StatefulRuleOptions") or {},
        "LastModifiedTime": group.modified,
    }


def _list(call: Call) -> dict[str, Any]:
    asked = call.parameters
    # Those that AWS manages are not in the sandbox.
    groups = [] if asked.get("Scope") == "MANAGED" else store_of(call).groups.values()
    found = [one for one in groups if asked.get("Type") in (None, one.kind)]
    return page(asked, "RuleGroups", [{"Name": one.name, "Arn": one.arn} for one in found])


def _update(call: Call) -> dict[str, Any]:
    asked, store, group = call.parameters, store_of(call), _find(call)
    if asked.get("Type") not in (None, group.kind):
        raise invalid("The type of a rule group cannot be changed.")
    group.check_token(asked["UpdateToken"])
    rules = _rules(asked)
    changed = RuleGroup(
        group.name, group.arn, kind=group.kind, capacity=group.capacity, used=_used(group.kind, rules), rules=rules
    )
    _check_capacity(changed)
    if rule_order(changed) != rule_order(group):
        raise invalid("The rule order of a rule group cannot be changed.")
    if not asked.get("DryRun"):
        group.rules, group.used = changed.rules, changed.used
        group.description = asked.get("Description") or ""
        group.changed()
        _sync(store, group)
    return {"UpdateToken": group.token, "RuleGroupResponse": _response(store, group)}


def _delete(call: Call) -> dict[str, Any]:
    store, group = store_of(call), _find(call)
    if _users(store, group):
        raise impossible(IN_USE)
    if not group.deleting:
        group.deleting = True
        timeline.after(durations.FIREWALL_RULES_DELETE, lambda: store.groups.pop(group.arn, None))
    return {"RuleGroupResponse": _response(store, group)}


def _find(call: Call) -> RuleGroup:
    asked = call.parameters
    name, arn, kind = asked.get("RuleGroupName"), asked.get("RuleGroupArn"), asked.get("Type")
    if name and not arn and not kind:
        raise invalid("You must provide the type of the rule group with its name.")
    groups = {key: one for key, one in store_of(call).groups.items() if kind in (None, one.kind)}
    return find(groups, name, arn)


def _rules(asked: dict[str, Any]) -> dict[str, Any]:
    if bool(asked.get("RuleGroup")) == bool(asked.get("Rules")):
        raise invalid("You must provide either RuleGroup or Rules, and not both.")
    rules = asked.get("RuleGroup") or {"RulesSource": {"RulesString": asked["Rules"]}}
    order = (rules.get("StatefulRuleOptions") or {}).get("RuleOrder", _ORDERS[0])
    if order not in _ORDERS:
        raise invalid(f"{order} is not a rule order.")
    return rules


def _used(kind: str, rules: dict[str, Any]) -> int:
    """The capacity that rules take, as the guide counts it.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/rule-group-capacity.html
    """
    source = rules["RulesSource"]
    parts = [name for name in source if source[name]]
    allowed = ("StatelessRulesAndCustomActions",) if kind == "STATELESS" else _STATEFUL_SOURCES
    if len(parts) != 1 or parts[0] not in allowed:
        raise invalid(f"A rule group of type {kind} takes exactly one of: {', '.join(allowed)}.")
    return _COUNTS[parts[0]](source[parts[0]])


def _count_lines(text: str) -> int:
    lines = [line.strip() for line in text.splitlines()]
    rules = [line for line in lines if line and not line.startswith("#")]
    for rule in rules:
        if "sid:" not in rule.replace(" ", ""):
            raise invalid(f"rule is invalid, rule: [{rule}], reason: Rule has no sid")
    return len(rules)


def _count_domains(source: dict[str, Any]) -> int:
    for target in source["Targets"]:
        if not target or " " in target or "*" in target or "/" in target:
            raise invalid(f"Rules Source Target is invalid, parameter: [{target}]")
    return len(source["Targets"]) * len(source["TargetTypes"])


def _count_stateless(source: dict[str, Any]) -> int:
    return sum(_stateless_weight(one["RuleDefinition"]["MatchAttributes"]) for one in source["StatelessRules"])


def _stateless_weight(match: dict[str, Any]) -> int:
    weight = 1
    for part in ("Protocols", "Sources", "Destinations", "SourcePorts", "DestinationPorts", "TCPFlags"):
        weight *= max(len(match.get(part) or []), 1)
    return weight


_COUNTS: dict[str, Any] = {
    "RulesString": _count_lines,
    "RulesSourceList": _count_domains,
    "StatefulRules": len,
    "StatelessRulesAndCustomActions": _count_stateless,
}
_STATEFUL_SOURCES = ("RulesString", "RulesSourceList", "StatefulRules")


def _check_capacity(group: RuleGroup) -> None:
    if group.used > group.capacity:
        raise invalid(f"The rules need a capacity of {group.used}, and the rule group has {group.capacity}.")


def _users(store: Store, group: RuleGroup) -> list[str]:
    return [one.arn for one in store.policies.values() if group.arn in one.group_arns()]


def _sync(store: Store, group: RuleGroup) -> None:
    users = _users(store, group)
    for firewall in store.firewalls.values():
        if firewall.policy_arn in users:
            network_firewall_endpoints.sync(firewall)


def _response(store: Store, group: RuleGroup) -> dict[str, Any]:
    return {
        "RuleGroupArn": group.arn,
        "RuleGroupName": group.name,
        "RuleGroupId": group.identifier,
        "Description": group.description,
        "Type": group.kind,
        "Capacity": group.capacity,
        "RuleGroupStatus": "DELETING" if group.deleting else "ACTIVE",
        "Tags": group.tag_list(),
        "ConsumedCapacity": group.used,
        "NumberOfAssociations": len(_users(store, group)),
        "EncryptionConfiguration": group.encryption,
        "LastModifiedTime": group.modified,
    }
