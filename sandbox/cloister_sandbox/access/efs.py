"""What EFS calls need: file systems and access points, and the interfaces of mount targets in the caller's name.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticfilesystem.html
"""

from __future__ import annotations

from typing import Any

from moto.efs.models import efs_backends

from ..call import Call
from . import ec2, granting
from .needs import Document, Keys, Need, listed, regional, resource_tags, tags_of

_PREFIX = "elasticfilesystem"


def needs(call: Call) -> list[Need]:
    """Everything an EFS call needs."""
    about = [_need(call, one) for one in _named(call)]
    return [*(about or [Need(call.action)]), *_tagging(call), *_interfaces(call), *granting.needs(call)]


def keys(call: Call) -> Keys:
    """The condition keys of EFS's own."""
    if call.operation != "CreateFileSystem":
        return {}
    return {"elasticfilesystem:Encrypted": bool(call.parameters.get("Encrypted"))}


def _named(call: Call) -> list[str]:
    """The ids that a call is about; a mount target has no ARN, so that its file system stands for it."""
    given, backend = call.parameters, _backend(call)
    ids = [given.get(name) for name in ("AccessPointId", "FileSystemId", "ResourceId") if given.get(name)]
    if target := backend.mount_targets_by_id.get(given.get("MountTargetId") or ""):
        ids.append(target.file_system_id)
    return [str(one).split("/")[-1] for one in ids][:1]


def _need(call: Call, one: str) -> Need:
    backend = _backend(call)
    kind = "access-point" if one.startswith("fsap-") else "file-system"
    held = backend.access_points.get(one) or backend.file_systems_by_id.get(one)
    arn = regional(call, _PREFIX, f"{kind}/{one}")
    text = getattr(held, "file_system_policy", None)
    tags = tags_of(backend.list_tags_for_resource(one)) if held is not None else {}
    return Need(call.action, arn, policy=Document(arn, text) if text else None, keys=resource_tags(tags))


def _tagging(call: Call) -> list[Need]:
    """Tagging what is made needs a permission of its own.

    https://docs.aws.amazon.com/efs/latest/ug/using-tags-efs.html
    """
    kind = {"CreateFileSystem": "file-system", "CreateAccessPoint": "access-point"}.get(call.operation)
    if not kind or not call.parameters.get("Tags"):
        return []
    by_operation: Keys = {"elasticfilesystem:CreateAction": call.operation}
    return [Need("elasticfilesystem:TagResource", regional(call, _PREFIX, f"{kind}/*"), keys=by_operation)]


def _interfaces(call: Call) -> list[Need]:
    """What a mount target's interface needs of EC2.

    https://docs.aws.amazon.com/efs/latest/ug/API_CreateMountTarget.html
    """
    given = call.parameters
    if call.operation == "CreateMountTarget":
        looking = [Need(f"ec2:Describe{what}", via=_PREFIX) for what in ("Subnets", "NetworkInterfaces")]
        groups = listed(given.get("SecurityGroups"))
        return looking + ec2.network_interface(
            call, "ec2:CreateNetworkInterface", str(given.get("SubnetId")), groups, _PREFIX
        )
    target = _backend(call).mount_targets_by_id.get(given.get("MountTargetId") or "")
    action = _ON_INTERFACE.get(call.operation)
    if action is None or target is None:
        return []
    return [Need(action, regional(call, "ec2", f"network-interface/{target.network_interface_id}"), via=_PREFIX)]


_ON_INTERFACE = {
    "DeleteMountTarget": "ec2:DeleteNetworkInterface",
    "ModifyMountTargetSecurityGroups": "ec2:ModifyNetworkInterfaceAttribute",
}


def _backend(call: Call) -> Any:
    return efs_backends[call.account][call.region]
