"""What calls need, service by service, and the condition keys of the service's own."""

from __future__ import annotations

from collections.abc import Callable

from moto.logs.models import logs_backends
from moto.ssm.models import ssm_backends

from .. import sts
from ..call import Call
from . import ec2, efs, iam, kms, network_firewall, s3, sagemaker
from .needs import Finder, Keys, Need, default, listed, regional, resource_tags
from .passing import passed_roles


def needs(call: Call) -> list[Need]:
    """Everything a call needs, one action on one resource each."""
    return _FINDERS.get(call.service, default)(call) + passed_roles(call)


def keys(call: Call) -> Keys:
    """The condition keys that only the call's service has."""
    own = _KEYS.get(call.service)
    return own(call) if own else {}


def _ssm(call: Call) -> list[Need]:
    given = call.parameters
    names = [*listed(given.get("Name")), *listed(given.get("Names")), *listed(given.get("Path"))]
    if given.get("ResourceType") == "Parameter":
        names += listed(given.get("ResourceId"))
    if not names:
        return [Need(call.action, regional(call, "ssm", "*"))]
    found = [_parameter(call, str(name), call.action) for name in names]
    if given.get("Tags") and call.operation == "PutParameter":
        found.append(_parameter(call, str(names[0]), "ssm:AddTagsToResource"))
    return found


def _parameter(call: Call, name: str, action: str) -> Need:
    # A version or label may follow the name; a name may be a whole ARN.
    plain = name.split(":parameter", 1)[1] if name.startswith("arn:") else name
    path = plain.split(":", 1)[0]
    backend = ssm_backends[call.account][call.region]
    tags = backend._resource_tags.get("Parameter", {}).get(path) or {}
    return Need(action, regional(call, "ssm", f"parameter/{path.lstrip('/')}"), keys=resource_tags(dict(tags), "ssm"))


def _logs(call: Call) -> list[Need]:
    given = call.parameters
    named = [*listed(given.get("logGroupName")), *listed(given.get("logGroupNames"))]
    for name in ("logGroupIdentifier", "logGroupIdentifiers", "resourceIdentifier"):
        named += [str(one).split(":log-group:")[-1].removesuffix(":*") for one in listed(given.get(name))]
    if not named:
        arn = given.get("resourceArn") or given.get("logGroupArn") or regional(call, "logs", "log-group::log-stream:")
        return [Need(call.action, arn, keys=_tags_of_group(call, str(arn)))]
    stream = given.get("logStreamName") or ""
    return [
        Need(
            call.action,
            regional(call, "logs", f"log-group:{group}:log-stream:{stream}"),
            keys=_tags_of_group(call, regional(call, "logs", f"log-group:{group}")),
        )
        for group in named
    ]


def _tags_of_group(call: Call, arn: str) -> Keys:
    tags = logs_backends[call.account][call.region].tagger.get_tag_dict_for_resource(arn.removesuffix(":*"))
    return resource_tags(tags)


def _cloudtrail(call: Call) -> list[Need]:
    given = call.parameters
    named = given.get("TrailName") or given.get("Name") or given.get("ResourceId")
    if not named:
        return [Need(call.action)]
    arn = named if named.startswith("arn:") else regional(call, "cloudtrail", f"trail/{named}")
    found = [Need(call.action, arn)]
    if call.operation == "CreateTrail" and given.get("TagsList"):
        found.append(Need("cloudtrail:AddTags", arn))
    return found


def _tagging(call: Call) -> list[Need]:
    # The API takes no resources in policies, and its denials name none.
    return [Need(call.action, names_resource=False)]


_FINDERS: dict[str, Finder] = {
    "cloudtrail": _cloudtrail,
    "ec2": ec2.needs,
    "efs": efs.needs,
    "iam": iam.needs,
    "kms": kms.needs,
    "logs": _logs,
    "network-firewall": network_firewall.needs,
    "resourcegroupstaggingapi": _tagging,
    "s3": s3.needs,
    "sagemaker": sagemaker.needs,
    "ssm": _ssm,
    "sts": sts.needs,
}

_KEYS: dict[str, Callable[[Call], Keys]] = {
    "ec2": ec2.keys,
    "efs": efs.keys,
    "iam": iam.keys,
    "kms": kms.keys,
    "s3": s3.keys,
    "sagemaker": sagemaker.keys,
    "sts": sts.keys,
}
