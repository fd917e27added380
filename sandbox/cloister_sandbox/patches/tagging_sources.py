"""What the tagging API finds: the kinds that moto leaves out of it, and the ARNs and words that AWS has for them.

A trail is found where it was made, a bucket where it lies, and IAM's policies in one region; IAM's roles nowhere.
https://docs.aws.amazon.com/resourcegroupstagging/latest/APIReference/supported-services.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from moto.cloudtrail.models import cloudtrail_backends
from moto.core.resource_tagging import TaggedResource
from moto.ec2.models import EC2Backend
from moto.iam.models import AWSManagedPolicy, iam_backends
from moto.logs.models import LogsBackend
from moto.resourcegroupstaggingapi import models
from moto.s3.models import S3Backend
from moto.utilities.utils import get_partition

from .wrap import MotoChanged, around

_REGION_OF_IAM = "us-east-1"

# moto's words for kinds whose ARNs have another.
_EC2_WORDS = {
    "flow-logs": "vpc-flow-log",
    "managed-prefix-lists": "prefix-list",
    "spot-instance-request": "spot-instances-request",
}
# Attributes of moto's backend that it leaves out, and the word in their ARNs.
_EC2_LEFT_OUT = {
    "addresses": "elastic-ip",
    "dhcp_options_sets": "dhcp-options",
    "egress_only_internet_gateways": "egress-only-internet-gateway",
    "network_acls": "network-acl",
    "vpc_end_points": "vpc-endpoint",
}


def apply() -> None:
    """Adds what moto leaves out, and names things as AWS does."""
    _add_sources()

    @around(EC2Backend, "iter_tagged_resources")
    def of_ec2(original: Any, self: EC2Backend) -> Iterator[TaggedResource]:
        for one in original(self):
            word = one.resource_type.removeprefix("ec2:")
            yield _of_ec2(self, _EC2_WORDS.get(word, word), one.arn.rpartition("/")[2])
        for attribute, word in _EC2_LEFT_OUT.items():
            held = getattr(self, attribute)
            for one in held.values() if isinstance(held, dict) else held:
                yield _of_ec2(self, word, one.id)

    @around(LogsBackend, "iter_tagged_resources")
    def of_logs(original: Any, self: LogsBackend) -> Iterator[TaggedResource]:
        for one in original(self):
            yield _tagged(one.arn, one.tags)


def _add_sources() -> None:
    original = getattr(models, "iter_taggable_backends", None)
    if original is None:
        missing = "resourcegroupstaggingapi.models.iter_taggable_backends"
        raise MotoChanged(f"moto has no `{missing}`. Use the version that the sandbox pins.")

    def sources(account: str, region: str) -> Iterator[Any]:
        for backend in original(account, region):
            yield _BucketsOf(backend, region) if isinstance(backend, S3Backend) else backend
        for found in (_trails, _policies, _firewalls):
            yield _Source(partial(found, account, region))

    models.iter_taggable_backends = sources


@dataclass(frozen=True)
class _Source:
    """Objects of a backend that moto does not know as one with tags; its `TagResources` does not reach them."""

    iter_tagged_resources: Callable[[], Iterator[TaggedResource]]

    def owns_arn(self, arn: str) -> bool:
        return False


class _BucketsOf:
    """S3's backend, which serves all regions, as one region sees it."""

    def __init__(self, backend: S3Backend, region: str) -> None:
        self._backend = backend
        self._region = region

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        for one in self._backend.iter_tagged_resources():
            if self._backend.buckets[one.arn.rpartition(":")[2]].region_name == self._region:
                yield one


def _trails(account: str, region: str) -> Iterator[TaggedResource]:
    # Not by index, which would make a backend where there is none.
    backend = dict.get(cloudtrail_backends[account], region)
    for trail in backend.trails.values() if backend else ():
        yield _tagged(trail.arn, backend.tagging_service.get_tag_dict_for_resource(trail.arn))


def _policies(account: str, region: str) -> Iterator[TaggedResource]:
    backend = dict.get(iam_backends[account], get_partition(region)) if region == _REGION_OF_IAM else None
    for policy in backend.managed_policies.values() if backend else ():
        if not isinstance(policy, AWSManagedPolicy):
            yield _tagged(policy.arn, {tag["Key"]: tag["Value"] for tag in policy.get_tags()})


def _firewalls(account: str, region: str) -> Iterator[TaggedResource]:
    # Late, since that module knows who calls, which patches know only through the pipeline.
    from ..network_firewall_store import stores

    store = stores.get((account, region))
    for held in (store.groups, store.policies, store.firewalls) if store else ():
        for one in held.values():
            yield _tagged(one.arn, one.tags)


def _of_ec2(backend: EC2Backend, word: str, one_id: str) -> TaggedResource:
    arn = f"arn:{backend.partition}:ec2:{backend.region_name}:{backend.account_id}:{word}/{one_id}"
    return _tagged(arn, backend.tags.get(one_id, {}))


def _tagged(arn: str, tags: dict[str, str]) -> TaggedResource:
    """An object under the type that its ARN names, which is what filters by type mean."""
    _, _, service, _, _, resource = arn.split(":", 5)
    return TaggedResource(arn, dict(tags), f"{service}:{re.split('[:/]', resource)[0]}")
