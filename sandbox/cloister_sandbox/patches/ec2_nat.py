"""NAT gateways: an address of their subnet, an internet gateway in the VPC, and time to come and go."""

from __future__ import annotations

from typing import Any

from moto.core.responses import ActionResult
from moto.core.utils import utcnow
from moto.ec2.models.nat_gateways import NatGateway, NatGatewayBackend
from moto.ec2.responses.nat_gateways import NatGateways
from moto.ec2.utils import add_tag_specification, generic_filter

from .. import durations, timeline
from . import ec2_interfaces
from .wrap import AwsError, around

# "A deleted NAT gateway is displayed for a short while (usually about an hour)": it stays to be read about.
# https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html
_SHOWN_SECONDS = 3600.0

_OWN_FILTERS = frozenset({"nat-gateway-id", "vpc-id", "subnet-id", "state"})


def apply() -> None:
    """Corrects creation, deletion and description."""

    @around(NatGateways, "create_nat_gateway")
    def create(original: Any, self: Any) -> ActionResult:
        return ActionResult({"NatGateway": _create(self.ec2_backend, self._get_params())})

    @around(NatGateways, "delete_nat_gateway")
    def delete(original: Any, self: Any) -> ActionResult:
        gateway = self.ec2_backend.nat_gateways.get(self._get_param("NatGatewayId"))
        if gateway is None or gateway.state == "deleted":
            raise _not_found(self._get_param("NatGatewayId"))
        if gateway.state != "deleting":
            gateway.state = "deleting"
            timeline.after(durations.NAT_GATEWAY_DELETE, lambda: _end(self.ec2_backend, gateway, "deleted"))
        return ActionResult({"NatGatewayId": gateway.id})

    @around(NatGatewayBackend, "describe_nat_gateways")
    def describe(original: Any, self: Any, filters: Any, nat_gateway_ids: list[str] | None) -> list[NatGateway]:
        _forget(self)
        for gateway_id in nat_gateway_ids or []:
            if gateway_id not in self.nat_gateways:
                raise _not_found(gateway_id)
        found = original(self, filters, nat_gateway_ids)
        return generic_filter({name: one for name, one in (filters or {}).items() if name not in _OWN_FILTERS}, found)


def _create(backend: Any, asked: dict[str, Any]) -> NatGateway:
    subnet = backend.get_subnet(asked.get("SubnetId"))
    kind = asked.get("ConnectivityType") or "public"
    allocation = _allocation(backend, subnet, asked.get("AllocationId"), kind)
    address = asked.get("PrivateIpAddress")
    if address:
        ec2_interfaces.check_address(backend, subnet, address)
    tags = add_tag_specification(asked.get("TagSpecifications", []))
    taken = allocation is not None and allocation.association_id
    gateway = backend.create_nat_gateway(
        subnet_id=subnet.id,
        allocation_id=None if taken or allocation is None else allocation.allocation_id,
        tags=tags,
        connectivity_type=kind,
    )
    _settle_in(gateway, allocation, address)
    gateway.state = "pending"
    if taken:
        timeline.after(durations.NAT_GATEWAY_CREATE, lambda: _fail(backend, gateway, allocation.allocation_id))
    else:
        timeline.after(durations.NAT_GATEWAY_CREATE, lambda: _become_available(gateway))
    return gateway


def _allocation(backend: Any, subnet: Any, allocation_id: str | None, kind: str) -> Any:
    if kind == "private":
        return None
    if not allocation_id:
        raise AwsError("MissingParameter", "The request must contain the parameter AllocationId")
    if not any(one.vpc and one.vpc.id == subnet.vpc_id for one in backend.internet_gateways.values()):
        raise AwsError("Gateway.NotAttached", f"Network {subnet.vpc_id} has no Internet gateway attached")
    return backend.address_by_allocation([allocation_id])[0]


def _settle_in(gateway: NatGateway, allocation: Any, asked_address: str | None) -> None:
    interface = gateway._eni
    if asked_address:  # moto draws one, whatever is asked for.
        interface.private_ip_address = asked_address
        interface.private_ip_addresses = [{"Primary": True, "PrivateIpAddress": asked_address}]
    ec2_interfaces.manage(interface, "nat_gateway", f"Interface for NAT Gateway {gateway.id}", "amazon-natgateway")
    interface._group_set = []
    gateway.private_ip = interface.private_ip_address
    address = gateway.address_set[0]
    address |= {"privateIp": interface.private_ip_address, "isPrimary": True, "status": "succeeded"}
    if allocation is not None:
        address["allocationId"] = allocation.allocation_id


def _become_available(gateway: NatGateway) -> None:
    if gateway.state == "pending":  # It may have been deleted meanwhile.
        gateway.state = "available"


def _fail(backend: Any, gateway: NatGateway, allocation_id: str) -> None:
    gateway.failure_code = "Resource.AlreadyAssociated"
    gateway.failure_message = f"Elastic IP address [{allocation_id}] is already associated"
    _end(backend, gateway, "failed")


def _end(backend: Any, gateway: NatGateway, state: str) -> None:
    gateway.state = state
    gateway.delete_time, gateway.cloister_ended = utcnow(), timeline.now()
    for address in backend.addresses:
        if address.eni is gateway._eni:
            backend.disassociate_address(association_id=address.association_id)
    ec2_interfaces.remove(backend, gateway._eni.id)


def _forget(backend: Any) -> None:
    for gateway in list(backend.nat_gateways.values()):
        if timeline.now() - getattr(gateway, "cloister_ended", timeline.now()) > _SHOWN_SECONDS:
            del backend.nat_gateways[gateway.id]


def _not_found(gateway_id: str) -> AwsError:
    return AwsError("NatGatewayNotFound", f"The Nat Gateway {gateway_id} was not found")
