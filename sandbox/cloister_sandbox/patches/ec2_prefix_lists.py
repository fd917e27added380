"""Prefix lists of AWS: the same ids in every run, those of AWS where they are known."""

from __future__ import annotations

import hashlib
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models.managed_prefixes import ManagedPrefixListBackend
from moto.ec2.responses.vpcs import VPCs

from .wrap import AwsError, around

# As `aws ec2 describe-prefix-lists` shows them.
_KNOWN = {
    "com.amazonaws.us-east-1.s3": "pl-63a5400a",
    "com.amazonaws.us-east-1.dynamodb": "pl-02cd2c6b",
    "com.amazonaws.us-east-2.s3": "pl-7ba54012",
    "com.amazonaws.us-east-2.dynamodb": "pl-4ca54025",
    "com.amazonaws.us-west-1.s3": "pl-6ba54002",
    "com.amazonaws.us-west-1.dynamodb": "pl-6ea54007",
    "com.amazonaws.us-west-2.s3": "pl-68a54001",
    "com.amazonaws.us-west-2.dynamodb": "pl-00a54069",
    "com.amazonaws.eu-west-1.s3": "pl-6da54004",
    "com.amazonaws.eu-west-1.dynamodb": "pl-6fa54006",
    "com.amazonaws.eu-central-1.s3": "pl-6ea54007",
    "com.amazonaws.eu-central-1.dynamodb": "pl-66a5400f",
}


def apply() -> None:
    """Gives AWS's lists their ids, and refuses those that do not exist."""

    @around(ManagedPrefixListBackend, "_create_aws_managed_prefix_list")
    def create(original: Any, self: Any, name: str, address_family: str, entries: Any) -> None:
        original(self, name, address_family, entries)
        made = next(one for one in self.managed_prefix_lists.values() if one.prefix_list_name == name)
        del self.managed_prefix_lists[made.id]
        made.id = _id(name)
        made.prefix_list_arn = made.prefix_list_arn.rsplit("/", 1)[0] + f"/{made.id}"
        self.managed_prefix_lists[made.id] = made

    for method in ("describe_prefix_lists", "describe_managed_prefix_lists"):
        _refuse_unknown(method)

    @around(VPCs, "get_managed_prefix_list_entries")
    def entries(original: Any, self: Any) -> ActionResult:
        _check(self, [self._get_param("PrefixListId")])
        return original(self)


def _refuse_unknown(method: str) -> None:
    @around(VPCs, method)
    def describe(original: Any, self: Any) -> ActionResult:
        _check(self, self._get_param("PrefixListIds", []))
        return original(self)


def _check(response: Any, asked: list[str]) -> None:
    for name in asked:
        if name not in response.ec2_backend.managed_prefix_lists:
            raise AwsError("InvalidPrefixListID.NotFound", f"The prefix list ID '{name}' does not exist")


def _id(name: str) -> str:
    return _KNOWN.get(name) or "pl-" + hashlib.sha256(name.encode()).hexdigest()[:8]
