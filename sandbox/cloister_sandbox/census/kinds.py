"""Which attributes of moto's backends hold objects, and of what kind; None for bookkeeping.

A service that is not named here is listed as well, by the names of moto's attributes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

# moto's name of a service where the kinds of composites have another.
SERVICES = {"sso-admin": "sso", "service-quotas": "servicequotas"}


def _same(names: str) -> dict[str, str]:
    """Attributes that are called like their kind, but for an `s` and underscores."""
    return {name: name.removesuffix("s").lstrip("_").replace("_", "-") for name in names.split()}


def _bookkeeping(names: str) -> dict[str, None]:
    return dict.fromkeys(names.split())


@dataclass(frozen=True)
class Service:
    """One service's attributes: kind by attribute, and the member that identifies where it is not the usual one."""

    kinds: dict[str, str | None]
    ids: dict[str, str]


_EC2 = (
    _same(
        """
        amis carrier_gateways customer_gateways dhcp_options_sets egress_only_internet_gateways fleets flow_logs hosts
        internet_gateways key_pairs launch_templates nat_gateways network_acls route_tables snapshots
        spot_fleet_requests spot_instance_requests subnets traffic_mirror_filters traffic_mirror_sessions
        traffic_mirror_targets transit_gateways transit_gateways_route_tables transit_gateway_attachments
        iam_instance_profile_associations volumes vpcs vpn_connections vpn_gateways
        """
    )
    | {
        "addresses": "elastic-ip",
        "configurations": "vpc-endpoint-service",
        "enis": "network-interface",
        "groups": "security-group",
        "managed_prefix_lists": "prefix-list",
        "reservations": "instance",
        "vpc_end_points": "vpc-endpoint",
        "vpc_pcxs": "vpc-peering-connection",
    }
    | _bookkeeping(
        """
        attachments deleted_amis launch_template_insert_order launch_template_name_to_ids subnet_associations tags
        transit_gateway_associations transit_gateway_propagations
        """
    )
)
_IAM = (
    _same("groups instance_profiles open_id_providers roles saml_providers users virtual_mfa_devices")
    | {"account_aliases": "account-alias", "certificates": "server-certificate", "managed_policies": "policy"}
    # Access keys are listed with their users.
    | _bookkeeping("access_keys aws_managed_policies inline_policies")
)
_SAGEMAKER = _same(
    """
    _models auto_ml_jobs clusters compilation_jobs data_quality_job_definitions domains endpoint_configs endpoints
    experiments feature_groups hyper_parameter_tuning_jobs model_bias_job_definitions model_cards
    model_explainability_job_definitions model_package_groups model_packages model_quality_job_definitions
    notebook_instance_lifecycle_configurations notebook_instances pipelines processing_jobs training_jobs
    transform_jobs trial_components trials
    """
) | _bookkeeping("model_package_name_mapping pipeline_executions")

TABLE = {
    "cloudtrail": Service(_same("trails"), {"trail": "trail_name"}),
    "ec2": Service(_EC2, {"launch-template": "id", "key-pair": "name"}),
    "efs": Service(
        _same("access_points") | {"file_systems_by_id": "file-system", "mount_targets_by_id": "mount-target"}
        | _bookkeeping("creation_tokens next_markers"),
        {"access-point": "access_point_id", "file-system": "file_system_id", "mount-target": "mount_target_id"},
    ),
    "iam": Service(_IAM, dict.fromkeys(("group", "instance-profile", "policy", "role", "user"), "arn")),
    "identitystore": Service({"identity_stores": "identity-store"}, {}),
    "kms": Service(_same("keys"), {}),
    "logs": Service(
        _same("delivery_destinations delivery_sources destinations")
        | {"deliveries": "delivery", "groups": "log-group", "resource_policies": "resource-policy"}
        | _bookkeeping("export_tasks queries"),
        {"log-group": "name"},
    ),
    "organizations": Service(
        _same("accounts") | {"ou": "organizational-unit", "policies": "policy"} | _bookkeeping("admins services"), {}
    ),
    "s3": Service(_same("buckets table_buckets") | _bookkeeping("_pagination_tokens inventory_configs"), {"bucket": "name"}),
    "sagemaker": Service(_SAGEMAKER, {}),
    "ssm": Service(
        _same("_documents _parameters windows baselines")
        | _bookkeeping("_commands _errors _resource_tags patch_groups"),
        {"document": "name", "parameter": "name"},
    ),
    "sso-admin": Service(
        _same("account_assignments instances permission_sets") | _bookkeeping("deleted_account_assignments"),
        {"instance": "instance_arn", "permission-set": "permission_set_arn"},
    ),
    "sts": Service(_bookkeeping("assumed_roles"), {}),
}


def is_made_by_aws(service: str, kind: str, one: Any, key: Any, *, is_home: bool) -> bool:
    """Whether an object is there without anybody having made it, and is better left out."""
    if service == "ec2":
        if kind == "prefix-list":
            return bool(one.owner_id == "AWS") and not is_home
        return not is_home and _is_of_default_vpc(kind, one)
    if service == "kms":
        return bool(one.key_manager == "AWS")
    if service == "iam":
        return kind == "policy" and ":iam::aws:" in one.arn
    if service == "ssm":
        return str(key).startswith("/aws/")
    if service == "events":
        return kind == "event_buses" and bool(one.name == "default")
    return (service, kind) in _ALWAYS_THERE


# Kinds that moto fills by itself, and nobody else.
_ALWAYS_THERE = frozenset(
    {
        ("athena", "databases"),
        ("athena", "work_groups"),
        ("ram", "managed_permissions"),
        ("ram", "resource_types"),
        ("sns", "opt_out_numbers"),
    }
)


def _is_of_default_vpc(kind: str, one: Any) -> bool:
    if kind == "vpc":
        return bool(one.is_default)
    if kind == "subnet":
        return bool(one.default_for_az == "true" or one.default_for_az is True)
    vpc = one.ec2_backend.vpcs.get(getattr(one, "vpc_id", None)) if hasattr(one, "ec2_backend") else None
    if vpc is None or not vpc.is_default:
        return False
    if kind == "security-group":
        return bool(one.is_default)
    if kind == "network-acl":
        return bool(one.default)
    return kind == "route-table" and one.main_association_id is not None
