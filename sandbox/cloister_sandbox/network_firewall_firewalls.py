"""Firewalls: minutes to come, more to go, and not before logs, protections and routes are gone."""

from __future__ import annotations

from typing import Any

from . import durations, timeline
from .call import Call
from .network_firewall_endpoints import attach, begin_detaching, check_unrouted, check_vpc, detach, zone_of
from .network_firewall_store import (
    Attachment,
    Firewall,
    Store,
    check_new,
    common,
    find,
    impossible,
    invalid,
    page,
    store_of,
)
from .registry import Registry


def register(registry: Registry) -> None:
    """Adds the operations that make, show and delete firewalls."""
    for operation, answer in (
        ("CreateFirewall", _create),
        ("DescribeFirewall", _describe),
        ("DescribeFirewallMetadata", _describe_metadata),
        ("ListFirewalls", _list),
        ("DeleteFirewall", _delete),
    ):
        registry.add("network-firewall", operation, answer)


def find_firewall(call: Call) -> Firewall:
    """The firewall that a call names."""
    asked = call.parameters
    return find(store_of(call).firewalls, asked.get("FirewallName"), asked.get("FirewallArn"))


def check_policy(store: Store, arn: str) -> None:
    """Raises if there is no such policy to use."""
    policy = store.policies.get(arn)
    if policy is None or policy.deleting:
        raise invalid(f"firewall policy is invalid, parameter: [{arn}]")


def add_zones(store: Store, firewall: Firewall, mappings: list[dict[str, Any]]) -> None:
    """Gives a firewall an endpoint in each of the subnets; one for each zone."""
    zones = [zone_of(store, firewall.vpc_id, one["SubnetId"]) for one in mappings]
    if len(set(zones)) < len(zones) or set(zones) & set(firewall.zones):
        names = ", ".join(one["SubnetId"] for one in mappings)
        raise invalid(f"There can be only one subnet mapping per Availability Zone, parameter: [{names}]")
    for zone, mapping in zip(zones, mappings, strict=True):
        firewall.zones[zone] = attach(store, firewall.vpc_id, mapping, firewall.arn)


def status(store: Store, firewall: Firewall) -> dict[str, Any]:
    """FirewallStatus, by zone."""
    ready = all(one.status == "READY" for one in firewall.zones.values())
    in_sync = ready and not firewall.syncing
    return {
        "Status": "DELETING" if firewall.deleting else "READY" if ready else "PROVISIONING",
        "ConfigurationSyncStateSummary": "IN_SYNC" if in_sync else "PENDING",
        "SyncStates": {
            zone: {"Attachment": one.described(), "Config": _config(store, firewall, one)}
            for zone, one in firewall.zones.items()
        },
    }


def _create(call: Call) -> dict[str, Any]:
    asked, store = call.parameters, store_of(call)
    name = asked["FirewallName"]
    check_new(store.firewalls.values(), name)
    if not asked.get("VpcId") or not asked.get("SubnetMappings"):
        raise invalid("A VPC ID and at least one subnet mapping are needed.")
    check_policy(store, asked["FirewallPolicyArn"])
    check_vpc(store, asked["VpcId"])
    firewall = Firewall(
        name,
        store.arn("firewall", name),
        policy_arn=asked["FirewallPolicyArn"],
        vpc_id=asked["VpcId"],
        delete_protection=bool(asked.get("DeleteProtection")),
        subnet_protection=bool(asked.get("SubnetChangeProtection")),
        policy_protection=bool(asked.get("FirewallPolicyChangeProtection")),
        analysis=asked.get("EnabledAnalysisTypes") or [],
        **common(asked),
    )
    add_zones(store, firewall, asked["SubnetMappings"])
    store.firewalls[firewall.arn] = firewall
    return {"Firewall": _described(store, firewall), "FirewallStatus": status(store, firewall)}


def _describe(call: Call) -> dict[str, Any]:
    store, firewall = store_of(call), find_firewall(call)
    return {
        "UpdateToken": firewall.token,
        "Firewall": _described(store, firewall),
        "FirewallStatus": status(store, firewall),
    }


def _describe_metadata(call: Call) -> dict[str, Any]:
    store, firewall = store_of(call), find_firewall(call)
    zones = {zone: {"IPAddressType": one.address_type} for zone, one in firewall.zones.items()}
    return {
        "FirewallArn": firewall.arn,
        "FirewallPolicyArn": firewall.policy_arn,
        "Description": firewall.description,
        "Status": status(store, firewall)["Status"],
        "SupportedAvailabilityZones": zones,
    }


def _list(call: Call) -> dict[str, Any]:
    asked = call.parameters
    found = [one for one in store_of(call).firewalls.values() if one.vpc_id in (asked.get("VpcIds") or [one.vpc_id])]
    return page(asked, "Firewalls", [{"FirewallName": one.name, "FirewallArn": one.arn} for one in found])


def _delete(call: Call) -> dict[str, Any]:
    store, firewall = store_of(call), find_firewall(call)
    _check_deletable(store, firewall)
    firewall.deleting = True
    begin_detaching(store, list(firewall.zones.values()))
    timeline.after(durations.FIREWALL_DELETE, lambda: _end(store, firewall))
    return {"Firewall": _described(store, firewall), "FirewallStatus": status(store, firewall)}


def _check_deletable(store: Store, firewall: Firewall) -> None:
    if firewall.deleting:
        raise impossible(f"Unable to fulfill the request because the firewall {firewall.name} is being deleted.")
    if firewall.delete_protection:
        raise impossible("Unable to fulfill the request because the firewall has delete protection.")
    if firewall.logging:
        raise impossible("Unable to fulfill the request because the firewall has a logging configuration.")
    if any(one.firewall_arn == firewall.arn for one in store.associations.values()):
        raise impossible("Unable to fulfill the request because the firewall has VPC endpoint associations.")
    check_unrouted(store, list(firewall.zones.values()))


def _end(store: Store, firewall: Firewall) -> None:
    detach(store, list(firewall.zones.values()))
    store.firewalls.pop(firewall.arn, None)


def _config(store: Store, firewall: Firewall, attachment: Attachment) -> dict[str, Any]:
    if attachment.status == "CREATING":
        return {}
    policy = store.policies.get(firewall.policy_arn)
    if policy is None:
        return {}
    state = "PENDING" if firewall.syncing else "IN_SYNC"
    parts = [policy, *(store.groups[arn] for arn in policy.group_arns() if arn in store.groups)]
    return {one.arn: {"SyncStatus": state, "UpdateToken": one.token} for one in parts}


def _described(store: Store, firewall: Firewall) -> dict[str, Any]:
    mappings = [{"SubnetId": one.subnet_id, "IPAddressType": one.address_type} for one in firewall.zones.values()]
    return {
        "FirewallName": firewall.name,
        "FirewallArn": firewall.arn,
        "FirewallPolicyArn": firewall.policy_arn,
        "VpcId": firewall.vpc_id,
        "SubnetMappings": mappings,
        "DeleteProtection": firewall.delete_protection,
        "SubnetChangeProtection": firewall.subnet_protection,
        "FirewallPolicyChangeProtection": firewall.policy_protection,
        "Description": firewall.description,
        "FirewallId": firewall.identifier,
        "Tags": firewall.tag_list(),
        "EncryptionConfiguration": firewall.encryption,
        "NumberOfAssociations": sum(one.firewall_arn == firewall.arn for one in store.associations.values()),
        "EnabledAnalysisTypes": firewall.analysis,
        "AvailabilityZoneChangeProtection": False,
    }
