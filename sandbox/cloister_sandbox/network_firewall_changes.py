"""What can be changed about a firewall, and what its protections keep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import durations, timeline
from .call import Call
from .network_firewall_endpoints import begin_detaching, check_unrouted, detach, sync
from .network_firewall_firewalls import add_zones, check_policy, find_firewall
from .network_firewall_store import Firewall, Store, impossible, invalid, store_of
from .registry import Registry

_Change = Callable[[Store, Firewall, dict[str, Any]], dict[str, Any]]


def register(registry: Registry) -> None:
    """Adds the operations that change firewalls."""
    for operation, change in (
        ("UpdateFirewallDeleteProtection", _flag("DeleteProtection", "delete_protection")),
        ("UpdateSubnetChangeProtection", _flag("SubnetChangeProtection", "subnet_protection")),
        ("UpdateFirewallPolicyChangeProtection", _flag("FirewallPolicyChangeProtection", "policy_protection")),
        ("UpdateFirewallDescription", _describe),
        ("UpdateFirewallEncryptionConfiguration", _encrypt),
        ("UpdateFirewallAnalysisSettings", _analyse),
        ("AssociateFirewallPolicy", _associate_policy),
        ("AssociateSubnets", _associate_subnets),
        ("DisassociateSubnets", _disassociate_subnets),
    ):
        registry.add("network-firewall", operation, _changing(change))


def _changing(change: _Change) -> Callable[[Call], dict[str, Any]]:
    def answer(call: Call) -> dict[str, Any]:
        firewall = find_firewall(call)
        firewall.check_token(call.parameters.get("UpdateToken"))
        if firewall.deleting:
            raise impossible(f"Unable to fulfill the request because the firewall {firewall.name} is being deleted.")
        changed = change(store_of(call), firewall, call.parameters)
        firewall.changed()
        return changed | {
            "FirewallArn": firewall.arn,
            "FirewallName": firewall.name,
            "UpdateToken": firewall.token,
        }

    return answer


def _flag(member: str, attribute: str) -> _Change:
    def change(_: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
        setattr(firewall, attribute, asked[member])
        return {member: asked[member]}

    return change


def _describe(_: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
    firewall.description = asked.get("Description") or ""
    return {"Description": firewall.description}


def _encrypt(_: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
    firewall.encryption = asked.get("EncryptionConfiguration") or Firewall("", "").encryption
    return {"EncryptionConfiguration": firewall.encryption}


def _analyse(_: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
    firewall.analysis = asked.get("EnabledAnalysisTypes") or []
    return {"EnabledAnalysisTypes": firewall.analysis}


def _associate_policy(store: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
    if firewall.policy_protection:
        raise impossible("Unable to fulfill the request because the firewall has policy change protection.")
    check_policy(store, asked["FirewallPolicyArn"])
    firewall.policy_arn = asked["FirewallPolicyArn"]
    sync(firewall)
    return {"FirewallPolicyArn": firewall.policy_arn}


def _associate_subnets(store: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
    _check_subnets_may_change(firewall)
    add_zones(store, firewall, asked["SubnetMappings"])
    return _mappings(firewall)


def _disassociate_subnets(store: Store, firewall: Firewall, asked: dict[str, Any]) -> dict[str, Any]:
    _check_subnets_may_change(firewall)
    known = {one.subnet_id for one in firewall.zones.values()}
    if not set(asked["SubnetIds"]) <= known:
        raise invalid(f"subnet mapping(s) is invalid, parameter: [{', '.join(sorted(asked['SubnetIds']))}]")
    if set(asked["SubnetIds"]) == known:
        raise invalid("A firewall needs at least one subnet mapping.")
    going = {zone: one for zone, one in firewall.zones.items() if one.subnet_id in asked["SubnetIds"]}
    check_unrouted(store, list(going.values()))
    begin_detaching(store, list(going.values()))
    timeline.after(durations.FIREWALL_DELETE, lambda: _drop_zones(store, firewall, list(going)))
    kept = {zone: one for zone, one in firewall.zones.items() if zone not in going}
    return _mappings(Firewall(firewall.name, firewall.arn, zones=kept))


def _drop_zones(store: Store, firewall: Firewall, zones: list[str]) -> None:
    detach(store, [firewall.zones.pop(zone) for zone in zones if zone in firewall.zones])


def _check_subnets_may_change(firewall: Firewall) -> None:
    if firewall.subnet_protection:
        raise impossible("Unable to fulfill the request because the firewall has subnet change protection.")


def _mappings(firewall: Firewall) -> dict[str, Any]:
    zones = firewall.zones.values()
    return {"SubnetMappings": [{"SubnetId": one.subnet_id, "IPAddressType": one.address_type} for one in zones]}
