"""The endpoints of firewalls: Gateway Load Balancer endpoints that the service makes and nobody else may touch.

Routes lead to them, and whether AWS refuses to take an endpoint away while one does is not certain: the guide says that
routes go first. The sandbox refuses; `POST /_cloister/firewalls` with `{"routes": "ignored"}` lets it go instead, and
leaves black holes.
"""

from __future__ import annotations

import hashlib
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.vpcs import VPCEndPoint
from moto.ec2.utils import random_vpc_ep_id

from . import durations, timeline, vpc_endpoint_changes
from .network_firewall_store import Attachment, Firewall, Store, impossible, invalid
from .patches import ec2_routes
from .vpc_endpoint_interfaces import add_interface

_KIND = "GatewayLoadBalancer"
ROUTES = ("refused", "ignored")

_routes = ROUTES[0]


def set_routes(how: Any) -> None:
    """Decides what routes to a firewall do to its deletion; raises ValueError for what is no choice."""
    global _routes
    if how not in ROUTES:
        raise ValueError(f"`routes` is `{how}`: use one of {', '.join(ROUTES)}")
    _routes = how


def routes() -> str:
    """What routes to a firewall do to its deletion."""
    return _routes


def zone_of(store: Store, vpc_id: str, subnet_id: str) -> str:
    """The zone of a subnet; raises if it is not one of the VPC."""
    for zone in ec2_backends[store.account][store.region].subnets.values():
        if subnet_id in zone and zone[subnet_id].vpc_id == vpc_id:
            return zone[subnet_id].availability_zone
    raise invalid(f"subnet mapping(s) is invalid, parameter: [{subnet_id}]")


def check_vpc(store: Store, vpc_id: str) -> None:
    """Raises if there is no such VPC."""
    if vpc_id not in ec2_backends[store.account][store.region].vpcs:
        raise invalid(f"VPC ID is invalid, parameter: [{vpc_id}]")


def attach(store: Store, vpc_id: str, mapping: dict[str, Any], firewall_arn: str) -> Attachment:
    """Makes an endpoint in a subnet, which is ready after a while."""
    backend = ec2_backends[store.account][store.region]
    service = hashlib.sha256(f"{store.account}{store.region}".encode()).hexdigest()[:17]
    endpoint = VPCEndPoint(
        backend,
        random_vpc_ep_id(),
        vpc_id,
        f"com.amazonaws.vpce.{store.region}.vpce-svc-{service}",
        _KIND,
        None,
        [],
        subnet_ids=[],
        tags={"AWSNetworkFirewallManaged": "true", "Firewall": firewall_arn},
        private_dns_enabled=False,
    )
    endpoint.state, endpoint.requester_managed, endpoint.policy_document = "pending", True, None
    backend.vpc_end_points[endpoint.id] = endpoint
    add_interface(backend, endpoint, mapping["SubnetId"])
    attachment = Attachment(mapping["SubnetId"], endpoint.id, address_type=mapping.get("IPAddressType") or "IPV4")
    timeline.after(durations.FIREWALL_CREATE, lambda: _become_ready(endpoint, attachment))
    return attachment


def check_unrouted(store: Store, attachments: list[Attachment]) -> None:
    """Raises if a route leads to one of the endpoints."""
    backend = ec2_backends[store.account][store.region]
    tables = [table for one in attachments for table in ec2_routes.targets(backend, one.endpoint_id)]
    if tables and _routes == "refused":
        raise impossible(
            "Unable to fulfill the request because the firewall's endpoints are targets of routes in: "
            f"{', '.join(sorted(set(tables)))}"
        )


def begin_detaching(store: Store, attachments: list[Attachment]) -> None:
    """Shows endpoints as going."""
    for attachment in attachments:
        attachment.status = "DELETING"
        endpoint = ec2_backends[store.account][store.region].vpc_end_points.get(attachment.endpoint_id)
        if endpoint is not None:
            endpoint.state = "deleting"


def detach(store: Store, attachments: list[Attachment]) -> None:
    """Takes endpoints away; their interfaces follow."""
    backend = ec2_backends[store.account][store.region]
    for attachment in attachments:
        endpoint = backend.vpc_end_points.get(attachment.endpoint_id)
        if endpoint is not None:
            vpc_endpoint_changes.end(backend, endpoint)


def sync(firewall: Firewall) -> None:
    """Lets a change of rules take its time to reach the endpoints."""
    firewall.syncing += 1

    def synced() -> None:
        firewall.syncing -= 1

    timeline.after(durations.FIREWALL_SYNC, synced)


def _become_ready(endpoint: VPCEndPoint, attachment: Attachment) -> None:
    if attachment.status == "CREATING":  # It may have been taken away meanwhile.
        attachment.status, endpoint.state = "READY", "available"
