"""What security groups and network ACLs let through."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17}
_ALL = "-1"


@dataclass(frozen=True)
class Packet:
    """One packet of a connection; `protocol` is IANA's number."""

    source: str
    destination: str
    source_port: int
    destination_port: int
    protocol: int

    def answer(self) -> Packet:
        """A packet on the way back."""
        return Packet(self.destination, self.source, self.destination_port, self.source_port, self.protocol)

    def between(self, source: str, destination: str) -> Packet:
        """The same with other addresses, as behind a NAT gateway."""
        return Packet(source, destination, self.source_port, self.destination_port, self.protocol)


def groups_allow(backend: Any, interface: Any, packet: Packet, *, egress: bool) -> bool:
    """Whether the groups of an interface let a connection begin; without groups nothing is in its way."""
    groups = list(interface.group_set)
    peer = packet.destination if egress else packet.source
    rules = (rule for group in groups for rule in (group.egress_rules if egress else group.ingress_rules))
    return not groups or any(_rule_matches(backend, rule, peer, packet) for rule in rules)


def acl_allows(backend: Any, subnet_id: str, packet: Packet, *, egress: bool) -> bool:
    """Whether the network ACL of a subnet lets a packet through; each direction is asked for itself."""
    acl = next(
        (
            one
            for one in backend.network_acls.values()
            if any(association.subnet_id == subnet_id for association in one._associations.values())
        ),
        None,
    )
    if acl is None:
        return True
    peer = packet.destination if egress else packet.source
    entries = [one for one in acl.network_acl_entries if _is_true(one.egress) == egress]
    for entry in sorted(entries, key=lambda one: int(one.rule_number)):
        if _entry_matches(entry, peer, packet):
            return bool(entry.rule_action == "allow")
    return False


def contains(cidrs: Iterable[str], address: str) -> bool:
    """Whether an address lies in one of some networks."""
    return any(ipaddress.ip_address(address) in ipaddress.ip_network(cidr, strict=False) for cidr in cidrs)


def prefixes(backend: Any, list_id: str) -> list[str]:
    """The networks of a prefix list."""
    found = backend.managed_prefix_lists.get(list_id)
    versions = list(found.entries.values()) if found is not None else []
    return [entry["Cidr"] for entry in versions[-1]] if versions else []


def _rule_matches(backend: Any, rule: Any, peer: str, packet: Packet) -> bool:
    if rule.ip_protocol != _ALL:
        if NUMBERS.get(str(rule.ip_protocol), str(rule.ip_protocol)) not in (packet.protocol, str(packet.protocol)):
            return False
        if packet.protocol != NUMBERS["icmp"] and not rule.from_port <= packet.destination_port <= rule.to_port:
            return False
    if rule.cidr_ipv4:
        return contains([rule.cidr_ipv4], peer)
    if rule.prefix_list_id:
        return contains(prefixes(backend, rule.prefix_list_id), peer)
    wanted = rule.source_group.get("GroupId")
    return bool(wanted) and any(
        one.private_ip_address == peer and any(group.id == wanted for group in one.group_set)
        for one in backend.enis.values()
    )


def _entry_matches(entry: Any, peer: str, packet: Packet) -> bool:
    if not entry.cidr_block or not contains([entry.cidr_block], peer):
        return False
    if str(entry.protocol) == _ALL:
        return True
    if str(entry.protocol) != str(packet.protocol):
        return False
    if entry.port_range_from is None or packet.protocol == NUMBERS["icmp"]:
        return True
    return int(entry.port_range_from) <= packet.destination_port <= int(entry.port_range_to)


def _is_true(value: Any) -> bool:
    return str(value).lower() == "true"
