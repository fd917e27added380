"""The policy of an endpoint, in the text that AWS gives back."""

from __future__ import annotations

import json

from .answers import ServiceError

_FULL_ACCESS = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
_GATEWAY_DEFAULT = {"Version": "2008-10-17", "Statement": [_FULL_ACCESS]}
_INTERFACE_DEFAULT = {"Statement": [_FULL_ACCESS]}

# White space included.
# https://docs.aws.amazon.com/vpc/latest/privatelink/vpc-limits-endpoints.html
_LONGEST = 20480


def text(kind: str, document: str | None) -> str:
    """How the policy of an endpoint reads; without a document, the one that allows everything.

    Interface endpoints give their policy back laid out anew, gateway endpoints as it came: whoever compares texts
    instead of policies sees a difference.
    """
    if kind == "Gateway":
        return _checked(document) if document else json.dumps(_GATEWAY_DEFAULT, separators=(",", ":"))
    policy = json.loads(_checked(document)) if document else _INTERFACE_DEFAULT
    return json.dumps(policy, indent=2, sort_keys=True, separators=(", ", ": "))


def _checked(document: str) -> str:
    if len(document) > _LONGEST:
        raise _invalid(f"it is longer than {_LONGEST} characters")
    try:
        policy = json.loads(document)
    except ValueError:
        raise _invalid("it is not valid JSON") from None
    statements = policy.get("Statement") if isinstance(policy, dict) else None
    statements = [statements] if isinstance(statements, dict) else statements
    if not isinstance(statements, list) or not statements:
        raise _invalid("it has no statement")
    for statement in statements:
        _check_statement(statement)
    return document


def _check_statement(statement: object) -> None:
    if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
        raise _invalid("a statement has no effect")
    for one, other in (("Principal", "NotPrincipal"), ("Action", "NotAction"), ("Resource", "NotResource")):
        if one not in statement and other not in statement:
            raise _invalid(f"a statement has no {one}")


def _invalid(reason: str) -> ServiceError:
    return ServiceError("InvalidPolicyDocument", f"The policy document is invalid: {reason}.")
