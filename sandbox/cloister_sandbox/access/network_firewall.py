"""What Network Firewall calls need: firewalls, policies and rule groups, named by name or ARN.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsnetworkfirewall.html
"""

from __future__ import annotations

from typing import Any

from .. import service_linked_roles
from ..accounts import PARTITION
from ..call import Call
from ..network_firewall_store import store_of
from .needs import Keys, Need, resource_tags

_SERVICE = "network-firewall.amazonaws.com"
_KINDS = {
    "Firewall": "firewall",
    "FirewallPolicy": "firewall-policy",
    "TLSInspectionConfiguration": "tls-configuration",
    "VpcEndpointAssociation": "vpc-endpoint-association",
}
_GROUPS = {"STATEFUL": "stateful-rulegroup", "STATELESS": "stateless-rulegroup"}
# Lists are asked about all things of a kind, except rule groups.
_LISTS = {
    "ListFirewalls": "firewall",
    "ListFirewallPolicies": "firewall-policy",
    "ListTLSInspectionConfigurations": "tls-configuration",
    "ListVpcEndpointAssociations": "vpc-endpoint-association",
}
_WITH_GROUPS = ("CreateFirewallPolicy", "UpdateFirewallPolicy")


def needs(call: Call) -> list[Need]:
    """Everything a Network Firewall call needs."""
    tags = _tags(call)
    about = [Need(call.action, arn, keys=_of(tags.get(arn))) for arn in dict.fromkeys(_arns(call))]
    return [*(about or [Need(call.action)]), *_delivery(call), *_service_role(call)]


def _arns(call: Call) -> list[str]:
    given, store = call.parameters, store_of(call)
    if kind := _LISTS.get(call.operation):
        return [store.arn(kind, "*")]
    found = [given["ResourceArn"]] if given.get("ResourceArn") else []
    for parameter, kind in _KINDS.items():
        if given.get(f"{parameter}Arn"):
            found.append(given[f"{parameter}Arn"])
        elif given.get(f"{parameter}Name"):
            found.append(store.arn(kind, given[f"{parameter}Name"]))
    if given.get("RuleGroupArn"):
        found.append(given["RuleGroupArn"])
    elif given.get("RuleGroupName"):
        found.append(store.arn(_GROUPS.get(given.get("Type", ""), "*-rulegroup"), given["RuleGroupName"]))
    if call.operation == "CreateVpcEndpointAssociation":
        found.append(store.arn("vpc-endpoint-association", "*"))
    return found + (_groups_of(given) if call.operation in _WITH_GROUPS else [])


def _groups_of(given: dict[str, Any]) -> list[str]:
    policy = given.get("FirewallPolicy") or {}
    lists = ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences")
    named = [str(one.get("ResourceArn")) for name in lists for one in policy.get(name) or []]
    # Those that AWS manages are everybody's.
    return [arn for arn in named if arn.startswith("arn:") and ":aws-managed:" not in arn]


def _tags(call: Call) -> dict[str, dict[str, str]]:
    store = store_of(call)
    kept: list[dict[str, Any]] = [store.groups, store.policies, store.firewalls, store.associations]
    return {arn: one.tags for things in kept for arn, one in things.items()}


def _of(tags: dict[str, str] | None) -> Keys:
    return resource_tags(tags) if tags else {}


def _delivery(call: Call) -> list[Need]:
    """Logs go out by a delivery that is the caller's.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/firewall-logging.html
    """
    configuration = call.parameters.get("LoggingConfiguration") or {}
    is_logging = call.operation == "UpdateLoggingConfiguration" and configuration.get("LogDestinationConfigs")
    return [Need("logs:CreateLogDelivery", via="network-firewall")] if is_logging else []


def _service_role(call: Call) -> list[Need]:
    """The first firewall of an account makes the service's role.

    https://docs.aws.amazon.com/network-firewall/latest/developerguide/using-service-linked-roles.html
    """
    if call.operation != "CreateFirewall" or service_linked_roles.exists(call.account, _SERVICE):
        return []
    role = f"role/aws-service-role/{_SERVICE}/AWSServiceRoleFor{service_linked_roles.NAMES[_SERVICE]}"
    made: Keys = {"iam:AWSServiceName": _SERVICE}
    return [Need("iam:CreateServiceLinkedRole", f"arn:{PARTITION}:iam::{call.account}:{role}", keys=made)]
