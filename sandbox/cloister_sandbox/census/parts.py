"""What objects consist of that has a life of its own: rules, routes, policies, aliases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from .entry import entry, of

Part = tuple[str, dict[str, Any]]


def of_object(service: str, kind: str, backend: Any, one: Any) -> Iterator[Part]:
    """The parts of an object, each with its kind."""
    lister = _LISTERS.get((service, kind))
    if lister is not None:
        yield from lister(backend, one)


def _route_table(backend: Any, table: Any) -> Iterator[Part]:
    for route in table.routes:
        if not route.local:
            to = route.destination_cidr_block or route.destination_ipv6_cidr_block or route.destination_prefix_list_id
            yield "route", entry(f"{table.id}/{to}", state=route.state, region=backend.region_name)
    for name, target in table._associations.items():
        yield "route-table-association", entry(name, target, region=backend.region_name)


def _group(backend: Any, group: Any) -> Iterator[Part]:
    for rule in (*group.ingress_rules, *group.egress_rules):
        yield "security-group-rule", of(backend, rule, rule.id, "id")


def _role(_: Any, role: Any) -> Iterator[Part]:
    yield from _policies("role", role)


def _user(_: Any, user: Any) -> Iterator[Part]:
    yield from _policies("user", user)
    for key in user.access_keys:
        yield "access-key", entry(key.access_key_id, user.name)


def _iam_group(_: Any, group: Any) -> Iterator[Part]:
    yield from _policies("group", group)


def _policies(kind: str, holder: Any) -> Iterator[Part]:
    for name in holder.policies:
        yield f"{kind}-policy", entry(f"{holder.name}/{name}")
    for arn in holder.managed_policies:
        yield f"{kind}-policy-attachment", entry(f"{holder.name}/{arn}")


def _key(backend: Any, key: Any) -> Iterator[Part]:
    for name in key.aliases:
        yield "alias", entry(name, region=backend.region_name)
    for grant in key.grants.values():
        yield "grant", entry(grant.id, grant.name or "", region=backend.region_name)


def _log_group(backend: Any, group: Any) -> Iterator[Part]:
    for name in group.subscription_filters:
        yield "subscription-filter", entry(f"{group.name}/{name}", region=backend.region_name)
    for one in backend.filters.metric_filters:
        if one["logGroupName"] == group.name:
            yield "metric-filter", entry(f"{group.name}/{one['filterName']}", region=backend.region_name)


def _bucket(_: Any, bucket: Any) -> Iterator[Part]:
    if bucket.policy is not None:
        yield "bucket-policy", entry(bucket.name)


_LISTERS: dict[tuple[str, str], Callable[[Any, Any], Iterator[Part]]] = {
    ("ec2", "route-table"): _route_table,
    ("ec2", "security-group"): _group,
    ("iam", "group"): _iam_group,
    ("iam", "role"): _role,
    ("iam", "user"): _user,
    ("kms", "key"): _key,
    ("logs", "log-group"): _log_group,
    ("s3", "bucket"): _bucket,
}
