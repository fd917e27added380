"""Network Firewall: rule groups, policies, firewalls and the endpoints that routes lead to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Running
from networks import Net, code, network, refused, skip

EVERYWHERE = "0.0.0.0/0"
LIST = {"Targets": [".kaggle.com"], "TargetTypes": ["HTTP_HOST", "TLS_SNI"], "GeneratedRulesType": "ALLOWLIST"}


class Firewalls:
    """A client with the few calls that tests repeat; names are those of the test's VPC."""

    def __init__(self, sandbox: Running, net: Net) -> None:
        self.client, self.net, self.name = sandbox.client("network-firewall"), net, net.vpc

    def group(self, name: str = "", **more: Any) -> dict[str, Any]:
        asked = {"RuleGroupName": name or self.name, "Type": "STATEFUL", "Capacity": 10}
        rules = {} if "Rules" in more else {"RuleGroup": {"RulesSource": {"RulesSourceList": LIST}}}
        return self.client.create_rule_group(**asked | rules | more)["RuleGroupResponse"]

    def policy(self, *groups: str, name: str = "", **more: Any) -> dict[str, Any]:
        document = policy(*groups) | more
        asked = {"FirewallPolicyName": name or self.name, "FirewallPolicy": document}
        return self.client.create_firewall_policy(**asked)["FirewallPolicyResponse"]

    def firewall(self, policy_arn: str, **more: Any) -> dict[str, Any]:
        mappings = [{"SubnetId": one} for one in self.net.subnets]
        asked = {"FirewallName": self.name, "FirewallPolicyArn": policy_arn, "VpcId": self.net.vpc}
        return self.client.create_firewall(**asked | {"SubnetMappings": mappings} | more)

    def look(self) -> dict[str, Any]:
        return self.client.describe_firewall(FirewallName=self.name)

    def endpoint(self, zone: str = "us-east-1a") -> str:
        return self.look()["FirewallStatus"]["SyncStates"][zone]["Attachment"]["EndpointId"]

    def delete(self) -> dict[str, Any]:
        return self.client.delete_firewall(FirewallName=self.name)


def policy(*groups: str) -> dict[str, Any]:
    return {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:pass"],
        "StatefulRuleGroupReferences": [{"ResourceArn": one} for one in groups],
    }


@pytest.fixture
def made(sandbox: Running) -> Firewalls:
    return Firewalls(sandbox, network(sandbox))


@pytest.fixture
def running(made: Firewalls) -> Firewalls:
    made.firewall(made.policy(made.group()["RuleGroupArn"])["FirewallPolicyArn"])
    return made


@pytest.fixture
def routes_ignored(sandbox: Running) -> Iterator[None]:
    sandbox.control("firewalls", {"routes": "ignored"})
    yield
    sandbox.control("firewalls", {"routes": "refused"})


def test_a_rule_group_is_described_as_it_was_made(made: Firewalls) -> None:
    group = made.group(Description="d", Tags=[{"Key": "k", "Value": "v"}])
    assert group["RuleGroupArn"].endswith(f":stateful-rulegroup/{made.name}")
    assert (group["RuleGroupStatus"], group["ConsumedCapacity"], group["NumberOfAssociations"]) == ("ACTIVE", 2, 0)
    found = made.client.describe_rule_group(RuleGroupName=made.name, Type="STATEFUL")
    assert found["RuleGroup"] == {"RulesSource": {"RulesSourceList": LIST}}
    assert found["RuleGroupResponse"]["Tags"] == [{"Key": "k", "Value": "v"}]
    names = [one["Name"] for one in made.client.list_rule_groups(Type="STATEFUL")["RuleGroups"]]
    assert made.name in names


@pytest.mark.parametrize(
    "more",
    [
        {"Capacity": 1},
        {"Rules": "pass tcp any any -> any any (msg: 1;)"},
        {"Rules": "pass tcp any any -> any any (sid:1;)", "Type": "STATELESS"},
        {"RuleGroup": {"RulesSource": {"RulesSourceList": LIST | {"Targets": ["*.kaggle.com"]}}}},
        {"RuleGroup": {"RulesSource": {}}},
    ],
)
def test_rules_that_do_not_fit_are_refused(made: Firewalls, more: dict[str, Any]) -> None:
    assert code(made.group, **more) == "InvalidRequestException"


def test_a_name_is_taken_once(made: Firewalls) -> None:
    made.policy(made.group()["RuleGroupArn"])
    assert code(made.group) == "InvalidRequestException"
    assert code(made.policy) == "InvalidRequestException"


def test_changes_need_the_latest_token(made: Firewalls) -> None:
    made.group()
    found = made.client.describe_rule_group(RuleGroupName=made.name, Type="STATEFUL")
    more = LIST | {"Targets": [".kaggle.com", ".amazonaws.com"]}
    asked = {
        "RuleGroupName": made.name,
        "Type": "STATEFUL",
        "RuleGroup": {"RulesSource": {"RulesSourceList": more}},
        "UpdateToken": found["UpdateToken"],
    }
    assert made.client.update_rule_group(**asked)["RuleGroupResponse"]["ConsumedCapacity"] == 4
    assert code(made.client.update_rule_group, **asked) == "InvalidTokenException"


def test_a_policy_refers_to_groups_that_exist_and_fit(made: Firewalls) -> None:
    group = made.group()["RuleGroupArn"]
    assert code(made.policy, name="x", **policy(group + "x")) == "InvalidRequestException"
    strict = {"StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"}}
    assert code(made.policy, name="x", **policy(group) | strict) == "InvalidRequestException"
    ranked = {"StatefulRuleGroupReferences": [{"ResourceArn": group, "Priority": 1}]}
    assert code(made.policy, name="x", **strict | ranked) == "InvalidRequestException"
    assert code(made.policy, name="x", StatefulDefaultActions=["aws:drop_strict"]) == "InvalidRequestException"
    ordered = {"RulesSource": {"RulesSourceList": LIST}, "StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"}}
    other = made.group(f"{made.name}-strict", RuleGroup=ordered)["RuleGroupArn"]
    ranked = {"StatefulRuleGroupReferences": [{"ResourceArn": other, "Priority": 1}]}
    made.policy(**strict | ranked, StatefulDefaultActions=["aws:drop_established"])


def test_groups_and_policies_in_use_stay(running: Firewalls) -> None:
    client, name = running.client, running.name
    message = "Unable to delete the object because it is still in use."
    group = {"RuleGroupName": name, "Type": "STATEFUL"}
    assert refused(client.delete_rule_group, **group) == ("InvalidOperationException", message)
    assert refused(client.delete_firewall_policy, FirewallPolicyName=name) == ("InvalidOperationException", message)
    running.delete()
    assert client.delete_firewall_policy(FirewallPolicyName=name)["FirewallPolicyResponse"]["FirewallPolicyStatus"] == (
        "DELETING"
    )
    client.delete_rule_group(**group)
    assert code(client.describe_rule_group, **group) == "ResourceNotFoundException"


def test_a_firewall_has_the_defaults_of_aws(running: Firewalls) -> None:
    firewall = running.look()["Firewall"]
    flags = ("DeleteProtection", "SubnetChangeProtection", "FirewallPolicyChangeProtection")
    assert [firewall[flag] for flag in flags] == [False, False, False]
    assert firewall["EncryptionConfiguration"] == {"KeyId": "AWS_OWNED_KMS_KEY", "Type": "AWS_OWNED_KMS_KEY"}
    assert firewall["SubnetMappings"][0]["IPAddressType"] == "IPV4"


def test_a_firewall_needs_a_policy_and_subnets_of_its_vpc_in_different_zones(sandbox: Running, made: Firewalls) -> None:
    arn = made.policy()["FirewallPolicyArn"]
    assert code(made.firewall, policy_arn=arn + "x") == "InvalidRequestException"
    foreign = [{"SubnetId": network(sandbox, "10.8.0.0/16").subnets[0]}]
    assert code(made.firewall, policy_arn=arn, SubnetMappings=foreign) == "InvalidRequestException"
    twice = [{"SubnetId": made.net.subnets[0]}] * 2
    assert code(made.firewall, policy_arn=arn, SubnetMappings=twice) == "InvalidRequestException"
    assert code(made.firewall, policy_arn=arn, SubnetMappings=[]) == "InvalidRequestException"
    assert made.net.interfaces() == []


def test_its_endpoints_are_requester_managed_and_take_routes(running: Firewalls) -> None:
    net, name = running.net, running.endpoint()
    endpoint = net.endpoint(name)
    assert (endpoint["VpcEndpointType"], endpoint["State"], endpoint["RequesterManaged"]) == (
        "GatewayLoadBalancer",
        "available",
        True,
    )
    assert {"Key": "AWSNetworkFirewallManaged", "Value": "true"} in endpoint["Tags"]
    interface = net.interfaces(subnet_id=net.subnets[0])[0]
    assert (interface["InterfaceType"], interface["Description"]) == (
        "gateway_load_balancer_endpoint",
        f"VPC Endpoint Interface {name}",
    )
    failures = net.ec2.delete_vpc_endpoints(VpcEndpointIds=[name])["Unsuccessful"]
    assert [one["Error"]["Code"] for one in failures] == ["OperationNotPermitted"]
    table = net.table()
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, VpcEndpointId=name)
    other = running.endpoint("us-east-1b")
    net.ec2.replace_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, VpcEndpointId=other)
    assert (net.routes(table)[-1]["GatewayId"], net.routes(table)[-1]["State"]) == (other, "active")


def test_a_firewall_takes_minutes_to_come_and_more_to_go(slow: Running) -> None:
    made = Firewalls(slow, network(slow))
    status = made.firewall(made.policy(made.group()["RuleGroupArn"])["FirewallPolicyArn"])["FirewallStatus"]
    assert (status["Status"], status["ConfigurationSyncStateSummary"]) == ("PROVISIONING", "PENDING")
    attachment = made.look()["FirewallStatus"]["SyncStates"]["us-east-1a"]["Attachment"]
    assert attachment == {"SubnetId": made.net.subnets[0], "Status": "CREATING"}
    skip(slow)
    status = made.look()["FirewallStatus"]
    assert (status["Status"], status["ConfigurationSyncStateSummary"]) == ("READY", "IN_SYNC")
    assert {one["Attachment"]["Status"] for one in status["SyncStates"].values()} == {"READY"}
    name = made.endpoint()
    assert made.delete()["FirewallStatus"]["Status"] == "DELETING"
    assert made.net.endpoint(name)["State"] == "deleting"
    assert code(made.delete) == "InvalidOperationException"
    assert code(made.net.ec2.delete_subnet, SubnetId=made.net.subnets[0]) == "DependencyViolation"
    assert code(made.client.delete_firewall_policy, FirewallPolicyName=made.name) == "InvalidOperationException"
    skip(slow)
    assert code(made.look) == "ResourceNotFoundException"
    skip(slow)
    made.net.ec2.delete_subnet(SubnetId=made.net.subnets[0])


def test_routes_keep_a_firewall(running: Firewalls) -> None:
    net, table = running.net, running.net.table()
    route = {"RouteTableId": table, "DestinationCidrBlock": EVERYWHERE}
    net.ec2.create_route(**route, VpcEndpointId=running.endpoint())
    failed, message = refused(running.delete)
    assert failed == "InvalidOperationException"
    assert table in message
    net.ec2.delete_route(**route)
    running.delete()
    assert code(running.look) == "ResourceNotFoundException"


def test_routes_to_a_firewall_can_be_left_to_black_holes(running: Firewalls, routes_ignored: None) -> None:
    net, table = running.net, running.net.table()
    net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, VpcEndpointId=running.endpoint())
    running.delete()
    assert net.routes(table)[-1]["State"] == "blackhole"


def test_protections_keep_what_they_protect(running: Firewalls) -> None:
    client, name = running.client, {"FirewallName": running.name}
    for update, member in (
        (client.update_firewall_delete_protection, "DeleteProtection"),
        (client.update_subnet_change_protection, "SubnetChangeProtection"),
        (client.update_firewall_policy_change_protection, "FirewallPolicyChangeProtection"),
    ):
        assert update(**name, **{member: True})[member] is True
    arn = running.look()["Firewall"]["FirewallPolicyArn"]
    assert code(running.delete) == "InvalidOperationException"
    assert code(client.associate_firewall_policy, **name, FirewallPolicyArn=arn) == "InvalidOperationException"
    subnets = [running.net.subnets[0]]
    assert code(client.disassociate_subnets, **name, SubnetIds=subnets) == "InvalidOperationException"
    stale = {"DeleteProtection": False, "UpdateToken": "0" * 36}
    assert code(client.update_firewall_delete_protection, **name, **stale) == "InvalidTokenException"


def test_subnets_come_and_go(running: Firewalls) -> None:
    client, name, net = running.client, {"FirewallName": running.name}, running.net
    client.disassociate_subnets(**name, SubnetIds=[net.subnets[1]])
    assert list(running.look()["FirewallStatus"]["SyncStates"]) == ["us-east-1a"]
    assert code(client.disassociate_subnets, **name, SubnetIds=[net.subnets[0]]) == "InvalidRequestException"
    same = [{"SubnetId": net.subnets[0]}]
    assert code(client.associate_subnets, **name, SubnetMappings=same) == "InvalidRequestException"
    client.associate_subnets(**name, SubnetMappings=[{"SubnetId": net.subnets[1]}])
    assert running.look()["FirewallStatus"]["Status"] == "READY"
    assert len(net.interfaces()) == 2


def destination(kind: str, group: str) -> dict[str, Any]:
    return {"LogType": kind, "LogDestinationType": "CloudWatchLogs", "LogDestination": {"logGroup": group}}


def test_logging_changes_one_destination_at_a_time_and_keeps_the_firewall(sandbox: Running, running: Firewalls) -> None:
    client, name = running.client, {"FirewallName": running.name}
    assert "LoggingConfiguration" not in client.describe_logging_configuration(**name)
    sandbox.client("logs").create_log_group(logGroupName=running.name)
    alert, flow = destination("ALERT", running.name), destination("FLOW", running.name)

    def update(*configs: dict[str, Any]) -> dict[str, Any]:
        wanted = {"LogDestinationConfigs": list(configs)}
        return client.update_logging_configuration(**name, LoggingConfiguration=wanted)["LoggingConfiguration"]

    def refusal(*configs: dict[str, Any]) -> str:
        return code(lambda: update(*configs))

    assert refusal(alert, flow) == "InvalidRequestException"
    assert refusal(destination("ALERT", "missing")) == "LogDestinationPermissionException"
    update(alert)
    assert update(alert, flow) == {"LogDestinationConfigs": [alert, flow]}
    assert refusal() == "InvalidRequestException"
    assert code(running.delete) == "InvalidOperationException"
    update(flow)
    update()
    assert client.describe_logging_configuration(**name)["LoggingConfiguration"] == {"LogDestinationConfigs": []}
    running.delete()


def test_tags_are_kept_by_arn(running: Firewalls) -> None:
    arn = running.look()["Firewall"]["FirewallArn"]
    running.client.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    running.client.untag_resource(ResourceArn=arn, TagKeys=["a"])
    assert running.client.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert running.look()["Firewall"]["Tags"] == [{"Key": "b", "Value": "2"}]


def test_an_endpoint_association_keeps_the_firewall(sandbox: Running, running: Firewalls) -> None:
    other = network(sandbox, "10.8.0.0/16")
    arn = running.look()["Firewall"]["FirewallArn"]
    asked = {"FirewallArn": arn, "VpcId": other.vpc, "SubnetMapping": {"SubnetId": other.subnets[0]}}
    made = running.client.create_vpc_endpoint_association(**asked)
    assert made["VpcEndpointAssociationStatus"]["Status"] == "PROVISIONING"
    name = {"VpcEndpointAssociationArn": made["VpcEndpointAssociation"]["VpcEndpointAssociationArn"]}
    found = running.client.describe_vpc_endpoint_association(**name)["VpcEndpointAssociationStatus"]
    endpoint = found["AssociationSyncState"]["us-east-1a"]["Attachment"]["EndpointId"]
    assert (found["Status"], other.endpoint(endpoint)["VpcId"]) == ("READY", other.vpc)
    assert running.look()["Firewall"]["NumberOfAssociations"] == 1
    assert code(running.delete) == "InvalidOperationException"
    running.client.delete_vpc_endpoint_association(**name)
    assert running.client.list_vpc_endpoint_associations(FirewallArn=arn)["VpcEndpointAssociations"] == []
    running.delete()
