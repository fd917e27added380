"""Whether a role's trust policy lets a principal assume it.

Enough of IAM for trust policies as people write them; `cloister-policy` is the full evaluator.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Callable, Mapping
from typing import Any

from .call import Principal

Context = Mapping[str, str]


def allows(document: str, action: str, principal: Principal, context: Context) -> bool:
    """Whether the document allows the action to the principal: some statement allows, none denies."""
    try:
        statements = _listed(json.loads(document).get("Statement", []))
    except (ValueError, AttributeError):
        return False
    lowered = {key.lower(): value for key, value in context.items()}
    effects = [one.get("Effect") for one in statements if _applies(one, action, principal, lowered)]
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: dict[str, Any], action: str, principal: Principal, context: Context) -> bool:
    return (
        any(_like(action.lower(), one.lower()) for one in _listed(statement.get("Action", [])))
        and _names(statement.get("Principal", {}), principal)
        and _conditions_hold(statement.get("Condition", {}), context)
    )


def _names(named: Any, principal: Principal) -> bool:
    if named == "*":
        return True
    if not isinstance(named, dict):
        return False
    account = (principal.account, f":iam::{principal.account}:root")
    # A role that was deleted after it was named is known by its id only.
    own = {principal.arn, principal.role_arn, principal.role_id} - {""}
    return any(
        one in ("*", account[0]) or one.endswith(account[1]) or one in own for one in _listed(named.get("AWS", []))
    )


def _conditions_hold(conditions: dict[str, Any], context: Context) -> bool:
    return all(
        _holds(operator, context.get(key.lower()), [str(one) for one in _listed(wanted)])
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    name = operator.split(":")[-1].lower()
    if name == "null":
        return (value is None) == (wanted[:1] == ["true"])
    if name.endswith("ifexists"):
        if value is None:
            return True
        name = name.removesuffix("ifexists")
    negated, compare = _OPERATORS.get(name, (False, _never))
    if value is None:
        return negated
    return any(compare(value, one) for one in wanted) != negated


def _like(value: str, pattern: str) -> bool:
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))


def _never(_value: str, _pattern: str) -> bool:
    return False


def _same(value: str, pattern: str) -> bool:
    return value == pattern


def _same_ignoring_case(value: str, pattern: str) -> bool:
    return value.lower() == pattern.lower()


_OPERATORS: dict[str, tuple[bool, Callable[[str, str], bool]]] = {
    "stringequals": (False, _same),
    "stringnotequals": (True, _same),
    "stringequalsignorecase": (False, _same_ignoring_case),
    "stringlike": (False, _like),
    "stringnotlike": (True, _like),
    "arnequals": (False, _like),
    "arnlike": (False, _like),
    "arnnotequals": (True, _like),
    "arnnotlike": (True, _like),
    "bool": (False, _same_ignoring_case),
}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
