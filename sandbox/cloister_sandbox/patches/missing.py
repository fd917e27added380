"""What the sandbox lacks is said as an error that SDKs do not retry.

Plain moto raises: an HTML page with status 500, which XML clients cannot parse
and every SDK sends again.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timezone
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.s3.responses import S3Response

from .. import answers
from ..call import ANONYMOUS, Call, Vantage
from .wrap import Answer, around, call_of


def missing_operation_answer(call: Call) -> Answer:
    """The answer to an operation that the sandbox does not have."""
    response = answers.unknown_operation(call)
    return response.status_code, dict(response.headers), response.get_data()


def apply() -> None:
    """Turns moto's NotImplementedError into the modelled answer."""

    @around(BaseResponse, "call_action")
    def call_action(original: Any, self: BaseResponse) -> Any:
        try:
            return original(self)
        except NotImplementedError:
            return missing_operation_answer(_call(self))

    for name in ("_bucket_response", "_key_response"):
        _patch_s3(name)


def _patch_s3(name: str) -> None:
    @around(S3Response, name)
    def respond(original: Any, self: S3Response, request: Any, full_url: str) -> Any:
        try:
            return original(self, request, full_url)
        except NotImplementedError:
            return missing_operation_answer(_call(self))


def _call(response: BaseResponse) -> Call:
    return call_of(response) or Call(
        seq=0,
        time=datetime.now(timezone.utc),
        account=response.current_account,
        region=response.region,
        service=response.boto3_service_name,
        iam_prefix=response.boto3_service_name,
        operation=response._get_action() or response.method,
        parameters={},
        principal=ANONYMOUS,
        vantage=Vantage("outside", ""),
        request_id=str(uuid.uuid4()),
        protocol=str(get_service_model(response.boto3_service_name).protocol),
        method=response.method,
    )
