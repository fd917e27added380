"""What interfaces saw, as the records of flow logs."""

from __future__ import annotations

from typing import Any

from .flow_play import Sight
from .flow_rules import contains, prefixes

_SERVICES = {"s3": "S3", "dynamodb": "DYNAMODB"}
Values = dict[str, object]


# SYN-ACK and an ACK.
_HANDSHAKE = {"packets": 2, "bytes": 112}


def values(backend: Any, sight: Sight, traffic: dict[str, int], *, is_cut: bool) -> Values:
    """The fields of one record. `traffic` has packets, bytes, start and end; with `is_cut` no data came back."""
    if is_cut and sight.is_answer:
        traffic = traffic | _HANDSHAKE
    shown, packet = sight.shown, sight.packet
    found: Values = place(sight.interface) | {
        "srcaddr": shown.source,
        "dstaddr": shown.destination,
        "srcport": shown.source_port,
        "dstport": shown.destination_port,
        "protocol": shown.protocol,
        "packets": traffic["packets"],
        "bytes": traffic["bytes"],
        "start": traffic["start"],
        "end": traffic["end"],
        "action": "ACCEPT" if sight.accepted else "REJECT",
        "log-status": "OK",
        "tcp-flags": sight.flags,
        "type": "IPv4",
        "pkt-srcaddr": packet.source,
        "pkt-dstaddr": packet.destination,
        "flow-direction": sight.direction,
    }
    for name, address in (("pkt-src-aws-service", packet.source), ("pkt-dst-aws-service", packet.destination)):
        service = _service(backend, address)
        if service:
            found[name] = service
    if sight.traffic_path is not None:
        found["traffic-path"] = sight.traffic_path
    return found


def nothing_seen(interface: Any, start: int, end: int) -> Values:
    """The record of an interval without traffic."""
    return place(interface) | {"start": start, "end": end, "log-status": "NODATA"}


def place(interface: Any) -> Values:
    """What says where a record is from."""
    found: Values = {
        # Whose interface it is AWS does not tell for those that its services make.
        "account-id": "unknown" if interface.requester_managed else interface.owner_id,
        "interface-id": interface.id,
        "vpc-id": interface.vpc_id,
        "subnet-id": interface.subnet.id,
        "region": interface.ec2_backend.region_name,
        "az-id": interface.subnet.availability_zone_id,
    }
    if interface.instance is not None:
        found["instance-id"] = interface.instance.id
    return found


def _service(backend: Any, address: str) -> str:
    for one in backend.managed_prefix_lists.values():
        name = _SERVICES.get((one.prefix_list_name or "").rsplit(".", 1)[-1])
        if name and one.owner_id == "AWS" and contains(prefixes(backend, one.id), address):
            return name
    return ""
