"""Elastic addresses and internet gateways: what is mapped stays."""

from __future__ import annotations

from typing import Any

from moto.core.responses import EmptyResult
from moto.ec2.responses.elastic_ip_addresses import ElasticIPAddresses
from moto.ec2.responses.internet_gateways import InternetGateways

from .wrap import AwsError, around


def apply() -> None:
    """Guards release, disassociation, attachment and detachment."""

    @around(ElasticIPAddresses, "release_address")
    def release(original: Any, self: Any) -> EmptyResult:
        address = _address(self)
        if address.association_id or address.instance or address.eni:
            raise AwsError("InvalidIPAddress.InUse", f"Address {address.public_ip} is in use.")
        return original(self)

    @around(ElasticIPAddresses, "disassociate_address")
    def disassociate(original: Any, self: Any) -> EmptyResult:
        for address in self.ec2_backend.addresses:
            names = (address.public_ip, address.association_id)
            asked = self._get_param("PublicIp") or self._get_param("AssociationId")
            if asked in names and address.eni is not None and address.eni.requester_managed:
                raise AwsError("AuthFailure", "You do not have permission to access the specified resource.")
        return original(self)

    @around(InternetGateways, "attach_internet_gateway")
    def attach(original: Any, self: Any) -> EmptyResult:
        vpc_id = self._get_param("VpcId")
        wanted = self._get_param("InternetGatewayId")
        for gateway in self.ec2_backend.internet_gateways.values():
            if gateway.id != wanted and gateway.vpc is not None and gateway.vpc.id == vpc_id:
                raise AwsError("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        return original(self)

    @around(InternetGateways, "detach_internet_gateway")
    def detach(original: Any, self: Any) -> EmptyResult:
        vpc_id = self._get_param("VpcId")
        if any(one.vpc_id == vpc_id and one.public_ip for one in self.ec2_backend.enis.values()):
            raise AwsError(
                "DependencyViolation",
                f"Network {vpc_id} has some mapped public address(es). Please unmap those public address(es) before "
                "detaching the gateway.",
            )
        return original(self)


def _address(response: Any) -> Any:
    public_ip, allocation = response._get_param("PublicIp"), response._get_param("AllocationId")
    if public_ip:
        return response.ec2_backend.address_by_ip([public_ip])[0]
    return response.ec2_backend.address_by_allocation([allocation])[0]
