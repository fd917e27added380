"""What policies can say of SageMaker calls, as AWS's reference lists it."""

from __future__ import annotations

from typing import Any

import pytest

from cloister_sandbox.condition_keys_sagemaker import Dependent, context, dependents, resource_tags, resources
from cloister_sandbox.sagemaker_store import Resource, store_for

ACCOUNT, REGION = "111122223333", "eu-west-3"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/lab"
PREFIX = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:"
VPC = {"Subnets": ["subnet-1", "subnet-2"], "SecurityGroupIds": ["sg-1"]}


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        pytest.param(
            "CreateDomain",
            {
                "SubnetIds": ["subnet-1"],
                "KmsKeyId": "key",
                "AppNetworkAccessType": "VpcOnly",
                "DefaultUserSettings": {
                    "SecurityGroups": ["sg-1"],
                    "SharingSettings": {"S3KmsKeyId": "shared"},
                    "JupyterLabAppSettings": {
                        "DefaultResourceSpec": {"InstanceType": "ml.t3.medium", "SageMakerImageArn": "image"},
                        "LifecycleConfigArns": ["script"],
                    },
                },
                "DomainSettings": {"SecurityGroupIds": ["sg-2", "sg-1"]},
            },
            {
                "VpcSubnets": ["subnet-1"],
                "VolumeKmsKey": ["key"],
                "AppNetworkAccessType": ["VpcOnly"],
                "VpcSecurityGroupIds": ["sg-1", "sg-2"],
                "DomainSharingOutputKmsKey": ["shared"],
                "InstanceTypes": ["ml.t3.medium"],
                "ImageArns": ["image"],
                "StudioLifecycleConfigArns": ["script"],
            },
            id="domain",
        ),
        pytest.param(
            "UpdateDomain",
            {"KmsKeyId": "key", "DomainSettingsForUpdate": {"SecurityGroupIds": ["sg-2"]}},
            {"VpcSecurityGroupIds": ["sg-2"]},
            id="an update has no volume key",
        ),
        pytest.param(
            "CreateProcessingJob",
            {
                "NetworkConfig": {"VpcConfig": VPC, "EnableNetworkIsolation": False},
                "ProcessingResources": {"ClusterConfig": {"InstanceType": "ml.m5.large", "VolumeKmsKeyId": "disk"}},
                "ProcessingOutputConfig": {"KmsKeyId": "out"},
                "StoppingCondition": {"MaxRuntimeInSeconds": 60},
            },
            {
                "VpcSubnets": ["subnet-1", "subnet-2"],
                "VpcSecurityGroupIds": ["sg-1"],
                "NetworkIsolation": ["false"],
                "InstanceTypes": ["ml.m5.large"],
                "VolumeKmsKey": ["disk"],
                "OutputKmsKey": ["out"],
                "MaxRuntimeInSeconds": ["60"],
            },
            id="processing job",
        ),
        pytest.param("CreateProcessingJob", {"RoleArn": ROLE}, {}, id="what is left out is absent"),
        pytest.param(
            "CreateTrainingJob",
            {
                "VpcConfig": VPC,
                "EnableInterContainerTrafficEncryption": True,
                "OutputDataConfig": {"KmsKeyId": "out"},
                "ResourceConfig": {"InstanceType": "ml.m5.large", "KeepAlivePeriodInSeconds": 60},
                "InputDataConfig": [{"DataSource": {"FileSystemDataSource": {"FileSystemId": "fs-1"}}}],
            },
            {
                "VpcSubnets": ["subnet-1", "subnet-2"],
                "VpcSecurityGroupIds": ["sg-1"],
                "InterContainerTrafficEncryption": ["true"],
                "OutputKmsKey": ["out"],
                "InstanceTypes": ["ml.m5.large"],
                "KeepAlivePeriod": ["60"],
                "FileSystemId": ["fs-1"],
            },
            id="training job",
        ),
        pytest.param(
            "CreateHyperParameterTuningJob",
            {"TrainingJobDefinition": {"VpcConfig": VPC, "ResourceConfig": {"InstanceType": "ml.m5.large"}}},
            {
                "VpcSubnets": ["subnet-1", "subnet-2"],
                "VpcSecurityGroupIds": ["sg-1"],
                "InstanceTypes": ["ml.m5.large"],
            },
            id="tuning job",
        ),
        pytest.param(
            "CreateAutoMLJobV2",
            {"SecurityConfig": {"VpcConfig": VPC}, "AutoMLProblemTypeConfig": {"InstanceType": "ml.m5.large"}},
            {"VpcSubnets": ["subnet-1", "subnet-2"], "VpcSecurityGroupIds": ["sg-1"]},
            id="AutoML has no instance types",
        ),
        pytest.param(
            "CreateNotebookInstance",
            {"SubnetId": "subnet-1", "SecurityGroupIds": ["sg-1"], "KmsKeyId": "key", "RootAccess": "Disabled"},
            {
                "VpcSubnets": ["subnet-1"],
                "VpcSecurityGroupIds": ["sg-1"],
                "VolumeKmsKey": ["key"],
                "RootAccess": ["Disabled"],
            },
            id="notebook",
        ),
        pytest.param(
            "CreateEndpointConfig",
            {"KmsKeyId": "key", "ProductionVariants": [{"ModelName": "M", "InstanceType": "ml.m5.large"}]},
            {"VolumeKmsKey": ["key"], "ModelArn": [f"{PREFIX}model/m"], "InstanceTypes": ["ml.m5.large"]},
            id="endpoint configuration",
        ),
        pytest.param(
            "CreateApp",
            {"DomainId": "d-1", "UserProfileName": "Ada", "ResourceSpec": {"InstanceType": "ml.t3.medium"}},
            {"OwnerUserProfileArn": [f"{PREFIX}user-profile/d-1/ada"], "InstanceTypes": ["ml.t3.medium"]},
            id="app of a profile",
        ),
        pytest.param(
            "CreateSpace",
            {
                "DomainId": "d-1",
                "SpaceName": "s",
                "OwnershipSettings": {"OwnerUserProfileName": "ada"},
                "SpaceSharingSettings": {"SharingType": "Private"},
                "SpaceSettings": {"RemoteAccess": "ENABLED"},
            },
            {
                "OwnerUserProfileArn": [f"{PREFIX}user-profile/d-1/ada"],
                "SpaceSharingType": ["Private"],
                "RemoteAccess": ["ENABLED"],
            },
            id="space",
        ),
        pytest.param(
            "CreatePresignedDomainUrl", {"DomainId": "d-1", "UserProfileName": "ada"}, {}, id="no keys at all"
        ),
    ],
)
def test_condition_keys(operation: str, parameters: dict[str, Any], expected: dict[str, list[str]]) -> None:
    found = context(operation, parameters, ACCOUNT, REGION)
    assert found == {f"sagemaker:{name}": values for name, values in expected.items()}


def test_keys_of_an_existing_space() -> None:
    about = {"OwnershipSettings": {"OwnerUserProfileName": "Ada"}, "SpaceSharingSettings": {"SharingType": "Private"}}
    store_for(ACCOUNT, REGION).add(Resource("space", ("d-2", "lab"), f"{PREFIX}space/d-2/lab", about, {"team": "a"}))
    found = context("DeleteApp", {"DomainId": "d-2", "SpaceName": "LAB"}, ACCOUNT, REGION)
    assert found == {
        "sagemaker:OwnerUserProfileArn": [f"{PREFIX}user-profile/d-2/ada"],
        "sagemaker:SpaceSharingType": ["Private"],
    }
    assert resource_tags(f"{PREFIX}space/d-2/lab") == {"team": "a"}
    assert resource_tags(f"{PREFIX}space/d-2/none") == {}


@pytest.mark.parametrize(
    ("operation", "parameters", "expected"),
    [
        ("CreateDomain", {}, ["domain/*"]),
        ("DescribeDomain", {"DomainId": "d-1"}, ["domain/d-1"]),
        ("CreateUserProfile", {"DomainId": "d-1", "UserProfileName": "Ada"}, ["user-profile/d-1/ada"]),
        ("CreatePresignedDomainUrl", {"DomainId": "d-1", "UserProfileName": "Ada"}, ["user-profile/d-1/ada"]),
        (
            "CreateApp",
            {"DomainId": "d-1", "SpaceName": "S", "AppType": "JupyterLab", "AppName": "default"},
            ["app/d-1/s/JupyterLab/default"],
        ),
        ("UpdateSpace", {"DomainId": "d-1", "SpaceName": "s"}, ["space/d-1/s"]),
        ("CreateImageVersion", {"ImageName": "I"}, ["image/i"]),
        ("DeleteImageVersion", {"ImageName": "I", "Version": 2}, ["image-version/i/2"]),
        ("DescribeStudioLifecycleConfig", {"StudioLifecycleConfigName": "a"}, ["studio-lifecycle-config/a"]),
        ("StopTrainingJob", {"TrainingJobName": "a"}, ["training-job/a"]),
        ("CreateAutoMLJobV2", {"AutoMLJobName": "a"}, ["automl-job/a"]),
        ("CreateModelBiasJobDefinition", {"JobDefinitionName": "a"}, ["model-bias-job-definition/a"]),
        ("CreateEndpoint", {"EndpointName": "e", "EndpointConfigName": "c"}, ["endpoint/e", "endpoint-config/c"]),
        ("CreatePresignedNotebookInstanceUrl", {"NotebookInstanceName": "n"}, ["notebook-instance/n"]),
    ],
)
def test_resources(operation: str, parameters: dict[str, Any], expected: list[str]) -> None:
    assert resources(operation, parameters, ACCOUNT, REGION) == [PREFIX + part for part in expected]


def test_lists_have_no_resource_and_tags_name_theirs() -> None:
    assert resources("ListApps", {"DomainIdEquals": "d-1"}, ACCOUNT, REGION) == ["*"]
    assert resources("AddTags", {"ResourceArn": f"{PREFIX}domain/d-1"}, ACCOUNT, REGION) == [f"{PREFIX}domain/d-1"]


def test_what_else_a_call_needs() -> None:
    passing = Dependent("iam:PassRole", ROLE, {"iam:PassedToService": ["sagemaker.amazonaws.com"]})
    settings = {"ExecutionRole": ROLE}
    parameters = {
        "DefaultUserSettings": settings,
        "DefaultSpaceSettings": settings,
        "Tags": [{"Key": "a", "Value": "b"}],
    }
    tagging = Dependent("sagemaker:AddTags", f"{PREFIX}domain/*", {"sagemaker:TaggingAction": ["CreateDomain"]})
    path = "role/aws-service-role/sagemaker.amazonaws.com"
    own = f"arn:aws:iam::{ACCOUNT}:{path}/AWSServiceRoleForAmazonSageMakerNotebooks"
    making = Dependent("iam:CreateServiceLinkedRole", own, {"iam:AWSServiceName": ["sagemaker.amazonaws.com"]})
    assert dependents("CreateDomain", parameters, ACCOUNT, REGION) == [passing, making, tagging]
    assert dependents("CreateTrainingJob", {"RoleArn": ROLE, "TrainingJobName": "a"}, ACCOUNT, REGION) == [passing]
    assert dependents("DescribeDomain", {"DomainId": "d-1"}, ACCOUNT, REGION) == []
