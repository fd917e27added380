"""What a plan asks before it makes anything: zones, endpoint services, quotas, Identity Center."""

# ruff: noqa: F401, F811  Fixtures are imported by name and named again by the tests.

from __future__ import annotations

import urllib.error
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Running, start
from networks import code, network, refused
from studio import Studio, studio

KMS = "com.amazonaws.us-east-1.kms"


@pytest.fixture(scope="module")
def tight(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A sandbox whose quotas tests may use up."""
    running = start(tmp_path_factory.mktemp("tight") / "ready.json")
    yield running
    running.process.terminate()
    running.process.wait(timeout=20)


def test_zones_come_with_all_that_a_plan_needs(sandbox: Running) -> None:
    ec2 = sandbox.client("ec2")
    zones = ec2.describe_availability_zones()["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == [f"us-east-1{letter}" for letter in "abcdef"]
    assert zones[0] == {
        "State": "available",
        "OptInStatus": "opt-in-not-required",
        "Messages": [],
        "RegionName": "us-east-1",
        "ZoneName": "us-east-1a",
        "ZoneId": zones[0]["ZoneId"],
        "GroupName": "us-east-1-zg-1",
        "NetworkBorderGroup": "us-east-1",
        "ZoneType": "availability-zone",
    }
    assert len({zone["ZoneId"] for zone in zones}) == 6
    away = sandbox.client("ec2", region_name="eu-central-1").describe_availability_zones()["AvailabilityZones"]
    assert {zone["RegionName"] for zone in away} == {"eu-central-1"}


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"ZoneNames": ["us-east-1b"]}, ["us-east-1b"]),
        ({"Filters": [{"Name": "opt-in-status", "Values": ["opt-in-not-required"]}]}, None),
        ({"Filters": [{"Name": "zone-type", "Values": ["local-zone"]}]}, []),
        ({"Filters": [{"Name": "zone-name", "Values": ["us-east-1[cd]", "us-east-1a"]}]}, ["us-east-1a"]),
        ({"Filters": [{"Name": "state", "Values": ["available"]}], "AllAvailabilityZones": True}, None),
        ({"Filters": [{"Name": "parent-zone-id", "Values": ["*"]}]}, []),
    ],
)
def test_zones_are_filtered(sandbox: Running, asked: dict[str, Any], names: list[str] | None) -> None:
    found = sandbox.client("ec2").describe_availability_zones(**asked)["AvailabilityZones"]
    expected = [f"us-east-1{letter}" for letter in "abcdef"] if names is None else names
    assert [zone["ZoneName"] for zone in found] == expected


def test_zones_that_do_not_exist_are_refused(sandbox: Running) -> None:
    describe = sandbox.client("ec2").describe_availability_zones
    assert refused(describe, ZoneNames=["us-east-1z"]) == (
        "InvalidParameterValue",
        "Invalid availability zone: [us-east-1z]",
    )
    assert code(describe, ZoneIds=["use1-az9"]) == "InvalidParameterValue"
    assert code(describe, Filters=[{"Name": "shape", "Values": ["round"]}]) == "InvalidParameterValue"


def _service(sandbox: Running, name: str = KMS) -> dict[str, Any]:
    return dict(sandbox.client("ec2").describe_vpc_endpoint_services(ServiceNames=[name])["ServiceDetails"][0])


def test_a_service_is_told_with_its_zones_and_names(sandbox: Running) -> None:
    found = _service(sandbox)
    assert found["ServiceType"] == [{"ServiceType": "Interface"}]
    assert found["VpcEndpointPolicySupported"] is True
    assert found["PrivateDnsName"] == "kms.us-east-1.amazonaws.com"
    assert found["AvailabilityZones"] == [f"us-east-1{letter}" for letter in "abcdef"]
    types = sandbox.client("ec2").describe_vpc_endpoint_services(ServiceNames=["com.amazonaws.us-east-1.s3"])
    assert sorted(one["ServiceType"][0]["ServiceType"] for one in types["ServiceDetails"]) == ["Gateway", "Interface"]


def test_a_service_can_be_taken_out_of_a_zone(sandbox: Running) -> None:
    net = network(sandbox)
    assert sandbox.control("endpoint_services", {"service": KMS, "zones": ["us-east-1a"]}) == {
        "withdrawn": {KMS: ["us-east-1a"]}
    }
    try:
        assert _service(sandbox)["AvailabilityZones"] == [f"us-east-1{letter}" for letter in "bcdef"]
        asked = {"VpcId": net.vpc, "ServiceName": KMS, "VpcEndpointType": "Interface"}
        assert code(net.ec2.create_vpc_endpoint, SubnetIds=[net.subnets[0]], **asked) == "InvalidParameter"
        net.ec2.create_vpc_endpoint(SubnetIds=[net.subnets[1]], **asked)
    finally:
        sandbox.control("endpoint_services", {"service": KMS, "zones": []})
    assert "us-east-1a" in _service(sandbox)["AvailabilityZones"]


def test_a_service_can_be_taken_out_of_its_region(sandbox: Running) -> None:
    sandbox.control("endpoint_services", {"service": KMS})
    try:
        assert sandbox.control("endpoint_services") == {"withdrawn": {KMS: "region"}}
        assert code(sandbox.client("ec2").describe_vpc_endpoint_services, ServiceNames=[KMS]) == "InvalidServiceName"
        away = sandbox.client("ec2", region_name="eu-west-1")
        assert away.describe_vpc_endpoint_services(ServiceNames=["com.amazonaws.eu-west-1.kms"])["ServiceDetails"]
    finally:
        sandbox.control("endpoint_services", {"service": KMS, "zones": []})
    assert sandbox.control("endpoint_services") == {"withdrawn": {}}


@pytest.mark.parametrize(
    "wanted",
    [
        {"service": "com.amazonaws.us-east-1.cheese"},
        {"service": KMS, "zones": ["eu-west-1a"]},
        {"service": KMS, "zones": "us-east-1a"},
        {},
        [],
    ],
)
def test_services_and_zones_that_do_not_exist_cannot_be_taken_away(sandbox: Running, wanted: Any) -> None:
    assert _is_refused(sandbox, "endpoint_services", wanted)


def test_quotas_are_told_as_they_are_in_force(sandbox: Running) -> None:
    client = sandbox.client("service-quotas", region_name="eu-west-3")
    in_force = sandbox.control("quotas")
    for service, quota, kind, default in (
        ("sagemaker", "L-B683BCB0", "sagemaker:domain", 2),
        ("sagemaker", "L-AC46C40F", "sagemaker:user-profile", 2),
        ("vpc", "L-F678F1CE", "ec2:vpc", 5),
        ("vpc", "L-DF5E4CA3", "ec2:network-interface", 5000),
        ("vpc", "L-FE5A380F", "ec2:nat-gateway", 5),
        ("ec2", "L-0263D0A3", "ec2:elastic-ip", 5),
    ):
        found = client.get_service_quota(ServiceCode=service, QuotaCode=quota)["Quota"]
        assert (found["Value"], found["ServiceCode"], found["QuotaCode"]) == (in_force[kind], service, quota)
        assert found["QuotaArn"] == f"arn:aws:servicequotas:eu-west-3:111122223333:{service}/{quota}"
        asked = {"ServiceCode": service, "QuotaCode": quota}
        assert client.get_aws_default_service_quota(**asked)["Quota"]["Value"] == default
        listed = {one["QuotaCode"]: one for one in client.list_service_quotas(ServiceCode=service)["Quotas"]}
        assert listed[quota] == found
    pages = client.get_paginator("list_service_quotas").paginate(
        ServiceCode="vpc", PaginationConfig={"PageSize": 7}
    )
    every = [one["QuotaCode"] for page in pages for one in page["Quotas"]]
    assert len(every) == len(set(every)) > 20
    assert code(client.get_service_quota, ServiceCode="vpc", QuotaCode="L-NONE") == "NoSuchResourceException"
    assert code(client.list_service_quotas, ServiceCode="cheese") == "NoSuchResourceException"


def test_what_is_used_up_is_refused(tight: Running) -> None:
    ec2 = tight.client("ec2")
    tight.control("quotas", {"ec2:vpc": 3, "ec2:elastic-ip": 2, "ec2:nat-gateway": 1, "ec2:internet-gateway": 1})
    applied = tight.client("service-quotas").get_service_quota(ServiceCode="vpc", QuotaCode="L-F678F1CE")["Quota"]
    assert applied["Value"] == 3.0, "the default one and the sandbox's own leave room for one more"
    net = network(tight)
    assert refused(ec2.create_vpc, CidrBlock="10.6.0.0/16") == (
        "VpcLimitExceeded",
        "The maximum number of VPCs has been reached.",
    )
    net.gateway()
    assert code(ec2.create_internet_gateway) == "InternetGatewayLimitExceeded"
    addresses = [ec2.allocate_address(Domain="vpc")["AllocationId"] for _ in range(2)]
    assert code(ec2.allocate_address, Domain="vpc") == "AddressLimitExceeded"
    made = [
        ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
        for subnet, address in zip(net.subnets, addresses, strict=True)
    ]
    again = {"SubnetId": net.subnets[0], "AllocationId": addresses[0]}
    assert refused(ec2.create_nat_gateway, **again) == (
        "NatGatewayLimitExceeded",
        "Performing this operation would exceed the limit of 1 NAT gateways",
    )
    ec2.delete_nat_gateway(NatGatewayId=made[0])
    tight.control("skip", {"seconds": 600})
    ec2.create_nat_gateway(**again)
    tight.control("quotas", {"ec2:network-interface": 0})
    assert code(ec2.create_network_interface, SubnetId=net.subnets[0]) == "NetworkInterfaceLimitExceeded"


def test_there_is_no_identity_center_until_it_is_switched_on(tight: Running) -> None:
    client, away = tight.client("sso-admin"), tight.client("sso-admin", region_name="eu-west-1")
    assert client.list_instances()["Instances"] == []
    made = tight.control("identity_center", {"enabled": True})
    [instance] = client.list_instances()["Instances"]
    assert (instance["InstanceArn"], instance["IdentityStoreId"]) == (made["instance_arn"], made["identity_store_id"])
    assert instance["Status"] == "ACTIVE"
    assert away.list_instances()["Instances"] == []
    assert tight.control("identity_center", {"enabled": True}) == made == tight.control("identity_center")
    assert _is_refused(tight, "identity_center", {"region": "eu-west-1"}), "an organization has one instance"
    assert _is_refused(tight, "identity_center", {"enabled": "yes"})
    assert tight.control("identity_center", {"enabled": False}) == {"enabled": False, "region": None}
    assert client.list_instances()["Instances"] == []


def test_domains_with_sign_on_need_identity_center(studio: Studio) -> None:
    studio.running.control("identity_center", {"enabled": False})
    refusal = refused(studio.sagemaker.create_domain, **studio.wanted(AuthMode="SSO"))
    assert refusal[0] == "ValidationException"
    assert "IAM Identity Center" in refusal[1]
    studio.running.control("identity_center", {"enabled": True})
    assert studio.status(studio.domain(AuthMode="SSO")) == ("InService", None)


def _is_refused(sandbox: Running, name: str, body: Any) -> bool:
    with pytest.raises(urllib.error.HTTPError) as failure:
        sandbox.control(name, body)
    return failure.value.code == 400
