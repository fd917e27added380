"""One decoded call: what was asked, by whom, from where."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .work import Work

# Where the call lies in the WSGI environ, for patches: `flask.request.environ[ENVIRON_KEY]`.
ENVIRON_KEY = "cloister.call"


@dataclass(frozen=True)
class Principal:
    """Who calls. `kind` is CloudTrail's `userIdentity.type`."""

    kind: str
    account: str
    arn: str
    principal_id: str
    access_key: str = ""
    user_name: str = ""
    role_arn: str = ""
    role_id: str = ""
    session_name: str = ""
    session_tags: dict[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    source_identity: str = ""
    session_policies: tuple[tuple[str, str], ...] = ()  # Name and text of each.
    created: datetime | None = None
    # What SageMaker tells of the app that the session is for, as condition keys.
    studio_keys: dict[str, str] = field(default_factory=dict)

    @property
    def is_anonymous(self) -> bool:
        """Whether the request carried no credentials at all."""
        return self.kind == "Anonymous"


ANONYMOUS = Principal(kind="Anonymous", account="", arn="", principal_id="")


@dataclass(frozen=True)
class Vantage:
    """A place in the network from which calls come; each has a port of its own."""

    name: str
    source_ip: str
    vpc_id: str = ""
    vpc_account: str = ""
    vpc_region: str = ""

    @property
    def is_inside(self) -> bool:
        """Whether the caller sits in a VPC without a way to the internet."""
        return bool(self.vpc_id)


class Visibility(enum.Enum):
    """Which records a call leaves."""

    RECORDED = "recorded"
    ENDPOINT_ONLY = "endpoint only"  # Denied by an endpoint's policy: a network activity event and no other.
    NOT_RECORDED = "not recorded"


@dataclass
class Call:
    """A call as the pipeline, the faults and the patches see it.

    `operation` is the modelled name, or what the client sent where the model has none; then `known` is False.
    `parameters` have the member names of botocore's model. `account` is the caller's. `kept_objects` are those that a
    DeleteObjects call may not delete, each with the reason. `may` asks whether the caller may do something more.
    """

    seq: int
    time: datetime
    account: str
    region: str
    service: str
    iam_prefix: str
    operation: str
    parameters: dict[str, Any]
    principal: Principal
    vantage: Vantage
    request_id: str
    known: bool = True
    protocol: str = ""
    method: str = "POST"
    path: str = "/"
    query: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    signed_in: str = "header"
    # A fault rule lets this call be accepted, and what it begins end in failure.
    fails_later: bool = False
    vpc_endpoint_id: str = ""
    vpc_endpoint_account: str = ""
    kept_objects: list[tuple[dict[str, Any], Any]] = field(default_factory=list)
    visibility: Visibility = Visibility.RECORDED
    may: Callable[[Any], bool] | None = None
    # By how much its answer was held back, and what went on after it.
    delay: float = 0.0
    work: Work = field(default_factory=Work)

    @property
    def action(self) -> str:
        """The action as IAM policies write it, such as `s3:GetObject`."""
        return f"{self.iam_prefix}:{self.operation}"
