"""The tagging API finds everything that cloister makes, under AWS's ARNs, by tag, type and page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from actors import HOME, TRUST, Actor, allow, denial, deny, document, fresh, message
from botocore.exceptions import ClientError
from conftest import Running
from networks import LONG
from records import recorded, request_id
from studio import Studio
from test_fork import fork
from test_network_firewall import LIST, policy

from cloister_sandbox.patches.tagging_pages import page
from cloister_sandbox.patches.wrap import AwsError

TRAIL_BUCKET = f"cloister-sandbox-trail-{HOME}"
TAGS = {"cloister:lab": "everything", "team": "red"}
LISTED = [{"Key": key, "Value": value} for key, value in TAGS.items()]
BY_LAB = {"TagFilters": [{"Key": "cloister:lab", "Values": ["everything"]}]}


def found(sandbox: Running, region: str = "us-east-1", **asked: Any) -> dict[str, dict[str, str]]:
    """Tags by ARN of all that a query finds."""
    tagging = sandbox.client("resourcegroupstaggingapi", region_name=region)
    pages = tagging.get_paginator("get_resources").paginate(**asked)
    mappings = [one for each in pages for one in each["ResourceTagMappingList"]]
    return {one["ResourceARN"]: {tag["Key"]: tag["Value"] for tag in one["Tags"]} for one in mappings}


class Everything:
    """One tagged object of each kind, by the type in its ARN."""

    def __init__(self, slow: Running) -> None:
        self.running = slow
        self.studio = Studio(slow)
        self.name = fresh("everything")
        self.arns = self.network() | self.firewall() | self.lab() | self.storage()

    def network(self) -> dict[str, str]:
        ec2, skip = self.studio.ec2, self.studio.skip
        vpc = ec2.create_vpc(CidrBlock="10.8.0.0/16", TagSpecifications=_as("vpc"))["Vpc"]["VpcId"]
        asked: dict[str, Any] = {"VpcId": vpc, "CidrBlock": "10.8.0.0/24"}
        subnet = ec2.create_subnet(**asked, TagSpecifications=_as("subnet"))["Subnet"]["SubnetId"]
        table = ec2.create_route_table(VpcId=vpc, TagSpecifications=_as("route-table"))["RouteTable"]["RouteTableId"]
        asked = {"GroupName": "g", "Description": "d", "VpcId": vpc}
        group = ec2.create_security_group(**asked, TagSpecifications=_as("security-group"))["GroupId"]
        way_out = ec2.create_internet_gateway(TagSpecifications=_as("internet-gateway"))["InternetGateway"]
        ec2.attach_internet_gateway(InternetGatewayId=way_out["InternetGatewayId"], VpcId=vpc)
        address = ec2.allocate_address(Domain="vpc", TagSpecifications=_as("elastic-ip"))["AllocationId"]
        asked = {"SubnetId": subnet, "AllocationId": address}
        nat = ec2.create_nat_gateway(**asked, TagSpecifications=_as("natgateway"))["NatGateway"]["NatGatewayId"]
        asked = {"VpcId": vpc, "ServiceName": "com.amazonaws.us-east-1.s3", "RouteTableIds": [table]}
        endpoint = ec2.create_vpc_endpoint(**asked, TagSpecifications=_as("vpc-endpoint"))["VpcEndpoint"]
        asked = {"ResourceIds": [vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogDestinationType": "s3"}
        asked["LogDestination"] = f"arn:aws:s3:::{TRAIL_BUCKET}"
        [log] = ec2.create_flow_logs(**asked, TagSpecifications=_as("vpc-flow-log"))["FlowLogIds"]
        skip(LONG)
        self.vpc, self.subnet = vpc, subnet
        made = {
            "vpc": vpc,
            "subnet": subnet,
            "route-table": table,
            "security-group": group,
            "internet-gateway": way_out["InternetGatewayId"],
            "elastic-ip": address,
            "natgateway": nat,
            "vpc-endpoint": endpoint["VpcEndpointId"],
            "vpc-flow-log": log,
        }
        return {f"ec2:{word}": f"arn:aws:ec2:us-east-1:{HOME}:{word}/{one}" for word, one in made.items()}

    def firewall(self) -> dict[str, str]:
        client, name = self.running.client("network-firewall"), self.name
        rules = {"RuleGroup": {"RulesSource": {"RulesSourceList": LIST}}, "Type": "STATEFUL", "Capacity": 10}
        group = client.create_rule_group(RuleGroupName=name, **rules, Tags=LISTED)["RuleGroupResponse"]["RuleGroupArn"]
        asked: dict[str, Any] = {"FirewallPolicyName": name, "FirewallPolicy": policy(group), "Tags": LISTED}
        on = client.create_firewall_policy(**asked)["FirewallPolicyResponse"]["FirewallPolicyArn"]
        asked = {"FirewallName": name, "FirewallPolicyArn": on, "SubnetMappings": [{"SubnetId": self.subnet}]}
        client.create_firewall(**asked, VpcId=self.vpc, Tags=LISTED)
        words = ("stateful-rulegroup", "firewall-policy", "firewall")
        prefix = f"arn:aws:network-firewall:us-east-1:{HOME}"
        return {f"network-firewall:{word}": f"{prefix}:{word}/{name}" for word in words}

    def lab(self) -> dict[str, str]:
        studio = self.studio
        domain = studio.domain(Tags=LISTED)
        studio.profile(domain, Tags=LISTED)
        studio.space(domain)
        prefix = f"arn:aws:sagemaker:us-east-1:{HOME}"
        space = f"{prefix}:space/{domain}/lab"
        studio.sagemaker.add_tags(ResourceArn=space, Tags=LISTED)
        return {
            "sagemaker:domain": f"{prefix}:domain/{domain}",
            "sagemaker:user-profile": f"{prefix}:user-profile/{domain}/ada",
            "sagemaker:space": space,
        }

    def storage(self) -> dict[str, str]:
        name, client = self.name, self.running.client
        tags = [{"TagKey": key, "TagValue": value} for key, value in TAGS.items()]
        key = client("kms").create_key(Tags=tags)["KeyMetadata"]["KeyId"]
        client("logs").create_log_group(logGroupName=f"/cloister/{name}", tags=TAGS)
        client("s3").create_bucket(Bucket=name)
        client("s3").put_bucket_tagging(Bucket=name, Tagging={"TagSet": LISTED})
        client("ssm").put_parameter(Name=f"/cloister/{name}", Value="v", Type="String", Tags=LISTED)
        client("cloudtrail").create_trail(Name=name, S3BucketName=TRAIL_BUCKET, TagsList=LISTED)
        client("iam").create_policy(PolicyName=name, Path="/lab/", PolicyDocument=document(allow("s3:*")), Tags=LISTED)
        client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST), Tags=LISTED)
        return {
            "kms:key": f"arn:aws:kms:us-east-1:{HOME}:key/{key}",
            "logs:log-group": f"arn:aws:logs:us-east-1:{HOME}:log-group:/cloister/{name}",
            "s3:bucket": f"arn:aws:s3:::{name}",
            "ssm:parameter": f"arn:aws:ssm:us-east-1:{HOME}:parameter/cloister/{name}",
            "cloudtrail:trail": f"arn:aws:cloudtrail:us-east-1:{HOME}:trail/{name}",
            "iam:policy": f"arn:aws:iam::{HOME}:policy/lab/{name}",
        }


def _as(kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": LISTED}]


@pytest.fixture(scope="module")
def everything(slow: Running) -> Everything:
    return Everything(slow)


def test_every_kind_is_found_with_its_arn_and_all_its_tags(everything: Everything) -> None:
    # Also what is absent: the role of that name, which AWS does not list.
    assert found(everything.running, **BY_LAB) == dict.fromkeys(everything.arns.values(), TAGS)


def test_a_type_is_what_its_arn_says(everything: Everything) -> None:
    for word, arn in everything.arns.items():
        assert list(found(everything.running, **BY_LAB, ResourceTypeFilters=[word])) == [arn], word
    of_ec2 = {arn for word, arn in everything.arns.items() if word.startswith("ec2:")}
    assert set(found(everything.running, **BY_LAB, ResourceTypeFilters=["ec2"])) == of_ec2
    two = found(everything.running, **BY_LAB, ResourceTypeFilters=["s3", "kms:key"])
    assert set(two) == {everything.arns["s3:bucket"], everything.arns["kms:key"]}


def test_arns_may_be_asked_for(everything: Everything) -> None:
    asked = [everything.arns["ec2:vpc"], everything.arns["iam:policy"], f"arn:aws:iam::{HOME}:policy/none"]
    answer = everything.running.client("resourcegroupstaggingapi").get_resources(ResourceARNList=asked)
    assert {one["ResourceARN"] for one in answer["ResourceTagMappingList"]} == set(asked[:2])
    assert answer["PaginationToken"] == ""


def test_other_regions_have_their_own(everything: Everything) -> None:
    name = fresh("away")
    s3 = everything.running.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "cloister:lab", "Value": "away"}]})
    asked = {"TagFilters": [{"Key": "cloister:lab"}], "ResourceTypeFilters": ["s3", "iam"]}
    assert list(found(everything.running, "eu-west-1", **asked)) == [f"arn:aws:s3:::{name}"]
    here = {everything.arns["s3:bucket"], everything.arns["iam:policy"]}
    assert set(found(everything.running, **asked)) == here


def test_a_key_that_waits_for_its_end_is_found_and_what_is_deleted_is_not(sandbox: Running) -> None:
    kms, logs, name = sandbox.client("kms"), sandbox.client("logs"), fresh("gone")
    key = kms.create_key(Tags=[{"TagKey": name, "TagValue": ""}])["KeyMetadata"]
    logs.create_log_group(logGroupName=name, tags={name: ""})
    kms.schedule_key_deletion(KeyId=key["KeyId"], PendingWindowInDays=7)
    logs.delete_log_group(logGroupName=name)
    assert found(sandbox, TagFilters=[{"Key": name}]) == {key["Arn"]: {name: ""}}


@pytest.fixture(scope="module")
def staged(sandbox: Running) -> Running:
    """A sandbox with three parameters of several tags."""
    _put(sandbox, "/filtered/a", {"stage": "dev"})
    _put(sandbox, "/filtered/b", {"stage": "dev", "team": "blue"})
    _put(sandbox, "/filtered/c", {"stage": "prod", "team": "red"})
    return sandbox


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([("stage",)], "abc"),
        ([("stage", "dev")], "ab"),
        ([("stage", "dev", "prod")], "abc"),
        ([("stage",), ("team",)], "bc"),
        ([("stage", "dev"), ("team", "red", "blue")], "b"),
        ([("stage", "DEV")], ""),
        ([("Stage",)], ""),
        ([("stage", "prod"), ("team", "blue")], ""),
    ],
)
def test_filters_by_tag_all_hold(staged: Running, filters: list[tuple[str, ...]], expected: str) -> None:
    asked = [{"Key": key, "Values": values} if values else {"Key": key} for key, *values in filters]
    arns = found(staged, TagFilters=asked, ResourceTypeFilters=["ssm:parameter"])
    assert "".join(sorted(arn[-1] for arn in arns)) == expected


@pytest.fixture(scope="module")
def many(sandbox: Running) -> dict[str, Any]:
    """A query for 130 parameters of two tags each."""
    for number in range(130):
        _put(sandbox, f"/many/{number:03}", {"many": "1", "number": str(number)})
    return {"TagFilters": [{"Key": "many"}]}


@pytest.mark.parametrize(
    ("asked", "sizes"),
    [
        pytest.param({}, [50, 50, 30], id="as a rule"),
        pytest.param({"ResourcesPerPage": 1}, [1] * 130, id="one by one"),
        pytest.param({"ResourcesPerPage": 65}, [65, 65], id="no page is empty"),
        pytest.param({"ResourcesPerPage": 100}, [100, 30], id="the most"),
        pytest.param({"TagsPerPage": 101}, [50, 50, 30], id="by tags"),
    ],
)
def test_pages_show_everything_once(
    sandbox: Running, many: dict[str, Any], asked: dict[str, int], sizes: list[int]
) -> None:
    pages = sandbox.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**many, **asked)
    shown = [[one["ResourceARN"] for one in each["ResourceTagMappingList"]] for each in pages]
    assert [len(each) for each in shown] == sizes
    prefix = f"arn:aws:ssm:us-east-1:{HOME}:parameter/many"
    assert sorted(one for each in shown for one in each) == [f"{prefix}/{number:03}" for number in range(130)]


def test_what_comes_and_goes_between_two_pages_displaces_nothing(sandbox: Running) -> None:
    tagging, ssm = sandbox.client("resourcegroupstaggingapi"), sandbox.client("ssm")
    for one in "bdfh":
        _put(sandbox, f"/moving/{one}", {"moving": ""})
    asked = {"TagFilters": [{"Key": "moving"}], "ResourcesPerPage": 2}
    token = tagging.get_resources(**asked)["PaginationToken"]
    _put(sandbox, "/moving/a", {"moving": ""})
    _put(sandbox, "/moving/g", {"moving": ""})
    ssm.delete_parameters(Names=["/moving/b", "/moving/d"])
    for _ in range(2):  # A token may be used again: an answer may have been lost.
        rest = tagging.get_resources(**asked | {"ResourcesPerPage": 9}, PaginationToken=token)["ResourceTagMappingList"]
        assert [one["ResourceARN"][-1] for one in rest] == ["f", "g", "h"]


def test_pages_are_read_on_after_a_fork_by_either_side(sandbox: Running, many: dict[str, Any], tmp_path: Path) -> None:
    before = sandbox.control(f"census?account={HOME}")
    first = sandbox.client("resourcegroupstaggingapi").get_resources(**many, ResourcesPerPage=100)
    forked = fork(sandbox, tmp_path / "fork.json")
    try:
        rest = [
            side.client("resourcegroupstaggingapi").get_resources(
                **many, ResourcesPerPage=100, PaginationToken=first["PaginationToken"]
            )
            for side in (sandbox, forked)
        ]
        assert sandbox.control(f"census?account={HOME}") == before, "a page is no object"
    finally:
        os.kill(forked.ready["pid"], 15)
    shown = [one["ResourceTagMappingList"] for one in rest]
    assert shown[0] == shown[1]
    assert len(shown[0]) == 30


def test_tags_weigh_as_aws_says() -> None:
    held = dict.fromkeys("abcdefghijklmnopqrstuv", 10)
    sizes, token = [], None
    while token != "":
        shown, token = page(held, token, 100, lambda tags: tags)
        sizes.append(len(shown))
    assert sizes == [10, 10, 2]


def test_a_token_ends() -> None:
    held = {"a": 1, "b": 2}
    _, token = page(held, None, 1, now=1000)
    assert page(held, token, 1, now=1900) == ([2], "")
    with pytest.raises(AwsError) as failure:
        page(held, token, 1, now=1901)
    assert failure.value.code == "PaginationTokenExpiredException"


@pytest.mark.parametrize(
    "asked",
    [
        {"ResourcesPerPage": 0},
        {"ResourcesPerPage": 101},
        {"TagsPerPage": 99},
        {"TagsPerPage": 501},
        {"ResourcesPerPage": 50, "TagsPerPage": 100},
        {"ResourceARNList": ["arn:aws:s3:::b"], "ResourcesPerPage": 50},
        {"ResourceARNList": ["arn:aws:s3:::b"], "TagFilters": [{"Key": "k"}]},
        {"ResourceARNList": ["arn:aws:s3:::b"], "ResourceTypeFilters": ["s3"]},
        {"TagFilters": [{"Key": str(number)} for number in range(51)]},
        {"TagFilters": [{"Key": "k", "Values": [str(number) for number in range(21)]}]},
        {"PaginationToken": "none"},
    ],
)
def test_a_query_that_aws_refuses_is_refused(sandbox: Running, asked: dict[str, Any]) -> None:
    with pytest.raises(ClientError) as failure:
        sandbox.client("resourcegroupstaggingapi").get_resources(**asked)
    assert failure.value.response["Error"]["Code"] == "InvalidParameterException"


def test_keys_and_values_are_listed_once(sandbox: Running) -> None:
    tagging = sandbox.client("resourcegroupstaggingapi")
    for number in range(110):
        _put(sandbox, f"/listed/{number}", {f"listed-{number}": "", "listed": str(number % 105)})
    pages = list(tagging.get_paginator("get_tag_keys").paginate())
    keys = [key for each in pages for key in each["TagKeys"] if key.startswith("listed")]
    assert sorted(keys) == sorted(["listed", *(f"listed-{number}" for number in range(110))])
    assert len(pages) > 1
    pages = list(tagging.get_paginator("get_tag_values").paginate(Key="listed"))
    assert [len(each["TagValues"]) for each in pages] == [100, 5]


def test_who_may_not_look_is_told_so(sandbox: Running) -> None:
    actor = Actor(sandbox, allow("ec2:*"))
    ask = actor.client("resourcegroupstaggingapi").get_resources
    why = "because no identity-based policy allows the tag:GetResources action"
    said = f"User: {actor.session_arn} is not authorized to perform: tag:GetResources {why}"
    assert denial(ask) == (400, "AccessDeniedException", said)
    actor.may(allow("tag:GetResources", on=f"arn:aws:ec2:us-east-1:{HOME}:vpc/*"))
    assert message(ask) == said, "the action has no resources"
    actor.may(allow("tag:Get*"))
    ask()
    actor.may(allow("*"), deny("tag:GetResources"))
    assert message(ask).endswith("tag:GetResources with an explicit deny in an identity-based policy")


def test_a_look_is_recorded(sandbox: Running) -> None:
    asked = {"TagFilters": [{"Key": "cloister:lab", "Values": ["a"]}], "ResourceTypeFilters": ["ec2:vpc"]}
    answer = sandbox.client("resourcegroupstaggingapi").get_resources(**asked)
    record = recorded(sandbox, request_id(answer))
    expected = {
        "eventSource": "tagging.amazonaws.com",
        "eventName": "GetResources",
        "readOnly": True,
        "awsRegion": "us-east-1",
        "responseElements": None,
    }
    assert {name: record[name] for name in expected} == expected
    assert record["requestParameters"] == {
        "tagFilters": [{"key": "cloister:lab", "values": ["a"]}],
        "resourceTypeFilters": ["ec2:vpc"],
    }


def _put(sandbox: Running, name: str, tags: dict[str, str]) -> None:
    """A parameter with tags."""
    listed = [{"Key": key, "Value": value} for key, value in tags.items()]
    sandbox.client("ssm").put_parameter(Name=name, Value="v", Type="String", Tags=listed)
