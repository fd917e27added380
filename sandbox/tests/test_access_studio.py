"""What policies decide of SageMaker's calls: the guard rails of a closed Studio."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

from typing import Any

import pytest
from actors import HOME, Actor, allow, denial, deny, fresh, message
from studio import Studio, refused, studio

PREFIX = f"arn:aws:sagemaker:us-east-1:{HOME}:"
TAGS = [{"Key": "team", "Value": "red"}]

RESOURCES = [
    ("describe_domain", {"DomainId": "d-abc"}, "domain/d-abc"),
    ("create_user_profile", {"DomainId": "d-abc", "UserProfileName": "Ada"}, "user-profile/d-abc/ada"),
    ("create_presigned_domain_url", {"DomainId": "d-abc", "UserProfileName": "ada"}, "user-profile/d-abc/ada"),
    ("create_space", {"DomainId": "d-abc", "SpaceName": "Lab"}, "space/d-abc/lab"),
    ("delete_app", {"DomainId": "d-abc", "SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"},
     "app/d-abc/lab/JupyterLab/default"),
    ("delete_image", {"ImageName": "Own"}, "image/own"),
    ("delete_studio_lifecycle_config", {"StudioLifecycleConfigName": "own"}, "studio-lifecycle-config/own"),
    ("stop_processing_job", {"ProcessingJobName": "Job"}, "processing-job/job"),
    ("add_tags", {"ResourceArn": f"{PREFIX}domain/d-abc", "Tags": TAGS}, "domain/d-abc"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "parameters", "resource"), RESOURCES)
def test_a_call_is_about_what_its_parameters_name(
    studio_actor: Actor, operation: str, parameters: dict[str, Any], resource: str
) -> None:
    studio_actor.may(allow("*"), deny("*", on=PREFIX + resource))
    text = message(getattr(studio_actor.client("sagemaker"), operation), **parameters)
    assert f" on resource: {PREFIX}{resource} with an explicit deny" in text


@pytest.fixture(scope="module")
def studio_actor(slow: Any) -> Actor:
    return Actor(slow)


def test_a_list_is_about_everything(studio_actor: Actor) -> None:
    studio_actor.may(allow("s3:ListAllMyBuckets"))
    status, code, text = denial(studio_actor.client("sagemaker").list_domains)
    assert (status, code) == (400, "AccessDeniedException")
    assert text.endswith("sagemaker:ListDomains on resource: * because no identity-based policy allows the "
                         "sagemaker:ListDomains action")  # fmt: skip


def test_a_domain_needs_its_role_its_tags_and_its_key(studio: Studio) -> None:
    key = studio.kms.create_key()["KeyMetadata"]["Arn"]
    wanted = studio.wanted(KmsKeyId=key, Tags=TAGS)
    studio.domain()  # So that the service's own role is there.
    to_sagemaker = {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
    through = {"StringEquals": {"kms:ViaService": "sagemaker.us-east-1.amazonaws.com"}}
    for_aws = through | {"Bool": {"kms:GrantIsForAWSResource": "true"}}
    on_creation = {"StringEquals": {"sagemaker:TaggingAction": "CreateDomain", "aws:RequestTag/team": "red"}}
    statements = [
        ("sagemaker:CreateDomain", allow("sagemaker:CreateDomain", on=f"{PREFIX}domain/*")),
        ("iam:PassRole", allow("iam:PassRole", on=studio.role_arn, Condition=to_sagemaker)),
        ("sagemaker:AddTags", allow("sagemaker:AddTags", Condition=on_creation)),
        ("kms:DescribeKey", allow("kms:DescribeKey", on=key, Condition=through)),
        ("kms:CreateGrant", allow("kms:CreateGrant", on=key, Condition=for_aws)),
    ]
    actor = Actor(studio.running)
    create = actor.client("sagemaker").create_domain
    for index, (action, _) in enumerate(statements):
        actor.may(allow("s3:ListAllMyBuckets"), *(statement for _, statement in statements[:index]))
        assert f"not authorized to perform: {action} on resource: " in message(create, **wanted)
    actor.may(*(statement for _, statement in statements))
    domain_id = create(**wanted)["DomainId"]
    studio.skip(60)
    assert studio.status(domain_id) == ("InService", None)


GUARDS = [
    ({"StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"}},
     {"AppNetworkAccessType": "PublicInternetOnly"}),
    ({"Null": {"sagemaker:VolumeKmsKey": "true"}}, {}),
    ({"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": ["SUBNET"]}}, {}),
    ({"ForAnyValue:StringEquals": {"sagemaker:VpcSecurityGroupIds": ["GROUP"]}}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("guard", "changes"), GUARDS, ids=["network", "key", "subnets", "groups"])
def test_a_guard_rail_keeps_a_domain_from_being_made(
    studio: Studio, guard: dict[str, Any], changes: dict[str, Any]
) -> None:
    known = {"SUBNET": studio.subnet_ids[0], "GROUP": studio.group_id}
    condition = {
        operator: {key: [known.get(one, one) for one in value] if isinstance(value, list) else value}
        for operator, tests in guard.items()
        for key, value in tests.items()
    }
    actor = Actor(studio.running, allow("*"), deny("sagemaker:CreateDomain", Condition=condition))
    text = message(actor.client("sagemaker").create_domain, **studio.wanted(**changes))
    assert text.endswith("domain/* with an explicit deny in an identity-based policy")


def test_the_rails_let_a_closed_domain_be_made(studio: Studio) -> None:
    key = studio.kms.create_key()["KeyMetadata"]["Arn"]
    rails = [
        deny("sagemaker:CreateDomain", Condition=condition)
        for condition in (
            {"StringNotEquals": {"sagemaker:AppNetworkAccessType": "VpcOnly"}},
            {"Null": {"sagemaker:VolumeKmsKey": "true"}},
            {"ForAnyValue:StringNotEquals": {"sagemaker:VpcSubnets": studio.subnet_ids}},
        )
    ]
    actor = Actor(studio.running, allow("*"), *rails)
    assert actor.client("sagemaker").create_domain(**studio.wanted(KmsKeyId=key))["DomainId"]


def test_a_user_opens_the_profile_of_the_same_tag_only(studio: Studio) -> None:
    domain_id = studio.domain()
    for name in ("ada", "bob"):
        studio.profile(domain_id, name, Tags=[{"Key": "owner", "Value": name}])
    own = {"StringEquals": {"aws:ResourceTag/owner": "${aws:PrincipalTag/owner}"}}
    allowed = allow("sagemaker:CreatePresignedDomainUrl", Condition=own)
    actor = Actor(studio.running, allowed, Tags=[{"Key": "owner", "Value": "ada"}])
    url = actor.client("sagemaker").create_presigned_domain_url
    assert url(DomainId=domain_id, UserProfileName="Ada")["AuthorizedUrl"].startswith("https://")
    text = message(url, DomainId=domain_id, UserProfileName="bob")
    assert f"user-profile/{domain_id}/bob because no identity-based policy" in text


def test_apps_are_known_by_owner_and_instance(studio: Studio) -> None:
    domain_id = studio.domain()
    profiles = {name: f"{PREFIX}user-profile/{domain_id}/{name}" for name in ("ada", "bob")}
    for name in profiles:
        studio.profile(domain_id, name)
        studio.space(domain_id, name, f"of-{name}")
    condition = {
        "ArnEquals": {"sagemaker:OwnerUserProfileArn": profiles["ada"]},
        "StringEquals": {"sagemaker:SpaceSharingType": "Private"},
        "ForAllValues:StringLike": {"sagemaker:InstanceTypes": ["ml.t3.*"]},
    }
    actor = Actor(studio.running, allow("sagemaker:CreateApp", Condition=condition))

    def start(space: str, kind: str) -> Any:
        spec = {"InstanceType": kind}
        asked = {"DomainId": domain_id, "SpaceName": space, "AppType": "JupyterLab", "AppName": "default"}
        return actor.client("sagemaker").create_app(**asked, ResourceSpec=spec)

    for space, kind in (("of-bob", "ml.t3.medium"), ("of-ada", "ml.m5.large")):
        assert f"app/{domain_id}/{space}/JupyterLab/default because" in message(start, space=space, kind=kind)
    assert start("of-ada", "ml.t3.medium")["AppArn"].endswith(f"app/{domain_id}/of-ada/JupyterLab/default")


def test_jobs_stay_in_the_network(studio: Studio) -> None:
    rails = [
        deny("sagemaker:CreateTrainingJob", Condition={"Null": {"sagemaker:VpcSubnets": "true"}}),
        deny("sagemaker:CreateTrainingJob", Condition={"Bool": {"sagemaker:NetworkIsolation": "false"}}),
        deny(
            "sagemaker:CreateTrainingJob",
            Condition={"BoolIfExists": {"sagemaker:InterContainerTrafficEncryption": "false"}},
        ),
        deny(
            "sagemaker:CreateTrainingJob", Condition={"NumericGreaterThan": {"sagemaker:MaxRuntimeInSeconds": "3600"}}
        ),
    ]
    create = Actor(studio.running, allow("*"), *rails).client("sagemaker").create_training_job
    closed = {
        "VpcConfig": {"Subnets": studio.subnet_ids, "SecurityGroupIds": [studio.group_id]},
        "EnableNetworkIsolation": True,
        "EnableInterContainerTrafficEncryption": True,
        "StoppingCondition": {"MaxRuntimeInSeconds": 3600},
    }
    common = {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": studio.role_arn,
        "OutputDataConfig": {"S3OutputPath": "s3://out/"},
        "ResourceConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 5},
    }
    opened: list[dict[str, Any]] = [
        {"VpcConfig": None},
        {"EnableNetworkIsolation": False},
        {"EnableInterContainerTrafficEncryption": False},
        {"StoppingCondition": {"MaxRuntimeInSeconds": 3601}},
    ]
    for change in opened:
        given = {key: value for key, value in (common | closed | change).items() if value is not None}
        assert "with an explicit deny" in message(create, TrainingJobName=fresh("job"), **given)
    assert create(TrainingJobName=fresh("job"), **common, **closed)["TrainingJobArn"]


def test_what_sagemaker_makes_is_not_asked_of_the_user(studio: Studio) -> None:
    """File system, mount targets, groups and interfaces of a domain are the service's own doing."""
    forbidden = deny("elasticfilesystem:*", "ec2:*")
    actor = Actor(studio.running, allow("sagemaker:*", "iam:*"), forbidden)
    domain_id = actor.client("sagemaker").create_domain(**studio.wanted())["DomainId"]
    studio.skip(60)
    assert studio.sagemaker.describe_domain(DomainId=domain_id)["HomeEfsFileSystemId"]


TRUSTED = {"Effect": "Allow", "Principal": {"Service": "sagemaker.amazonaws.com"}, "Action": "sts:AssumeRole"}
TRUSTS = [
    ({"StringEquals": {"aws:SourceAccount": HOME}}, True),
    ({"ArnLike": {"aws:SourceArn": f"{PREFIX}*"}}, True),
    ({"StringEquals": {"aws:SourceAccount": "777788889999"}}, False),
    ({"Bool": {"aws:PrincipalIsAWSService": "false"}}, False),
]


@pytest.mark.parametrize(("condition", "is_trusted"), TRUSTS, ids=["account", "arn", "other account", "no service"])
def test_the_conditions_of_a_trust_hold_for_sagemaker(
    studio: Studio, condition: dict[str, Any], is_trusted: bool
) -> None:
    role = studio.role("conditional", TRUSTED | {"Condition": condition})
    studio.skip(60)
    # What the user may not do does not keep SageMaker from assuming the role.
    actor = Actor(studio.running, allow("*"), deny("sts:*"))
    wanted = studio.wanted(DefaultUserSettings={"ExecutionRole": role, "SecurityGroups": [studio.group_id]})
    create = actor.client("sagemaker").create_domain
    if is_trusted:
        assert create(**wanted)["DomainId"]
    else:
        assert refused(create, **wanted)[1].startswith(f"Could not assume role {role}. ")
