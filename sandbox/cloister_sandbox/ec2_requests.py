"""What EC2 does with the client token of any request."""

from __future__ import annotations

import json
from collections.abc import Callable

from werkzeug.wrappers import Response

from .answers import ServiceError
from .call import Call

# https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
_LONGEST_TOKEN = 64
_NOT_COMPARED = ("ClientToken", "DryRun")

_Key = tuple[str, str, str, str]
_Answer = tuple[str, int, list[tuple[str, str]], bytes]


class ClientTokens:
    """What was answered to each client token: a repetition gets the first answer, and nothing is made.

    That holds when the object is deleted meanwhile, too: the answer then names an object that is gone.
    """

    def __init__(self) -> None:
        self._answered: dict[_Key, _Answer] = {}

    def once(self, call: Call, perform: Callable[[], Response]) -> Response:
        """The answer of `perform`, which is not asked again for a token it succeeded with."""
        token = _token(call)
        if not token:
            return perform()
        key = (call.account, call.region, call.operation, token)
        asked = _fingerprint(call)
        if key in self._answered:
            return _repeat(asked, self._answered[key])
        response = perform()
        if response.status_code < 300:
            self._answered[key] = (asked, response.status_code, list(response.headers.items()), response.get_data())
        return response


def _token(call: Call) -> str:
    token = call.parameters.get("ClientToken")
    if call.service != "ec2" or not call.operation.startswith("Create") or not isinstance(token, str):
        return ""
    if len(token) > _LONGEST_TOKEN:
        raise ServiceError(
            "InvalidParameterValue",
            f"Value ({token}) for parameter clientToken is invalid. It must be no longer than "
            f"{_LONGEST_TOKEN} characters.",
        )
    return token


def _fingerprint(call: Call) -> str:
    compared = {name: value for name, value in call.parameters.items() if name not in _NOT_COMPARED}
    return json.dumps(compared, sort_keys=True, default=str)


def _repeat(asked: str, answer: _Answer) -> Response:
    asked_before, status, headers, body = answer
    if asked != asked_before:
        raise ServiceError(
            "IdempotentParameterMismatch",
            "The request uses the same client token as a previous, but non-identical request. Do not reuse a client "
            "token with different requests, unless the requests are identical.",
        )
    return Response(body, status=status, headers=headers)
