"""A connection played through a network as it stands: who lets it pass, who answers, and what each interface sees.

Not seen, as in AWS: traffic to the resolver, the instance metadata and the time service. The interfaces of firewall
endpoints show nothing here.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from typing import Any

from .flow_firewall import Decision, decide
from .flow_paths import Hop, hop_into, interface_of, next_hop
from .flow_rules import Packet, acl_allows, groups_allow

# SYN; SYN and FIN; SYN-ACK and FIN, as an interval shows them that holds a whole short connection.
_SYN, _CLIENT, _SERVER = 2, 3, 19
# SYN-ACK alone: the answer of a connection that ended with its handshake.
_SERVER_HANDSHAKE = 18
# https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html, traffic-path
_TRAFFIC_PATHS = {"local": 1, "nat": 1, "firewall": 1, "gateway-endpoint": 7, "internet": 8}


@dataclass(frozen=True)
class Sight:
    """What one interface sees: the packet with its own address in it, and the packet as it is."""

    interface: Any
    direction: str
    accepted: bool
    shown: Packet
    packet: Packet
    flags: int
    traffic_path: int | None = None

    @property
    def is_answer(self) -> bool:
        """Whether the packet is on its way back."""
        return self.flags in (_SERVER, _SERVER_HANDSHAKE)


@dataclass
class Outcome:
    """How a connection ended, and why."""

    verdict: str = "accepted"
    reason: str = "answered"
    sights: list[Sight] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    # The firewall endpoint that the packet went through last, with the addresses that it has now.
    firewall: str | None = None
    # A firewall took the connection away once it was established.
    is_cut: bool = False

    def answer_flags(self, packet: Packet) -> int:
        """The TCP flags of the way back."""
        return _flags(packet, _SERVER_HANDSHAKE if self.is_cut else _SERVER)

    def end(self, verdict: str, reason: str) -> bool:
        """Notes that there will be no answer."""
        self.verdict, self.reason = verdict, reason
        return False


def play(backend: Any, source: Any, packet: Packet, host: str) -> Outcome:
    """Plays one connection from an interface."""
    outcome = Outcome()
    if _is_never_logged(source, packet.destination):
        outcome.end("not_logged", "traffic to this address is in no flow log")
        return outcome
    hop = next_hop(backend, source.subnet.id, packet.destination)
    allowed = groups_allow(backend, source, packet, egress=True) and _acl(backend, source, packet, egress=True)
    path = _TRAFFIC_PATHS.get(hop.kind) if allowed else None
    flags = _flags(packet, _CLIENT if allowed else _SYN)
    outcome.sights.append(Sight(source, "egress", allowed, packet, packet, flags, path))
    if not allowed:
        outcome.end("rejected", f"group or network ACL of {source.id} refuses it")
    elif _forward(backend, outcome, source, hop, packet, host):
        _receive_answer(backend, outcome, source, packet)
    return outcome


def _forward(backend: Any, outcome: Outcome, sender: Any, hop: Hop, packet: Packet, host: str) -> bool:
    """Sends a packet on from its sender's subnet; whether an answer comes back there."""
    if hop.kind == "local":
        return _deliver(backend, outcome, packet, interface_of(backend, sender.vpc_id, packet.destination))
    if hop.kind == "nat":
        return _translate(backend, outcome, hop.target, packet, host)
    if hop.kind == "firewall":
        decision = decide(backend.account_id, backend.region_name, hop.target.id, packet, host)
        outcome.decisions.append(decision)
        if not decision.passes:
            outcome.end("dropped", f"the firewall behind {hop.target.id} drops it")
            outcome.is_cut = decision.handshake
            if not decision.handshake:
                return False
        outcome.firewall = hop.target.id
        onward = next_hop(backend, hop.target.subnet_ids[0], packet.destination)
        if onward.kind == "firewall":
            return outcome.end("unanswered", f"the subnet of {hop.target.id} leads back to a firewall")
        return _forward(backend, outcome, sender, onward, packet, host)
    if hop.kind == "internet":
        if not sender.public_ip:
            return outcome.end("unanswered", f"{sender.id} has no public address")
        return _comes_back(outcome, hop_into(backend, hop.target, sender.private_ip_address))
    if hop.kind == "gateway-endpoint":
        return True
    return outcome.end("unanswered", f"no route to {packet.destination}")


def _deliver(backend: Any, outcome: Outcome, packet: Packet, target: Any | None) -> bool:
    if target is None:
        return outcome.end("unanswered", f"nobody has the address {packet.destination}")
    allowed = _acl(backend, target, packet, egress=False) and groups_allow(backend, target, packet, egress=False)
    flags = _flags(packet, _CLIENT if allowed else _SYN)
    outcome.sights.append(Sight(target, "ingress", allowed, packet, packet, flags))
    if not allowed:
        return outcome.end("rejected", f"group or network ACL of {target.id} refuses it")
    answer = packet.answer()
    # Groups remember a connection, network ACLs do not.
    returned = _acl(backend, target, answer, egress=True)
    path = _TRAFFIC_PATHS["local"] if returned else None
    outcome.sights.append(Sight(target, "egress", returned, answer, answer, outcome.answer_flags(packet), path))
    if not returned:
        return outcome.end("rejected", f"the network ACL of {target.id} refuses the answer")
    return _comes_back(outcome, next_hop(backend, target.subnet.id, packet.source))


def _comes_back(outcome: Outcome, back: Hop) -> bool:
    """Whether an answer arrives: a firewall drops a connection of which it sees only one direction.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/asymmetric-routing.html
    """
    found = back.target.id if back.kind == "firewall" else None
    if found == outcome.firewall:
        return True
    if found is not None:
        return outcome.end("dropped", f"the answer goes through {found}, which has not seen the connection begin")
    # The handshake's answer arrives past the firewall, and nothing after that gets through it.
    if outcome.verdict == "accepted":
        outcome.end("dropped", f"the answer goes past {outcome.firewall}, which then drops the rest")
    outcome.is_cut = True
    return True


def _translate(backend: Any, outcome: Outcome, gateway: Any, packet: Packet, host: str) -> bool:
    interface = gateway._eni
    own, before = interface.private_ip_address, outcome.firewall
    outcome.firewall = None
    outside = packet.between(own, packet.destination)
    entered = _acl(backend, interface, packet, egress=False)
    shown = packet.between(packet.source, own)
    outcome.sights.append(Sight(interface, "ingress", entered, shown, packet, _flags(packet, _CLIENT)))
    hop = next_hop(backend, gateway.subnet_id, packet.destination)
    left = entered and _acl(backend, interface, outside, egress=True)
    if entered:
        path = _TRAFFIC_PATHS.get(hop.kind) if left else None
        outcome.sights.append(Sight(interface, "egress", left, outside, outside, _flags(packet, _CLIENT), path))
    if not left:
        return outcome.end("rejected", f"the network ACL of {interface.id} refuses it")
    if not _forward(backend, outcome, interface, hop, outside, host):
        return False
    outcome.firewall = before
    return _translate_back(backend, outcome, interface, packet, outside.answer())


def _translate_back(backend: Any, outcome: Outcome, interface: Any, packet: Packet, answer: Packet) -> bool:
    inside = packet.answer()
    flags = outcome.answer_flags(packet)
    entered = _acl(backend, interface, answer, egress=False)
    outcome.sights.append(Sight(interface, "ingress", entered, answer, answer, flags))
    left = entered and _acl(backend, interface, inside, egress=True)
    if entered:
        shown = inside.between(interface.private_ip_address, inside.destination)
        path = _TRAFFIC_PATHS["local"] if left else None
        outcome.sights.append(Sight(interface, "egress", left, shown, inside, flags, path))
    if not left:
        return outcome.end("rejected", f"the network ACL of {interface.id} refuses the answer")
    return _comes_back(outcome, next_hop(backend, interface.subnet.id, packet.source))


def _receive_answer(backend: Any, outcome: Outcome, source: Any, packet: Packet) -> None:
    answer = packet.answer()
    received = _acl(backend, source, answer, egress=False)
    outcome.sights.append(Sight(source, "ingress", received, answer, answer, outcome.answer_flags(packet)))
    if not received:
        outcome.end("rejected", f"the network ACL of {source.id} refuses the answer")


def _acl(backend: Any, interface: Any, packet: Packet, *, egress: bool) -> bool:
    peer = interface_of(backend, interface.vpc_id, packet.destination if egress else packet.source)
    # Network ACLs stand between subnets, not within one.
    if peer is not None and peer.subnet.id == interface.subnet.id:
        return True
    return acl_allows(backend, interface.subnet.id, packet, egress=egress)


def _flags(packet: Packet, flags: int) -> int:
    return flags if packet.protocol == 6 else 0


def _is_never_logged(source: Any, address: str) -> bool:
    network = ipaddress.ip_network(source.ec2_backend.get_vpc(source.vpc_id).cidr_block)
    return address == str(network[2]) or ipaddress.ip_address(address) in ipaddress.ip_network("169.254.0.0/16")
