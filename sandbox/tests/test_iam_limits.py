"""IAM's sizes to the character, and the account's details in pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from actors import HOME, allow, document, fresh
from conftest import Running
from networks import refused

TRUST = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": "sts:AssumeRole"}
ACTION = "s3:GetObject"


def sized(size: int, statement: dict[str, Any], spaces: int = 500) -> str:
    """A policy of so many characters that are not white space."""
    text = document(statement)
    missing = size - len("".join(text.split())) - len(',"Sid":""')
    return document(statement | {"Sid": "x" * missing}) + " " * spaces


def holder(iam: Any, kind: str, name: str) -> Callable[..., Any]:
    """Makes a role, user or group, and returns what gives it an inline policy."""
    if kind == "role":
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document(TRUST))
    else:
        getattr(iam, f"create_{kind}")(**{f"{kind.capitalize()}Name": name})
    put = getattr(iam, f"put_{kind}_policy")
    return lambda policy, text: put(
        **{f"{kind.capitalize()}Name": name}, PolicyName=policy, PolicyDocument=text
    )


@pytest.mark.parametrize(("kind", "most"), [("role", 10240), ("user", 2048), ("group", 5120)])
def test_inline_policies_have_room_together(sandbox: Running, kind: str, most: int) -> None:
    name = fresh("limits")
    put = holder(sandbox.client("iam"), kind, name)
    put("large", sized(most - 200, allow(ACTION)))
    put("small", sized(200, allow(ACTION)))
    assert refused(put, policy="small", text=sized(201, allow(ACTION))) == (
        "LimitExceeded",
        f"Maximum policy size of {most} bytes exceeded for {kind} {name}",
    )
    put("large", sized(most - 201, allow(ACTION)))
    put("small", sized(201, allow(ACTION)))


@pytest.mark.parametrize("kind", ["role", "user", "group"])
def test_ten_policies_are_attached_at_most(sandbox: Running, kind: str) -> None:
    iam, name = sandbox.client("iam"), fresh("limits")
    holder(iam, kind, name)
    attach, whom = getattr(iam, f"attach_{kind}_policy"), {f"{kind.capitalize()}Name": name}
    arns = [
        iam.create_policy(PolicyName=f"{name}-{number}", PolicyDocument=document(allow(ACTION)))["Policy"]["Arn"]
        for number in range(11)
    ]
    for arn in arns[:10]:
        attach(PolicyArn=arn, **whom)
    attach(PolicyArn=arns[0], **whom)
    quota = f"PoliciesPer{kind.capitalize()}"
    assert refused(attach, PolicyArn=arns[10], **whom) == ("LimitExceeded", f"Cannot exceed quota for {quota}: 10")


def test_a_managed_policy_has_room(sandbox: Running) -> None:
    iam, name = sandbox.client("iam"), fresh("limits")
    refusal = ("LimitExceeded", "Cannot exceed quota for PolicySize: 6144")
    large = sized(6145, allow(ACTION))
    assert refused(iam.create_policy, PolicyName=name, PolicyDocument=large) == refusal
    arn = iam.create_policy(PolicyName=name, PolicyDocument=sized(6144, allow(ACTION)))["Policy"]["Arn"]
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=large) == refusal
    for _ in range(4):
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=sized(6144, allow(ACTION)))
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument="{}")[0] in (
        "LimitExceeded",
        "MalformedPolicyDocument",
    )
    fits = sized(300, allow(ACTION))
    assert refused(iam.create_policy_version, PolicyArn=arn, PolicyDocument=fits)[0] == "LimitExceeded"


def test_a_trust_policy_has_room(sandbox: Running) -> None:
    iam, name = sandbox.client("iam"), fresh("limits")
    refusal = ("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048")
    assert refused(iam.create_role, RoleName=name, AssumeRolePolicyDocument=sized(2049, TRUST)) == refusal
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=sized(2048, TRUST))
    update = iam.update_assume_role_policy
    assert refused(update, RoleName=name, PolicyDocument=sized(2049, TRUST)) == refusal
    update(RoleName=name, PolicyDocument=sized(2048, TRUST))


def test_the_details_of_an_account_show_roles_whole(sandbox: Running) -> None:
    iam, name = sandbox.client("iam"), fresh("details")
    boundary = iam.create_policy(PolicyName=f"{name}-b", PolicyDocument=document(allow("s3:*")))["Policy"]["Arn"]
    tags = [{"Key": "cloister:composite", "Value": name}]
    iam.create_role(
        RoleName=name, Path="/lab/", AssumeRolePolicyDocument=document(TRUST), PermissionsBoundary=boundary, Tags=tags
    )
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document(allow(ACTION)))
    managed = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess"
    iam.attach_role_policy(RoleName=name, PolicyArn=managed)
    iam.get_policy(PolicyArn="arn:aws:iam::aws:policy/AmazonEC2ReadOnlyAccess")

    pages = list(iam.get_paginator("get_account_authorization_details").paginate(PaginationConfig={"PageSize": 3}))
    assert len(pages) > 1
    assert all(sum(len(page[kind]) for kind in _KINDS) <= 3 for page in pages)
    roles = [one for page in pages for one in page["RoleDetailList"]]
    assert len({one["Arn"] for one in roles}) == len(roles)
    [mine] = [one for one in roles if one["RoleName"] == name]
    assert (mine["Arn"], mine["Tags"]) == (f"arn:aws:iam::{HOME}:role/lab/{name}", tags)
    assert mine["AssumeRolePolicyDocument"] == json.loads(document(TRUST))
    assert mine["RolePolicyList"] == [
        {"PolicyName": "own", "PolicyDocument": json.loads(document(allow(ACTION)))}
    ]
    assert mine["AttachedManagedPolicies"] == [{"PolicyName": "AmazonS3ReadOnlyAccess", "PolicyArn": managed}]
    assert mine["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    policies = {one["PolicyName"]: one for page in pages for one in page["Policies"]}
    shown = policies[f"{name}-b"]
    assert (shown["Arn"], shown["AttachmentCount"], shown["PermissionsBoundaryUsageCount"]) == (boundary, 0, 1)
    [version] = shown["PolicyVersionList"]
    assert (version["VersionId"], version["IsDefaultVersion"]) == ("v1", True)
    assert version["Document"] == json.loads(document(allow("s3:*")))
    assert policies["AmazonS3ReadOnlyAccess"]["AttachmentCount"] == 1
    assert "AmazonEC2ReadOnlyAccess" not in policies, "nobody uses it"
    only = iam.get_account_authorization_details(Filter=["LocalManagedPolicy"])
    assert only["RoleDetailList"] == []
    assert {one["Arn"].split(":")[4] for one in only["Policies"]} == {HOME}


def test_the_details_of_roles_alone_come_in_pages_of_up_to_a_thousand(sandbox: Running) -> None:
    iam, prefix = sandbox.client("iam"), fresh("paged")
    expected = {}
    for number in range(12):
        path, tags = f"/lab/{number % 2}/", [{"Key": "cloister:part", "Value": str(number)}]
        iam.create_role(RoleName=f"{prefix}-{number}", Path=path, AssumeRolePolicyDocument=document(TRUST), Tags=tags)
        expected[f"{prefix}-{number}"] = (path, tags)
    for size in (5, 1000):
        found, marker = [], {}
        while marker is not None:
            answer = iam.get_account_authorization_details(Filter=["Role"], MaxItems=size, **marker)
            found.append(answer["RoleDetailList"])
            marker = {"Marker": answer["Marker"]} if answer["IsTruncated"] else None
        assert all(len(each) == size for each in found[:-1])
        roles = [one for each in found for one in each if one["RoleName"].startswith(prefix)]
        assert {one["RoleName"]: (one["Path"], one["Tags"]) for one in roles} == expected
        assert len(roles) == 12
    assert len(found) == 1


def test_the_accounts_own_policies_are_listed_with_their_tags(sandbox: Running) -> None:
    iam, prefix = sandbox.client("iam"), fresh("listed")
    expected = {}
    for number in range(3):
        tags = [{"Key": "cloister:part", "Value": str(number)}, {"Key": "team", "Value": "red"}]
        asked = {"PolicyName": f"{prefix}-{number}", "Path": "/lab/", "PolicyDocument": document(allow("s3:*"))}
        expected[iam.create_policy(**asked, Tags=tags)["Policy"]["Arn"]] = tags
    pages = iam.get_paginator("list_policies").paginate(Scope="Local", PaginationConfig={"PageSize": 2})
    arns = [one["Arn"] for each in pages for one in each["Policies"]]
    assert {arn.split(":")[4] for arn in arns} == {HOME}
    mine = [arn for arn in arns if arn in expected]
    assert len(mine) == len(expected)
    assert {arn: iam.list_policy_tags(PolicyArn=arn)["Tags"] for arn in mine} == expected
    first = iam.list_policy_tags(PolicyArn=mine[0], MaxItems=1)
    assert (first["Tags"], first["IsTruncated"]) == (expected[mine[0]][:1], True)
    rest = iam.list_policy_tags(PolicyArn=mine[0], MaxItems=1, Marker=first["Marker"])
    assert (rest["Tags"], rest["IsTruncated"]) == (expected[mine[0]][1:], False)


_KINDS = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
