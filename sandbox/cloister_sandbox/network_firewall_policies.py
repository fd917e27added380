"""Firewall policies: they refer to groups that exist, and stay while a firewall uses them."""

from __future__ import annotations

from typing import Any

from . import durations, network_firewall_endpoints, timeline
from .call import Call
from .network_firewall_groups import IN_USE, rule_order
from .network_firewall_store import Policy, Store, check_new, common, find, impossible, invalid, page, store_of
from .registry import Registry

_STATELESS_ACTIONS = ("aws:pass", "aws:drop", "aws:forward_to_sfe")
_STATEFUL_ACTIONS = (
    "aws:drop_strict",
    "aws:drop_established",
    "aws:drop_established_app_layer",
    "aws:alert_strict",
    "aws:alert_established",
    "aws:alert_established_app_layer",
)
_STRICT = "STRICT_ORDER"


def register(registry: Registry) -> None:
    """Adds the operations on policies."""
    for operation, answer in (
        ("CreateFirewallPolicy", _create),
        ("DescribeFirewallPolicy", _describe),
        ("ListFirewallPolicies", _list),
        ("UpdateFirewallPolicy", _update),
        ("DeleteFirewallPolicy", _delete),
    ):
        registry.add("network-firewall", operation, answer)


def _create(call: Call) -> dict[str, Any]:
    asked, store = call.parameters, store_of(call)
    name = asked["FirewallPolicyName"]
    check_new(store.policies.values(), name)
    policy = Policy(
        name, store.arn("firewall-policy", name), document=_checked(store, asked["FirewallPolicy"]), **common(asked)
    )
    if not asked.get("DryRun"):
        store.policies[policy.arn] = policy
    return {"UpdateToken": policy.token, "FirewallPolicyResponse": _response(store, policy)}


def _describe(call: Call) -> dict[str, Any]:
    store, policy = store_of(call), _find(call)
    return {
        "UpdateToken": policy.token,
        "FirewallPolicyResponse": _response(store, policy),
        "FirewallPolicy": policy.document,
    }


def _list(call: Call) -> dict[str, Any]:
    entries = [{"Name": one.name, "Arn": one.arn} for one in store_of(call).policies.values()]
    return page(call.parameters, "FirewallPolicies", entries)


def _update(call: Call) -> dict[str, Any]:
    asked, store, policy = call.parameters, store_of(call), _find(call)
    policy.check_token(asked["UpdateToken"])
    document = _checked(store, asked["FirewallPolicy"])
    if _order(document) != _order(policy.document):
        raise invalid("The rule order of a firewall policy cannot be changed.")
    if not asked.get("DryRun"):
        policy.document = document
        policy.description = asked.get("Description") or ""
        policy.changed()
        for firewall in _users(store, policy):
            network_firewall_endpoints.sync(firewall)
    return {"UpdateToken": policy.token, "FirewallPolicyResponse": _response(store, policy)}


def _delete(call: Call) -> dict[str, Any]:
    store, policy = store_of(call), _find(call)
    if _users(store, policy):
        raise impossible(IN_USE)
    if not policy.deleting:
        policy.deleting = True
        timeline.after(durations.FIREWALL_RULES_DELETE, lambda: store.policies.pop(policy.arn, None))
    return {"FirewallPolicyResponse": _response(store, policy)}


def _find(call: Call) -> Policy:
    asked = call.parameters
    return find(store_of(call).policies, asked.get("FirewallPolicyName"), asked.get("FirewallPolicyArn"))


def _checked(store: Store, document: dict[str, Any]) -> dict[str, Any]:
    custom = {one["ActionName"] for one in document.get("StatelessCustomActions") or []}
    for member in ("StatelessDefaultActions", "StatelessFragmentDefaultActions"):
        actions = document[member]
        if sum(one in _STATELESS_ACTIONS for one in actions) != 1 or any(
            one not in custom and one not in _STATELESS_ACTIONS for one in actions
        ):
            raise invalid(f"{member} is invalid, parameter: [{', '.join(actions)}]")
    strict = _order(document) == _STRICT
    defaults = document.get("StatefulDefaultActions") or []
    if any(one not in _STATEFUL_ACTIONS for one in defaults) or (defaults and not strict):
        raise invalid(f"StatefulDefaultActions is invalid, parameter: [{', '.join(defaults)}]")
    for reference in document.get("StatelessRuleGroupReferences") or []:
        _check_reference(store, reference["ResourceArn"], "STATELESS")
    for reference in document.get("StatefulRuleGroupReferences") or []:
        _check_stateful(store, reference, document)
    return document


def _check_stateful(store: Store, reference: dict[str, Any], document: dict[str, Any]) -> None:
    arn, order = reference["ResourceArn"], _order(document)
    if (reference.get("Priority") is None) == (order == _STRICT):
        raise invalid(f"Priority is needed with strict rule order, and only then, parameter: [{arn}]")
    _check_reference(store, arn, "STATEFUL")
    if arn in store.groups and rule_order(store.groups[arn]) != order:
        raise invalid(f"The rule group and the firewall policy must have the same rule order, parameter: [{arn}]")


def _check_reference(store: Store, arn: str, kind: str) -> None:
    if ":aws-managed:" in arn and kind == "STATEFUL":
        return
    group = store.groups.get(arn)
    if group is None or group.kind != kind or group.deleting:
        raise invalid(f"The rule group reference is invalid, parameter: [{arn}]")


def _order(document: dict[str, Any]) -> str:
    return (document.get("StatefulEngineOptions") or {}).get("RuleOrder", "DEFAULT_ACTION_ORDER")


def _users(store: Store, policy: Policy) -> list[Any]:
    return [one for one in store.firewalls.values() if one.policy_arn == policy.arn]


def _response(store: Store, policy: Policy) -> dict[str, Any]:
    used = dict.fromkeys(("STATELESS", "STATEFUL"), 0)
    for arn in policy.group_arns():
        if arn in store.groups:
            used[store.groups[arn].kind] += store.groups[arn].capacity
    return {
        "FirewallPolicyName": policy.name,
        "FirewallPolicyArn": policy.arn,
        "FirewallPolicyId": policy.identifier,
        "Description": policy.description,
        "FirewallPolicyStatus": "DELETING" if policy.deleting else "ACTIVE",
        "Tags": policy.tag_list(),
        "ConsumedStatelessRuleCapacity": used["STATELESS"],
        "ConsumedStatefulRuleCapacity": used["STATEFUL"],
        "NumberOfAssociations": len(_users(store, policy)),
        "EncryptionConfiguration": policy.encryption,
        "LastModifiedTime": policy.modified,
    }
