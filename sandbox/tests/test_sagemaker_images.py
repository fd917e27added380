"""Images, their versions, configurations of apps, and tags over all of it."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import base64
import uuid

import pytest
from studio import Studio, refused, studio

BASE = "111122223333.dkr.ecr.us-east-1.amazonaws.com/lab:1"
SCRIPT = base64.b64encode(b"#!/bin/bash\nset -e\n").decode()


def _name(prefix: str) -> str:
    return f"{prefix}-{uuid.uuid4().hex[:8]}"


def _image(studio: Studio) -> str:
    name = _name("Image")
    studio.sagemaker.create_image(ImageName=name, RoleArn=studio.role_arn)
    studio.skip(5)
    return name


def _version(studio: Studio, name: str, token: str, *aliases: str) -> str:
    made = studio.sagemaker.create_image_version(
        ImageName=name, BaseImage=BASE, ClientToken=token, Aliases=list(aliases)
    )
    studio.skip(60)
    return str(made["ImageVersionArn"])


def test_an_image_and_its_states(studio: Studio) -> None:
    name = _name("Image")
    arn = studio.sagemaker.create_image(ImageName=name, RoleArn=studio.role_arn)["ImageArn"]
    assert arn.endswith(f":image/{name.lower()}")
    assert studio.sagemaker.describe_image(ImageName=name)["ImageStatus"] == "CREATING"
    again = refused(studio.sagemaker.create_image, ImageName=name, RoleArn=studio.role_arn)
    assert again[0] == "ResourceInUse"
    studio.skip(5)
    studio.sagemaker.update_image(ImageName=name, Description="For labs")
    studio.skip(5)
    image = studio.sagemaker.describe_image(ImageName=name)
    assert (image["ImageStatus"], image["Description"], image["DisplayName"]) == ("CREATED", "For labs", name)
    studio.sagemaker.update_image(ImageName=name, DeleteProperties=["Description"])
    studio.skip(5)
    assert "Description" not in studio.sagemaker.describe_image(ImageName=name)
    assert name in [one["ImageName"] for one in studio.sagemaker.list_images(NameContains=name)["Images"]]
    studio.sagemaker.delete_image(ImageName=name)
    studio.skip(5)
    assert refused(studio.sagemaker.describe_image, ImageName=name)[0] == "ResourceNotFound"


def test_versions_are_numbered_and_made_once_per_token(studio: Studio) -> None:
    name = _image(studio)
    first, again, second = (_version(studio, name, token) for token in ("a", "a", "b"))
    assert (first, again) == (first, first) and second != first
    assert second.endswith(f":image-version/{name.lower()}/2")
    latest = studio.sagemaker.describe_image_version(ImageName=name)
    assert (latest["Version"], latest["ImageVersionStatus"], latest["BaseImage"]) == (2, "CREATED", BASE)
    assert latest["ContainerImage"].startswith("111122223333.dkr.ecr.us-east-1.amazonaws.com/lab@sha256:")
    studio.sagemaker.delete_image_version(ImageName=name, Version=2)
    studio.skip(5)
    assert _version(studio, name, "c").endswith("/3")
    assert len(studio.sagemaker.list_image_versions(ImageName=name)["ImageVersions"]) == 2
    assert refused(studio.sagemaker.add_tags, ResourceArn=first, Tags=[])[0] == "ValidationException"


def test_an_alias_points_at_one_version(studio: Studio) -> None:
    name = _image(studio)
    _version(studio, name, "a", "stable")
    _version(studio, name, "b", "stable", "latest")
    aliases = studio.sagemaker.list_aliases(ImageName=name, Version=1)["SageMakerImageVersionAliases"]
    assert aliases == []
    assert studio.sagemaker.describe_image_version(ImageName=name, Alias="stable")["Version"] == 2
    studio.sagemaker.update_image_version(ImageName=name, Version=1, AliasesToAdd=["stable"], VendorGuidance="STABLE")
    assert studio.sagemaker.describe_image_version(ImageName=name, Alias="stable")["VendorGuidance"] == "STABLE"
    assert refused(studio.sagemaker.describe_image_version, ImageName=name, Alias="none")[0] == "ResourceNotFound"


def test_configurations_of_images(studio: Studio) -> None:
    name = _name("config")
    kernel = {"KernelSpecs": [{"Name": "python3"}]}
    studio.sagemaker.create_app_image_config(AppImageConfigName=name, KernelGatewayImageConfig=kernel)
    again = refused(studio.sagemaker.create_app_image_config, AppImageConfigName=name)
    assert again[0] == "ResourceInUse"
    lab = {"ContainerConfig": {"ContainerArguments": ["--x"]}}
    studio.sagemaker.update_app_image_config(AppImageConfigName=name, JupyterLabAppImageConfig=lab)
    config = studio.sagemaker.describe_app_image_config(AppImageConfigName=name)
    assert config["JupyterLabAppImageConfig"] == lab and "KernelGatewayImageConfig" not in config
    studio.sagemaker.delete_app_image_config(AppImageConfigName=name)
    assert refused(studio.sagemaker.describe_app_image_config, AppImageConfigName=name)[0] == "ResourceNotFound"


def test_scripts_of_the_life_cycle(studio: Studio) -> None:
    name = _name("script")
    create = studio.sagemaker.create_studio_lifecycle_config
    given = {"StudioLifecycleConfigName": name, "StudioLifecycleConfigAppType": "JupyterLab"}
    assert refused(create, **given, StudioLifecycleConfigContent="#!")[0] == "ValidationException"
    arn = create(**given, StudioLifecycleConfigContent=SCRIPT)["StudioLifecycleConfigArn"]
    listed = studio.sagemaker.list_studio_lifecycle_configs(AppTypeEquals="JupyterLab", NameContains=name)
    assert [one["StudioLifecycleConfigArn"] for one in listed["StudioLifecycleConfigs"]] == [arn]
    domain_id = studio.domain()
    settings = {"JupyterLabAppSettings": {"LifecycleConfigArns": [arn]}}
    studio.profile(domain_id, UserSettings=settings)
    delete = {"StudioLifecycleConfigName": name}
    assert refused(studio.sagemaker.delete_studio_lifecycle_config, **delete)[0] == "ResourceInUse"
    studio.sagemaker.delete_user_profile(DomainId=domain_id, UserProfileName="ada")
    studio.skip(30)
    studio.sagemaker.delete_studio_lifecycle_config(**delete)
    described = refused(studio.sagemaker.describe_studio_lifecycle_config, **delete)
    assert described[0] == "ResourceNotFound"


def test_tags_over_everything(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    app = {"DomainId": domain_id, "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
    arns = [
        studio.sagemaker.describe_domain(DomainId=domain_id)["DomainArn"],
        studio.sagemaker.describe_user_profile(DomainId=domain_id, UserProfileName="ada")["UserProfileArn"],
        studio.sagemaker.describe_space(DomainId=domain_id, SpaceName="lab")["SpaceArn"],
        studio.sagemaker.create_app(**app)["AppArn"],
        studio.sagemaker.describe_image(ImageName=_image(studio))["ImageArn"],
    ]
    for arn in arns:
        studio.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}])
        tags = studio.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "2"}])["Tags"]
        assert tags == [{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "1"}]
        studio.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["b", "c"])
        assert studio.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "a", "Value": "2"}]


@pytest.mark.parametrize(
    ("arn", "tags"),
    [
        pytest.param("arn:aws:sagemaker:us-east-1:{account}:domain/d-abcdefghijkl", 1, id="no such domain"),
        pytest.param("arn:aws:sagemaker:eu-west-1:{account}:domain/d-abcdefghijkl", 1, id="another region"),
    ],
)
def test_tags_that_are_refused(studio: Studio, arn: str, tags: int) -> None:
    account = studio.role_arn.split(":")[4]
    given = [{"Key": f"k{index}", "Value": ""} for index in range(tags)]
    refusal = refused(studio.sagemaker.add_tags, ResourceArn=arn.format(account=account), Tags=given)
    assert refusal[0] == "ValidationException"


def test_too_many_and_reserved_tags_are_refused(studio: Studio) -> None:
    arn = studio.sagemaker.describe_image(ImageName=_image(studio))["ImageArn"]
    studio.sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": f"k{index}", "Value": ""} for index in range(50)])
    for key in ("one-more", "aws:x"):
        refusal = refused(studio.sagemaker.add_tags, ResourceArn=arn, Tags=[{"Key": key, "Value": ""}])
        assert refusal[0] == "ValidationException"
    assert len(studio.sagemaker.list_tags(ResourceArn=arn)["Tags"]) == 50


def test_resources_that_moto_keeps_have_tags_too(studio: Studio) -> None:
    name = _name("model")
    made = studio.sagemaker.create_model(ModelName=name, ExecutionRoleArn=studio.role_arn)
    studio.sagemaker.add_tags(ResourceArn=made["ModelArn"], Tags=[{"Key": "a", "Value": "1"}])
    studio.sagemaker.add_tags(ResourceArn=made["ModelArn"], Tags=[{"Key": "a", "Value": "2"}])
    assert studio.sagemaker.list_tags(ResourceArn=made["ModelArn"])["Tags"] == [{"Key": "a", "Value": "2"}]


def test_the_tagging_api_finds_studio_s_resources(studio: Studio) -> None:
    arn = studio.sagemaker.describe_image(ImageName=_image(studio))["ImageArn"]
    tagging = studio.running.client("resourcegroupstaggingapi")
    key = _name("key")
    tagging.tag_resources(ResourceARNList=[arn], Tags={key: "1"})
    found = tagging.get_resources(TagFilters=[{"Key": key}])["ResourceTagMappingList"]
    assert [one["ResourceARN"] for one in found] == [arn]
    tagging.untag_resources(ResourceARNList=[arn], TagKeys=[key])
    assert studio.sagemaker.list_tags(ResourceArn=arn)["Tags"] == []


def test_the_switch_for_templates_of_projects(studio: Studio) -> None:
    switch = studio.sagemaker
    assert switch.get_sagemaker_servicecatalog_portfolio_status()["Status"] == "Disabled"
    switch.enable_sagemaker_servicecatalog_portfolio()
    assert switch.get_sagemaker_servicecatalog_portfolio_status()["Status"] == "Enabled"
    switch.disable_sagemaker_servicecatalog_portfolio()
    assert switch.get_sagemaker_servicecatalog_portfolio_status()["Status"] == "Disabled"
