"""Whether a key policy leaves its caller able to change it again.

KMS evaluates the new policy for the caller before it takes it. This is that one
question, asked of the key policy alone: IAM policies of the account are taken to
allow, as they do for whoever administers keys.
"""

from __future__ import annotations

from typing import Any

from .documents import Document, principals, statements, values, wildcard
from .principals import role_arn_of_session

_ACTION = "kms:PutKeyPolicy"


def keeps_control(document: Document, account: str, partition: str, caller: str | None) -> bool:
    """Whether `caller` (the account itself where nobody is known) may call PutKeyPolicy."""
    root = f"arn:{partition}:iam::{account}:root"
    arn = role_arn_of_session(caller) if caller else root
    names = {"*", account, root, arn, caller or root}
    context = {"aws:principalarn": arn, "aws:principalaccount": account, "kms:calleraccount": account}
    applying = [entry for entry in statements(document) if _applies(entry, names, context)]
    allowed = any(entry.get("Effect") == "Allow" for entry in applying)
    return allowed and not any(entry.get("Effect") == "Deny" for entry in applying)


def _applies(statement: dict[str, Any], names: set[str], context: dict[str, str]) -> bool:
    return (
        _has_action(statement)
        and ("Resource" in statement or "NotResource" in statement)
        and _has_principal(statement, names)
        and all(
            _holds(operator, context.get(key.lower()), values(named))
            for operator, tests in statement.get("Condition", {}).items()
            for key, named in tests.items()
        )
    )


def _has_action(statement: dict[str, Any]) -> bool:
    if "NotAction" in statement:
        return not any(wildcard(action).match(_ACTION) for action in values(statement["NotAction"]))
    return any(wildcard(action).match(_ACTION) for action in values(statement.get("Action")))


def _has_principal(statement: dict[str, Any], names: set[str]) -> bool:
    named = any(kind == "AWS" and value in names for kind, value in principals(statement))
    return not named if "NotPrincipal" in statement else named


def _holds(operator: str, found: str | None, wanted: list[str]) -> bool:
    """A key that the request lacks fails a positive operator and satisfies a negated one."""
    name = operator.lower().rsplit(":", 1)[-1]
    optional = name.endswith("ifexists")
    name = name.removesuffix("ifexists")
    if name == "null":
        return (found is None) == (wanted == ["true"])
    negated = "not" in name
    if found is None:
        return optional or negated
    if not name.startswith(("string", "arn")):
        return negated
    hit = any(wildcard(value).match(found) for value in wanted)
    return hit != negated
