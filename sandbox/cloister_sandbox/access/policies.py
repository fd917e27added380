"""The policy documents as they stand in moto, by the place each is attached to."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import Key
from moto.organizations.models import organizations_backends
from moto.s3.models import FakeBucket

from ..accounts import PARTITION
from ..call import Call, Principal
from ..patches import principals
from ..patches.documents import as_returned, parse
from ..patches.iam_managed import managed_policy
from .needs import Document

_NOTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}

# Keys that AWS makes and manages work for whoever may use the service they belong to.
# https://docs.aws.amazon.com/kms/latest/developerguide/viewing-managed-keys.html
_MANAGED_KEY_USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:DescribeKey"]
_MANAGED_KEY_READING = ["kms:Describe*", "kms:Get*", "kms:List*"]


def of_identity(principal: Principal) -> list[Document]:
    """The policies that are attached to a user or role, and to the user's groups."""
    entity = _entity(principal)
    if entity is None:
        return []
    holders = [entity, *_groups(principal)]
    return [document for holder in holders for document in _attached(holder)]


def of_boundary(principal: Principal) -> Document | None:
    """The permissions boundary of a user or role. One that does not exist allows nothing."""
    entity = _entity(principal)
    arn = getattr(entity, "permissions_boundary_arn", None) if entity is not None else None
    if not arn:
        return None
    policy = managed_policy(iam_backends[principal.account][PARTITION], arn)
    return Document(arn, default_version(policy) if policy is not None else json.dumps(_NOTHING))


def principal_tags(principal: Principal) -> dict[str, str]:
    """The tags of a user or role; those of the session take their place."""
    entity = _entity(principal)
    own = {one["Key"]: one["Value"] for one in (entity.tags or [])} if entity is not None else {}
    given = {key.lower() for key in principal.session_tags}
    return {key: value for key, value in own.items() if key.lower() not in given} | principal.session_tags


def of_bucket(bucket: FakeBucket | None) -> Document | None:
    """A bucket's policy, its principals called what they are called by now."""
    if bucket is None or not bucket.policy:
        return None
    return _with_present_names(bucket.arn, bucket.policy.decode(), bucket.cloister_principals)


def of_key(key: Key) -> Document:
    """A key's policy, with what its grants allow."""
    if _is_managed_by_aws(key):
        return Document(key.arn, json.dumps(_managed_key_policy(key)))
    document = _with_present_names(key.arn, key.policy, getattr(key, "cloister_principals", {}))
    if not key.grants:
        return document
    widened = json.loads(document.text)
    held = widened["Statement"]
    granted = [_grant(grant) for grant in key.grants.values()]
    return Document(
        key.arn, json.dumps(widened | {"Statement": (held if isinstance(held, list) else [held]) + granted})
    )


def of_missing_key(account: str, arn: str) -> Document:
    """What stands for the policy of a key that does not exist, so that KMS gets to say so."""
    statement = {"Effect": "Allow", "Principal": {"AWS": _root(account)}, "Action": "kms:*", "Resource": "*"}
    return Document(arn, json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def of_trust(role: Any) -> Document:
    """A role's trust policy."""
    saved = getattr(role, "cloister_principals", {})
    return _with_present_names(role.arn, role.assume_role_policy_document, saved)


def of_endpoint(call: Call) -> Document | None:
    """The policy of the VPC endpoint that carries the call."""
    if not call.vpc_endpoint_id:
        return None
    backend = ec2_backends[call.vpc_endpoint_account][call.vantage.vpc_region]
    endpoint = backend.vpc_end_points[call.vpc_endpoint_id]
    return Document(endpoint.id, endpoint.policy_document)


def of_organization(account: str, kind: str) -> list[list[Document]]:
    """The policies of a kind that apply to an account, by level; none to an organisation's own account."""
    backend = _organization(account)
    if backend is None or backend.org.master_account_id == account:
        return []
    member = next(one for one in backend.accounts if one.id == account)
    root = next(one for one in backend.ou if one.id == backend.org.root_id)
    if not any(one["Type"] == kind for one in root.policy_types):
        return []
    levels = [member]
    while (parent := next((one for one in backend.ou if one.id == levels[-1].parent_id), None)) is not None:
        levels.append(parent)
        if parent.id == backend.org.root_id:
            break
    return [
        [Document(policy.arn, policy.content) for policy in level.attached_policies if policy.type == kind]
        for level in reversed(levels)
    ]


def organization_id(account: str) -> str | None:
    """The id of the organisation that an account is in."""
    backend = _organization(account)
    return backend.org.id if backend is not None else None


def default_version(policy: Any) -> str:
    """The text of a managed policy as it is in force."""
    return next(version.document for version in policy.versions if version.version_id == policy.default_version_id)


def _organization(account: str) -> Any | None:
    for partitions in organizations_backends.values():
        backend = partitions.get(PARTITION)
        if backend is not None and backend.org is not None and any(one.id == account for one in backend.accounts):
            return backend
    return None


def _entity(principal: Principal) -> Any | None:
    """The user or role as it is now: one that was deleted and made again is another."""
    if principal.account not in iam_backends:
        return None
    backend = iam_backends[principal.account][PARTITION]
    if principal.role_id:
        return backend.roles.get(principal.role_id)
    user = backend.users.get(principal.user_name)
    return user if user is not None and user.id == principal.principal_id else None


def _groups(principal: Principal) -> list[Any]:
    if principal.kind != "IAMUser":
        return []
    return iam_backends[principal.account][PARTITION].get_groups_for_user(principal.user_name)


def _attached(holder: Any) -> Iterator[Document]:
    for name, text in holder.policies.items():
        yield Document(f"{holder.arn}#{name}", text)
    for policy in holder.managed_policies.values():
        yield Document(policy.arn, default_version(policy))


def _with_present_names(name: str, text: str, saved_ids: dict[str, str]) -> Document:
    if not saved_ids:
        return Document(name, text)
    document = parse(text)
    shown = principals.names_now(document, saved_ids, PARTITION)
    if all(shown.get(arn, arn) == arn for arn in saved_ids):
        return Document(name, text)
    return Document(name, json.dumps(as_returned(document, shown)))


def _is_managed_by_aws(key: Key) -> bool:
    return any(alias.startswith("alias/aws/") for alias in key.aliases)


def _managed_key_policy(key: Key) -> dict[str, Any]:
    service = next(alias for alias in key.aliases if alias.startswith("alias/aws/")).removeprefix("alias/aws/")
    through = {"kms:CallerAccount": key.account_id, "kms:ViaService": f"{service}.{key.region}.amazonaws.com"}
    use = {"Principal": {"AWS": "*"}, "Action": _MANAGED_KEY_USE, "Condition": {"StringEquals": through}}
    reading = {"Principal": {"AWS": _root(key.account_id)}, "Action": _MANAGED_KEY_READING}
    common = {"Effect": "Allow", "Resource": "*"}
    return {"Version": "2012-10-17", "Statement": [common | use, common | reading]}


def _grant(grant: Any) -> dict[str, Any]:
    """A grant as a statement of its key's policy: that is how it takes effect for a principal of the account."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": grant.grantee_principal},
        "Action": [f"kms:{operation}" for operation in grant.operations],
        "Resource": "*",
    }
    constraints = grant.constraints or {}
    context = constraints.get("EncryptionContextEquals") or constraints.get("EncryptionContextSubset") or {}
    tests = {"StringEquals": {f"kms:EncryptionContext:{key}": value for key, value in context.items()}}
    if constraints.get("EncryptionContextEquals"):
        tests["ForAllValues:StringEquals"] = {"kms:EncryptionContextKeys": sorted(context)}
    return statement | ({"Condition": tests} if context else {})


def _root(account: str) -> str:
    return f"arn:{PARTITION}:iam::{account}:root"
