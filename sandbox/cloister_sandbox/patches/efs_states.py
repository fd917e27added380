"""File systems and mount targets take their time, whoever makes them, and mount targets look as EFS makes them."""

from __future__ import annotations

from typing import Any

from moto.efs.models import EFSBackend, FileSystem, MountTarget

from .. import durations, timeline
from . import ec2_interfaces
from .wrap import around

# The account in which AWS runs EFS; it differs between regions.
_REQUESTER = "641247547298"


def apply() -> None:
    """Gives new ones their first state, and interfaces their fields."""

    @around(EFSBackend, "create_file_system")
    def create_file_system(original: Any, self: EFSBackend, *args: Any, **more: Any) -> FileSystem:
        made = original(self, *args, **more)
        made.life_cycle_state = "creating"
        timeline.after(durations.FILE_SYSTEM_CREATE, lambda: finish(made))
        return made

    @around(EFSBackend, "create_mount_target")
    def create_mount_target(
        original: Any,
        self: EFSBackend,
        file_system_id: str,
        subnet_id: str,
        ip_address: str | None = None,
        security_groups: list[str] | None = None,
    ) -> MountTarget:
        subnet = self.ec2_backend.get_subnet(subnet_id)
        address = ip_address or ec2_interfaces.free_address(self.ec2_backend, subnet)
        groups = security_groups or [self.ec2_backend.get_default_security_group(subnet.vpc_id).id]
        made = original(self, file_system_id, subnet_id, address, groups)
        description = f"EFS mount target for {file_system_id} ({made.mount_target_id})"
        ec2_interfaces.manage(self.ec2_backend.enis[made.network_interface_id], "efs", description, _REQUESTER)
        made.life_cycle_state = "creating"
        timeline.after(durations.MOUNT_TARGET_CREATE, lambda: finish(made))
        return made


def finish(made: FileSystem | MountTarget) -> None:
    """Makes available what is still on its way to that."""
    if made.life_cycle_state in ("creating", "updating"):
        made.life_cycle_state = "available"
