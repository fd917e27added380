"""Network interfaces: addresses of their subnet, groups that exist, and those that AWS services make for themselves."""

from __future__ import annotations

import inspect
import ipaddress
from dataclasses import dataclass
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.core.utils import utcnow
from moto.ec2.models.elastic_network_interfaces import NetworkInterface, NetworkInterfaceBackend
from moto.ec2.responses.elastic_network_interfaces import ElasticNetworkInterfaces
from moto.moto_api._internal import mock_random

from .wrap import AwsError, around

# The network address, the router, the resolver and one for later use; the broadcast address comes last.
# https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
_RESERVED_AT_START = 4

# An attachment that a service made carries this prefix, and nobody else may take it away.
_SERVICE_ATTACHMENT = "ela-attach-"


_ATTACHMENT_FILTERS = {
    "attachment.attachment-id": "attachment_id",
    "attachment.instance-owner-id": "instance_owner_id",
    "attachment.status": "status",
}


@dataclass
class ServiceAttachment:
    """How an interface hangs on something that is not an instance of the account."""

    attachment_id: str
    instance_owner_id: str
    device_index: int = 1
    network_card_index: int = 0
    delete_on_termination: bool = False
    status: str = "attached"
    attach_time: Any = None


def apply() -> None:
    """Corrects addresses, groups and deletion."""
    _attachments()

    signature = inspect.signature(NetworkInterfaceBackend.create_network_interface)

    @around(NetworkInterfaceBackend, "create_network_interface")
    def create(original: Any, *args: Any, **more: Any) -> Any:
        given = signature.bind(*args, **more)
        backend, subnet = given.arguments["self"], given.arguments["subnet"]
        subnet = backend.get_subnet(subnet) if isinstance(subnet, str) else subnet
        _check_groups(backend, subnet, given.arguments.get("group_ids") or [])
        given.arguments["subnet"] = subnet
        given.arguments["private_ip_address"] = _address(backend, subnet, given.arguments)
        return original(*given.args, **given.kwargs)

    @around(NetworkInterface, "get_filter_value")
    def filter_value(original: Any, self: Any, filter_name: str, method_name: str | None = None) -> Any:
        attribute = _ATTACHMENT_FILTERS.get(filter_name)
        if attribute is not None:
            return getattr(self.attachment, attribute, "") if self.attachment else ""
        return original(self, filter_name, method_name)

    @around(ElasticNetworkInterfaces, "create_network_interface")
    def create_for_user(original: Any, self: Any) -> ActionResult:
        wanted = self._get_param("PrivateIpAddress")
        if wanted:
            check_address(self.ec2_backend, self.ec2_backend.get_subnet(self._get_param("SubnetId")), wanted)
        return original(self)

    @around(ElasticNetworkInterfaces, "delete_network_interface")
    def delete(original: Any, self: Any) -> EmptyResult:
        interface = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        if interface.status == "in-use":
            raise AwsError("InvalidParameterValue", f"Network interface '{interface.id}' is currently in use.")
        return original(self)

    @around(ElasticNetworkInterfaces, "detach_network_interface")
    def detach(original: Any, self: Any) -> EmptyResult:
        if str(self._get_param("AttachmentId")).startswith(_SERVICE_ATTACHMENT):
            raise AwsError("OperationNotPermitted", "You are not allowed to manage 'ela-attach' attachments.")
        return original(self)

    @around(ElasticNetworkInterfaces, "modify_network_interface_attribute")
    def modify(original: Any, self: Any) -> EmptyResult:
        interface = self.ec2_backend.get_network_interface(self._get_param("NetworkInterfaceId"))
        groups = self._get_param("Groups", [])
        if groups and interface.requester_managed:
            raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")
        _check_groups(self.ec2_backend, interface.subnet, groups)
        return original(self)


def make_managed(
    backend: Any, subnet_id: str, groups: list[str], kind: str, description: str, requester: str
) -> NetworkInterface:
    """Makes an interface as a service does for itself: in use from the start, and not the account's to delete."""
    interface = backend.create_network_interface(subnet_id, None, group_ids=groups, description=description)
    manage(interface, kind, description, requester)
    if not groups:
        interface._group_set = []
    return interface


def manage(interface: NetworkInterface, kind: str, description: str, requester: str) -> None:
    """Makes an interface one that a service manages."""
    interface.interface_type = kind
    interface.description = description
    interface.requester_managed = True
    interface.requester_id = requester
    interface.status = "in-use"
    interface.cloister_attachment = ServiceAttachment(
        _SERVICE_ATTACHMENT + mock_random.get_random_hex(17), "amazon-aws", attach_time=utcnow()
    )


def remove(backend: Any, interface_id: str) -> None:
    """Takes an interface away, in use or not; one that is gone already stays gone."""
    interface = backend.enis.pop(interface_id, None)
    if interface is not None:
        for address in interface.private_ip_addresses:
            interface.subnet.del_subnet_ip(address["PrivateIpAddress"])


def free_address(backend: Any, subnet: Any) -> str:
    """The lowest address of a subnet that nobody has."""
    taken = taken_addresses(backend, subnet)
    network = ipaddress.IPv4Network(subnet.cidr_block, strict=False)
    for offset in range(_RESERVED_AT_START, network.num_addresses - 1):
        address = str(network[offset])
        if address not in taken:
            return address
    raise AwsError(
        "InsufficientFreeAddressesInSubnet",
        "The specified subnet does not have enough free addresses to satisfy the request.",
    )


def taken_addresses(backend: Any, subnet: Any) -> set[str]:
    """The addresses of a subnet that somebody has."""
    on_interfaces = {
        address["PrivateIpAddress"]
        for interface in backend.enis.values()
        if interface.subnet.id == subnet.id
        for address in interface.private_ip_addresses
    }
    return on_interfaces | set(subnet._subnet_ips)


def lies_in(subnet: Any, address: str | None) -> bool:
    """Whether an address is one of the subnet's."""
    return bool(address) and ipaddress.ip_address(address) in ipaddress.ip_network(subnet.cidr_block, strict=False)


def check_address(backend: Any, subnet: Any, address: str) -> None:
    """Raises if an address is not one of the subnet's, or somebody has it."""
    if not lies_in(subnet, address):
        raise AwsError("InvalidParameterValue", "Address does not fall within the subnet's address range")
    if address in taken_addresses(backend, subnet):
        raise AwsError("InvalidIPAddress.InUse", "The specified address is already in use.")


def _address(backend: Any, subnet: Any, asked: dict[str, Any]) -> str | None:
    wanted = asked["private_ip_address"]
    wanted = wanted[0] if isinstance(wanted, list) and wanted else wanted
    if asked.get("private_ip_addresses") or not subnet.cidr_block:
        return wanted or None
    # moto draws addresses from anywhere for the services that live on it.
    return wanted if lies_in(subnet, wanted) else free_address(backend, subnet)


def _check_groups(backend: Any, subnet: Any, group_ids: list[str]) -> None:
    for group_id in group_ids:
        group = backend.get_security_group_from_id(group_id)
        if group is None:
            raise AwsError("InvalidGroup.NotFound", f"The security group '{group_id}' does not exist")
        if group.vpc_id != subnet.vpc_id:
            raise AwsError("InvalidParameter", "You have specified two resources that belong to different networks.")


def _attachments() -> None:
    to_instance = NetworkInterface.attachment

    def attachment(self: Any) -> Any:
        return getattr(self, "cloister_attachment", None) or to_instance.fget(self)  # type: ignore[attr-defined]

    NetworkInterface.attachment = property(attachment)  # type: ignore[assignment]
