"""Roles that AWS's services make for themselves.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

from __future__ import annotations

from moto.iam.models import iam_backends

from . import role_propagation
from .accounts import PARTITION

# What follows `AWSServiceRoleFor`, where it is not the service's own name.
NAMES = {
    "access-analyzer.amazonaws.com": "AccessAnalyzer",
    "cloudtrail.amazonaws.com": "CloudTrail",
    "config.amazonaws.com": "Config",
    "elasticfilesystem.amazonaws.com": "AmazonElasticFileSystem",
    "guardduty.amazonaws.com": "AmazonGuardDuty",
    "macie.amazonaws.com": "AmazonMacie",
    "network-firewall.amazonaws.com": "NetworkFirewall",
    "organizations.amazonaws.com": "Organizations",
    "sagemaker.amazonaws.com": "AmazonSageMakerNotebooks",
    "securityhub.amazonaws.com": "SecurityHub",
    "servicecatalog.amazonaws.com": "ServiceCatalogSync",
    "sso.amazonaws.com": "SSO",
    "transitgateway.amazonaws.com": "VPCTransitGateway",
}


def exists(account: str, service: str) -> bool:
    """Whether a service made its role in an account."""
    name = f"AWSServiceRoleFor{NAMES[service]}"
    return any(role.name == name for role in iam_backends[account][PARTITION].roles.values())


def ensure(account: str, service: str) -> None:
    """Makes a service's role, as the service does when it first needs it."""
    if not exists(account, service):
        role = iam_backends[account][PARTITION].create_service_linked_role(service, "", "")
        role_propagation.finish(role)
