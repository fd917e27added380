"""The census lists whatever lives, and nothing else."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import urllib.error
from typing import Any

import pytest
from actors import HOME, MEMBER, allow, document, fresh
from conftest import Running
from moto.backends import get_backend
from networks import LONG, network, skip
from studio import TRUST, Studio, studio

from cloister_sandbox.census import from_moto
from cloister_sandbox.census.kinds import TABLE

Found = set[tuple[str, str, str]]

# moto's modules, where they are not called like the service.
_MODULES = {"sso-admin": "ssoadmin"}


def census(sandbox: Running, account: str = HOME) -> dict[str, Any]:
    return dict(sandbox.control(f"census?account={account}"))


def live(sandbox: Running, account: str = HOME) -> Found:
    """Service, kind and id of everything."""
    found = census(sandbox, account)
    return {(service, kind, one["id"]) for service in found for kind in found[service] for one in found[service][kind]}


def find(sandbox: Running, service: str, kind: str, one_id: str) -> dict[str, Any]:
    return next(dict(one) for one in census(sandbox)[service][kind] if one["id"] == one_id)


def kinds_of(found: Found) -> set[str]:
    return {f"{service}:{kind}" for service, kind, _ in found}


def test_to_look_at_something_makes_nothing(sandbox: Running) -> None:
    for account in (HOME, MEMBER):
        credentials = sandbox.session(f"arn:aws:iam::{account}:role/CloisterProvisioner") if account == MEMBER else {}
        before = live(sandbox, account)
        for region in ("us-east-1", "ap-south-1"):
            away: dict[str, Any] = {"region_name": region} | credentials
            sandbox.client("ec2", **away).describe_vpcs()
            sandbox.client("ec2", **away).describe_managed_prefix_lists()
            sandbox.client("events", **away).list_rules()
            sandbox.client("athena", **away).list_work_groups()
            sandbox.client("kms", **away).list_aliases()
            sandbox.client("ssm", **away).get_parameters_by_path(Path="/aws/service/global-infrastructure/regions")
            sandbox.client("config", **away).describe_config_rules()
            sandbox.client("lambda", **away).list_functions()
            sandbox.client("sns", **away).list_topics()
            sandbox.client("resourcegroupstaggingapi", **away).get_resources(ResourcesPerPage=1)
        sandbox.client("iam", **credentials).list_policies(Scope="AWS", MaxItems=3)
        assert live(sandbox, account) == before
        assert "ec2:vpc" in kinds_of(before), "the default VPC is there before somebody looks"


def test_what_is_made_comes_and_goes(sandbox: Running) -> None:
    before = live(sandbox)
    tags = [{"Key": "cloister:composite", "Value": "lab"}]
    clients = [sandbox.client(name) for name in ("iam", "kms", "logs", "ssm", "s3", "cloudtrail", "efs")]
    iam, kms, logs, ssm, s3, cloudtrail, efs = clients
    name = fresh("census")

    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST), Tags=tags)["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(allow("s3:*")))
    iam.attach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    key = kms.create_key(Tags=[{"TagKey": "cloister:composite", "TagValue": "lab"}])["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName=f"alias/{name}", TargetKeyId=key)
    logs.create_log_group(logGroupName=name, tags={"cloister:composite": "lab"})
    ssm.put_parameter(Name=f"/{name}", Value="a", Type="String", Tags=tags)
    s3.create_bucket(Bucket=name)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tags})
    s3.put_object(Bucket=name, Key="content")
    cloudtrail.create_trail(Name=name, S3BucketName=f"cloister-sandbox-trail-{HOME}", TagsList=tags)
    system = efs.create_file_system(CreationToken=name, Tags=tags)["FileSystemId"]

    made = live(sandbox) - before
    assert made == {
        ("iam", "role", role),
        ("iam", "role-policy", f"{name}/own"),
        ("iam", "role-policy-attachment", f"{name}/arn:aws:iam::aws:policy/ReadOnlyAccess"),
        ("kms", "key", key),
        ("kms", "alias", f"alias/{name}"),
        ("logs", "log-group", name),
        ("ssm", "parameter", f"/{name}"),
        ("s3", "bucket", name),
        ("cloudtrail", "trail", name),
        ("efs", "file-system", system),
    }
    for service, kind, one in made:
        if kind not in ("alias", "role-policy", "role-policy-attachment"):
            assert find(sandbox, service, kind, one)["tags"] == {"cloister:composite": "lab"}, kind

    iam.detach_role_policy(RoleName=name, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    iam.delete_role_policy(RoleName=name, PolicyName="own")
    iam.delete_role(RoleName=name)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert live(sandbox) - before == {one for one in made if one[0] not in ("iam",) and one[1] != "key"}
    kms.delete_alias(AliasName=f"alias/{name}")
    logs.delete_log_group(logGroupName=name)
    ssm.delete_parameter(Name=f"/{name}")
    s3.delete_object(Bucket=name, Key="content")
    s3.delete_bucket(Bucket=name)
    cloudtrail.delete_trail(Name=name)
    efs.delete_file_system(FileSystemId=system)
    assert live(sandbox) == before


def test_a_network_comes_and_goes_and_leaves_no_tombstones(sandbox: Running) -> None:
    before = live(sandbox)
    net = network(sandbox)
    gateway, table, group = net.gateway(), net.table(), net.group()
    net.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="tcp", FromPort=1, ToPort=1, CidrIp="10.0.0.0/8")
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    association = net.ec2.associate_route_table(RouteTableId=table, SubnetId=net.subnets[0])["AssociationId"]
    allocation = net.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = net.ec2.create_nat_gateway(SubnetId=net.subnets[1], AllocationId=allocation)["NatGateway"]["NatGatewayId"]
    endpoint = net.interface_endpoint()["VpcEndpointId"]
    made = live(sandbox) - before
    expected = {
        ("internet-gateway", gateway),
        ("route", f"{table}/0.0.0.0/0"),
        ("route-table-association", association),
        ("elastic-ip", allocation),
        ("nat-gateway", nat),
        ("vpc-endpoint", endpoint),
        ("security-group", group),
    }
    assert {("ec2", *one) for one in expected} <= made
    assert kinds_of(made) == {
        *(f"ec2:{kind}" for kind, _ in expected),
        *(f"ec2:{kind}" for kind in ("vpc", "subnet", "route-table", "network-acl", "security-group-rule")),
        "ec2:network-interface",
    }
    net.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    net.ec2.delete_nat_gateway(NatGatewayId=nat)
    skip(sandbox, 600)
    assert net.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"] == "deleted"
    net.ec2.release_address(AllocationId=allocation)
    net.ec2.disassociate_route_table(AssociationId=association)
    net.ec2.delete_route_table(RouteTableId=table)
    net.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=net.vpc)
    net.ec2.delete_internet_gateway(InternetGatewayId=gateway)
    net.ec2.delete_security_group(GroupId=group)
    for subnet in net.subnets:
        net.ec2.delete_subnet(SubnetId=subnet)
    net.ec2.delete_vpc(VpcId=net.vpc)
    assert live(sandbox) == before


def test_firewalls_are_listed(sandbox: Running) -> None:
    before, net, name = live(sandbox), network(sandbox), fresh("wall")
    client = sandbox.client("network-firewall")
    defaults = {"StatelessDefaultActions": ["aws:pass"], "StatelessFragmentDefaultActions": ["aws:pass"]}
    tags = [{"Key": "a", "Value": "b"}]
    policy = client.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=defaults)["FirewallPolicyResponse"]
    firewall = client.create_firewall(
        FirewallName=name,
        FirewallPolicyArn=policy["FirewallPolicyArn"],
        VpcId=net.vpc,
        SubnetMappings=[{"SubnetId": net.subnets[0]}],
        Tags=tags,
    )["Firewall"]["FirewallArn"]
    shown = find(sandbox, "network-firewall", "firewall", firewall)
    assert shown == {"id": firewall, "name": name, "tags": {"a": "b"}, "region": "us-east-1"}
    client.delete_firewall(FirewallArn=firewall)
    skip(sandbox, LONG)
    client.delete_firewall_policy(FirewallPolicyName=name)
    skip(sandbox, LONG)
    assert "network-firewall" not in {service for service, _, _ in live(sandbox) - before}


def test_studio_is_listed_and_its_deleted_apps_are_not(studio: Studio) -> None:
    running, domain_id = studio.running, studio.domain()
    studio.profile(domain_id)
    app = {"DomainId": domain_id, "UserProfileName": "ada", "AppType": "JupyterServer", "AppName": "default"}
    studio.sagemaker.create_app(**app)
    mine = {(kind, one) for service, kind, one in live(running) if service == "sagemaker" and domain_id in one}
    assert {kind for kind, _ in mine} == {"domain", "user-profile", "app"}
    assert ("user-profile", f"{domain_id}|ada") in mine
    assert find(running, "sagemaker", "domain", domain_id)["name"] == "studio"
    assert find(running, "sagemaker", "domain", domain_id)["state"] == "InService"
    studio.skip(600)
    studio.sagemaker.delete_app(**app)
    studio.skip(600)
    assert studio.sagemaker.list_apps(DomainIdEquals=domain_id)["Apps"][0]["Status"] == "Deleted"
    assert not [one for service, kind, one in live(running) if kind == "app" and domain_id in one]


def test_services_that_nobody_thought_of_are_listed_too(sandbox: Running) -> None:
    before = live(sandbox)
    name = fresh("other")
    sandbox.client("sqs").create_queue(QueueName=name)
    sandbox.client("events").put_rule(Name=name, EventPattern='{"source": ["aws.s3"]}')
    sandbox.client("secretsmanager").create_secret(Name=name, SecretString="s")
    found = live(sandbox) - before
    assert {service for service, _, _ in found} == {"sqs", "events", "secretsmanager"}
    sandbox.client("secretsmanager").delete_secret(SecretId=name)
    assert "secretsmanager" not in {service for service, _, _ in live(sandbox) - before}


@pytest.mark.parametrize("service", sorted(TABLE))
def test_no_attribute_of_a_known_backend_is_forgotten(service: str) -> None:
    backends = get_backend(_MODULES.get(service, service))[HOME]
    region = "us-east-1" if "us-east-1" in backends else "aws"
    assert set(from_moto.attributes(backends[region])) - {"filters.metric_filters"} == set(TABLE[service].kinds)


def test_an_account_is_a_number(sandbox: Running) -> None:
    with pytest.raises(urllib.error.HTTPError) as failure:
        census(sandbox, "mine")
    assert failure.value.code == 400
    assert live(sandbox, "999988887777"), "an account that nobody used has its default VPC"
