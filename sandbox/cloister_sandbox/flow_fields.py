"""The fields of flow log records, and formats made of them.

https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from .answers import ServiceError

_BY_VERSION = {
    2: "version account-id interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action "
    "log-status",
    3: "vpc-id subnet-id instance-id tcp-flags type pkt-srcaddr pkt-dstaddr",
    4: "region az-id sublocation-type sublocation-id",
    5: "pkt-src-aws-service pkt-dst-aws-service flow-direction traffic-path",
    7: "ecs-cluster-arn ecs-cluster-name ecs-container-instance-arn ecs-container-instance-id ecs-container-id "
    "ecs-second-container-id ecs-service-name ecs-task-definition-arn ecs-task-arn ecs-task-id",
    8: "reject-reason",
    9: "resource-id",
    10: "encryption-status",
}
_VERSIONS = {name: version for version, names in _BY_VERSION.items() for name in names.split()}
_FIELD = re.compile(r"^\$\{([a-z0-9-]+)\}$")

DEFAULT_FORMAT = " ".join(f"${{{name}}}" for name in _BY_VERSION[2].split())


def check(text: str) -> str:
    """A format as it was given; raises for one that EC2 would not take."""
    unknown = [part for part in text.split() if not (found := _FIELD.match(part)) or found[1] not in _VERSIONS]
    if unknown or not text.strip():
        raise ServiceError("InvalidParameter", f"Unknown fields provided: {' '.join(unknown)}")
    return text


def names(text: str) -> list[str]:
    """The fields of a format, in its order."""
    return [part[2:-1] for part in text.split()]


def line(text: str, values: Mapping[str, object]) -> str:
    """A record in a format; what does not apply is a dash."""
    wanted = names(text)
    known = {"version": max(_VERSIONS[name] for name in wanted)} | dict(values)
    return " ".join(str(known.get(name, "-")) for name in wanted)
