"""Which way a call takes out of a VPC: through an endpoint, or not at all."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends

from . import models
from .call import Call, Vantage

# Endpoint names that are not the service's endpoint prefix, without `com.amazonaws.REGION.`.
# https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
_ENDPOINT_NAMES = {
    "sagemaker": "sagemaker.api",
    "sagemaker-runtime": "sagemaker.runtime",
    "sagemaker-featurestore-runtime": "sagemaker.featurestore-runtime",
    "sagemaker-metrics": "sagemaker.metrics",
    "ecr": "ecr.api",
    "codeartifact": "codeartifact.api",
    "resourcegroupstaggingapi": "tagging",
    "s3control": "s3",
    "stepfunctions": "states",
}


def endpoint_name(service: str, region: str) -> str:
    """The name of the endpoint service that serves a service."""
    prefix = models.facts(service).get("endpointPrefix", service)
    return f"com.amazonaws.{region}.{_ENDPOINT_NAMES.get(service, prefix)}"


def endpoint_for(vantage: Vantage, service: str, region: str) -> str | None:
    """The id of the endpoint in the vantage's VPC that carries calls to a service; None where there is no way out.

    An endpoint serves its own region only. The VPC has neither internet nor NAT gateway.
    """
    if region != vantage.vpc_region:
        return None
    wanted = endpoint_name(service, region)
    endpoints = ec2_backends[vantage.vpc_account][vantage.vpc_region].vpc_end_points.values()
    serving = [
        one for one in endpoints if one.vpc_id == vantage.vpc_id and one.service_name == wanted and _is_available(one)
    ]
    # An interface endpoint with private DNS takes the name away from the gateway's public addresses.
    serving.sort(key=lambda one: not (_is_interface(one) and one.private_dns_enabled))
    return serving[0].id if serving else None


def take_way_out(call: Call) -> bool:
    """Marks a call with the endpoint it goes through; False where it cannot leave."""
    if not call.vantage.is_inside:
        return True
    endpoint = endpoint_for(call.vantage, call.service, call.region)
    if endpoint is None:
        return False
    call.vpc_endpoint_id = endpoint
    call.vpc_endpoint_account = call.vantage.vpc_account
    return True


def _is_available(endpoint: Any) -> bool:
    if endpoint.state != "available":
        return False
    return bool(endpoint.subnet_ids) if _is_interface(endpoint) else bool(endpoint.route_table_ids)


def _is_interface(endpoint: Any) -> bool:
    return (endpoint.vpc_endpoint_type or "Gateway").lower() == "interface"
