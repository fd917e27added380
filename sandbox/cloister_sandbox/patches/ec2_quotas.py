"""What an account has as many of as it may is refused.

Only what a caller asks for is counted here: interfaces that services make are theirs.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.ec2.responses.internet_gateways import InternetGateways
from moto.ec2.responses.nat_gateways import NatGateways
from moto.ec2.responses.vpcs import VPCs

from .. import quotas
from .wrap import AwsError, around

# "NAT gateways only count toward your quota in the pending, active, and deleting states."
# https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
_COUNTED = ("pending", "available", "deleting")


def apply() -> None:
    """Counts before something is made."""
    _limit(VPCs, "create_vpc", "ec2:vpc", lambda one: len(one.ec2_backend.vpcs), _most("Vpc", "VPCs"))
    _limit(
        InternetGateways,
        "create_internet_gateway",
        "ec2:internet-gateway",
        lambda one: len(one.ec2_backend.internet_gateways),
        _most("InternetGateway", "internet gateways"),
    )
    _limit(
        ElasticIPAddresses,
        "allocate_address",
        "ec2:elastic-ip",
        lambda one: len(one.ec2_backend.addresses),
        _most("Address", "addresses"),
    )
    _limit(
        ElasticNetworkInterfaces,
        "create_network_interface",
        "ec2:network-interface",
        lambda one: len(one.ec2_backend.enis),
        _most("NetworkInterface", "network interfaces"),
    )
    _limit(NatGateways, "create_nat_gateway", "ec2:nat-gateway", _gateways_in_zone, _too_many_gateways)


def _limit(
    owner: type, method: str, kind: str, used: Callable[[Any], int], refusal: Callable[[], tuple[str, str]]
) -> None:
    @around(owner, method)
    def create(original: Any, self: Any) -> Any:
        if quotas.is_used_up(kind, used(self)):
            raise AwsError(*refusal())
        return original(self)


def _most(prefix: str, what: str) -> Callable[[], tuple[str, str]]:
    return lambda: (f"{prefix}LimitExceeded", f"The maximum number of {what} has been reached.")


def _too_many_gateways() -> tuple[str, str]:
    most = quotas.current()["ec2:nat-gateway"]
    return "NatGatewayLimitExceeded", f"Performing this operation would exceed the limit of {most} NAT gateways"


def _gateways_in_zone(response: Any) -> int:
    backend = response.ec2_backend
    zone = backend.get_subnet(response._get_param("SubnetId")).availability_zone
    gateways = (one for one in backend.nat_gateways.values() if one.state in _COUNTED)
    return sum(backend.get_subnet(one.subnet_id).availability_zone == zone for one in gateways)
