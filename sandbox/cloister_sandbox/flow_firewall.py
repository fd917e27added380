"""What a firewall does with a connection.

Domain lists, rules of five fields, and the headers and names of Suricata rules are read; what else such rules may ask
for is taken as met.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .flow_rules import NUMBERS, Packet, contains
from .network_firewall_groups import rule_order
from .network_firewall_store import Firewall, RuleGroup, Store, stores

_PORTS = {"TLS_SNI": 443, "HTTP_HOST": 80}
_SURICATA = re.compile(
    r"^(?P<action>pass|drop|reject|alert)\s+(?P<protocol>\w+)\s+(?P<source>\S+)\s+\S+\s+(->|<>)\s+"
    r"(?P<destination>\S+)\s+(?P<port>\S+)\s*\((?P<options>.*)\)\s*$"
)
_NAMED = re.compile(
    r'(?:tls\.sni|http\.host)\s*;(?P<rest>.*?)content\s*:\s*"(?P<name>[^"]+)"(?P<after>[^;]*;[^;]*(?:;[^;]*)?)', re.S
)
_STRICT = "STRICT_ORDER"
_ANY = ("any", "ANY", "IP", "ip")
_STOPPING = ("drop", "reject")


@dataclass(frozen=True)
class _Rule:
    """What a rule does to a connection that it matches."""

    action: str


def lets_through(account: str, region: str, endpoint_id: str, packet: Packet, host: str) -> bool:
    """Whether the firewall behind an endpoint passes a connection to a host."""
    store = stores[account, region]
    firewall = _firewall(store, endpoint_id)
    if firewall is None:
        return True
    policy = store.policies[firewall.policy_arn].document
    default = policy["StatelessDefaultActions"]
    if "aws:pass" in default:
        return True
    if "aws:drop" in default:
        return False
    return _stateful(store, policy, packet, host)


def _firewall(store: Store, endpoint_id: str) -> Firewall | None:
    further = [one for one in store.associations.values() if one.attachment is not None]
    arns = [one.firewall_arn for one in further if one.attachment.endpoint_id == endpoint_id]  # type: ignore[union-attr]
    for firewall in store.firewalls.values():
        if firewall.arn in arns or any(zone.endpoint_id == endpoint_id for zone in firewall.zones.values()):
            return firewall
    return None


def _stateful(store: Store, policy: dict[str, Any], packet: Packet, host: str) -> bool:
    references = sorted(policy.get("StatefulRuleGroupReferences") or [], key=lambda one: one.get("Priority") or 0)
    groups = [store.groups[one["ResourceArn"]] for one in references if one["ResourceArn"] in store.groups]
    matched = [rule for group in groups for rule in _matching(group, packet, host)]
    if (policy.get("StatefulEngineOptions") or {}).get("RuleOrder") == _STRICT:
        deciding = next((rule for rule in matched if rule.action != "alert"), None)
        defaults = policy.get("StatefulDefaultActions") or []
        return deciding.action == "pass" if deciding else not any("drop" in one for one in defaults)
    # The default order is that of the actions: whatever passes does so before anything is dropped.
    return any(rule.action == "pass" for rule in matched) or not any(rule.action in _STOPPING for rule in matched)


def _matching(group: RuleGroup, packet: Packet, host: str) -> Iterator[_Rule]:
    source = group.rules["RulesSource"]
    if source.get("RulesSourceList"):
        yield from _domain_list(group, source["RulesSourceList"], packet, host)
    for rule in source.get("StatefulRules") or []:
        header = rule["Header"]
        fields = (header["Protocol"], header["Source"], header["Destination"], header["DestinationPort"])
        if _header_matches(group, fields, packet):
            yield _Rule(rule["Action"].lower())
    for line in (source.get("RulesString") or "").splitlines():
        found = _SURICATA.match(line.strip())
        if found and _suricata_matches(group, found, packet, host):
            yield _Rule(found["action"])


def _domain_list(group: RuleGroup, source: dict[str, Any], packet: Packet, host: str) -> Iterator[_Rule]:
    ports = [_PORTS[kind] for kind in source["TargetTypes"] if kind in _PORTS]
    # A list is about the protocols it names, and about nothing else that leaves.
    if packet.protocol != NUMBERS["tcp"] or packet.destination_port not in ports or not host:
        return
    if not contains(_variable(group, "HOME_NET"), packet.source):
        return
    listed = any(host == one.lstrip(".") or (one[0] == "." and host.endswith(one)) for one in source["Targets"])
    if source["GeneratedRulesType"].startswith("ALLOW"):
        if listed:
            yield _Rule("pass")
        elif rule_order(group) != _STRICT:
            yield _Rule("drop")
    elif listed:
        yield _Rule("drop")


def _suricata_matches(group: RuleGroup, rule: re.Match[str], packet: Packet, host: str) -> bool:
    protocol = {"tls": "tcp", "http": "tcp"}.get(rule["protocol"], rule["protocol"])
    if not _header_matches(group, (protocol, rule["source"], rule["destination"], rule["port"]), packet):
        return False
    wanted_port = {"tls": 443, "http": 80}.get(rule["protocol"])
    if wanted_port is not None and packet.destination_port != wanted_port:
        return False
    names = list(_NAMED.finditer(rule["options"]))
    return all(_name_matches(one, host) for one in names)


def _name_matches(found: re.Match[str], host: str) -> bool:
    name, after = found["name"], found["after"]
    if "dotprefix" in found["rest"]:
        return f".{host}".endswith(name) if "endswith" in after else name in f".{host}"
    if "endswith" in after:
        return host == name if "startswith" in after else host.endswith(name)
    return name in host


def _header_matches(group: RuleGroup, fields: tuple[str, str, str, str], packet: Packet) -> bool:
    protocol, source, destination, port = fields
    if protocol not in _ANY and NUMBERS.get(protocol.lower()) != packet.protocol:
        return False
    return (
        _address_matches(group, source, packet.source)
        and _address_matches(group, destination, packet.destination)
        and _port_matches(port, packet.destination_port)
    )


def _address_matches(group: RuleGroup, text: str, address: str) -> bool:
    if text in _ANY:
        return True
    if text.startswith("!"):
        return not _address_matches(group, text[1:], address)
    if text.startswith("$"):
        return text == "$EXTERNAL_NET" or contains(_variable(group, text[1:]), address)
    return contains(text.strip("[]").split(","), address)


def _port_matches(text: str, port: int) -> bool:
    for part in text.strip("[]").split(","):
        low, colon, high = part.partition(":")
        if part in _ANY or part.startswith("$"):
            return True
        if int(low or 0) <= port <= int((high or 65535) if colon else low):
            return True
    return False


def _variable(group: RuleGroup, name: str) -> list[str]:
    sets = (group.rules.get("RuleVariables") or {}).get("IPSets") or {}
    # Without a variable of its own, HOME_NET is the VPC's network, where the packet comes from.
    return sets.get(name, {}).get("Definition") or ["0.0.0.0/0"]
