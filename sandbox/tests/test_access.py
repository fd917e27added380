"""Every call is decided by the policies that apply to it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from actors import HOME, MEMBER_ROLE, TRUST, Actor, allow, denial, deny, document, fresh, message
from conftest import Running

ADMINISTRATION = "arn:aws:iam::aws:policy/AdministratorAccess"


def test_what_is_attached_decides_and_what_is_detached_decides_no_more(sandbox: Running) -> None:
    actor = Actor(sandbox)
    assert denial(actor.client("ssm").describe_parameters)[1] == "AccessDeniedException"
    actor.iam.attach_role_policy(RoleName=actor.name, PolicyArn=ADMINISTRATION)
    actor.client("ssm").describe_parameters()
    actor.iam.detach_role_policy(RoleName=actor.name, PolicyArn=ADMINISTRATION)
    assert denial(actor.client("ssm").describe_parameters)[1] == "AccessDeniedException"


def test_a_user_has_what_it_and_its_groups_are_given(sandbox: Running) -> None:
    iam, name = sandbox.client("iam"), fresh("user")
    iam.create_user(UserName=name)
    key = iam.create_access_key(UserName=name)["AccessKey"]
    own = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": "x", "aws_session_token": None}
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document(allow("kms:ListKeys")))
    sandbox.client("kms", **own).list_keys()
    assert denial(sandbox.client("ec2", **own).describe_vpcs)[1] == "UnauthorizedOperation"
    iam.create_group(GroupName=name)
    iam.put_group_policy(GroupName=name, PolicyName="all", PolicyDocument=document(allow("ec2:Describe*")))
    iam.add_user_to_group(GroupName=name, UserName=name)
    sandbox.client("ec2", **own).describe_vpcs()


WHO = "User: {who} is not authorized to perform: "
DENIALS = [
    ("s3", "list_buckets", {}, 403, "AccessDenied", WHO + "s3:ListAllMyBuckets because no identity-based policy allows "
     "the s3:ListAllMyBuckets action"),
    ("s3", "get_bucket_policy", {"Bucket": "BUCKET"}, 403, "AccessDenied", WHO + 's3:GetBucketPolicy on resource: '
     '"arn:aws:s3:::BUCKET" because no identity-based policy allows the s3:GetBucketPolicy action'),
    ("ec2", "describe_vpcs", {}, 403, "UnauthorizedOperation", "You are not authorized to perform this operation. "
     + WHO + "ec2:DescribeVpcs because no identity-based policy allows the ec2:DescribeVpcs action"),
    ("kms", "list_keys", {}, 400, "AccessDeniedException", WHO + "kms:ListKeys on resource: * because no "
     "identity-based policy allows the kms:ListKeys action"),
    ("iam", "list_roles", {}, 403, "AccessDenied", WHO + "iam:ListRoles on resource: arn:aws:iam::111122223333:role/ "
     "because no identity-based policy allows the iam:ListRoles action"),
    ("ssm", "get_parameter", {"Name": "/a/b"}, 400, "AccessDeniedException", WHO + "ssm:GetParameter on resource: "
     "arn:aws:ssm:us-east-1:111122223333:parameter/a/b because no identity-based policy allows the "
     "ssm:GetParameter action"),
    ("sts", "assume_role", {"RoleArn": MEMBER_ROLE, "RoleSessionName": "some"}, 403, "AccessDenied", WHO
     + f"sts:AssumeRole on resource: {MEMBER_ROLE} because no identity-based policy allows the sts:AssumeRole action"),
    ("logs", "describe_log_groups", {}, 400, "AccessDeniedException", WHO + "logs:DescribeLogGroups on resource: "
     "arn:aws:logs:us-east-1:111122223333:log-group::log-stream: because no identity-based policy allows the "
     "logs:DescribeLogGroups action"),
    ("efs", "describe_file_systems", {}, 403, "AccessDeniedException", WHO
     + "elasticfilesystem:DescribeFileSystems on resource: * because no identity-based policy allows the "
     "elasticfilesystem:DescribeFileSystems action"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters", "status", "code", "text"), DENIALS)
def test_a_denial_is_worded_as_the_service_words_it(
    sandbox: Running, service: str, operation: str, parameters: dict[str, Any], status: int, code: str, text: str
) -> None:
    bucket, actor = fresh("worded"), Actor(sandbox)
    sandbox.client("s3").create_bucket(Bucket=bucket)
    given = {name: bucket if value == "BUCKET" else value for name, value in parameters.items()}
    expected = text.replace("{who}", actor.session_arn).replace("BUCKET", bucket)
    assert denial(getattr(actor.client(service), operation), **given) == (status, code, expected)


HOME_ARN = "us-east-1:111122223333"
RESOURCES = [
    (
        "ssm",
        "put_parameter",
        {"Name": "plain", "Value": "v", "Type": "String"},
        f"arn:aws:ssm:{HOME_ARN}:parameter/plain",
    ),
    ("ssm", "get_parameters_by_path", {"Path": "/a/b"}, f"arn:aws:ssm:{HOME_ARN}:parameter/a/b"),
    ("ssm", "get_parameters", {"Names": ["/a", "/b:3"]}, f"arn:aws:ssm:{HOME_ARN}:parameter/b"),
    (
        "ssm",
        "add_tags_to_resource",
        {"ResourceType": "Parameter", "ResourceId": "/t", "Tags": [{"Key": "a", "Value": "b"}]},
        f"arn:aws:ssm:{HOME_ARN}:parameter/t",
    ),
    ("logs", "create_log_group", {"logGroupName": "/g"}, f"arn:aws:logs:{HOME_ARN}:log-group:/g:log-stream:"),
    (
        "logs",
        "create_log_stream",
        {"logGroupName": "/g", "logStreamName": "s"},
        f"arn:aws:logs:{HOME_ARN}:log-group:/g:log-stream:s",
    ),
    ("cloudtrail", "start_logging", {"Name": "own"}, f"arn:aws:cloudtrail:{HOME_ARN}:trail/own"),
    ("cloudtrail", "lookup_events", {}, "*"),
    ("iam", "get_role", {"RoleName": "DataScientist"}, f"arn:aws:iam::{HOME}:role/DataScientist"),
    ("iam", "delete_user", {"UserName": "none"}, f"arn:aws:iam::{HOME}:user/none"),
    (
        "iam",
        "create_role",
        {"RoleName": "new", "Path": "/team/", "AssumeRolePolicyDocument": document(TRUST)},
        f"arn:aws:iam::{HOME}:role/team/new",
    ),
    ("iam", "get_policy", {"PolicyArn": ADMINISTRATION}, ADMINISTRATION),
    (
        "iam",
        "attach_role_policy",
        {"RoleName": "DataScientist", "PolicyArn": ADMINISTRATION},
        f"arn:aws:iam::{HOME}:role/DataScientist",
    ),
    ("kms", "describe_key", {"KeyId": "none"}, f"arn:aws:kms:{HOME_ARN}:key/none"),
    ("kms", "delete_alias", {"AliasName": "alias/none"}, f"arn:aws:kms:{HOME_ARN}:alias/none"),
    ("ec2", "create_subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.9.0/24"}, f"arn:aws:ec2:{HOME_ARN}:vpc/vpc-1"),
    ("ec2", "create_subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.9.0/24"}, f"arn:aws:ec2:{HOME_ARN}:subnet/*"),
    ("ec2", "delete_vpc_endpoints", {"VpcEndpointIds": ["vpce-1"]}, f"arn:aws:ec2:{HOME_ARN}:vpc-endpoint/vpce-1"),
    (
        "ec2",
        "create_tags",
        {"Resources": ["sg-1", "subnet-1"], "Tags": [{"Key": "a", "Value": "b"}]},
        f"arn:aws:ec2:{HOME_ARN}:subnet/subnet-1",
    ),
]


@pytest.mark.parametrize(("service", "operation", "parameters", "resource"), RESOURCES)
def test_a_call_is_about_what_its_parameters_name(
    sandbox: Running, shared: Actor, service: str, operation: str, parameters: dict[str, Any], resource: str
) -> None:
    shared.may(allow("*"), deny("*", on=resource) if resource != "*" else deny("cloudtrail:*"))
    text = message(getattr(shared.client(service), operation), **parameters)
    assert f" on resource: {resource} with an explicit deny" in text


@pytest.fixture(scope="module")
def shared(sandbox: Running) -> Actor:
    return Actor(sandbox)


def test_a_grant_allows_what_it_names(sandbox: Running) -> None:
    kms, actor = sandbox.client("kms"), Actor(sandbox)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"x", EncryptionContext={"of": "it"})["CiphertextBlob"]
    asked = {"CiphertextBlob": sealed, "EncryptionContext": {"of": "it"}}
    assert "perform: kms:Decrypt on resource: " + key in message(actor.client("kms").decrypt, **asked)
    constraint = {"EncryptionContextSubset": {"of": "it"}}
    kms.create_grant(KeyId=key, GranteePrincipal=actor.arn, Operations=["Decrypt"], Constraints=constraint)
    assert actor.client("kms").decrypt(**asked)["Plaintext"] == b"x"
    other = kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    assert denial(actor.client("kms").decrypt, CiphertextBlob=other)[1] == "AccessDeniedException"


def test_a_key_that_does_not_take_the_accounts_policies_is_closed_to_them(sandbox: Running) -> None:
    kms, administrator = sandbox.client("kms"), f"arn:aws:iam::{HOME}:role/PlatformAdministrator"
    only = document(allow("kms:*") | {"Principal": {"AWS": administrator}})
    key = kms.create_key(Policy=only)["KeyMetadata"]["Arn"]
    text = message(Actor(sandbox, allow("*")).client("kms").describe_key, KeyId=key)
    assert text.endswith("because no resource-based policy allows the kms:DescribeKey action")


def test_an_alias_needs_itself_and_its_keys(sandbox: Running) -> None:
    kms, name = sandbox.client("kms"), f"alias/{fresh('alias')}"
    first, second = (kms.create_key()["KeyMetadata"]["Arn"] for _ in range(2))
    kms.create_alias(AliasName=name, TargetKeyId=first)
    asked = {"AliasName": name, "TargetKeyId": second}
    for about in (f"arn:aws:kms:us-east-1:{HOME}:{name}", first, second):
        actor = Actor(sandbox, allow("kms:*"), deny("kms:UpdateAlias", on=about))
        assert f"on resource: {about} with" in message(actor.client("kms").update_alias, **asked)
    Actor(sandbox, allow("kms:UpdateAlias")).client("kms").update_alias(**asked)


def test_a_provider_of_identities_is_trusted_by_name(sandbox: Running) -> None:
    iam, name = sandbox.client("iam"), fresh("federated")
    issuer = f"arn:aws:iam::{HOME}:oidc-provider/id.example.com"
    trust = TRUST | {
        "Principal": {"Federated": issuer},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"id.example.com:sub": "ana"}},
    }
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    asked = {"RoleArn": arn, "RoleSessionName": "web"}
    sts = sandbox.client("sts")
    sts.assume_role_with_web_identity(**asked, WebIdentityToken=_token("ana"))
    text = message(sts.assume_role_with_web_identity, **asked, WebIdentityToken=_token("bob"))
    assert text == "Not authorized to perform sts:AssumeRoleWithWebIdentity"


def _token(subject: str) -> str:
    claims = json.dumps({"iss": "https://id.example.com", "sub": subject, "aud": "app"}).encode()
    return f"e30.{base64.urlsafe_b64encode(claims).decode().rstrip('=')}.none"


def test_who_one_is_needs_no_permission(sandbox: Running) -> None:
    actor = Actor(sandbox, deny("*"))
    assert actor.client("sts").get_caller_identity()["Arn"] == actor.session_arn


def test_a_deny_of_the_identity_says_so(sandbox: Running) -> None:
    actor = Actor(sandbox, allow("*"), deny("ssm:Put*"))
    text = message(actor.client("ssm").put_parameter, Name="/no", Value="v", Type="String")
    assert text.endswith("parameter/no with an explicit deny in an identity-based policy")


def test_a_boundary_limits(sandbox: Running) -> None:
    made = sandbox.client("iam").create_policy(PolicyName=fresh("boundary"), PolicyDocument=document(allow("ssm:*")))[
        "Policy"
    ]["Arn"]
    actor = Actor(sandbox, allow("*"), PermissionsBoundary=made)
    actor.client("ssm").describe_parameters()
    text = message(actor.client("kms").list_keys)
    assert text.endswith("because no permissions boundary allows the kms:ListKeys action")


@pytest.mark.parametrize("form", ["inline", "managed"])
def test_a_session_policy_limits(sandbox: Running, form: str) -> None:
    actor, iam = Actor(sandbox, allow("*")), sandbox.client("iam")
    text = document(allow("ssm:*"))
    limits: dict[str, Any] = {"Policy": text}
    if form == "managed":
        arn = iam.create_policy(PolicyName=fresh("session"), PolicyDocument=text)["Policy"]["Arn"]
        limits = {"PolicyArns": [{"arn": arn}]}
    given = sandbox.client("sts").assume_role(RoleArn=actor.arn, RoleSessionName="limited", **limits)["Credentials"]
    own = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    sandbox.client("ssm", **own).describe_parameters()
    said = message(sandbox.client("kms", **own).list_keys)
    assert said.endswith("because no session policy allows the kms:ListKeys action")


def test_session_tags_take_the_place_of_the_roles(sandbox: Running) -> None:
    mine = "arn:aws:ssm:us-east-1:111122223333:parameter/${aws:PrincipalTag/team}/*"
    actor = Actor(sandbox, allow("ssm:PutParameter", on=mine), Tags=[{"Key": "team", "Value": "red"}])

    def put(who: dict[str, str], name: str) -> None:
        sandbox.client("ssm", **who).put_parameter(Name=name, Value="v", Type="String", Overwrite=True)

    put(actor.credentials, "/red/x")
    assert "because no identity-based policy" in message(put, who=actor.credentials, name="/blue/x")
    tags = [{"Key": "team", "Value": "blue"}]
    given = sandbox.client("sts").assume_role(RoleArn=actor.arn, RoleSessionName="blue", Tags=tags)["Credentials"]
    blue = {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }
    put(blue, "/blue/x")
    assert "because no identity-based policy" in message(put, who=blue, name="/red/x")


@pytest.mark.parametrize(
    ("trusted", "own", "expected"),
    [
        ({"AWS": "ACTOR"}, [], None),
        ({"AWS": HOME}, [], "because no identity-based policy allows the sts:AssumeRole action"),
        ({"AWS": HOME}, [allow("sts:AssumeRole")], None),
        ({"AWS": "444455556666"}, [allow("sts:*")], "because no role trust policy allows the sts:AssumeRole action"),
    ],
    ids=["named", "account only", "account and identity", "others"],
)
def test_a_role_is_assumed_by_those_it_trusts(
    sandbox: Running, trusted: dict[str, str], own: list[dict[str, Any]], expected: str | None
) -> None:
    actor, iam, name = Actor(sandbox, *own), sandbox.client("iam"), fresh("trusting")
    principal = {kind: actor.arn if value == "ACTOR" else value for kind, value in trusted.items()}
    trust = document(TRUST | {"Principal": principal})
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    if expected is None:
        actor.client("sts").assume_role(RoleArn=arn, RoleSessionName="some")
    else:
        assert message(actor.client("sts").assume_role, RoleArn=arn, RoleSessionName="some").endswith(expected)


def test_a_role_is_passed_on_by_those_who_may(sandbox: Running) -> None:
    ec2, iam = sandbox.client("ec2"), sandbox.client("iam")
    vpc = sandbox.ready["terraform_variables"]["vpc_id"]
    trust = document(TRUST | {"Principal": {"Service": "vpc-flow-logs.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=fresh("logging"), AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    sandbox.client("logs").create_log_group(logGroupName="/flows")
    actor = Actor(sandbox, allow("ec2:*"))
    asked = {
        "ResourceIds": [vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogGroupName": "/flows",
        "DeliverLogsPermissionArn": role,
    }
    assert f"perform: iam:PassRole on resource: {role} because" in message(
        actor.client("ec2").create_flow_logs, **asked
    )
    condition = {"StringEquals": {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}}
    actor.may(allow("ec2:*"), allow("iam:PassRole", on=role, Condition=condition))
    actor.client("ec2").create_flow_logs(**asked)
    assert ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [vpc]}])["FlowLogs"]


def test_a_dry_run_says_what_would_be(sandbox: Running) -> None:
    actor = Actor(sandbox, allow("ec2:Describe*"))
    ec2 = actor.client("ec2")
    assert denial(ec2.create_vpc, CidrBlock="10.9.0.0/16", DryRun=True)[1] == "UnauthorizedOperation"
    assert denial(ec2.describe_vpcs, DryRun=True)[:2] == (412, "DryRunOperation")
    before = len(sandbox.client("ec2").describe_vpcs()["Vpcs"])
    assert denial(sandbox.client("ec2").create_vpc, CidrBlock="10.9.0.0/16", DryRun=True)[1] == "DryRunOperation"
    assert len(sandbox.client("ec2").describe_vpcs()["Vpcs"]) == before


def test_tags_of_ec2_resources_decide(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    vpcs = {
        team: ec2.create_vpc(
            CidrBlock="10.8.0.0/16",
            TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "team", "Value": team}]}],
        )["Vpc"]["VpcId"]
        for team in ("red", "blue")
    }
    condition = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    actor = Actor(sandbox, allow("ec2:DeleteVpc", Condition=condition))
    assert f"vpc/{vpcs['blue']} because" in message(actor.client("ec2").delete_vpc, VpcId=vpcs["blue"])
    actor.client("ec2").delete_vpc(VpcId=vpcs["red"])


def test_tags_of_a_request_decide(sandbox: Running) -> None:
    condition = {"StringEquals": {"aws:RequestTag/team": "red"}, "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]}}
    actor = Actor(sandbox, allow("kms:CreateKey", "kms:TagResource", Condition=condition))
    kms = actor.client("kms")
    kms.create_key(Tags=[{"TagKey": "team", "TagValue": "red"}])
    for tags in ([], [{"TagKey": "team", "TagValue": "blue"}], [{"TagKey": "t", "TagValue": "red"}]):
        assert denial(kms.create_key, Tags=tags)[1] == "AccessDeniedException"


def test_service_control_and_resource_control_policies_limit_member_accounts(sandbox: Running) -> None:
    organizations = sandbox.client("organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    made = organizations.create_account(AccountName="member", Email="member@example.com")
    account = made["CreateAccountStatus"]["AccountId"]
    member = sandbox.session(f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole")
    sandbox.client("ssm", **member).describe_parameters()
    sandbox.client("kms", **member).create_key()
    for kind, statement in (
        ("SERVICE_CONTROL_POLICY", deny("ssm:*")),
        ("RESOURCE_CONTROL_POLICY", deny("kms:CreateKey") | {"Principal": "*"}),
    ):
        organizations.enable_policy_type(RootId=root, PolicyType=kind)
        policy = organizations.create_policy(Name=kind, Description="d", Type=kind, Content=document(statement))
        organizations.attach_policy(PolicyId=policy["Policy"]["PolicySummary"]["Id"], TargetId=account)
    text = message(sandbox.client("ssm", **member).describe_parameters)
    assert text.endswith("with an explicit deny in a service control policy")
    text = message(sandbox.client("kms", **member).create_key)
    assert text.endswith("with an explicit deny in a resource control policy")
    sandbox.client("ssm").describe_parameters()  # The organisation's own account is not limited.
    organization = organizations.describe_organization()["Organization"]["Id"]
    condition = {"StringEquals": {"aws:PrincipalOrgID": organization}}
    Actor(sandbox, allow("kms:ListKeys", Condition=condition)).client("kms").list_keys()
