"""Jobs, the streams that they and apps write, and the role that SageMaker makes for itself."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import uuid
from typing import Any

import pytest
from studio import Studio, refused, studio


def _name() -> str:
    return f"Job-{uuid.uuid4().hex[:8]}"


def _processing(studio: Studio, name: str, **more: Any) -> dict[str, Any]:
    cluster = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5, "VolumeKmsKeyId": "disk"}
    return {
        "ProcessingJobName": name,
        "ProcessingResources": {"ClusterConfig": cluster},
        "AppSpecification": {"ImageUri": "image"},
        "RoleArn": studio.role_arn,
        "NetworkConfig": {
            "EnableInterContainerTrafficEncryption": True,
            "VpcConfig": {"Subnets": studio.subnet_ids, "SecurityGroupIds": [studio.group_id]},
        },
        **more,
    }


def _training(studio: Studio, name: str, **more: Any) -> dict[str, Any]:
    return {
        "TrainingJobName": name,
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": studio.role_arn,
        "OutputDataConfig": {"S3OutputPath": "s3://out/", "KmsKeyId": "out"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **more,
    }


def test_a_processing_job_runs_in_the_vpc_and_ends(studio: Studio) -> None:
    name = _name()
    wanted = _processing(studio, name, Tags=[{"Key": "team", "Value": "a"}])
    arn = studio.sagemaker.create_processing_job(**wanted)["ProcessingJobArn"]
    assert arn.endswith(f":processing-job/{name.lower()}")
    job = studio.sagemaker.describe_processing_job(ProcessingJobName=name)
    assert (job["ProcessingJobStatus"], "ProcessingEndTime" in job) == ("InProgress", False)
    for member in ("NetworkConfig", "ProcessingResources", "RoleArn"):
        assert job[member] == wanted[member]
    assert studio.sagemaker.list_tags(ResourceArn=arn)["Tags"] == wanted["Tags"]
    again = refused(studio.sagemaker.create_processing_job, **wanted)
    assert again[0] == "ResourceInUse" and arn in again[1]
    studio.skip(60)
    studio.sagemaker.list_domains()
    [interface] = studio.interfaces()
    assert [one["GroupId"] for one in interface["Groups"]] == [studio.group_id]
    studio.skip(60)
    job = studio.sagemaker.describe_processing_job(ProcessingJobName=name)
    assert job["ProcessingJobStatus"] == "Completed" and job["ProcessingEndTime"] > job["ProcessingStartTime"]
    [listed] = studio.sagemaker.list_processing_jobs(NameContains=name, StatusEquals="Completed")[
        "ProcessingJobSummaries"
    ]
    assert listed["ProcessingJobArn"] == arn
    studio.skip(60)
    assert studio.interfaces() == []
    logs = studio.running.client("logs")
    streams = logs.describe_log_streams(logGroupName="/aws/sagemaker/ProcessingJobs", logStreamNamePrefix=f"{name}/")
    assert len(streams["logStreams"]) == 1


def test_a_training_job_and_its_states(studio: Studio) -> None:
    name = _name()
    wanted = _training(studio, name)
    studio.sagemaker.create_training_job(**wanted)
    job = studio.sagemaker.describe_training_job(TrainingJobName=name)
    assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("InProgress", "Starting")
    assert (job["OutputDataConfig"], job["EnableNetworkIsolation"]) == (wanted["OutputDataConfig"], False)
    studio.skip(60)
    assert studio.sagemaker.describe_training_job(TrainingJobName=name)["SecondaryStatus"] == "Training"
    studio.skip(60)
    job = studio.sagemaker.describe_training_job(TrainingJobName=name)
    assert [one["Status"] for one in job["SecondaryStatusTransitions"]] == ["Starting", "Training", "Completed"]
    assert job["ModelArtifacts"]["S3ModelArtifacts"] == f"s3://out/{name}/output/model.tar.gz"
    late = refused(studio.sagemaker.stop_training_job, TrainingJobName=name)
    assert late[0] == "ValidationException"


def test_a_job_can_be_stopped(studio: Studio) -> None:
    name = _name()
    studio.sagemaker.create_training_job(**_training(studio, name))
    studio.sagemaker.stop_training_job(TrainingJobName=name)
    assert studio.sagemaker.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "Stopping"
    studio.skip(60)
    job = studio.sagemaker.describe_training_job(TrainingJobName=name)
    assert job["TrainingJobStatus"] == "Stopped" and "TrainingStartTime" not in job


def test_jobs_that_are_refused(studio: Studio) -> None:
    create = studio.sagemaker.create_processing_job
    new = studio.role("job")
    assert "Could not assume role" in refused(create, **_processing(studio, _name(), RoleArn=new))[1]
    gone = {"VpcConfig": {"Subnets": ["subnet-0123456789abcdef0"], "SecurityGroupIds": [studio.group_id]}}
    assert refused(create, **_processing(studio, _name(), NetworkConfig=gone))[0] == "ValidationException"
    missing = refused(studio.sagemaker.describe_processing_job, ProcessingJobName="none")
    assert missing == ("ValidationException", "Could not find requested job with name: none")
    missing = refused(studio.sagemaker.describe_training_job, TrainingJobName="none")
    assert missing == ("ValidationException", "Requested resource not found.")


def test_a_running_app_writes_to_its_stream(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    studio.sagemaker.create_app(DomainId=domain_id, SpaceName="lab", AppType="JupyterLab", AppName="default")
    studio.skip(400)
    streams = studio.running.client("logs").describe_log_streams(
        logGroupName="/aws/sagemaker/studio", logStreamNamePrefix=domain_id
    )
    assert [one["logStreamName"] for one in streams["logStreams"]] == [f"{domain_id}/lab/JupyterLab/default"]


def test_the_role_that_sagemaker_makes_is_its_own(studio: Studio) -> None:
    studio.domain()
    name = "AWSServiceRoleForAmazonSageMakerNotebooks"
    role = studio.iam.get_role(RoleName=name)["Role"]
    assert role["Path"] == "/aws-service-role/sagemaker.amazonaws.com/"
    assert refused(studio.iam.delete_role, RoleName=name) == (
        "UnmodifiableEntity",
        f"Cannot perform the operation on the protected role '{name}' - this role is only modifiable by AWS",
    )
    again = refused(studio.iam.create_service_linked_role, AWSServiceName="sagemaker.amazonaws.com")
    assert again == (
        "InvalidInput",
        f"Service role name {name} has been taken in this account, please try a different suffix.",
    )


@pytest.mark.parametrize(
    ("service", "name"),
    [("guardduty.amazonaws.com", "AmazonGuardDuty"), ("network-firewall.amazonaws.com", "NetworkFirewall")],
)
def test_service_linked_roles_have_aws_s_names(studio: Studio, service: str, name: str) -> None:
    made = studio.iam.create_service_linked_role(AWSServiceName=service)["Role"]
    assert made["RoleName"] == f"AWSServiceRoleFor{name}"
