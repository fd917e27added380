"""HTTP answers in the form of each service: results and errors, by moto's serializers."""

from __future__ import annotations

import json
from typing import Any

from botocore.model import OperationNotFoundError
from moto.core.exceptions import ServiceException
from moto.core.model import OperationModel
from moto.core.serialize import SerializationContext, get_serializer_class
from moto.core.utils import get_service_model
from werkzeug.wrappers import Response

from .call import Call


class ServiceError(ServiceException):
    """An error that a service answers with; `status` is the HTTP status unless the model names another."""

    def __init__(self, code: str, message: str, status: int = 400, **members: Any) -> None:
        super().__init__(code, message)
        self.status = status
        for name, value in members.items():
            setattr(self, name, value)


def result(call: Call, output: dict[str, Any] | None) -> Response:
    """The answer to a call that succeeded."""
    return _respond(call, output or {}, None)


def error(call: Call, code: str, message: str, status: int = 400) -> Response:
    """The answer to a call that failed."""
    return refusal(call, ServiceError(code, message, status))


def refusal(call: Call, failure: ServiceException) -> Response:
    """The answer to a call that failed with `failure`, be it the sandbox's or moto's."""
    return _respond(call, failure, getattr(failure, "status", 400))


def unknown_operation(call: Call, detail: str = "") -> Response:
    """The answer to a call that nothing here can serve.

    501, since SDKs retry 500, 502, 503 and 504: retrying this is futile and hides the reason.
    """
    code = "UnknownOperationException" if "json" in call.protocol else "NotImplemented"
    message = f"The sandbox does not implement {call.service}:{call.operation}."
    return error(call, code, f"{message} {detail}".strip(), 501)


def _respond(call: Call, outcome: object, status: int | None) -> Response:
    try:
        model = get_service_model(call.service)
        serializer_class = get_serializer_class(call.service, call.protocol)
    except Exception:  # A service or protocol that no model describes.
        return _plain(call, outcome, status or 200)
    try:
        operation = model.operation_model(call.operation)
    except OperationNotFoundError:
        operation = OperationModel({}, model)
    serializer = serializer_class(operation, context=SerializationContext(call.request_id))
    answered = serializer.serialize(outcome)
    body = b"" if call.method == "HEAD" else answered["body"]
    return Response(body, status=status or answered["status_code"], headers=dict(answered["headers"]))


def _plain(call: Call, outcome: object, status: int) -> Response:
    body = (
        ""
        if call.method == "HEAD"
        else json.dumps(
            {
                "__type": getattr(outcome, "code", "UnknownOperationException"),
                "message": getattr(outcome, "message", ""),
            }
        )
    )
    return Response(body, status=status, headers={"Content-Type": "application/x-amz-json-1.1"})
