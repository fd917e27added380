"""Profiles, spaces and apps: who owns what, and what stands in the way of deletion."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import base64
import gzip
import json
import urllib.error
from typing import Any

import pytest
from records import recorded, request_id
from studio import Studio, refused, studio

APP = {"AppType": "JupyterLab", "AppName": "default"}


def test_profile_names_ignore_case(studio: Studio) -> None:
    domain_id = studio.domain()
    made = studio.sagemaker.create_user_profile(
        DomainId=domain_id, UserProfileName="Ada", Tags=[{"Key": "team", "Value": "a"}]
    )
    assert made["UserProfileArn"].endswith(f":user-profile/{domain_id}/ada")
    profile = studio.sagemaker.describe_user_profile(DomainId=domain_id, UserProfileName="ADA")
    assert (profile["UserProfileName"], profile["Status"], profile["HomeEfsFileSystemUid"]) == (
        "Ada",
        "Pending",
        "200001",
    )
    twin = refused(studio.sagemaker.create_user_profile, DomainId=domain_id, UserProfileName="aDA")
    assert twin == ("ResourceInUse", f"UserProfile [{made['UserProfileArn']}] already exists.")
    studio.skip(10)
    again = studio.sagemaker.describe_user_profile(DomainId=domain_id, UserProfileName="ada")
    assert again["Status"] == "InService"
    tags = studio.sagemaker.list_tags(ResourceArn=made["UserProfileArn"])["Tags"]
    assert tags == [{"Key": "team", "Value": "a"}]


def test_a_profile_is_updated_by_what_is_given(studio: Studio) -> None:
    domain_id = studio.domain()
    group = studio.group("own")
    studio.profile(domain_id, UserSettings={"SecurityGroups": [group]})
    new = studio.role("profile")
    update = {"DomainId": domain_id, "UserProfileName": "ada", "UserSettings": {"ExecutionRole": new}}
    assert "Could not assume role" in refused(studio.sagemaker.update_user_profile, **update)[1]
    studio.skip(10)
    studio.sagemaker.update_user_profile(**update)
    profile = studio.sagemaker.describe_user_profile(DomainId=domain_id, UserProfileName="ada")
    assert profile["Status"] == "Updating"
    assert profile["UserSettings"] == {"ExecutionRole": new, "SecurityGroups": [group]}


def test_users_of_an_iam_domain_have_no_sign_on(studio: Studio) -> None:
    sign_on = {"SingleSignOnUserIdentifier": "UserName", "SingleSignOnUserValue": "ada"}
    studio.running.control("identity_center", {"enabled": True})
    iam_domain, sso_domain = studio.domain(), studio.domain(AuthMode="SSO")
    create = studio.sagemaker.create_user_profile
    assert refused(create, DomainId=iam_domain, UserProfileName="a", **sign_on)[0] == "ValidationException"
    assert refused(create, DomainId=sso_domain, UserProfileName="a")[0] == "ValidationException"
    create(DomainId=sso_domain, UserProfileName="a", **sign_on)
    studio.skip(10)
    url = refused(studio.sagemaker.create_presigned_domain_url, DomainId=sso_domain, UserProfileName="a")
    assert url[0] == "ValidationException"
    assert studio.sagemaker.describe_domain(DomainId=sso_domain)["SingleSignOnApplicationArn"]


def test_users_of_a_closed_network_need_a_group(studio: Studio) -> None:
    domain_id = studio.domain(DefaultUserSettings={"ExecutionRole": studio.role_arn})
    create = studio.sagemaker.create_user_profile
    assert refused(create, DomainId=domain_id, UserProfileName="a")[0] == "ValidationException"
    create(DomainId=domain_id, UserProfileName="a", UserSettings={"SecurityGroups": [studio.group_id]})


def test_lists_are_filtered_by_domain_and_name(studio: Studio) -> None:
    domain_id, other = studio.domain(), studio.domain()
    for name in ("ada", "bob", "adam"):
        studio.profile(domain_id, name)
    studio.profile(other, "ada")

    def names(**filters: Any) -> list[str]:
        found = studio.sagemaker.list_user_profiles(DomainIdEquals=domain_id, **filters)["UserProfiles"]
        return [one["UserProfileName"] for one in found]

    assert names() == ["ada", "bob", "adam"]
    assert names(UserProfileNameContains="ad", SortOrder="Descending") == ["adam", "ada"]
    pages = studio.sagemaker.get_paginator("list_user_profiles").paginate(
        DomainIdEquals=domain_id, PaginationConfig={"PageSize": 2}
    )
    assert [len(one["UserProfiles"]) for one in pages] == [2, 1]


def test_a_space_belongs_to_a_profile_of_its_domain(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    create = studio.sagemaker.create_space
    private = {"SpaceSharingSettings": {"SharingType": "Private"}, "SpaceSettings": {"AppType": "JupyterLab"}}
    owned = {"OwnershipSettings": {"OwnerUserProfileName": "ada"}}
    assert refused(create, DomainId=domain_id, SpaceName="s", **owned)[0] == "ValidationException"
    nobody = {"OwnershipSettings": {"OwnerUserProfileName": "eve"}}
    assert refused(create, DomainId=domain_id, SpaceName="s", **private, **nobody)[0] == "ResourceNotFound"
    made = create(DomainId=domain_id, SpaceName="s", **private, **owned)
    space = studio.sagemaker.describe_space(DomainId=domain_id, SpaceName="s")
    assert (space["Status"], space["SpaceArn"]) == ("Pending", made["SpaceArn"])
    assert space["SpaceSettings"]["SpaceStorageSettings"] == {"EbsStorageSettings": {"EbsVolumeSizeInGb": 5}}
    assert refused(create, DomainId=domain_id, SpaceName="s", **private, **owned)[0] == "ResourceInUse"
    [listed] = studio.sagemaker.list_spaces(DomainIdEquals=domain_id)["Spaces"]
    assert listed["OwnershipSettingsSummary"] == {"OwnerUserProfileName": "ada"}
    assert listed["SpaceSharingSettingsSummary"] == {"SharingType": "Private"}
    assert listed["SpaceSettingsSummary"]["AppType"] == "JupyterLab"


def test_the_volume_of_a_space_grows_only_and_within_bounds(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)

    def resize(size: int) -> dict[str, Any]:
        storage = {"EbsStorageSettings": {"EbsVolumeSizeInGb": size}}
        return {"DomainId": domain_id, "SpaceName": "lab", "SpaceSettings": {"SpaceStorageSettings": storage}}

    studio.sagemaker.update_space(**resize(50))
    studio.skip(10)
    assert "decreased" in refused(studio.sagemaker.update_space, **resize(20))[1]
    assert "maximum of 100" in refused(studio.sagemaker.update_space, **resize(101))[1]
    other = {"DomainId": domain_id, "SpaceName": "lab", "SpaceSettings": {"AppType": "CodeEditor"}}
    assert refused(studio.sagemaker.update_space, **other)[0] == "ValidationException"


def test_an_app_in_its_states_keeps_everything_above_it(studio: Studio) -> None:
    sagemaker, domain_id = studio.sagemaker, studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    app = {"DomainId": domain_id, "SpaceName": "lab", **APP}
    arn = sagemaker.create_app(**app)["AppArn"]
    assert arn.endswith(f":app/{domain_id}/lab/JupyterLab/default")
    assert sagemaker.describe_app(**app)["Status"] == "Pending"
    assert refused(sagemaker.create_app, **app)[0] == "ResourceInUse"
    assert refused(sagemaker.delete_app, **app)[0] == "ResourceInUse"
    studio.skip(400)
    described = sagemaker.describe_app(**app)
    assert (described["Status"], described["ResourceSpec"]) == ("InService", {"InstanceType": "ml.t3.medium"})
    profile = sagemaker.describe_user_profile(DomainId=domain_id, UserProfileName="ada")["UserProfileArn"]
    space = sagemaker.describe_space(DomainId=domain_id, SpaceName="lab")["SpaceArn"]
    domain = sagemaker.describe_domain(DomainId=domain_id)["DomainArn"]
    associated = "Unable to delete {} [{}] because {}(s) are associated with it."
    space_call = {"DomainId": domain_id, "SpaceName": "lab"}
    profile_call = {"DomainId": domain_id, "UserProfileName": "ada"}
    assert refused(sagemaker.delete_space, **space_call)[1] == associated.format("Space", space, "App")
    assert refused(sagemaker.delete_domain, DomainId=domain_id)[1] == associated.format("Domain", domain, "App")
    sagemaker.delete_app(**app)
    assert sagemaker.describe_app(**app)["Status"] == "Deleting"
    studio.skip(400)
    assert sagemaker.describe_app(**app)["Status"] == "Deleted"
    assert refused(sagemaker.delete_app, **app) == ("ValidationException", f"App [{arn}] has already been deleted.")
    assert refused(sagemaker.delete_user_profile, **profile_call)[1] == associated.format(
        "UserProfile", profile, "Space"
    )
    sagemaker.delete_space(**space_call)
    assert sagemaker.describe_space(**space_call)["Status"] == "Deleting"
    studio.skip(30)
    assert refused(sagemaker.describe_space, **space_call)[0] == "ResourceNotFound"
    assert refused(sagemaker.delete_domain, DomainId=domain_id)[1] == associated.format("Domain", domain, "UserProfile")
    sagemaker.delete_user_profile(**profile_call)
    studio.skip(30)
    assert refused(sagemaker.describe_user_profile, **profile_call)[0] == "ResourceNotFound"
    assert [one["Status"] for one in sagemaker.list_apps(DomainIdEquals=domain_id)["Apps"]] == ["Deleted"]
    sagemaker.delete_domain(DomainId=domain_id)


def test_deleted_apps_stay_listed_for_a_day(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    app = {"DomainId": domain_id, "UserProfileName": "ada", "AppType": "KernelGateway", "AppName": "kernel"}
    studio.sagemaker.create_app(**app)
    studio.skip(400)
    arn = studio.sagemaker.describe_user_profile(DomainId=domain_id, UserProfileName="ada")["UserProfileArn"]
    profile = {"DomainId": domain_id, "UserProfileName": "ada"}
    assert refused(studio.sagemaker.delete_user_profile, **profile) == (
        "ResourceInUse",
        f"Unable to delete UserProfile [{arn}] because App(s) are associated with it.",
    )
    studio.sagemaker.delete_app(**app)
    studio.skip(400)
    owned = {"DomainIdEquals": domain_id, "UserProfileNameEquals": "ada"}
    assert [one["Status"] for one in studio.sagemaker.list_apps(**owned)["Apps"]] == ["Deleted"]
    studio.skip(24 * 3600)
    assert studio.sagemaker.list_apps(**owned)["Apps"] == []


@pytest.mark.parametrize(
    "app",
    [
        pytest.param({**APP, "SpaceName": "lab", "UserProfileName": "ada"}, id="two owners"),
        pytest.param(APP, id="no owner"),
        pytest.param({**APP, "UserProfileName": "ada"}, id="no space"),
        pytest.param({**APP, "SpaceName": "lab", "AppName": "mine"}, id="another name"),
        pytest.param({**APP, "SpaceName": "lab", "AppType": "CodeEditor"}, id="another type than the space's"),
    ],
)
def test_apps_that_are_refused(studio: Studio, app: dict[str, str]) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    assert refused(studio.sagemaker.create_app, DomainId=domain_id, **app)[0] == "ValidationException"


def test_an_app_has_an_interface_that_outlives_it(studio: Studio) -> None:
    domain_id = studio.domain()
    own = studio.group("own")
    studio.profile(domain_id, UserSettings={"SecurityGroups": [own]})
    studio.space(domain_id)
    app = {"DomainId": domain_id, "SpaceName": "lab", **APP}
    studio.sagemaker.create_app(**app)
    studio.skip(400)
    [interface] = studio.interfaces()
    names = {one["GroupName"] for one in interface["Groups"]}
    assert interface["SubnetId"] in studio.subnet_ids
    assert {one["GroupId"] for one in interface["Groups"]} >= {own, studio.group_id}
    assert f"security-group-for-outbound-nfs-{domain_id}" in names
    assert interface["Description"].startswith(
        f"[DO NOT DELETE] ENI managed by SageMaker for Studio Domain({domain_id})"
    )
    assert interface["Status"] == "in-use"
    studio.sagemaker.delete_app(**app)
    studio.skip(400)
    studio.sagemaker.describe_app(**app)
    [lingering] = studio.interfaces()
    assert (lingering["NetworkInterfaceId"], lingering["Status"]) == (interface["NetworkInterfaceId"], "available")
    with pytest.raises(studio.ec2.exceptions.ClientError, match="DependencyViolation"):
        studio.ec2.delete_security_group(GroupId=own)
    studio.skip(30)
    assert studio.interfaces() == []
    studio.ec2.delete_security_group(GroupId=own)


def test_running_apps_stand_against_some_updates(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    app = {"DomainId": domain_id, "SpaceName": "lab", **APP}
    studio.sagemaker.create_app(**app)
    third = studio.subnet("us-east-1c", 2)
    update = studio.sagemaker.update_domain
    for wanted in (
        {"SubnetIds": studio.subnet_ids[:1]},
        {"AppNetworkAccessType": "PublicInternetOnly"},
        {"DomainSettingsForUpdate": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}},
    ):
        assert "running apps" in refused(update, DomainId=domain_id, **wanted)[1]
    update(DomainId=domain_id, SubnetIds=[*studio.subnet_ids, third])
    studio.skip(400)
    studio.sagemaker.delete_app(**app)
    studio.skip(400)
    update(DomainId=domain_id, SubnetIds=[third], AppNetworkAccessType="PublicInternetOnly")
    studio.skip(30)
    domain = studio.sagemaker.describe_domain(DomainId=domain_id)
    assert (domain["Status"], domain["SubnetIds"], domain["AppNetworkAccessType"]) == (
        "InService",
        [third],
        "PublicInternetOnly",
    )


def test_apps_in_the_open_have_no_interface(studio: Studio) -> None:
    domain_id = studio.domain(AppNetworkAccessType="PublicInternetOnly")
    studio.profile(domain_id)
    studio.space(domain_id)
    studio.sagemaker.create_app(DomainId=domain_id, SpaceName="lab", **APP)
    studio.skip(400)
    assert studio.interfaces() == []


def test_an_app_without_its_group_fails(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    studio.ec2.delete_security_group(GroupId=studio.group_id)
    app = {"DomainId": domain_id, "SpaceName": "lab", **APP}
    studio.sagemaker.create_app(**app)
    studio.skip(400)
    failed = studio.sagemaker.describe_app(**app)
    assert failed["Status"] == "Failed" and studio.group_id in failed["FailureReason"]
    assert "previously failed and was automatically deleted" in refused(studio.sagemaker.delete_app, **app)[1]
    studio.sagemaker.delete_space(DomainId=domain_id, SpaceName="lab")


def test_an_address_into_studio(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.profile(domain_id, "bob")
    studio.space(domain_id)
    presign = studio.sagemaker.create_presigned_domain_url
    given = {"DomainId": domain_id, "UserProfileName": "ada", "SpaceName": "lab"}
    url = presign(**given, ExpiresInSeconds=5, LandingUri="app:JupyterLab:")["AuthorizedUrl"]
    host, token = url.split("/auth?token=")
    assert host == f"https://{domain_id}.studio.us-east-1.sagemaker.aws"
    claims = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
    assert (claims["sub"], claims["userProfileName"], claims["spaceName"]) == (domain_id, "ada", "lab")
    assert _recorded(studio, "CreatePresignedDomainUrl") == {"authorizedUrl": "HIDDEN_DUE_TO_SECURITY_REASONS"}
    other = given | {"UserProfileName": "bob"}
    assert refused(presign, **other)[0] == "ValidationException"
    assert refused(presign, DomainId=domain_id, UserProfileName="eve")[0] == "ResourceNotFound"
    assert refused(presign, **given, LandingUri="elsewhere")[0] == "ValidationException"


def _recorded(studio: Studio, name: str) -> Any:
    """What the trail keeps of the last answer to such a call."""
    studio.running.control("deliver", {})
    s3 = studio.running.client("s3")
    bucket = next(one["Name"] for one in s3.list_buckets()["Buckets"] if "-trail-" in one["Name"])
    keys = [
        one["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket) for one in page["Contents"]
    ]
    files = [gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    records = [record for file in files for record in json.loads(file)["Records"] if record["eventName"] == name]
    return max(records, key=lambda record: record["eventTime"])["responseElements"]


def test_profiles_have_a_quota(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    used = len(studio.sagemaker.list_user_profiles(MaxResults=100)["UserProfiles"])
    studio.running.control("quotas", {"sagemaker:user-profile": used})
    try:
        refusal = refused(studio.sagemaker.create_user_profile, DomainId=domain_id, UserProfileName="b")
        assert refusal[0] == "ResourceLimitExceeded" and f"is {used} UserProfiles" in refusal[1]
    finally:
        studio.running.control("quotas", {"sagemaker:user-profile": 1000})


def test_a_user_has_an_access_point_to_its_directory(studio: Studio) -> None:
    domain_id = studio.domain()
    system = studio.sagemaker.describe_domain(DomainId=domain_id)["HomeEfsFileSystemId"]
    studio.profile(domain_id)
    studio.profile(domain_id, "bob", UserSettings={"AutoMountHomeEFS": "Disabled"})
    [point] = studio.efs.describe_access_points(FileSystemId=system)["AccessPoints"]
    assert (point["PosixUser"], point["RootDirectory"]["Path"]) == ({"Uid": 200001, "Gid": 0}, "/200001")


def test_an_app_fails_on_request(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    studio.space(domain_id)
    app = {"DomainId": domain_id, "SpaceName": "lab", **APP}
    studio.running.control("faults", [{"operation": "sagemaker:CreateApp", "fault": "fail"}])
    studio.sagemaker.create_app(**app)
    studio.running.control("faults", [])
    studio.skip(400)
    assert studio.sagemaker.describe_app(**app)["Status"] == "Failed"
    studio.sagemaker.create_app(**app)
    studio.skip(400)
    assert studio.sagemaker.describe_app(**app)["Status"] == "InService"


def test_deleting_a_domain_with_its_homes_sweeps_its_interfaces(studio: Studio) -> None:
    domain_id = studio.domain()
    studio.profile(domain_id)
    app = {"DomainId": domain_id, "UserProfileName": "ada", "AppType": "KernelGateway", "AppName": "kernel"}
    studio.sagemaker.create_app(**app)
    studio.skip(400)
    studio.sagemaker.delete_app(**app)
    studio.skip(400)
    studio.sagemaker.delete_user_profile(DomainId=domain_id, UserProfileName="ada")
    studio.skip(30)
    studio.sagemaker.delete_domain(DomainId=domain_id, RetentionPolicy={"HomeEfsFileSystem": "Delete"})
    studio.skip(60)
    in_vpc = [{"Name": "vpc-id", "Values": [studio.vpc_id]}]
    assert studio.ec2.describe_network_interfaces(Filters=in_vpc)["NetworkInterfaces"] == []
    groups = studio.ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"]
    assert {one["GroupName"] for one in groups} == {"default", "apps"}
    for subnet_id in studio.subnet_ids:
        studio.ec2.delete_subnet(SubnetId=subnet_id)


_OWN_PROFILE = "arn:aws:sagemaker:*:*:user-profile/${sagemaker:DomainId}/${sagemaker:UserProfileName}"
_OWN_APPS = {
    "Effect": "Allow",
    "Action": "sagemaker:CreateApp",
    "Resource": "arn:aws:sagemaker:us-east-1:111122223333:app/${sagemaker:DomainId}/*",
    "Condition": {"ArnLike": {"sagemaker:OwnerUserProfileArn": _OWN_PROFILE}},
}


def test_a_session_of_studio_is_known_by_its_domain_and_profile(studio: Studio) -> None:
    role = studio.role("apps")
    document = json.dumps({"Version": "2012-10-17", "Statement": [_OWN_APPS]})
    studio.iam.put_role_policy(RoleName=role.rsplit("/", 1)[1], PolicyName="own", PolicyDocument=document)
    studio.skip(60)
    domain = studio.domain(DomainSettings={"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"})
    for name in ("ada", "grace"):
        studio.profile(domain, name, UserSettings={"ExecutionRole": role})
        studio.space(domain, name, f"of-{name}")
    given = studio.running.session(None, studio={"domain_id": domain, "user_profile_name": "ada"})
    ada = studio.running.client("sagemaker", **given)
    app = {"DomainId": domain, "AppType": "JupyterLab", "AppName": "default"}
    answer = ada.create_app(SpaceName="of-ada", **app)
    record = recorded(studio.running, request_id(answer))
    assert record["userIdentity"]["sessionContext"]["sourceIdentity"] == "ada"
    assert refused(ada.create_app, SpaceName="of-grace", **app)[0] == "AccessDeniedException"
    by_role = studio.running.client("sagemaker", **studio.running.session(role))
    assert refused(by_role.create_app, SpaceName="of-ada", **app)[0] == "AccessDeniedException"


def test_who_is_no_user_has_no_session_of_studio(studio: Studio) -> None:
    domain = studio.domain()
    for user in ({"domain_id": domain}, {"domain_id": domain, "user_profile_name": "nobody"}):
        with pytest.raises(urllib.error.HTTPError) as error:
            studio.running.control("session", {"studio": user})
        assert error.value.code == 400
