"""Connections that are played, and the records that flow logs make of them."""

from __future__ import annotations

import gzip
import json
import urllib.error
import uuid
from dataclasses import dataclass
from typing import Any

import pytest
from conftest import Running
from networks import Net, network, skip

ROLE = "arn:aws:iam::111122223333:role/PlatformAdministrator"
OUTSIDE, OF_S3 = "93.184.216.34", "52.216.1.1"
EVERYWHERE = "0.0.0.0/0"
FIELDS = (
    "version account-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr dstport protocol action flow-direction "
    "traffic-path tcp-flags pkt-dst-aws-service az-id reject-reason log-status"
)
FORMAT = " ".join(f"${{{name}}}" for name in FIELDS.split())


@dataclass
class Lab:
    """A VPC with a flow log, and an interface to send from."""

    sandbox: Running
    net: Net
    source: str

    @property
    def group(self) -> str:
        return f"/flows/{self.net.vpc}"

    def play(self, destination: str, port: int = 443, **more: Any) -> dict[str, Any]:
        flow = {"interface": self.source, "destination": destination, "port": port} | more
        return self.sandbox.control("flows", flow)["flows"][0]

    def records(self) -> list[dict[str, str]]:
        """What was delivered, by field."""
        logs = self.sandbox.client("logs")
        events = logs.filter_log_events(logGroupName=self.group)["events"]
        return [dict(zip(FIELDS.split(), one["message"].split(), strict=True)) for one in events]

    def interface(self, subnet: int, *groups: str) -> dict[str, Any]:
        asked = {"SubnetId": self.net.subnets[subnet]} | ({"Groups": list(groups)} if groups else {})
        return self.net.ec2.create_network_interface(**asked)["NetworkInterface"]

    def route(self, subnet: int, **target: str) -> str:
        table = self.net.table()
        self.net.ec2.associate_route_table(RouteTableId=table, SubnetId=self.net.subnets[subnet])
        if target:
            self.net.ec2.create_route(RouteTableId=table, DestinationCidrBlock=EVERYWHERE, **target)
        return table


def lab(sandbox: Running, **more: Any) -> Lab:
    net = network(sandbox)
    group = {"LogGroupName": f"/flows/{net.vpc}", "DeliverLogsPermissionArn": ROLE}
    asked = {"ResourceIds": [net.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogFormat": FORMAT}
    net.ec2.create_flow_logs(**asked | (more or group))
    made = Lab(sandbox, net, "")
    made.source = made.interface(0)["NetworkInterfaceId"]
    return made


@pytest.fixture
def here(sandbox: Running) -> Lab:
    return lab(sandbox)


def actions(told: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["direction"], one["action"]) for one in told["seen"]]


def test_a_connection_inside_is_seen_on_both_ends(here: Lab) -> None:
    group = here.net.group()
    target = here.interface(1, group)
    told = here.play(target["NetworkInterfaceId"], 2049)
    assert (told["verdict"], actions(told)) == ("rejected", [("egress", "ACCEPT"), ("ingress", "REJECT")])
    permission = {"IpProtocol": "tcp", "FromPort": 2049, "ToPort": 2049, "IpRanges": [{"CidrIp": "10.7.1.0/24"}]}
    here.net.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    told = here.play(target["NetworkInterfaceId"], 2049)
    assert (told["verdict"], told["lines"]) == ("accepted", 4)
    assert sorted(one["action"] for one in here.records()) == ["ACCEPT"] * 5 + ["REJECT"]


def test_groups_name_the_interfaces_that_may_come(here: Lab) -> None:
    group = here.net.group()
    target = here.interface(1, group)["NetworkInterfaceId"]
    pairs = [{"GroupId": here.net.interfaces(network_interface_id=here.source)[0]["Groups"][0]["GroupId"]}]
    here.net.ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": pairs}]
    )
    assert here.play(target)["verdict"] == "accepted"
    assert here.play(target, protocol="udp")["verdict"] == "rejected"


def test_a_record_has_the_fields_of_its_format(here: Lab) -> None:
    target = here.interface(1)
    here.play(target["NetworkInterfaceId"])
    assert here.records()[0] == {
        "version": "8",
        "account-id": "111122223333",
        "interface-id": here.source,
        "srcaddr": "10.7.1.4",
        "dstaddr": "10.7.2.4",
        "pkt-srcaddr": "10.7.1.4",
        "pkt-dstaddr": "10.7.2.4",
        "dstport": "443",
        "protocol": "6",
        "action": "ACCEPT",
        "flow-direction": "egress",
        "traffic-path": "1",
        "tcp-flags": "3",
        "pkt-dst-aws-service": "-",
        "az-id": "use1-az6",
        "reject-reason": "-",
        "log-status": "OK",
    }


def test_what_the_source_may_not_send_is_seen_there_only(here: Lab) -> None:
    group = here.net.group()
    here.source = here.interface(0, group)["NetworkInterfaceId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": EVERYWHERE}]}]
    here.net.ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    told = here.play(OUTSIDE)
    assert (told["verdict"], actions(told)) == ("rejected", [("egress", "REJECT")])
    assert here.records()[0]["tcp-flags"] == "2"


def test_without_a_route_nobody_answers(here: Lab) -> None:
    told = here.play(OUTSIDE)
    assert (told["verdict"], actions(told)) == ("unanswered", [("egress", "ACCEPT")])
    assert here.records()[0]["traffic-path"] == "-"


def test_a_gateway_endpoint_leads_to_its_service(here: Lab) -> None:
    table = here.route(0)
    assert here.play(OF_S3)["verdict"] == "unanswered"
    here.net.ec2.create_vpc_endpoint(
        VpcId=here.net.vpc, ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[table]
    )
    assert here.play(OF_S3)["verdict"] == "accepted"
    sent = here.records()[1]
    assert (sent["traffic-path"], sent["pkt-dst-aws-service"]) == ("7", "S3")


def nat(here: Lab, subnet: int) -> str:
    address = here.net.ec2.allocate_address(Domain="vpc")["AllocationId"]
    made = here.net.ec2.create_nat_gateway(SubnetId=here.net.subnets[subnet], AllocationId=address)
    return made["NatGateway"]["NatGatewayId"]


def test_a_nat_gateway_shows_its_own_address_and_the_packets(here: Lab) -> None:
    gateway = here.net.gateway()
    here.route(1, GatewayId=gateway)
    here.route(0, NatGatewayId=nat(here, 1))
    told = here.play(OUTSIDE)
    assert (told["verdict"], len(told["seen"])) == ("accepted", 6)
    entered, left = [one for one in here.records() if one["account-id"] == "unknown"][:2]
    assert (entered["srcaddr"], entered["dstaddr"], entered["pkt-dstaddr"]) == ("10.7.1.4", "10.7.2.4", OUTSIDE)
    assert (left["srcaddr"], left["dstaddr"], left["traffic-path"]) == ("10.7.2.4", OUTSIDE, "8")


def test_an_interface_without_a_public_address_gets_no_answer(here: Lab) -> None:
    here.route(0, GatewayId=here.net.gateway())
    assert here.play(OUTSIDE)["verdict"] == "unanswered"


def test_a_network_acl_may_refuse_the_answer(here: Lab) -> None:
    ec2, asked = here.net.ec2, [{"Name": "vpc-id", "Values": [here.net.vpc]}]
    default = ec2.describe_network_acls(Filters=asked)["NetworkAcls"][0]
    acl = ec2.create_network_acl(VpcId=here.net.vpc)["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "CidrBlock": EVERYWHERE}
    ec2.create_network_acl_entry(**entry, Egress=False, PortRange={"From": 443, "To": 443})
    association = next(one for one in default["Associations"] if one["SubnetId"] == here.net.subnets[1])
    ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl)
    told = here.play(here.interface(1)["NetworkInterfaceId"])
    assert told["verdict"] == "rejected"
    assert actions(told) == [("egress", "ACCEPT"), ("ingress", "ACCEPT"), ("egress", "REJECT")]


def firewall(here: Lab, rules: dict[str, Any], subnet: int, **policy: Any) -> str:
    client, name = here.sandbox.client("network-firewall"), here.net.vpc
    order = {"StatefulRuleOptions": {"RuleOrder": "STRICT_ORDER"}} if policy else {}
    asked = {"RuleGroupName": name, "Type": "STATEFUL", "Capacity": 50, "RuleGroup": {"RulesSource": rules} | order}
    reference = {"ResourceArn": client.create_rule_group(**asked)["RuleGroupResponse"]["RuleGroupArn"]}
    document = {
        "StatelessDefaultActions": ["aws:forward_to_sfe"],
        "StatelessFragmentDefaultActions": ["aws:pass"],
        "StatefulRuleGroupReferences": [reference | ({"Priority": 1} if policy else {})],
    }
    made = client.create_firewall_policy(FirewallPolicyName=name, FirewallPolicy=document | policy)
    client.create_firewall(
        FirewallName=name,
        FirewallPolicyArn=made["FirewallPolicyResponse"]["FirewallPolicyArn"],
        VpcId=here.net.vpc,
        SubnetMappings=[{"SubnetId": here.net.subnets[subnet]}],
    )
    states = client.describe_firewall(FirewallName=name)["FirewallStatus"]["SyncStates"]
    return next(iter(states.values()))["Attachment"]["EndpointId"]


ALLOWED = {"Targets": [".kaggle.com"], "TargetTypes": ["TLS_SNI", "HTTP_HOST"], "GeneratedRulesType": "ALLOWLIST"}
SURICATA = 'pass tls $HOME_NET any -> $EXTERNAL_NET any (tls.sni; content:"kaggle.com"; endswith; sid:1;)'
STRICT = {
    "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
    "StatefulDefaultActions": ["aws:drop_established"],
}


@pytest.mark.parametrize(
    ("rules", "policy", "port", "host", "verdict", "seen"),
    [
        ({"RulesSourceList": ALLOWED}, {}, 443, "www.kaggle.com", "accepted", 2),
        ({"RulesSourceList": ALLOWED}, {}, 443, "lib.test", "dropped", 2),
        ({"RulesSourceList": ALLOWED}, {}, 22, "", "accepted", 2),
        ({"RulesSourceList": ALLOWED}, STRICT, 22, "", "dropped", 2),
        ({"RulesSourceList": ALLOWED}, STRICT | {"StatefulDefaultActions": ["aws:drop_strict"]}, 22, "", "dropped", 1),
        ({"RulesString": SURICATA}, STRICT, 443, "www.kaggle.com", "accepted", 2),
        ({"RulesString": SURICATA}, STRICT, 443, "lib.test", "dropped", 2),
        ({"RulesString": "drop tcp any any -> any 22 (sid:7;)"}, {}, 22, "", "dropped", 1),
    ],
)
def test_a_firewall_decides_by_name_and_order(
    here: Lab, rules: dict[str, Any], policy: dict[str, Any], port: int, host: str, verdict: str, seen: int
) -> None:
    endpoint = firewall(here, rules, 1, **policy)
    here.route(0, VpcEndpointId=endpoint)
    public(here, endpoint)
    told = here.play(OUTSIDE, port, host=host)
    assert (told["verdict"], len(told["seen"])) == (verdict, seen)
    # The group let it out, and the handshake came back: only the missing data tell of the firewall.
    assert {one["action"] for one in told["seen"]} == {"ACCEPT"}
    if (verdict, seen) == ("dropped", 2):
        assert here.records()[1]["tcp-flags"] == "18"


def public(here: Lab, endpoint: str) -> None:
    """Gives the source an address of its own, to which answers come through a firewall's endpoint as well."""
    gateway = here.net.gateway()
    here.route(1, GatewayId=gateway)
    table = here.net.table()
    here.net.ec2.associate_route_table(RouteTableId=table, GatewayId=gateway)
    here.net.ec2.create_route(RouteTableId=table, DestinationCidrBlock="10.7.1.0/24", VpcEndpointId=endpoint)
    address = here.net.ec2.allocate_address(Domain="vpc")["AllocationId"]
    here.net.ec2.associate_address(AllocationId=address, NetworkInterfaceId=here.source)


@pytest.fixture
def behind(here: Lab) -> Lab:
    """Studio's layout: its subnet, one for the firewall and one for the NAT gateway, all in one zone."""
    ec2 = here.net.ec2
    subnets = [
        ec2.create_subnet(VpcId=here.net.vpc, CidrBlock=cidr, AvailabilityZone="us-east-1a")["Subnet"]["SubnetId"]
        for cidr in ("10.7.10.0/28", "10.7.11.0/28")
    ]
    here.net.subnets = (here.net.subnets[0], *subnets)  # type: ignore[assignment]
    endpoint = firewall(here, {"RulesSourceList": ALLOWED}, 1, **STRICT)
    gateway = here.net.gateway()
    here.route(0, VpcEndpointId=endpoint)
    here.route(1, NatGatewayId=nat(here, 2))
    back = here.route(2, GatewayId=gateway)
    ec2.create_route(RouteTableId=back, DestinationCidrBlock="10.7.1.0/24", VpcEndpointId=endpoint)
    return here


def test_studio_reaches_what_its_firewall_lists_and_nothing_else(behind: Lab) -> None:
    told = behind.play(OUTSIDE, host="www.kaggle.com")
    assert (told["verdict"], told["reason"]) == ("accepted", "answered")
    own = [one for one in told["seen"] if one["interface"] == behind.source]
    assert [(one["direction"], one["action"]) for one in own] == [("egress", "ACCEPT"), ("ingress", "ACCEPT")]
    assert len(told["seen"]) == 6, "the NAT gateway sees it from both sides, on the way out and back"
    assert behind.records()[-1]["tcp-flags"] == "19"

    told = behind.play(OUTSIDE, host="lib.test")
    assert told["verdict"] == "dropped"
    assert {one["action"] for one in told["seen"]} == {"ACCEPT"}
    assert behind.records()[-1]["tcp-flags"] == "18", "the handshake was answered, and nothing after it"
    assert behind.play(OUTSIDE, 22)["verdict"] == "dropped"
    assert behind.play(OUTSIDE, 53, protocol="udp")["verdict"] == "dropped"


def test_an_answer_that_goes_past_the_firewall_is_the_last(behind: Lab) -> None:
    tables = behind.net.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [behind.net.vpc]}])
    back = next(
        table["RouteTableId"]
        for table in tables["RouteTables"]
        if any(route.get("DestinationCidrBlock") == "10.7.1.0/24" for route in table["Routes"])
    )
    behind.net.ec2.delete_route(RouteTableId=back, DestinationCidrBlock="10.7.1.0/24")
    told = behind.play(OUTSIDE, host="www.kaggle.com")
    assert told["verdict"] == "dropped"
    assert "the answer goes past vpce-" in told["reason"]


def test_a_firewall_that_sees_only_answers_drops_them(behind: Lab) -> None:
    tables = behind.net.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [behind.net.vpc]}])
    own = next(
        table for table in tables["RouteTables"] if behind.net.subnets[0] in str(table["Associations"])
    )
    gateways = behind.net.ec2.describe_nat_gateways(Filters=[{"Name": "vpc-id", "Values": [behind.net.vpc]}])
    behind.net.ec2.replace_route(
        RouteTableId=own["RouteTableId"],
        DestinationCidrBlock=EVERYWHERE,
        NatGatewayId=gateways["NatGateways"][0]["NatGatewayId"],
    )
    told = behind.play(OUTSIDE, host="www.kaggle.com")
    assert told["verdict"] == "dropped"
    assert "has not seen the connection begin" in told["reason"]


def test_a_firewall_logs_what_it_blocks_and_what_flows(here: Lab) -> None:
    client, name = here.sandbox.client("network-firewall"), here.net.vpc
    endpoint = firewall(here, {"RulesSourceList": ALLOWED}, 1)
    here.route(0, VpcEndpointId=endpoint)
    public(here, endpoint)
    here.sandbox.client("logs").create_log_group(logGroupName=name)
    here.sandbox.client("s3").create_bucket(Bucket=name)
    alerts = {"LogType": "ALERT", "LogDestinationType": "CloudWatchLogs", "LogDestination": {"logGroup": name}}
    flows = {"LogType": "FLOW", "LogDestinationType": "S3", "LogDestination": {"bucketName": name, "prefix": "in"}}
    for configs in ([alerts], [alerts, flows]):
        client.update_logging_configuration(FirewallName=name, LoggingConfiguration={"LogDestinationConfigs": configs})
    assert here.play(OUTSIDE, host="www.kaggle.com")["firewall_lines"] == 2
    assert here.play(OUTSIDE, host="github.com", start=1735787045)["firewall_lines"] == 3
    events = here.sandbox.client("logs").filter_log_events(logGroupName=name)["events"]
    line = json.loads(events[0]["message"])
    assert (line["firewall_name"], line["availability_zone"], len(events)) == (name, "us-east-1b", 1)
    event = line["event"]
    assert (event["event_type"], event["alert"]["action"], event["tls"]) == ("alert", "blocked", {"sni": "github.com"})
    assert (event["src_ip"], event["dest_ip"], event["proto"]) == ("10.7.1.4", OUTSIDE, "TCP")
    keys = [one["Key"] for one in here.sandbox.client("s3").list_objects_v2(Bucket=name)["Contents"]]
    folder = f"in/AWSLogs/111122223333/network-firewall/flow/us-east-1/{name}/2025/01/02/03/"
    assert sum(key.startswith(folder) for key in keys) == 1


def test_an_interval_without_traffic_has_a_record(here: Lab) -> None:
    here.sandbox.control("flows", {"interface": here.source, "nothing": True})
    found = here.records()[0]
    assert (found["log-status"], found["action"], found["srcaddr"]) == ("NODATA", "-", "-")


def test_the_resolver_is_in_no_flow_log(here: Lab) -> None:
    told = here.play("10.7.0.2", 53, protocol="udp")
    assert (told["verdict"], told["lines"]) == ("not_logged", 0)


@pytest.mark.parametrize(("traffic", "lines"), [("REJECT", 1), ("ACCEPT", 1), ("ALL", 2)])
def test_a_flow_log_wants_its_kind_of_traffic(sandbox: Running, traffic: str, lines: int) -> None:
    here = lab(sandbox, TrafficType=traffic, LogGroupName="/kinds", DeliverLogsPermissionArn=ROLE)
    assert here.play(here.interface(1, here.net.group())["NetworkInterfaceId"])["lines"] == lines
    streams = sandbox.client("logs").describe_log_streams(logGroupName="/kinds")["logStreams"]
    assert f"{here.source}-{traffic.lower()}" in {one["logStreamName"] for one in streams} or traffic == "REJECT"


def test_a_bucket_gets_files_with_a_header(sandbox: Running) -> None:
    s3 = sandbox.client("s3")
    bucket = f"records-{uuid.uuid4()}"
    s3.create_bucket(Bucket=bucket)
    options = {"FileFormat": "plain-text", "HiveCompatiblePartitions": True, "PerHourPartition": True}
    here = lab(sandbox, LogDestinationType="s3", LogDestination=f"arn:aws:s3:::{bucket}/in", DestinationOptions=options)
    here.play(OUTSIDE, start=1735787045, seconds=20)
    key = s3.list_objects_v2(Bucket=bucket)["Contents"][0]["Key"]
    folder = "in/AWSLogs/aws-account-id=111122223333/aws-service=vpcflowlogs/aws-region=us-east-1/"
    assert key.startswith(f"{folder}year=2025/month=01/day=02/hour=03/111122223333_vpcflowlogs_us-east-1_fl-")
    assert "_20250102T0300Z_" in key
    lines = gzip.decompress(s3.get_object(Bucket=bucket, Key=key)["Body"].read()).decode().splitlines()
    assert (lines[0], len(lines)) == (FIELDS, 2)


def test_records_come_minutes_later_and_bring_their_group_back(slow: Running) -> None:
    here = lab(slow)
    here.play(OUTSIDE)
    groups = slow.client("logs").describe_log_groups(logGroupNamePrefix=here.group)["logGroups"]
    assert groups == []
    skip(slow)
    assert len(here.records()) == 1


@pytest.mark.parametrize(
    "flow",
    [
        {},
        {"interface": "eni-0"},
        {"interface": "SOURCE"},
        {"interface": "SOURCE", "destination": "example.org", "port": 443},
        {"interface": "SOURCE", "destination": OUTSIDE, "port": "443"},
        {"interface": "SOURCE", "destination": OUTSIDE, "port": 443, "protocol": "sctp"},
        {"interface": "SOURCE", "destination": OUTSIDE, "port": 443, "color": "red"},
    ],
)
def test_a_flow_that_cannot_be_played_is_refused(here: Lab, flow: dict[str, Any]) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        here.sandbox.control("flows", flow | ({"interface": here.source} if flow.get("interface") == "SOURCE" else {}))
    assert caught.value.code == 400
