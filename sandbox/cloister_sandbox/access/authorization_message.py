"""The message that goes with EC2's denials: what was asked and under which conditions, for those who may decode it.

https://docs.aws.amazon.com/STS/latest/APIReference/API_DecodeAuthorizationMessage.html
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from typing import Any

from ..answers import ServiceError
from ..call import Call
from .needs import listed


def encode(call: Call, question: dict[str, Any], answer: dict[str, Any]) -> str:
    """The message of a denial."""
    text = json.dumps(_content(call, question, answer), separators=(",", ":"))
    return base64.urlsafe_b64encode(zlib.compress(text.encode())).decode().rstrip("=")


def decode(call: Call) -> dict[str, Any]:
    """STS's answer: the message in plain text."""
    message = str(call.parameters.get("EncodedMessage") or "")
    try:
        text = zlib.decompress(base64.urlsafe_b64decode(message + "=" * (-len(message) % 4))).decode()
    except (binascii.Error, zlib.error, ValueError):
        raise ServiceError("InvalidAuthorizationMessageException", "Message is not valid") from None
    return {"DecodedMessage": text}


def _content(call: Call, question: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    is_explicit = answer["decision"] == "explicit_deny"
    return {
        "allowed": False,
        "explicitDeny": is_explicit,
        "matchedStatements": _items([_statement(answer)] if is_explicit else []),
        "failures": _items([]),
        "context": {
            "principal": {
                "id": call.principal.principal_id,
                "name": call.principal.session_name or call.principal.user_name,
                "arn": call.principal.arn,
            },
            "action": question["action"],
            "resource": question["resource"],
            "conditions": _items([_condition(name, value) for name, value in sorted(question["context"].items())]),
        },
    }


def _statement(answer: dict[str, Any]) -> dict[str, Any]:
    return {"statementId": (answer.get("statement") or {}).get("sid") or "", "effect": "DENY"}


def _condition(name: str, value: Any) -> dict[str, Any]:
    texts = [str(one).lower() if isinstance(one, bool) else str(one) for one in listed(value)]
    return {"key": name, "values": _items([{"value": text} for text in texts])}


def _items(entries: list[Any]) -> dict[str, Any]:
    return {"items": entries}
