"""What a firewall does with a connection, and what it knows about it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .flow_firewall_rules import STRICT, Rule, matching
from .flow_rules import Packet
from .network_firewall_store import Firewall, Store, stores

_STOPPING = ("drop", "reject")


@dataclass(frozen=True)
class Decision:
    """Whether a connection passes; one that does not may still have got through its handshake."""

    passes: bool
    firewall: Firewall | None = None
    zone: str = ""
    packet: Packet | None = None
    host: str = ""
    handshake: bool = False
    alerts: tuple[Rule, ...] = ()


def decide(account: str, region: str, endpoint_id: str, packet: Packet, host: str) -> Decision:
    """What the firewall behind an endpoint does with a connection to a host."""
    store = stores[account, region]
    found = _firewall(store, endpoint_id)
    if found is None:
        return Decision(True)
    firewall, zone = found
    policy = store.policies[firewall.policy_arn].document
    default = policy["StatelessDefaultActions"]
    if "aws:forward_to_sfe" not in default:
        return Decision("aws:pass" in default)
    verdict = _strictly if _is_strict(policy) else _by_action
    passes, handshake, alerts = verdict(policy, _matched(store, policy, packet, host))
    return Decision(passes, firewall, zone, packet, host, handshake, alerts)


def _firewall(store: Store, endpoint_id: str) -> tuple[Firewall, str] | None:
    for association in store.associations.values():
        if association.attachment is not None and association.attachment.endpoint_id == endpoint_id:
            return store.firewalls[association.firewall_arn], association.zone
    for firewall in store.firewalls.values():
        for zone, attachment in firewall.zones.items():
            if attachment.endpoint_id == endpoint_id:
                return firewall, zone
    return None


def _is_strict(policy: dict[str, Any]) -> bool:
    return (policy.get("StatefulEngineOptions") or {}).get("RuleOrder") == STRICT


def _matched(store: Store, policy: dict[str, Any], packet: Packet, host: str) -> list[Rule]:
    references = sorted(policy.get("StatefulRuleGroupReferences") or [], key=lambda one: one.get("Priority") or 0)
    groups = [store.groups[one["ResourceArn"]] for one in references if one["ResourceArn"] in store.groups]
    return [rule for group in groups for rule in matching(group, packet, host)]


def _strictly(policy: dict[str, Any], matched: list[Rule]) -> tuple[bool, bool, tuple[Rule, ...]]:
    """The first rule decides, then the policy's default."""
    alerts = [rule for rule in matched if rule.action == "alert"]
    deciding = next((rule for rule in matched if rule.action != "alert"), None)
    if deciding is not None:
        passes = deciding.action == "pass"
        return passes, passes or deciding.by_name, tuple(alerts if passes else [*alerts, deciding])
    defaults = policy.get("StatefulDefaultActions") or []
    alerts += [Rule("alert", f"{one} action") for one in defaults if "alert" in one]
    dropping = [one for one in defaults if "drop" in one]
    # Only the strict one drops what comes before a connection is established.
    return not dropping, "aws:drop_strict" not in dropping, tuple(alerts)


def _by_action(_: dict[str, Any], matched: list[Rule]) -> tuple[bool, bool, tuple[Rule, ...]]:
    """The default order is that of the actions: whatever passes does so before anything is dropped."""
    if any(rule.action == "pass" for rule in matched):
        return True, True, ()
    stopping = [rule for rule in matched if rule.action in _STOPPING]
    alerts = tuple(stopping + [rule for rule in matched if rule.action == "alert"])
    return not stopping, all(rule.by_name for rule in stopping), alerts
