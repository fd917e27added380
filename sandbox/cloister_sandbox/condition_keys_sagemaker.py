"""What a policy can say of a SageMaker call: its resources, its condition keys, and what else the caller needs.

https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from . import service_linked_roles
from .accounts import PARTITION
from .sagemaker_store import Resource, Store, store_for

Parameters = Mapping[str, Any]
Keys = dict[str, list[str]]

# Where the values of a key stand in a request: the ends of paths to members. Indices of lists are left out.
_SOURCES: dict[str, tuple[str, ...]] = {
    "AcceleratorTypes": ("AcceleratorType", "AcceleratorTypes"),
    "AppNetworkAccessType": ("AppNetworkAccessType",),
    "DirectGatedModelAccess": ("ModelAccessConfig.AcceptEula",),
    "DirectInternetAccess": ("DirectInternetAccess",),
    "DomainSharingOutputKmsKey": ("SharingSettings.S3KmsKeyId",),
    "EnableRemoteDebug": ("RemoteDebugConfig.EnableRemoteDebug",),
    "FileSystemAccessMode": ("FileSystemDataSource.FileSystemAccessMode",),
    "FileSystemDirectoryPath": ("FileSystemDataSource.DirectoryPath",),
    "FileSystemId": ("FileSystemDataSource.FileSystemId",),
    "FileSystemType": ("FileSystemDataSource.FileSystemType",),
    "ImageArns": ("SageMakerImageArn",),
    "ImageVersionArns": ("SageMakerImageVersionArn",),
    "InstanceTypes": ("InstanceType", "InstanceTypes"),
    "InterContainerTrafficEncryption": ("EnableInterContainerTrafficEncryption",),
    "KeepAlivePeriod": ("KeepAlivePeriodInSeconds",),
    "MaxRuntimeInSeconds": ("StoppingCondition.MaxRuntimeInSeconds",),
    "MinimumInstanceMetadataServiceVersion": ("MinimumInstanceMetadataServiceVersion",),
    "NetworkIsolation": ("EnableNetworkIsolation",),
    "OutputKmsKey": (
        "OutputDataConfig.KmsKeyId",
        "ProcessingOutputConfig.KmsKeyId",
        "MonitoringOutputConfig.KmsKeyId",
        "DataQualityJobOutputConfig.KmsKeyId",
        "ModelBiasJobOutputConfig.KmsKeyId",
        "ModelExplainabilityJobOutputConfig.KmsKeyId",
        "ModelQualityJobOutputConfig.KmsKeyId",
        "TransformOutput.KmsKeyId",
    ),
    "RemoteAccess": ("SpaceSettings.RemoteAccess",),
    "RootAccess": ("RootAccess",),
    "ServerlessMaxConcurrency": ("ServerlessConfig.MaxConcurrency",),
    "ServerlessMemorySize": ("ServerlessConfig.MemorySizeInMB",),
    "StudioLifecycleConfigArns": ("LifecycleConfigArn", "LifecycleConfigArns", "BuiltInLifecycleConfigArn"),
    "VolumeKmsKey": ("VolumeKmsKeyId",),
    "VpcSecurityGroupIds": (
        "VpcConfig.SecurityGroupIds",
        "DefaultUserSettings.SecurityGroups",
        "DefaultSpaceSettings.SecurityGroups",
        "DomainSettings.SecurityGroupIds",
        "DomainSettingsForUpdate.SecurityGroupIds",
        "UserSettings.SecurityGroups",
    ),
    "VpcSubnets": ("VpcConfig.Subnets", "SubnetIds", "SubnetId"),
}
# Whole paths, where a name means something else in other operations.
_SOURCES_OF: dict[str, dict[str, tuple[str, ...]]] = {
    "CreateDomain": {"VolumeKmsKey": ("KmsKeyId", "HomeEfsFileSystemKmsKeyId")},
    "CreateEndpointConfig": {"VolumeKmsKey": ("KmsKeyId",)},
    "CreateNotebookInstance": {"VolumeKmsKey": ("KmsKeyId",), "VpcSecurityGroupIds": ("SecurityGroupIds",)},
}

_STUDIO = ("ImageArns", "ImageVersionArns", "InstanceTypes", "StudioLifecycleConfigArns")
_VPC = ("VpcSubnets", "VpcSecurityGroupIds")
_JOB = (*_VPC, "InstanceTypes", "InterContainerTrafficEncryption", "MaxRuntimeInSeconds", "NetworkIsolation")
_KMS = ("OutputKmsKey", "VolumeKmsKey")
_FILES = ("FileSystemAccessMode", "FileSystemDirectoryPath", "FileSystemId", "FileSystemType")
_SPACE = ("OwnerUserProfileArn", "SpaceSharingType")
_PROFILE = (*_STUDIO, "VpcSecurityGroupIds", "DomainSharingOutputKmsKey")
_AUTOML = (*_VPC, *_KMS, "InterContainerTrafficEncryption")
_NOTEBOOK = ("AcceleratorTypes", "InstanceTypes", "MinimumInstanceMetadataServiceVersion", "RootAccess")

# The keys that each operation carries, besides those of tags.
_KEYS: dict[str, tuple[str, ...]] = {
    "CreateApp": (*_STUDIO, *_SPACE),
    "CreateAutoMLJob": _AUTOML,
    "CreateAutoMLJobV2": _AUTOML,
    "CreateCluster": (*_VPC, "InstanceTypes"),
    "CreateDataQualityJobDefinition": (*_JOB, *_KMS),
    "CreateDomain": (*_PROFILE, "VpcSubnets", "AppNetworkAccessType", "VolumeKmsKey"),
    "CreateEndpointConfig": (
        *_VPC,
        "AcceleratorTypes",
        "InstanceTypes",
        "ModelArn",
        "NetworkIsolation",
        "ServerlessMaxConcurrency",
        "ServerlessMemorySize",
        "VolumeKmsKey",
    ),
    "CreateHyperParameterTuningJob": (*_JOB, *_KMS, *_FILES),
    "CreateModel": (*_VPC, "NetworkIsolation", "DirectGatedModelAccess"),
    "CreateModelBiasJobDefinition": (*_JOB, *_KMS),
    "CreateModelExplainabilityJobDefinition": (*_JOB, *_KMS),
    "CreateModelQualityJobDefinition": (*_JOB, *_KMS),
    "CreateMonitoringSchedule": (*_JOB, *_KMS),
    "CreateNotebookInstance": (*_NOTEBOOK, *_VPC, "DirectInternetAccess", "VolumeKmsKey"),
    "CreateProcessingJob": (*_JOB, *_KMS),
    "CreateSpace": (*_STUDIO, *_SPACE, "RemoteAccess"),
    "CreateTrainingJob": (*_JOB, *_KMS, *_FILES, "DirectGatedModelAccess", "EnableRemoteDebug", "KeepAlivePeriod"),
    "CreateTransformJob": (*_KMS, "InstanceTypes", "ModelArn"),
    "CreateUserProfile": _PROFILE,
    "DeleteApp": _SPACE,
    "DeleteSpace": _SPACE,
    "UpdateCluster": (*_VPC, "InstanceTypes"),
    "UpdateDomain": (*_PROFILE, "VpcSubnets", "AppNetworkAccessType"),
    "UpdateMonitoringSchedule": (*_JOB, *_KMS),
    "UpdateNotebookInstance": _NOTEBOOK,
    "UpdateSpace": (*_STUDIO, *_SPACE, "RemoteAccess"),
    "UpdateTrainingJob": ("EnableRemoteDebug", "InstanceTypes", "KeepAlivePeriod"),
    "UpdateUserProfile": _PROFILE,
}

_VERBS = re.compile(r"^(?:Create|Describe|Update|Delete|Start|Stop|BatchDescribe)(?P<noun>[A-Z].*?)(?:V2)?$")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Kinds whose ARNs have another word, or another member for the name, than the operation's noun says.
_KINDS = {"AutoMLJob": "automl-job", "MlflowTrackingServer": "mlflow-tracking-server", "Trial": "experiment-trial"}
_KINDS |= {"TrialComponent": "experiment-trial-component"}
_BY_ARN = ("AddTags", "DeleteTags", "ListTags")
_WITHIN_IMAGE = ("CreateImageVersion", "ListImageVersions", "ListAliases")

_SERVICE = "sagemaker.amazonaws.com"

# Members that hold a role, wherever they stand, which the caller must be allowed to pass.
_ROLES = ("ExecutionRole", "RoleArn", "ExecutionRoleArn", "DomainExecutionRoleArn")


@dataclass(frozen=True)
class Dependent:
    """Another action that a call needs, on a resource, with condition keys of its own."""

    action: str
    resource: str
    keys: Keys = field(default_factory=dict)


def context(operation: str, parameters: Parameters, account: str = "", region: str = "") -> Keys:
    """The condition keys of SageMaker's own that a call carries, with their values.

    A key whose members the request leaves out is absent. With account and region also those keys are found that AWS
    takes from an existing space.
    """
    members = list(_members(parameters, ""))
    found: Keys = {}
    for name in _KEYS.get(operation, ()):
        whole, ends = _SOURCES_OF.get(operation, {}).get(name, ()), _SOURCES.get(name, ())
        values = [text for path, text in members if path in whole or any(_ends(path, end) for end in ends)]
        found[f"sagemaker:{name}"] = list(dict.fromkeys(values))
    if "ModelArn" in _KEYS.get(operation, ()):
        models = [text for path, text in members if _ends(path, "ModelName")]
        found["sagemaker:ModelArn"] = [_arn(account, region, f"model/{name.lower()}") for name in models]
    if "OwnerUserProfileArn" in _KEYS.get(operation, ()):
        found |= _of_space(parameters, account, region)
    if operation == "AddTags":
        found["sagemaker:TaggingAction"] = [operation]
    return {name: values for name, values in found.items() if values}


def resources(operation: str, parameters: Parameters, account: str, region: str) -> list[str]:
    """The ARNs that a call is about; `*` where IAM knows no resource for it."""
    if operation in _BY_ARN:
        return [str(parameters.get("ResourceArn", "*"))]
    part = _studio_part(operation, parameters) or _named_part(operation, parameters)
    if part is None:
        return ["*"]
    found = [_arn(account, region, part)]
    if operation in ("CreateEndpoint", "UpdateEndpoint") and parameters.get("EndpointConfigName"):
        found.append(_arn(account, region, f"endpoint-config/{parameters['EndpointConfigName'].lower()}"))
    return found


def resource_tags(arn: str) -> dict[str, str]:
    """The tags of a Studio resource, for `aws:ResourceTag`; none if there is no such resource."""
    parts = arn.split(":", 5)
    if len(parts) < 6 or parts[2] != "sagemaker":
        return {}
    found = store_for(parts[4], parts[3]).by_arn(arn)
    return dict(found.tags) if found else {}


def dependents(operation: str, parameters: Parameters, account: str, region: str) -> list[Dependent]:
    """What else the caller of an operation must be allowed: to pass its roles, and to tag what it makes."""
    if not operation.startswith(("Create", "Update")):
        return []
    roles = dict.fromkeys(text for path, text in _members(parameters, "") if path.split(".")[-1] in _ROLES)
    keys = {"iam:PassedToService": [_SERVICE]}
    found = [Dependent("iam:PassRole", role, keys) for role in roles if role.startswith("arn:")]
    if operation == "CreateDomain" and not service_linked_roles.exists(account, _SERVICE):
        role = f"role/aws-service-role/{_SERVICE}/AWSServiceRoleFor{service_linked_roles.NAMES[_SERVICE]}"
        made = {"iam:AWSServiceName": [_SERVICE]}
        found.append(Dependent("iam:CreateServiceLinkedRole", f"arn:{PARTITION}:iam::{account}:{role}", made))
    if parameters.get("Tags"):
        tagging = {"sagemaker:TaggingAction": [operation]}
        found += [
            Dependent("sagemaker:AddTags", arn, tagging) for arn in resources(operation, parameters, account, region)
        ]
    return found


def _members(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every value of a request as text, with its path."""
    if isinstance(value, Mapping):
        for name, member in value.items():
            yield from _members(member, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list | tuple):
        for member in value:
            yield from _members(member, path)
    elif isinstance(value, bool):
        yield path, str(value).lower()
    elif value is not None:
        yield path, str(value)


def _ends(path: str, end: str) -> bool:
    return path == end or path.endswith(f".{end}")


def _arn(account: str, region: str, part: str) -> str:
    return f"arn:{PARTITION}:sagemaker:{region}:{account}:{part}"


def _of_space(parameters: Parameters, account: str, region: str) -> Keys:
    """Owner and sharing of the space, or the profile, that a call is about."""
    domain_id, store = str(parameters.get("DomainId", "")), store_for(account, region)
    owner = parameters.get("UserProfileName")
    sharing: Any = (parameters.get("SpaceSharingSettings") or {}).get("SharingType")
    if parameters.get("SpaceName"):
        space = _space(store, parameters)
        owner = _owner(parameters) or (_owner(space.about) if space else None)
        sharing = sharing or ((space.about.get("SpaceSharingSettings") or {}).get("SharingType") if space else None)
    return {
        "sagemaker:OwnerUserProfileArn": [store.arn(f"user-profile/{domain_id}/{owner.lower()}")] if owner else [],
        "sagemaker:SpaceSharingType": [sharing] if sharing else [],
    }


def _space(store: Store, parameters: Parameters) -> Resource | None:
    return store.find("space", str(parameters.get("DomainId", "")), str(parameters["SpaceName"]).lower())


def _owner(about: Parameters) -> str | None:
    return (about.get("OwnershipSettings") or {}).get("OwnerUserProfileName")


def _studio_part(operation: str, parameters: Parameters) -> str | None:
    """The end of the ARN of something in a domain, or of an image."""
    match = _VERBS.match(operation)
    noun = match["noun"] if match else ""
    domain_id = parameters.get("DomainId") or "*"
    profile, space = (str(parameters.get(name) or "").lower() for name in ("UserProfileName", "SpaceName"))
    image = str(parameters.get("ImageName") or "").lower()
    if noun == "App":
        owner = space or profile or "*"
        return f"app/{domain_id}/{owner}/{parameters.get('AppType', '*')}/{parameters.get('AppName', '*')}"
    if noun == "Space":
        return f"space/{domain_id}/{space or '*'}"
    if noun in ("UserProfile", "PresignedDomainUrl"):
        return f"user-profile/{domain_id}/{profile or '*'}"
    if noun == "Domain":
        return f"domain/{domain_id}"
    if operation in _WITHIN_IMAGE:
        return f"image/{image}"
    if noun == "ImageVersion":
        return f"image-version/{image}/{parameters.get('Version', parameters.get('Alias', '*'))}"
    if noun == "PresignedNotebookInstanceUrl":
        return f"notebook-instance/{str(parameters.get('NotebookInstanceName', '*')).lower()}"
    return None


def _named_part(operation: str, parameters: Parameters) -> str | None:
    """The end of the ARN of something that the operation's noun and one member name."""
    match = _VERBS.match(operation)
    if match is None:
        return None
    noun = match["noun"]
    kind = _KINDS.get(noun) or _WORDS.sub("-", noun).lower()
    member = "JobDefinitionName" if noun.endswith("JobDefinition") else f"{noun}Name"
    name = parameters.get(member)
    if not isinstance(name, str):
        return None
    return name.split(":", 5)[5] if name.startswith("arn:") else f"{kind}/{name.lower()}"
