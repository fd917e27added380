"""What a fresh sandbox holds: roles, a private network with an S3 endpoint, a trail."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.s3.models import s3_backends

from . import role_propagation
from .accounts import (
    ADMINISTRATOR_ROLE,
    HOME_ACCOUNT,
    HOME_REGION,
    MEMBER_ACCOUNTS,
    PARTITION,
    PROVISIONING_ROLE,
    WORKLOAD_ROLE,
    role_arn,
)
from .identity import Identities, Session, role_principal, utc_now

TRAIL_NAME = "cloister-sandbox"
TRAIL_BUCKET = f"{TRAIL_NAME}-trail-{HOME_ACCOUNT}"

_VPC_CIDR = "10.0.0.0/16"
_SUBNETS = (("a", "10.0.1.0/24"), ("b", "10.0.2.0/24"))
_LONGEST_SESSION = 43200
_FIRST_OF_MANY = 500000000001
# A sandbox may run for days; AWS would let no session last that long.
_SEEDED_SESSION = timedelta(days=365)

_ADMINISTRATION = {"Effect": "Allow", "Action": "*", "Resource": "*"}
# What a company lets out of a private network: calls about its own buckets, whoever makes them, and none that would
# carry data to a bucket of somebody else.
_OWN_BUCKETS = {
    "Sid": "OwnBucketsOnly",
    "Effect": "Allow",
    "Principal": "*",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:ResourceAccount": HOME_ACCOUNT}},
}
_DATA_WORK = {
    "Effect": "Allow",
    "Action": [
        "s3:Get*",
        "s3:List*",
        "s3:PutObject*",
        "s3:DeleteObject*",
        "s3:AbortMultipartUpload",
        "kms:*",
        "sts:Get*",
    ],
    "Resource": "*",
}


# What the trail records: with the last one the calls that the endpoint's policy denies.
_SELECTED = {
    "management": {"eventCategory": "Management"},
    "objects": {"eventCategory": "Data", "resources.type": "AWS::S3::Object"},
    "endpoint": {
        "eventCategory": "NetworkActivity",
        "eventSource": "s3.amazonaws.com",
        "errorCode": "VpceAccessDenied",
    },
}


@dataclass(frozen=True)
class Seeded:
    """The ids that a user of the sandbox needs."""

    vpc_id: str
    subnet_ids: tuple[str, ...]
    s3_endpoint_id: str
    session: Session


def plant(identities: Identities) -> Seeded:
    """Fills an empty sandbox; nothing of it is recorded."""
    _role(HOME_ACCOUNT, ADMINISTRATOR_ROLE, HOME_ACCOUNT, _ADMINISTRATION)
    _role(HOME_ACCOUNT, WORKLOAD_ROLE, HOME_ACCOUNT, _DATA_WORK)
    for account in MEMBER_ACCOUNTS:
        _role(account, PROVISIONING_ROLE, HOME_ACCOUNT, _ADMINISTRATION)
    vpc_id, subnet_ids, endpoint_id = _network()
    _trail()
    return Seeded(vpc_id, subnet_ids, endpoint_id, _administrator(identities))


def open_accounts(count: int) -> list[str]:
    """Adds member accounts to an organisation that may have as many as it likes, and gives their numbers."""
    accounts = [f"{_FIRST_OF_MANY + number}" for number in range(count)]
    for account in accounts:
        if PROVISIONING_ROLE not in (role.name for role in iam_backends[account][PARTITION].roles.values()):
            _role(account, PROVISIONING_ROLE, HOME_ACCOUNT, _ADMINISTRATION)
    return accounts


def trail_bucket_policy(bucket: str, account: str, prefix: str = "") -> dict[str, Any]:
    """What a bucket must allow before a trail may write to it.

    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html
    """
    arn, folder = f"arn:{PARTITION}:s3:::{bucket}", f"{prefix}/AWSLogs" if prefix else "AWSLogs"
    common = {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}}
    owned = {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}
    check = common | {"Sid": "AclCheck", "Action": "s3:GetBucketAcl", "Resource": arn}
    objects = f"{arn}/{folder}/{account}/*"
    write = common | {"Sid": "Write", "Action": "s3:PutObject", "Resource": objects, "Condition": owned}
    return {"Version": "2012-10-17", "Statement": [check, write]}


def _role(account: str, name: str, trusted_account: str, statement: dict[str, Any]) -> None:
    backend = iam_backends[account][PARTITION]
    principal = {"AWS": f"arn:{PARTITION}:iam::{trusted_account}:root"}
    actions = ["sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"]
    trust = _policy({"Effect": "Allow", "Principal": principal, "Action": actions})
    role_propagation.finish(backend.create_role(name, trust, "/", None, "", [], str(_LONGEST_SESSION)))
    backend.put_role_policy(name, "permissions", _policy(statement))


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _network() -> tuple[str, tuple[str, ...], str]:
    backend = ec2_backends[HOME_ACCOUNT][HOME_REGION]
    vpc = backend.create_vpc(_VPC_CIDR, tags=_tags("cloister-sandbox"))
    vpc.enable_dns_hostnames = True
    table = backend.create_route_table(vpc.id, tags=_tags("cloister-sandbox-private"))
    subnets = []
    for zone, cidr in _SUBNETS:
        subnet = backend.create_subnet(
            vpc.id, cidr, availability_zone=HOME_REGION + zone, tags={"subnet": {"Name": f"private-{zone}"}}
        )
        backend.associate_route_table(table.id, subnet_id=subnet.id)
        subnets.append(subnet.id)
    backend.create_security_group("cloister-sandbox-endpoints", "HTTPS from the VPC", vpc_id=vpc.id)
    service = f"com.amazonaws.{HOME_REGION}.s3"
    endpoint = backend.create_vpc_endpoint(
        vpc.id, service, "Gateway", _policy(_OWN_BUCKETS), [table.id], private_dns_enabled=False
    )
    return vpc.id, tuple(subnets), endpoint.id


def _tags(name: str) -> list[dict[str, str]]:
    return [{"Key": "Name", "Value": name}]


def _trail() -> None:
    buckets = s3_backends[HOME_ACCOUNT][PARTITION]
    buckets.create_bucket(TRAIL_BUCKET, HOME_REGION)
    buckets.put_bucket_policy(TRAIL_BUCKET, json.dumps(trail_bucket_policy(TRAIL_BUCKET, HOME_ACCOUNT)).encode())
    trails = cloudtrail_backends[HOME_ACCOUNT][HOME_REGION]
    unset: Any = None
    trail = trails.create_trail(
        TRAIL_NAME, TRAIL_BUCKET, unset, unset, True, True, False, False, unset, unset, unset, tags_list=[]
    )
    trail.put_event_selectors([], [_selector(name, fields) for name, fields in _SELECTED.items()])
    trail.start_logging()


def _selector(name: str, fields: dict[str, str]) -> dict[str, Any]:
    return {"Name": name, "FieldSelectors": [{"Field": field, "Equals": [value]} for field, value in fields.items()]}


def _administrator(identities: Identities) -> Session:
    arn = role_arn(HOME_ACCOUNT, ADMINISTRATOR_ROLE)
    role = iam_backends[HOME_ACCOUNT][PARTITION].get_role_by_arn(arn)
    return identities.issue(role_principal(HOME_ACCOUNT, role, "sandbox"), _SEEDED_SESSION, utc_now())
