"""What Network Firewall keeps for each account and region, and how it is found."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from . import timeline
from .accounts import PARTITION
from .answers import ServiceError
from .call import Call

_OWNED_KEY = {"KeyId": "AWS_OWNED_KMS_KEY", "Type": "AWS_OWNED_KMS_KEY"}
_MOST_PER_PAGE = 100


@dataclass
class Resource:
    """What rule groups, policies and firewalls have in common."""

    name: str
    arn: str
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    encryption: dict[str, str] = field(default_factory=lambda: dict(_OWNED_KEY))
    identifier: str = field(default_factory=lambda: str(uuid.uuid4()))
    token: str = field(default_factory=lambda: str(uuid.uuid4()))
    modified: datetime = field(default_factory=timeline.moment)
    deleting: bool = False

    def check_token(self, token: str | None) -> None:
        """Raises if a change was prepared from an older state."""
        if token is not None and token != self.token:
            raise ServiceError("InvalidTokenException", "Update token is invalid.")

    def changed(self) -> None:
        """Makes tokens that were handed out before invalid."""
        self.token, self.modified = str(uuid.uuid4()), timeline.moment()

    def tag_list(self) -> list[dict[str, str]]:
        """The tags as the API lists them."""
        return [{"Key": key, "Value": value} for key, value in self.tags.items()]


@dataclass
class RuleGroup(Resource):
    """A rule group with its rules as they were given."""

    kind: str = "STATEFUL"
    capacity: int = 0
    used: int = 0
    rules: dict[str, Any] = field(default_factory=dict)


@dataclass
class Policy(Resource):
    """A firewall policy as it was given."""

    document: dict[str, Any] = field(default_factory=dict)

    def group_arns(self) -> list[str]:
        """The rule groups that the policy refers to."""
        lists = ("StatelessRuleGroupReferences", "StatefulRuleGroupReferences")
        return [one["ResourceArn"] for name in lists for one in self.document.get(name) or []]


@dataclass
class Attachment:
    """The endpoint of a firewall in one zone."""

    subnet_id: str
    endpoint_id: str
    status: str = "CREATING"
    address_type: str = "IPV4"

    def described(self) -> dict[str, str]:
        """As the API shows it: the endpoint's id only once the endpoint can be used."""
        shown = {"SubnetId": self.subnet_id, "Status": self.status}
        return shown if self.status == "CREATING" else shown | {"EndpointId": self.endpoint_id}


@dataclass
class Firewall(Resource):
    """A firewall and its endpoints, by zone."""

    policy_arn: str = ""
    vpc_id: str = ""
    zones: dict[str, Attachment] = field(default_factory=dict)
    delete_protection: bool = False
    subnet_protection: bool = False
    policy_protection: bool = False
    analysis: list[str] = field(default_factory=list)
    logging: list[dict[str, Any]] | None = None
    syncing: int = 0


@dataclass
class Association(Resource):
    """A further endpoint of a firewall, maybe in another VPC."""

    firewall_arn: str = ""
    vpc_id: str = ""
    zone: str = ""
    attachment: Attachment | None = None


@dataclass
class Store:
    """Everything of one account in one region, by ARN."""

    account: str
    region: str
    groups: dict[str, RuleGroup] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    firewalls: dict[str, Firewall] = field(default_factory=dict)
    associations: dict[str, Association] = field(default_factory=dict)

    def arn(self, kind: str, name: str) -> str:
        """The ARN of something of this store."""
        return f"arn:{PARTITION}:network-firewall:{self.region}:{self.account}:{kind}/{name}"


class _Stores(defaultdict[tuple[str, str], Store]):
    def __missing__(self, place: tuple[str, str]) -> Store:
        self[place] = Store(*place)
        return self[place]


stores = _Stores()
R = TypeVar("R", bound=Resource)


def store_of(call: Call) -> Store:
    """The store that a call is about."""
    return stores[call.account, call.region]


def find(resources: dict[str, R], name: str | None, arn: str | None) -> R:
    """The resource of a name or an ARN; raises if there is none."""
    if not name and not arn:
        raise invalid("You must provide a name or an ARN.")
    for one in resources.values():
        if (arn in (None, one.arn)) and (name in (None, one.name)):
            return one
    raise ServiceError("ResourceNotFoundException", f"The resource {arn or name} was not found.")


def check_new(resources: Iterable[Resource], name: str) -> None:
    """Raises if a name is taken."""
    if any(one.name == name for one in resources):
        raise invalid(f"A resource with the specified name already exists: {name}")


def common(asked: dict[str, Any]) -> dict[str, Any]:
    """What every create call may say."""
    given: dict[str, Any] = {"description": asked.get("Description") or "", "tags": tag_map(asked.get("Tags"))}
    if asked.get("EncryptionConfiguration"):
        given["encryption"] = asked["EncryptionConfiguration"]
    return given


def tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags by key."""
    return {one["Key"]: one["Value"] for one in tags or []}


def page(asked: dict[str, Any], name: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    """One page of a list."""
    start = int(asked.get("NextToken") or 0)
    end = start + min(asked.get("MaxResults") or _MOST_PER_PAGE, _MOST_PER_PAGE)
    answer: dict[str, Any] = {name: entries[start:end]}
    if end < len(entries):
        answer["NextToken"] = str(end)
    return answer


def invalid(message: str) -> ServiceError:
    """The refusal of a request that is wrong in itself."""
    return ServiceError("InvalidRequestException", message)


def impossible(message: str) -> ServiceError:
    """The refusal of a request that the state of things does not allow."""
    return ServiceError("InvalidOperationException", message)
