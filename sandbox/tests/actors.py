"""People with exactly the permissions that a test gives them."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running

HOME = "111122223333"
MEMBER = "777788889999"
MEMBER_ROLE = f"arn:aws:iam::{MEMBER}:role/CloisterProvisioner"
TRUST = {"Effect": "Allow", "Principal": {"AWS": HOME}, "Action": ["sts:AssumeRole", "sts:TagSession"]}

_numbers = itertools.count(1)


def document(*statements: dict[str, Any]) -> str:
    """A policy's text."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def allow(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": list(actions), "Resource": on} | more


def deny(*actions: str, on: Any = "*", **more: Any) -> dict[str, Any]:
    """A statement that denies."""
    return allow(*actions, on=on) | {"Effect": "Deny"} | more


def fresh(prefix: str) -> str:
    """A name that no other test uses."""
    return f"{prefix}-{next(_numbers)}"


class Actor:
    """A role of the home account, with one session."""

    def __init__(self, sandbox: Running, *statements: dict[str, Any], **role: Any) -> None:
        self.name = fresh("actor")
        self.iam = sandbox.client("iam")
        self.arn = self.iam.create_role(RoleName=self.name, AssumeRolePolicyDocument=document(TRUST), **role)["Role"][
            "Arn"
        ]
        if statements:
            self.may(*statements)
        self._sandbox = sandbox
        self.credentials = sandbox.session(self.arn)
        self.session_arn = f"arn:aws:sts::{HOME}:assumed-role/{self.name}/sandbox"

    def may(self, *statements: dict[str, Any]) -> None:
        """Puts these statements in the place of what the role may do."""
        self.iam.put_role_policy(RoleName=self.name, PolicyName="own", PolicyDocument=document(*statements))

    def client(self, service: str, **more: Any) -> Any:
        """A client with the role's session."""
        return self._sandbox.client(service, **(self.credentials | more))


def denial(action: Any, **parameters: Any) -> tuple[int, str, str]:
    """Status, code and message of a call that must fail."""
    with pytest.raises(ClientError) as failure:
        action(**parameters)
    answer = failure.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"], answer["Error"].get("Message", "")


def message(action: Any, **parameters: Any) -> str:
    """The message of a call that must fail."""
    return denial(action, **parameters)[2]
