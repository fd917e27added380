"""What a domain brings along: the file system of its users' homes, mount targets, and two NFS security groups.

The two groups name each other in their rules, and stay with the file system
when a domain is deleted without it: that is why VPCs of Studio are hard to
delete.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models import ec2_backends
from moto.efs.models import efs_backends
from moto.kms.models import kms_backends

from . import sagemaker_network
from .sagemaker_store import Resource, Store

MANAGED_TAG = "ManagedByAmazonSageMakerResource"
_NFS = "2049"


def key_problem(store: Store, domain_id: str, key_id: str) -> str:
    """Why the homes cannot be encrypted with a key; empty if they can."""
    if not key_id:
        return ""
    reason = f"ResourceNotFoundError: Unable to create Amazon EFS for domain '{domain_id}' because KMS key '{key_id}'"
    key = _key(store, key_id)
    if key is None:
        return f"{reason} does not exist. You must choose a key that exists."
    if key.key_state != "Enabled":
        return f"{reason} is not enabled. You must choose a key that is enabled."
    return ""


def null_key_problem(domain_id: str) -> str:
    """The failure that AWS now and then ends a domain with, though nobody named a key."""
    return (
        f"ResourceNotFoundError: Unable to create Amazon EFS for domain '{domain_id}' because KMS key 'null' does not "
        "exist. You must choose a key that exists."
    )


def build(store: Store, domain: Resource) -> None:
    """Makes the groups, the file system and its mount targets."""
    _build_groups(store, domain)
    key = _key(store, domain.about.get("KmsKeyId", ""))
    file_system = efs_backends[store.account][store.region].create_file_system(
        creation_token=domain.about["DomainId"],
        performance_mode="generalPurpose",
        encrypted=True,
        kms_key_id=key.arn if key else "",
        throughput_mode="bursting",
        provisioned_throughput_in_mibps=0,
        availability_zone_name="",
        backup=False,
        tags=[{"Key": MANAGED_TAG, "Value": domain.arn}],
    )
    domain.about["HomeEfsFileSystemId"] = file_system.file_system_id
    fit_mount_targets(store, domain)


def fit_mount_targets(store: Store, domain: Resource) -> None:
    """Makes mount targets for the domain's subnets, and removes those of other subnets."""
    backend = efs_backends[store.account][store.region]
    file_system = backend.file_systems_by_id.get(domain.about.get("HomeEfsFileSystemId", ""))
    if file_system is None:
        return
    wanted = domain.about["SubnetIds"]
    for target in list(file_system.iter_mount_targets()):
        if target.subnet_id not in wanted:
            _remove_mount_target(store, target)
    for subnet_id in wanted:
        subnet = ec2_backends[store.account][store.region].get_subnet(subnet_id)
        # EFS has one for each zone; further subnets of it use that.
        if not file_system.has_mount_target(subnet):
            backend.create_mount_target(
                file_system.file_system_id, subnet_id, security_groups=[group_id(store, domain, "inbound")]
            )


def add_user(store: Store, domain: Resource, profile: Resource) -> None:
    """Makes the access point through which a user's apps mount the user's directory.

    https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-automount.html
    """
    mounts = (profile.about.get("UserSettings") or {}).get("AutoMountHomeEFS", "DefaultAsDomain")
    if mounts == "DefaultAsDomain":
        mounts = domain.about["DefaultUserSettings"].get("AutoMountHomeEFS", "Enabled")
    file_system, uid = domain.about.get("HomeEfsFileSystemId"), profile.about.get("HomeEfsFileSystemUid")
    backend = efs_backends[store.account][store.region]
    if mounts != "Enabled" or not uid or file_system not in backend.file_systems_by_id:
        return
    owner = {"OwnerUid": int(uid), "OwnerGid": 0, "Permissions": "700"}
    # It stays when the profile goes, as the directory does.
    backend.create_access_point(
        client_token=profile.arn,
        tags=[{"Key": MANAGED_TAG, "Value": profile.arn}],
        file_system_id=file_system,
        posix_user={"Uid": int(uid), "Gid": 0},
        root_directory={"Path": f"/{uid}", "CreationInfo": owner},
    )


def demolish(store: Store, domain: Resource) -> None:
    """Removes all of it, as far as it is still there and nobody else uses it."""
    backend = efs_backends[store.account][store.region]
    file_system = backend.file_systems_by_id.pop(domain.about.get("HomeEfsFileSystemId", ""), None)
    if file_system is not None:
        backend.creation_tokens.discard(file_system.creation_token)
        for target in list(file_system.iter_mount_targets()):
            _remove_mount_target(store, target)
        for point in [
            one for one in backend.access_points.values() if one.file_system_id == file_system.file_system_id
        ]:
            backend.access_points.pop(point.access_point_id)
    _remove_groups(store, domain)


def group_name(domain_id: str, direction: str) -> str:
    """The name of one of the two NFS groups."""
    return f"security-group-for-{direction}-nfs-{domain_id}"


def group_id(store: Store, domain: Resource, direction: str) -> str:
    """The id of one of the two NFS groups; empty once it is gone."""
    group = _group(store, domain, direction)
    return group.id if group else ""


def _build_groups(store: Store, domain: Resource) -> None:
    backend = ec2_backends[store.account][store.region]
    made = {}
    for direction in ("inbound", "outbound"):
        made[direction] = group = backend.create_security_group(
            group_name(domain.about["DomainId"], direction),
            f"[DO NOT DELETE] Security Group that allows {direction} NFS traffic for SageMaker Notebooks Domain "
            f"[{domain.about['DomainId']}]",
            vpc_id=domain.about["VpcId"],
            tags={MANAGED_TAG: domain.arn},
        )
        # Each has its one NFS rule, and not the rule to everywhere that new groups have.
        group.egress_rules.clear()
    rule: tuple[str, str, str, list[Any]] = ("tcp", _NFS, _NFS, [])
    backend.authorize_security_group_ingress(
        made["inbound"].id, *rule, source_groups=[{"GroupId": made["outbound"].id}], vpc_id=domain.about["VpcId"]
    )
    backend.authorize_security_group_egress(
        made["outbound"].id, *rule, source_groups=[{"GroupId": made["inbound"].id}], vpc_id=domain.about["VpcId"]
    )


def _remove_groups(store: Store, domain: Resource) -> None:
    backend = ec2_backends[store.account][store.region]
    own = [group for group in (_group(store, domain, one) for one in ("inbound", "outbound")) if group]
    # SageMaker does not leave its groups behind for the sake of interfaces that it no longer uses itself.
    for interface in list(backend.enis.values()):
        if interface.status == "available" and any(group in interface.group_set for group in own):
            sagemaker_network.remove_interface(backend.enis, interface)
    for group in own:
        used = any(group in interface.group_set for interface in backend.enis.values())
        others = (one for groups in backend.groups.values() for one in groups.values() if one not in own)
        if not used and not any(_names(other, group.id) for other in others):
            backend.groups[group.vpc_id].pop(group.id)


def _names(group: Any, wanted: str) -> bool:
    rules = (*group.ingress_rules, *group.egress_rules)
    return any((rule.source_group or {}).get("GroupId") == wanted for rule in rules)


def _group(store: Store, domain: Resource, direction: str) -> Any | None:
    name = group_name(domain.about["DomainId"], direction)
    groups = ec2_backends[store.account][store.region].groups.get(domain.about.get("VpcId", ""), {})
    return next((group for group in groups.values() if group.name == name), None)


def _remove_mount_target(store: Store, target: Any) -> None:
    backend = efs_backends[store.account][store.region]
    ec2_backends[store.account][store.region].enis.pop(target.network_interface_id, None)
    if backend.mount_targets_by_id.pop(target.mount_target_id, None) is not None:
        target.clean_up()


def _key(store: Store, key_id: str) -> Any | None:
    if not key_id:
        return None
    account = key_id.split(":")[4] if key_id.startswith("arn:") else store.account
    keys = kms_backends[account][store.region]
    if "alias/" in key_id:
        target = keys.get_key_id_from_alias(key_id.split(":")[-1])
        return keys.keys.get(target) if target else None
    return keys.keys.get(key_id.split("/")[-1])
