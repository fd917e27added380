"""How many calls AWS takes of each API, in an account and region: beyond that it throttles.

Off unless asked for, since most tests are about something else. Each API has a
token bucket of its own, as EC2 documents it: `burst` calls at once, then `refill`
per second. A share of AWS's rates is put in force with the scale of time, so that
a sandbox that is fifty times as fast as AWS fills its buckets fifty times as fast.
"""

from __future__ import annotations

import fnmatch
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .call import Call

Rate = tuple[float, float]

# The first pattern that fits holds. Documented by AWS:
# https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
# https://docs.aws.amazon.com/kms/latest/developerguide/requests-per-second.html
# https://docs.aws.amazon.com/awscloudtrail/latest/userguide/WhatIsCloudTrail-Limits.html
# https://docs.aws.amazon.com/general/latest/gr/ssm.html
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html
# https://docs.aws.amazon.com/general/latest/gr/arg.html
_DOCUMENTED: dict[str, Rate] = {
    "ec2:*VpcEndpoint": (4, 0.3),
    "ec2:DeleteVpcEndpoints": (4, 0.3),
    "ec2:*NatGateway": (10, 1),
    "ec2:*NetworkInterface*": (100, 5),
    "ec2:*Tags": (100, 10),
    "ec2:DescribeSecurityGroupReferences": (20, 5),
    "ec2:DescribeStaleSecurityGroups": (20, 5),
    "ec2:Describe*": (100, 20),
    "ec2:Get*": (100, 20),
    "ec2:*": (50, 5),
    "kms:ListKeys": (500, 500),
    "kms:ListAliases": (500, 500),
    "kms:ListResourceTags": (2000, 2000),
    "kms:DescribeKey": (2000, 2000),
    "kms:GetKey*": (1000, 1000),
    "kms:List*": (100, 100),
    "kms:TagResource": (10, 10),
    "kms:*Grant": (50, 50),
    "kms:PutKeyPolicy": (15, 15),
    "kms:EnableKeyRotation": (15, 15),
    "kms:ScheduleKeyDeletion": (15, 15),
    "kms:*": (5, 5),
    "cloudtrail:LookupEvents": (2, 2),
    "cloudtrail:Describe*": (10, 10),
    "cloudtrail:Get*": (10, 10),
    "cloudtrail:List*": (10, 10),
    "cloudtrail:*": (1, 1),
    "ssm:GetParameter*": (40, 40),
    "ssm:PutParameter": (3, 3),
    "logs:FilterLogEvents": (5, 5),
    "logs:PutRetentionPolicy": (5, 5),
    "logs:*": (10, 10),
    "sts:*": (600, 600),
    "tag:GetResources": (15, 15),
}

# Nothing is published for these; what operators report.
_GUESSED: dict[str, Rate] = {
    "ssm:*": (10, 5),
    "s3:GetObject": (5500, 5500),
    "s3:PutObject": (3500, 3500),
    "s3:List*": (200, 200),
    "s3:Get*": (100, 50),
    "s3:Head*": (100, 50),
    "s3:*": (40, 15),
    "iam:Get*": (30, 15),
    "iam:List*": (30, 15),
    "sagemaker:DeleteApp": (4, 2),
    "sagemaker:Describe*": (10, 5),
    "sagemaker:List*": (10, 5),
    "sagemaker:*": (5, 3),
    "network-firewall:Describe*": (10, 5),
    "network-firewall:List*": (10, 5),
    "network-firewall:*": (5, 2),
}
_ELSEWHERE: Rate = (10, 5)

# PrivateLink is throttled for an organization as well, that is here: for all accounts together. AWS says that it is so,
# and not how much: the rate of two accounts.
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
_SHARED: dict[str, Rate] = {
    "ec2:CreateVpcEndpoint": (8, 0.6),
    "ec2:ModifyVpcEndpoint": (8, 0.6),
    "ec2:DeleteVpcEndpoints": (8, 0.6),
}
_ORGANIZATION = "organization"

_TABLE = list((_DOCUMENTED | _GUESSED).items())


class RateError(ValueError):
    """Rates that cannot be used; the text says why."""


@dataclass
class _Bucket:
    """The tokens of one API in one account and region, or in an organization and region."""

    burst: float
    refill: float
    tokens: float
    filled_at: float

    def fill(self, now: float) -> None:
        self.tokens = min(self.tokens + (now - self.filled_at) * self.refill, self.burst)
        self.filled_at = now


class Rates:
    """The rates in force. Safe to use from many threads."""

    def __init__(self, share: float, scale: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._scale = scale
        self._put_in_force(share, scale)

    def replace(self, wanted: Any) -> None:
        """Puts a share of AWS's rates in force, with full buckets; 0 takes every call again."""
        if not isinstance(wanted, dict) or set(wanted) - {"share", "scale"}:
            raise RateError("`share`, and `scale` if time passes at another speed, are expected")
        share = _number(wanted, "share", 0)
        scale = _number(wanted, "scale", self._scale)
        if scale == 0:
            raise RateError("`scale` is `0`: use a number above 0")
        self._put_in_force(share, scale)

    def admits(self, call: Call) -> bool:
        """Whether AWS would take this call; takes a token of each of its buckets if so."""
        with self._lock:
            if self._share == 0:
                return True
            now = self._clock()
            buckets = [self._bucket(call, call.account, _rate(call.action), now)]
            if shared := _SHARED.get(call.action):
                buckets.append(self._bucket(call, _ORGANIZATION, shared, now))
            admitted = all(bucket.tokens >= 1 for bucket in buckets)
            for bucket in buckets:
                bucket.tokens -= 1 if admitted else 0
            self._counts[admitted] += 1
        return admitted

    def report(self) -> dict[str, float]:
        """The share in force, and how many calls were taken and refused under it."""
        with self._lock:
            taken, refused = self._counts[True], self._counts[False]
        return {"share": self._share, "scale": self._scale, "taken": taken, "refused": refused}

    def _bucket(self, call: Call, whose: str, rate: Rate, now: float) -> _Bucket:
        """The bucket of an API, filled up to this moment; a new one is full."""
        lane = (whose, call.region, call.action)
        bucket = self._buckets.get(lane)
        if bucket is None:
            burst, refill = max(rate[0] * self._share, 1), rate[1] * self._share / self._scale
            bucket = self._buckets[lane] = _Bucket(burst, refill, burst, now)
        bucket.fill(now)
        return bucket

    def _put_in_force(self, share: float, scale: float) -> None:
        with self._lock:
            self._share, self._scale = share, scale
            self._buckets: dict[tuple[str, str, str], _Bucket] = {}
            self._counts = {True: 0, False: 0}


def _rate(action: str) -> Rate:
    return next((rate for pattern, rate in _TABLE if fnmatch.fnmatchcase(action, pattern)), _ELSEWHERE)


def _number(wanted: dict[str, Any], name: str, default: float) -> float:
    value = wanted.get(name, default)
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    raise RateError(f"`{name}` is `{value}`: use a number, 0 or more")
