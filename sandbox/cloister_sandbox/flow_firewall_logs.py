"""The alert and flow logs of firewalls, where they have a logging configuration.

https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging-contents.html
"""

from __future__ import annotations

import gzip
import json
import secrets
from datetime import UTC, datetime
from typing import Any

from moto.logs.models import logs_backends
from moto.s3.models import s3_backends

from . import buckets, durations, timeline
from .flow_firewall import Decision
from .flow_firewall_rules import Rule
from .flow_rules import NUMBERS, Packet
from .network_firewall_store import Firewall

_PROTOCOLS = {number: name.upper() for name, number in NUMBERS.items()}
_NAMES = {443: ("tls", "sni"), 80: ("http", "hostname")}
Line = dict[str, Any]


def send(backend: Any, decision: Decision, traffic: dict[str, int]) -> int:
    """Sends what a firewall logs of a connection; how many lines that is."""
    if decision.firewall is None or decision.packet is None:
        return 0
    written = {"ALERT": _alerts(decision, traffic), "FLOW": _flows(decision, decision.packet, traffic)}
    lines = 0
    for config in decision.firewall.logging or []:
        found = written.get(config["LogType"], [])
        if found:
            lines += len(found)
            _deliver_later(backend, decision.firewall, config, found, traffic["end"])
    return lines


def _alerts(decision: Decision, traffic: dict[str, int]) -> list[Line]:
    return [_line(decision, traffic, "alert", _alert(decision, rule)) for rule in decision.alerts]


def _alert(decision: Decision, rule: Rule) -> Line:
    packet = decision.packet
    told: Line = {
        "alert": {
            "action": "allowed" if decision.passes else "blocked",
            "signature_id": rule.number,
            "rev": 1,
            "signature": rule.signature,
            "category": "",
            "severity": 1,
        }
    }
    protocol, member = _NAMES.get(packet.destination_port if packet else 0, ("", ""))
    if decision.host and protocol:
        told |= {protocol: {member: decision.host}, "app_proto": protocol}
    return told


def _flows(decision: Decision, packet: Packet, traffic: dict[str, int]) -> list[Line]:
    counts = {"pkts": traffic["packets"], "bytes": traffic["bytes"], "age": traffic["end"] - traffic["start"]}
    times = {"start": _time(traffic["start"]), "end": _time(traffic["end"])}
    netflow = {"netflow": counts | times | {"min_ttl": 254, "max_ttl": 254}}
    lines = [_line(decision, traffic, "netflow", netflow)]
    if decision.passes or decision.handshake:
        lines.append(_line(decision, traffic, "netflow", netflow | _ends(packet.answer())))
    return lines


def _line(decision: Decision, traffic: dict[str, int], kind: str, told: Line) -> Line:
    packet, firewall = decision.packet, decision.firewall
    event = {"timestamp": _time(traffic["end"]), "flow_id": secrets.randbelow(2**50), "event_type": kind}
    return {
        "firewall_name": firewall.name if firewall else "",
        "availability_zone": decision.zone,
        "event_timestamp": str(traffic["end"]),
        "event": event | (_ends(packet) if packet else {}) | told,
    }


def _ends(packet: Packet) -> Line:
    return {
        "src_ip": packet.source,
        "src_port": packet.source_port,
        "dest_ip": packet.destination,
        "dest_port": packet.destination_port,
        "proto": _PROTOCOLS[packet.protocol],
    }


def _deliver_later(backend: Any, firewall: Firewall, config: dict[str, Any], lines: list[Line], end: int) -> None:
    kind, destination = config["LogType"].lower(), config["LogDestination"]
    texts = [json.dumps(line, separators=(",", ":")) for line in lines]
    deliver = {"CloudWatchLogs": _to_group, "S3": _to_bucket}.get(config["LogDestinationType"])
    if deliver is not None:
        timeline.after(
            durations.FIREWALL_LOG_DELIVERY, lambda: deliver(backend, firewall.name, kind, destination, texts, end)
        )


def _to_group(backend: Any, name: str, kind: str, destination: dict[str, str], texts: list[str], end: int) -> None:
    group = logs_backends[backend.account_id][backend.region_name].groups.get(destination["logGroup"])
    if group is not None:
        stream = f"/aws/network-firewall/{kind}/{name}_{datetime.fromtimestamp(end, UTC):%Y-%m-%d-%H}"
        if stream not in group.streams:
            group.create_log_stream(stream)
        group.streams[stream].put_log_events([{"timestamp": end * 1000, "message": text} for text in texts])


def _to_bucket(backend: Any, name: str, kind: str, destination: dict[str, str], texts: list[str], end: int) -> None:
    bucket = buckets.find(destination["bucketName"])
    if bucket is None:
        return
    account, region, time = backend.account_id, backend.region_name, datetime.fromtimestamp(end, UTC)
    folder = f"AWSLogs/{account}/network-firewall/{kind}/{region}/{name}/{time:%Y/%m/%d/%H}"
    file = f"{account}_network-firewall_{kind}_{region}_{name}_{time:%Y%m%d%H%M}_{secrets.token_hex(4)}.log.gz"
    key = "/".join(part for part in (destination.get("prefix"), folder, file) if part)
    content = gzip.compress("\n".join([*texts, ""]).encode(), mtime=0)
    s3_backends[bucket.account_id][bucket.partition].put_object(bucket.name, key, content, disable_notification=True)


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S.000000+0000}"
