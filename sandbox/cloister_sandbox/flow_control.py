"""`POST /_cloister/flows`: connections that tests and labs want to have happened.

    {"interface": "eni-...", "destination": "93.184.216.34", "port": 443, "host": "example.org"}
    {"interface": "eni-...", "destination": "eni-...", "port": 2049}
    {"interface": "eni-...", "nothing": true}

The last one is an interval without traffic. `protocol` (`tcp`), `source_port`, `start` and `seconds`, `packets` and
`bytes`, `account` and `region` may be given, too. A list plays one after the other.
"""

from __future__ import annotations

import ipaddress
from typing import Any

from moto.ec2.models import ec2_backends

from . import flow_delivery, flow_firewall_logs, flow_records, timeline
from .accounts import HOME_ACCOUNT, HOME_REGION
from .flow_play import Outcome, play
from .flow_rules import NUMBERS, Packet

_TEXTS = ("interface", "destination", "host", "protocol", "account", "region")
_NUMBERS = ("port", "source_port", "start", "seconds", "packets", "bytes")
_MEMBERS = dict.fromkeys(_TEXTS, str) | dict.fromkeys(_NUMBERS, int) | {"nothing": bool}
_EPHEMERAL = 49152


class BadFlow(ValueError):
    """A flow that cannot be played; the text says why."""


def run(wanted: Any) -> dict[str, Any]:
    """Plays what is wanted. The caller holds the lock of the state."""
    timeline.settle()
    flows = wanted if isinstance(wanted, list) else [wanted]
    told = [_run_one(_checked(one)) for one in flows]
    timeline.settle()
    return {"flows": told}


def _run_one(flow: dict[str, Any]) -> dict[str, Any]:
    backend = ec2_backends[flow.get("account", HOME_ACCOUNT)][flow.get("region", HOME_REGION)]
    source = _interface(backend, flow["interface"])
    start = flow.get("start", int(timeline.now()) - 60)
    end = start + flow.get("seconds", 10)
    if flow.get("nothing"):
        records = [(source, flow_records.nothing_seen(source, start, end))]
        return {"verdict": "nothing", "reason": "no traffic", "lines": flow_delivery.send(backend, records)}
    outcome = play(backend, source, _packet(backend, source, flow), flow.get("host", ""))
    traffic = {"packets": flow.get("packets", 10), "bytes": flow.get("bytes", 4000), "start": start, "end": end}
    records = [
        (one.interface, flow_records.values(backend, one, traffic, is_cut=outcome.is_cut)) for one in outcome.sights
    ]
    logged = sum(flow_firewall_logs.send(backend, one, traffic) for one in outcome.decisions)
    return _told(outcome) | {"lines": flow_delivery.send(backend, records), "firewall_lines": logged}


def _packet(backend: Any, source: Any, flow: dict[str, Any]) -> Packet:
    protocol = flow.get("protocol", "tcp")
    if protocol not in NUMBERS:
        raise BadFlow(f"`protocol` is `{protocol}`: use one of {', '.join(NUMBERS)}")
    has_ports = protocol != "icmp"
    if "destination" not in flow or (has_ports and "port" not in flow):
        raise BadFlow("a flow needs `destination` and, except for icmp, `port`")
    source_port = flow.get("source_port", _EPHEMERAL + flow.get("port", 0) % 1000) if has_ports else 0
    address = _address(backend, flow["destination"])
    return Packet(source.private_ip_address, address, source_port, flow.get("port", 0), NUMBERS[protocol])


def _address(backend: Any, destination: str) -> str:
    if destination.startswith("eni-"):
        return str(_interface(backend, destination).private_ip_address)
    try:
        return str(ipaddress.IPv4Address(destination))
    except ValueError:
        raise BadFlow(f"`destination` is `{destination}`: use an IPv4 address or an interface's id") from None


def _interface(backend: Any, name: str) -> Any:
    found = backend.enis.get(name)
    if found is None:
        raise BadFlow(f"there is no interface `{name}` in {backend.account_id}, {backend.region_name}")
    return found


def _told(outcome: Outcome) -> dict[str, Any]:
    sights = [
        {
            "interface": one.interface.id,
            "direction": one.direction,
            "action": "ACCEPT" if one.accepted else "REJECT",
            "source": one.shown.source,
            "destination": one.shown.destination,
        }
        for one in outcome.sights
    ]
    return {"verdict": outcome.verdict, "reason": outcome.reason, "seen": sights}


def _checked(flow: Any) -> dict[str, Any]:
    if not isinstance(flow, dict) or "interface" not in flow:
        raise BadFlow("a flow is a mapping with at least `interface`")
    for name, value in flow.items():
        kind = _MEMBERS.get(name)
        if kind is None:
            raise BadFlow(f"`{name}` is not known; there are: {', '.join(_MEMBERS)}")
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise BadFlow(f"`{name}` is `{value}`: that is not of the type {kind.__name__}")
    return flow
