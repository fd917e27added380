"""Mount targets: one for each zone, minutes to come and go, and an interface that holds subnet and groups."""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.efs.models import EFSBackend, FileSystem, MountTarget, efs_backends

from . import durations, timeline
from .call import Call
from .efs_errors import bad_request, find_file_system, refuse
from .patches import ec2_interfaces
from .registry import Registry

# https://docs.aws.amazon.com/efs/latest/ug/limits.html
_MOST_GROUPS = 5


def register(registry: Registry) -> None:
    """Adds the operations that make, change and delete mount targets."""
    registry.add("efs", "CreateMountTarget", _create)
    registry.add("efs", "DeleteMountTarget", _delete)
    registry.add("efs", "ModifyMountTargetSecurityGroups", _modify_groups)


def _create(call: Call) -> dict[str, Any]:
    asked, backend = call.parameters, efs_backends[call.account][call.region]
    file_system = find_file_system(backend, asked["FileSystemId"])
    if file_system.life_cycle_state not in ("available", "updating"):
        raise refuse(
            "IncorrectFileSystemLifeCycleState",
            f"File system '{file_system.file_system_id}' is not available to create a mount target.",
            409,
        )
    subnet = _subnet(call, asked["SubnetId"])
    _check_place(file_system, subnet)
    _check_groups(call, subnet.vpc_id, asked.get("SecurityGroups") or [])
    _check_address(backend, subnet, asked.get("IpAddress"))
    made = backend.create_mount_target(
        file_system.file_system_id, subnet.id, asked.get("IpAddress"), asked.get("SecurityGroups")
    )
    return made.info_json()


def _delete(call: Call) -> None:
    backend = efs_backends[call.account][call.region]
    target = _find(backend, call.parameters["MountTargetId"])
    if target.life_cycle_state == "deleting":
        raise _wrong_state(target)
    target.life_cycle_state = "deleting"
    timeline.after(durations.MOUNT_TARGET_DELETE, lambda: _end(backend, target))


def _modify_groups(call: Call) -> None:
    asked, backend = call.parameters, efs_backends[call.account][call.region]
    target = _find(backend, asked["MountTargetId"])
    if target.life_cycle_state != "available":
        raise _wrong_state(target)
    groups = asked.get("SecurityGroups") or []
    _check_groups(call, target.vpc_id, groups)
    if groups:
        backend.modify_mount_target_security_groups(target.mount_target_id, groups)


def _end(backend: EFSBackend, target: MountTarget) -> None:
    # Whoever made it may have taken it away by other means.
    if backend.mount_targets_by_id.pop(target.mount_target_id, None) is not None:
        ec2_interfaces.remove(backend.ec2_backend, target.network_interface_id or "")
        target.clean_up()


def _find(backend: EFSBackend, name: str) -> MountTarget:
    found = backend.mount_targets_by_id.get(name)
    if found is None:
        raise refuse("MountTargetNotFound", f"Mount target '{name}' does not exist.", 404)
    return found


def _subnet(call: Call, name: str) -> Any:
    for zone in ec2_backends[call.account][call.region].subnets.values():
        if name in zone:
            return zone[name]
    raise refuse("SubnetNotFound", f"The subnet ID '{name}' does not exist", 400)


def _check_place(file_system: FileSystem, subnet: Any) -> None:
    if any(one.vpc_id != subnet.vpc_id for one in file_system.iter_mount_targets()):
        raise refuse(
            "MountTargetConflict",
            "requested subnet for new mount target is not in the same VPC as existing mount targets",
            409,
        )
    if file_system.has_mount_target(subnet):
        raise refuse("MountTargetConflict", "mount target already exists in this AZ", 409)
    if file_system.availability_zone_name not in (None, "", subnet.availability_zone):
        raise refuse(
            "AvailabilityZonesMismatch",
            "Mount target and file system must be in the same Availability Zone.",
            400,
        )


def _check_groups(call: Call, vpc_id: str, groups: list[str]) -> None:
    if len(groups) > _MOST_GROUPS:
        raise refuse(
            "SecurityGroupLimitExceeded", "The maximum number of security groups per interface has been reached.", 400
        )
    for name in groups:
        group = ec2_backends[call.account][call.region].get_security_group_from_id(name)
        if group is None or group.vpc_id != vpc_id:
            raise refuse("SecurityGroupNotFound", f"The SecurityGroup ID '{name}' does not exist", 400)


def _check_address(backend: EFSBackend, subnet: Any, address: str | None) -> None:
    if address is None:
        return
    if not ec2_interfaces.lies_in(subnet, address):
        raise bad_request("Address does not fall within the subnet's address range")
    if address in ec2_interfaces.taken_addresses(backend.ec2_backend, subnet):
        raise refuse("IpAddressInUse", f"The address '{address}' is in use.", 409)


def _wrong_state(target: MountTarget) -> Exception:
    return refuse(
        "IncorrectMountTargetState",
        f"The mount target '{target.mount_target_id}' is in the state '{target.life_cycle_state}'.",
        409,
    )
