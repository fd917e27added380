"""The places from which calls come: the seeded ones, and those in networks that were made later.

    POST /_cloister/vantage {"interface": "eni-..."}
    POST /_cloister/vantage {"vpc_id": "vpc-..."}

The first is the place of a network interface, such as that of an app; the second that of some machine in the VPC. Which
endpoint carries a call follows from the VPC, as it does for the seeded place.
"""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends

from . import server
from .accounts import HOME_ACCOUNT, HOME_REGION
from .call import Vantage

# The machine's address in its subnet: AWS takes the first four for itself.
_MACHINE = 10


class BadVantage(ValueError):
    """A place from which no calls can come; the text says why."""


class Vantages:
    """Serves each vantage on a port of its own."""

    def __init__(self, application: Callable[[Vantage], Callable[..., Any]]) -> None:
        self._application = application
        self._servers: dict[Vantage, server.QuietServer] = {}
        self._lock = threading.Lock()

    def open(self, vantage: Vantage) -> str:
        """The address of a vantage; the same one for the same place."""
        with self._lock:
            if vantage not in self._servers:
                self._servers[vantage] = server.serve(self._application(vantage), vantage.name)
            return server.url(self._servers[vantage])

    def leave(self) -> None:
        """Lets go of all ports and clients: in a forked child they are the original's."""
        for one in self._servers.values():
            one.leave()
        self._servers.clear()

    def close(self) -> None:
        """Stops serving."""
        with self._lock:
            for one in self._servers.values():
                one.shutdown()


def place(wanted: Any) -> Vantage:
    """The place that a request asks for. The caller holds the lock of the state."""
    if not isinstance(wanted, dict) or wanted.keys() not in ({"interface"}, {"vpc_id"}):
        raise BadVantage("a vantage is told by `interface` or by `vpc_id`")
    (kind, identifier), *_ = wanted.items()
    backend = ec2_backends[HOME_ACCOUNT][HOME_REGION]
    found = _of_interface(backend, identifier) if kind == "interface" else _of_machine(backend, identifier)
    if found is None:
        raise BadVantage(f"there is no `{identifier}` in {HOME_ACCOUNT}, {HOME_REGION}, or no subnet in it")
    address, vpc_id = found
    gateways = backend.internet_gateways.values()
    if any(gateway.vpc and gateway.vpc.id == vpc_id for gateway in gateways):
        raise BadVantage(f"`{vpc_id}` has a way to the internet, which calls from a vantage do not take")
    return Vantage(f"in {identifier}", address, vpc_id, HOME_ACCOUNT, HOME_REGION)


def _of_interface(backend: Any, identifier: str) -> tuple[str, str] | None:
    interface = backend.enis.get(identifier)
    return interface and (str(interface.private_ip_address), interface.vpc_id)


def _of_machine(backend: Any, vpc_id: str) -> tuple[str, str] | None:
    subnets = [one for zone in backend.subnets.values() for one in zone.values() if one.vpc_id == vpc_id]
    networks = sorted(ipaddress.IPv4Network(one.cidr_block) for one in subnets)
    return (str(networks[0][_MACHINE]), vpc_id) if networks else None
