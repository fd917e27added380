"""What policies decide of EC2's network, EFS, Network Firewall and log groups."""

from __future__ import annotations

import json
from typing import Any

import pytest
from actors import HOME, TRUST, Actor, allow, denial, deny, document, fresh, message
from conftest import Running
from networks import Net, network, skip

HOME_ARN = "us-east-1:111122223333"
POLICY = f"arn:aws:network-firewall:{HOME_ARN}:firewall-policy/own"
GROUP = f"arn:aws:network-firewall:{HOME_ARN}:stateful-rulegroup/own"


@pytest.fixture(scope="module")
def net(sandbox: Running) -> Net:
    return network(sandbox, "10.44.0.0/16")


@pytest.fixture(scope="module")
def shared(sandbox: Running) -> Actor:
    return Actor(sandbox)


CREATION = {"FirewallPolicy": {"StatelessDefaultActions": [], "StatelessFragmentDefaultActions": []}}
RESOURCES = [
    ("ec2", "create_route", {"RouteTableId": "rtb-1", "GatewayId": "igw-1"}, f"ec2:{HOME_ARN}:route-table/rtb-1"),
    ("ec2", "delete_vpc_endpoint_service_configurations", {"ServiceIds": ["vpce-svc-1"]},
     f"ec2:{HOME_ARN}:vpc-endpoint-service/vpce-svc-1"),
    ("ec2", "create_vpc_endpoint", {"VpcId": "vpc-1", "ServiceName": "s", "SecurityGroupIds": ["sg-1"]},
     f"ec2:{HOME_ARN}:security-group/sg-1"),
    ("ec2", "create_vpc_endpoint", {"VpcId": "vpc-1", "ServiceName": "s"}, f"ec2:{HOME_ARN}:vpc-endpoint/*"),
    ("network-firewall", "create_firewall_policy", {"FirewallPolicyName": "own", **CREATION},
     f"network-firewall:{HOME_ARN}:firewall-policy/own"),
    ("network-firewall", "create_firewall",
     {"FirewallName": "own", "FirewallPolicyArn": POLICY, "VpcId": "vpc-1", "SubnetMappings": [{"SubnetId": "s"}]},
     f"network-firewall:{HOME_ARN}:firewall/own"),
    ("network-firewall", "create_firewall",
     {"FirewallName": "own", "FirewallPolicyArn": POLICY, "VpcId": "vpc-1", "SubnetMappings": [{"SubnetId": "s"}]},
     f"network-firewall:{HOME_ARN}:firewall-policy/own"),
    ("network-firewall", "update_firewall_policy",
     {"FirewallPolicyArn": POLICY, "UpdateToken": "4a9b9c2a-24a4-4b8c-8f7b-0f3a3a9d2c10",
      "FirewallPolicy": CREATION["FirewallPolicy"] | {"StatefulRuleGroupReferences": [{"ResourceArn": GROUP}]}},
     f"network-firewall:{HOME_ARN}:stateful-rulegroup/own"),
    ("network-firewall", "delete_rule_group", {"RuleGroupName": "own", "Type": "STATELESS"},
     f"network-firewall:{HOME_ARN}:stateless-rulegroup/own"),
    ("network-firewall", "list_firewalls", {}, f"network-firewall:{HOME_ARN}:firewall/*"),
    ("efs", "delete_file_system", {"FileSystemId": "fs-0123abcd"},
     f"elasticfilesystem:{HOME_ARN}:file-system/fs-0123abcd"),
    ("efs", "delete_access_point", {"AccessPointId": "fsap-0123abcd0123abcd0"},
     f"elasticfilesystem:{HOME_ARN}:access-point/fsap-0123abcd0123abcd0"),
    ("logs", "associate_kms_key", {"resourceIdentifier": f"arn:aws:logs:{HOME_ARN}:log-group:/g", "kmsKeyId": "k"},
     f"logs:{HOME_ARN}:log-group:/g:log-stream:"),
]  # fmt: skip


@pytest.mark.parametrize(("service", "operation", "parameters", "resource"), RESOURCES)
def test_a_call_is_about_what_its_parameters_name(
    sandbox: Running, shared: Actor, service: str, operation: str, parameters: dict[str, Any], resource: str
) -> None:
    shared.may(allow("*"), deny("*", on=f"arn:aws:{resource}"))
    text = message(getattr(shared.client(service), operation), **parameters)
    assert f" on resource: arn:aws:{resource} with an explicit deny" in text


def test_the_targets_of_a_route_are_not_asked_about(sandbox: Running, net: Net) -> None:
    table, gateway = net.table(), net.gateway()
    actor = Actor(sandbox, allow("ec2:CreateRoute", on=f"arn:aws:ec2:{HOME_ARN}:route-table/*"))
    actor.client("ec2").create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)


def test_an_association_stands_for_what_it_ties_together(sandbox: Running, net: Net) -> None:
    table = net.table()
    tie = net.ec2.associate_route_table(RouteTableId=table, SubnetId=net.subnets[0])["AssociationId"]
    actor = Actor(sandbox, allow("ec2:*"), deny("ec2:*", on=f"arn:aws:ec2:{HOME_ARN}:subnet/{net.subnets[0]}"))
    assert f"subnet/{net.subnets[0]} with" in message(actor.client("ec2").disassociate_route_table, AssociationId=tie)


def test_the_vpc_of_what_exists_decides(sandbox: Running, net: Net) -> None:
    other = network(sandbox, "10.45.0.0/16")
    inside = {"ArnEquals": {"ec2:Vpc": f"arn:aws:ec2:{HOME_ARN}:vpc/{net.vpc}"}}
    actor = Actor(sandbox, allow("ec2:DeleteSecurityGroup", "ec2:DeleteSubnet", Condition=inside))
    ec2 = actor.client("ec2")
    strange = other.group()
    assert f"security-group/{strange} because" in message(ec2.delete_security_group, GroupId=strange)
    ec2.delete_security_group(GroupId=net.group(fresh("group")))
    assert f"subnet/{other.subnets[0]} because" in message(ec2.delete_subnet, SubnetId=other.subnets[0])


def test_endpoints_are_told_apart_by_service(sandbox: Running, net: Net) -> None:
    only = {"StringEquals": {"ec2:VpceServiceName": "com.amazonaws.us-east-1.kms"}}
    endpoints = f"arn:aws:ec2:{HOME_ARN}:vpc-endpoint/*"
    others = [f"arn:aws:ec2:{HOME_ARN}:{kind}/*" for kind in ("vpc", "subnet", "security-group")]
    actor = Actor(sandbox, allow("ec2:*VpcEndpoint*", on=endpoints, Condition=only), allow("ec2:*", on=others))
    mine = Net(actor.client("ec2"), net.vpc, net.subnets)
    made = mine.interface_endpoint("kms")["VpcEndpointId"]
    assert f"{endpoints} because" in message(mine.interface_endpoint, service="sts")
    mine.ec2.delete_vpc_endpoints(VpcEndpointIds=[made])


TEAM = {"StringEquals": {"aws:RequestTag/team": "red"}}


def test_only_what_is_made_has_the_tags_of_the_request(sandbox: Running, net: Net) -> None:
    groups, vpcs = (f"arn:aws:ec2:{HOME_ARN}:{kind}/*" for kind in ("security-group", "vpc"))
    creating = {"StringEquals": {"ec2:CreateAction": "CreateSecurityGroup"}}
    create = allow("ec2:CreateSecurityGroup", on=groups, Condition=TEAM)
    tag = allow("ec2:CreateTags", on=groups, Condition=creating)
    actor = Actor(sandbox, create, tag, allow("ec2:CreateSecurityGroup", on=vpcs))

    def make(team: str) -> Any:
        tags = [{"ResourceType": "security-group", "Tags": [{"Key": "team", "Value": team}]}]
        asked = {"GroupName": fresh("tagged"), "Description": "d", "VpcId": net.vpc, "TagSpecifications": tags}
        return actor.client("ec2").create_security_group(**asked)

    made = make("red")["GroupId"]
    assert f"perform: ec2:CreateSecurityGroup on resource: {groups} because" in message(make, team="blue")
    later = {"Resources": [made], "Tags": [{"Key": "team", "Value": "blue"}]}
    assert "perform: ec2:CreateTags on resource:" in message(actor.client("ec2").create_tags, **later)
    # The condition of the tags is not met for the VPC, which gets none.
    actor.may(allow("ec2:CreateSecurityGroup", on=[groups, vpcs], Condition=TEAM), tag)
    assert "resource: arn:aws:ec2:us-east-1:111122223333:vpc/" in message(make, team="red")


def test_a_denial_carries_a_message_that_sts_decodes(sandbox: Running) -> None:
    actor = Actor(sandbox, allow("sts:DecodeAuthorizationMessage"), deny("ec2:CreateVpc", Sid="NoNetworks"))
    text = message(actor.client("ec2").create_vpc, CidrBlock="10.9.0.0/16")
    denied, encoded = text.split(". Encoded authorization failure message: ")
    assert denied.endswith("vpc/* with an explicit deny in an identity-based policy")
    told = json.loads(actor.client("sts").decode_authorization_message(EncodedMessage=encoded)["DecodedMessage"])
    assert (told["allowed"], told["explicitDeny"]) == (False, True)
    assert told["matchedStatements"]["items"][0]["statementId"] == "NoNetworks"
    context = told["context"]
    assert (context["action"], context["resource"]) == ("ec2:CreateVpc", f"arn:aws:ec2:{HOME_ARN}:vpc/*")
    assert {"key": "ec2:Tenancy", "values": {"items": [{"value": "default"}]}} in context["conditions"]["items"]
    code = denial(actor.client("sts").decode_authorization_message, EncodedMessage="none")[1]
    assert code == "InvalidAuthorizationMessageException"
    assert "authorized to perform: sts:DecodeAuthorizationMessage" in message(
        Actor(sandbox).client("sts").decode_authorization_message, EncodedMessage=encoded
    )


def test_a_dry_run_is_decided_by_the_policies_first(sandbox: Running, net: Net) -> None:
    asked = {"VpcId": net.vpc, "DryRun": True}
    assert denial(Actor(sandbox).client("ec2").delete_vpc, **asked)[:2] == (403, "UnauthorizedOperation")
    may = Actor(sandbox, allow("ec2:DeleteVpc", on=f"arn:aws:ec2:{HOME_ARN}:vpc/{net.vpc}")).client("ec2")
    assert denial(may.delete_vpc, **asked)[:2] == (412, "DryRunOperation")


def test_flow_logs_to_a_bucket_need_a_delivery(sandbox: Running, net: Net) -> None:
    bucket = fresh("flow-logs")
    sandbox.client("s3").create_bucket(Bucket=bucket)
    asked = {
        "ResourceIds": [net.vpc],
        "ResourceType": "VPC",
        "TrafficType": "ALL",
        "LogDestinationType": "s3",
        "LogDestination": f"arn:aws:s3:::{bucket}",
    }
    actor = Actor(sandbox, allow("ec2:*"))
    assert "perform: logs:CreateLogDelivery on resource: * because" in message(
        actor.client("ec2").create_flow_logs, **asked
    )
    actor.may(allow("ec2:*", "logs:CreateLogDelivery"))
    assert actor.client("ec2").create_flow_logs(**asked)["FlowLogIds"]


def test_a_mount_target_needs_its_interface(sandbox: Running, net: Net) -> None:
    made = sandbox.client("efs").create_file_system(CreationToken=fresh("mounted"))["FileSystemId"]
    asked = {"FileSystemId": made, "SubnetId": net.subnets[1]}
    actor = Actor(sandbox, allow("elasticfilesystem:*", "ec2:Describe*"))
    assert "authorized to perform: ec2:CreateNetworkInterface" in message(
        actor.client("efs").create_mount_target, **asked
    )
    through = {"Bool": {"aws:ViaAWSService": "true"}}
    actor.may(allow("elasticfilesystem:*", "ec2:Describe*"), allow("ec2:CreateNetworkInterface", Condition=through))
    target = actor.client("efs").create_mount_target(**asked)["MountTargetId"]
    text = message(actor.client("efs").delete_mount_target, MountTargetId=target)
    assert "authorized to perform: ec2:DeleteNetworkInterface on resource: arn:aws:ec2:" in text


def test_file_systems_are_known_by_tag_and_encryption(sandbox: Running) -> None:
    encrypted = {"Bool": {"elasticfilesystem:Encrypted": "true"}}
    mine = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    actor = Actor(
        sandbox,
        allow("elasticfilesystem:CreateFileSystem", Condition=encrypted),
        allow("elasticfilesystem:TagResource", Condition=TEAM),
        allow("elasticfilesystem:DeleteFileSystem", Condition=mine),
    )
    efs = actor.client("efs")

    def make(team: str, is_encrypted: bool) -> str:
        tags = [{"Key": "team", "Value": team}]
        return str(efs.create_file_system(CreationToken=fresh("t"), Encrypted=is_encrypted, Tags=tags)["FileSystemId"])

    made = make("red", True)
    assert "perform: elasticfilesystem:CreateFileSystem" in message(make, team="red", is_encrypted=False)
    assert "perform: elasticfilesystem:TagResource" in message(make, team="blue", is_encrypted=True)
    efs.delete_file_system(FileSystemId=made)
    other = sandbox.client("efs").create_file_system(CreationToken=fresh("t"))["FileSystemId"]
    assert f"file-system/{other} because" in message(efs.delete_file_system, FileSystemId=other)


def test_a_key_handed_to_efs_is_granted_by_the_caller(sandbox: Running) -> None:
    key = sandbox.client("kms").create_key()["KeyMetadata"]["Arn"]
    asked = {"CreationToken": fresh("sealed"), "Encrypted": True, "KmsKeyId": key}
    actor = Actor(sandbox, allow("elasticfilesystem:*", "kms:DescribeKey"))
    assert f"perform: kms:CreateGrant on resource: {key} because" in message(
        actor.client("efs").create_file_system, **asked
    )
    condition = {
        "StringEquals": {"kms:ViaService": "elasticfilesystem.us-east-1.amazonaws.com"},
        "Bool": {"kms:GrantIsForAWSResource": "true"},
    }
    actor.may(allow("elasticfilesystem:*", "kms:DescribeKey"), allow("kms:CreateGrant", Condition=condition))
    assert actor.client("efs").create_file_system(**asked)["KmsKeyId"] == key


def test_firewall_policies_are_known_by_tag(sandbox: Running) -> None:
    owner, name = sandbox.client("network-firewall"), fresh("policy")
    actions = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
    }
    owner.create_firewall_policy(
        FirewallPolicyName=name, FirewallPolicy=actions, Tags=[{"Key": "team", "Value": "red"}]
    )
    mine = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    allowed = allow("network-firewall:DescribeFirewallPolicy", Condition=mine)
    red, blue = (Actor(sandbox, allowed, Tags=[{"Key": "team", "Value": team}]) for team in ("red", "blue"))
    red.client("network-firewall").describe_firewall_policy(FirewallPolicyName=name)
    text = message(blue.client("network-firewall").describe_firewall_policy, FirewallPolicyName=name)
    assert f"firewall-policy/{name} because no identity-based policy" in text


def test_log_groups_are_known_by_tag(sandbox: Running) -> None:
    name = f"/{fresh('tagged')}"
    sandbox.client("logs").create_log_group(logGroupName=name, tags={"team": "red"})
    mine = {"StringEquals": {"aws:ResourceTag/team": "red"}}
    logs = Actor(sandbox, allow("logs:PutRetentionPolicy", Condition=mine)).client("logs")
    logs.put_retention_policy(logGroupName=name, retentionInDays=7)
    assert denial(logs.put_retention_policy, logGroupName="/none", retentionInDays=7)[1] == "AccessDeniedException"


def test_a_new_role_cannot_be_assumed_before_it_is_known(slow: Running) -> None:
    made = slow.client("iam").create_role(RoleName=fresh("new"), AssumeRolePolicyDocument=document(TRUST))["Role"]
    sts, asked = slow.client("sts"), {"RoleArn": made["Arn"], "RoleSessionName": "early"}
    assert denial(sts.assume_role, **asked)[:2] == (403, "AccessDenied")
    skip(slow)
    assert sts.assume_role(**asked)["AssumedRoleUser"]["Arn"].startswith(f"arn:aws:sts::{HOME}:assumed-role/new-")
    closed = TRUST | {"Principal": {"Service": "sagemaker.amazonaws.com"}}
    other = slow.client("iam").create_role(RoleName=fresh("closed"), AssumeRolePolicyDocument=document(closed))["Role"]
    skip(slow)
    text = message(sts.assume_role, RoleArn=other["Arn"], RoleSessionName="never")
    assert text.endswith("because no role trust policy allows the sts:AssumeRole action")
