"""Which rules of a firewall match a connection.

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
from .network_firewall_store import RuleGroup

STRICT = "STRICT_ORDER"

_PORTS = {"TLS_SNI": 443, "HTTP_HOST": 80}
_SURICATA = re.compile(
    r"^(?P<action>pass|drop|reject|alert)\s+(?P<protocol>\w+)\s+(?P<source>\S+)\s+\S+\s+(->|<>)\s+"
    r"(?P<destination>\S+)\s+(?P<port>\S+)\s*\((?P<options>.*)\)\s*$"
)
_NAMED = re.compile(
    r'(?:tls\.sni|http\.host)\s*;(?P<rest>.*?)content\s*:\s*"(?P<name>[^"]+)"(?P<after>[^;]*;[^;]*(?:;[^;]*)?)', re.S
)
_OPTION = {"msg": re.compile(r'msg\s*:\s*"?([^";]*)'), "sid": re.compile(r"sid\s*:\s*(\d+)")}
_ANY = ("any", "ANY", "IP", "ip")


@dataclass(frozen=True)
class Rule:
    """What a rule does to a connection that it matches; `by_name` only once it said the host's name."""

    action: str
    signature: str = ""
    number: int = 0
    by_name: bool = False


def matching(group: RuleGroup, packet: Packet, host: str) -> Iterator[Rule]:
    """The rules of a group that match a connection to a host, in their order."""
    source = group.rules["RulesSource"]
    if source.get("RulesSourceList"):
        yield from _domain_list(group, source["RulesSourceList"], packet, host)
    for rule in source.get("StatefulRules") or []:
        header = rule["Header"]
        fields = (header["Protocol"], header["Source"], header["Destination"], header["DestinationPort"])
        if _header_matches(group, fields, packet):
            options = {one["Keyword"]: (one.get("Settings") or [""])[0] for one in rule.get("RuleOptions") or []}
            yield Rule(rule["Action"].lower(), options.get("msg", ""), _number(options.get("sid", "")))
    for line in (source.get("RulesString") or "").splitlines():
        found = _SURICATA.match(line.strip())
        if found and _suricata_matches(group, found, packet, host):
            text, number = (_OPTION[name].search(found["options"]) for name in ("msg", "sid"))
            by_name = bool(_NAMED.search(found["options"]))
            yield Rule(found["action"], text[1] if text else "", _number(number[1] if number else ""), by_name)


def _domain_list(group: RuleGroup, source: dict[str, Any], packet: Packet, host: str) -> Iterator[Rule]:
    ports = [_PORTS[kind] for kind in source["TargetTypes"] if kind in _PORTS]
    # A list is about the protocols it names, and about nothing else that leaves.
    if packet.protocol != NUMBERS["tcp"] or packet.destination_port not in ports or not host:
        return
    if not contains(_variable(group, "HOME_NET"), packet.source):
        return
    listed = any(host == one.lstrip(".") or (one[0] == "." and host.endswith(one)) for one in source["Targets"])
    protocol = "TLS" if packet.destination_port == _PORTS["TLS_SNI"] else "HTTP"
    allows = source["GeneratedRulesType"].startswith("ALLOW")
    if listed:
        words = f"matching {protocol} {'allowlisted' if allows else 'denylisted'} FQDNs"
        yield Rule("pass" if allows else "drop", words, 1, True)
    elif allows and rule_order(group) != STRICT:
        yield Rule("drop", f"not matching any {protocol} allowlisted FQDNs", 2, True)


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


def _number(text: str) -> int:
    digits = text.removeprefix("sid:").strip()
    return int(digits) if digits.isdigit() else 0
