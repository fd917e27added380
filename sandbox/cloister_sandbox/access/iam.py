"""What IAM calls need: roles, users, groups and policies by their ARNs, with their paths.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
"""

from __future__ import annotations

from typing import Any

from moto.iam.models import iam_backends

from ..accounts import PARTITION
from ..call import Call
from .needs import Keys, Need, resource_tags

# Kind of thing -> the parameter that names it and moto's store of such things.
_KINDS = {
    "role": ("RoleName", "roles"),
    "user": ("UserName", "users"),
    "group": ("GroupName", "groups"),
    "instance-profile": ("InstanceProfileName", "instance_profiles"),
}
# Parameters that hold a whole ARN.
_BY_ARN = ("SAMLProviderArn", "OpenIDConnectProviderArn")
_ATTACHING = ("Attach", "Detach")


def needs(call: Call) -> list[Need]:
    """Everything an IAM call needs."""
    return [Need(call.action, resource, keys=keys) for resource, keys in _resources(call)] + _passed_role(call)


def keys(call: Call) -> Keys:
    """The condition keys of IAM's own."""
    found: Keys = {}
    if call.operation.startswith(_ATTACHING) and call.parameters.get("PolicyArn"):
        found["iam:PolicyARN"] = call.parameters["PolicyArn"]
    if call.parameters.get("PermissionsBoundary"):
        found["iam:PermissionsBoundary"] = call.parameters["PermissionsBoundary"]
    if call.parameters.get("AWSServiceName"):
        found["iam:AWSServiceName"] = call.parameters["AWSServiceName"]
    return found


def _resources(call: Call) -> list[tuple[str, Keys]]:
    given = call.parameters
    named = [_by_name(call, kind) for kind, (parameter, _) in _KINDS.items() if given.get(parameter)]
    if named:
        return named[:1] if call.operation != "AddRoleToInstanceProfile" else named[-1:]
    policy = given.get("PolicyArn")
    if policy:
        return [(policy, _policy_tags(call, policy))]
    by_arn = next((given[name] for name in _BY_ARN if given.get(name)), None)
    if by_arn:
        return [(by_arn, {})]
    return [(_of_nothing_named(call), {})]


def _by_name(call: Call, kind: str) -> tuple[str, Keys]:
    parameter, store = _KINDS[kind]
    name = call.parameters[parameter]
    things = getattr(iam_backends[call.account][PARTITION], store).values()
    found = next((one for one in list(things) if one.name == name), None)
    if found is None:
        path = call.parameters.get("Path") or "/"
        return _arn(call, f"{kind}{path}{name}"), {}
    return found.arn, _tags(found) | _boundary(found)


def _of_nothing_named(call: Call) -> str:
    """New policies are known by their path and name; lists and what concerns the account by the kind of thing."""
    path = call.parameters.get("Path") or call.parameters.get("PathPrefix") or "/"
    if call.operation == "CreatePolicy":
        return _arn(call, f"policy{path}{call.parameters.get('PolicyName', '')}")
    if call.operation == "CreateServiceLinkedRole":
        service = call.parameters.get("AWSServiceName", "")
        return _arn(call, f"role/aws-service-role/{service}/*")
    kind = next((kind for plural, kind in _LISTS.items() if call.operation.endswith(plural)), None)
    return _arn(call, f"{kind}{path}") if kind else "*"


_LISTS = {"ListRoles": "role", "ListUsers": "user", "ListGroups": "group", "ListInstanceProfiles": "instance-profile"}


def _passed_role(call: Call) -> list[Need]:
    if call.operation != "AddRoleToInstanceProfile":
        return []
    arn, keys = _by_name(call, "role")
    return [Need("iam:PassRole", arn, keys=keys | {"iam:PassedToService": "ec2.amazonaws.com"})]


def _policy_tags(call: Call, arn: str) -> Keys:
    policy = iam_backends[call.account][PARTITION].managed_policies.get(arn)
    return resource_tags({one["Key"]: one["Value"] for one in policy.tags.values()}, "iam") if policy else {}


def _tags(thing: Any) -> Keys:
    entries = getattr(thing, "tags", None)
    return resource_tags({one["Key"]: one["Value"] for one in entries}, "iam") if isinstance(entries, list) else {}


def _boundary(thing: Any) -> Keys:
    arn = getattr(thing, "permissions_boundary_arn", None)
    return {"iam:PermissionsBoundary": arn} if arn else {}


def _arn(call: Call, resource: str) -> str:
    return f"arn:{PARTITION}:iam::{call.account}:{resource}"
