"""S3's errors, with the HTTP status that S3 gives them."""

from __future__ import annotations

from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.responses import S3Response

from .wrap import around


class S3Error(S3ClientError):
    """An error in S3's words; moto answers 400 to codes that the model lacks, so the status is kept here."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.http_status = status


def access_denied() -> S3Error:
    """The refusal that tells nothing."""
    return S3Error("AccessDenied", "Access Denied", 403)


def malformed_xml() -> S3Error:
    """The refusal of a body that is not the operation's schema."""
    message = "The XML you provided was not well-formed or did not validate against our published schema"
    return S3Error("MalformedXML", message)


def invalid_argument(message: str) -> S3Error:
    """The refusal of a value."""
    return S3Error("InvalidArgument", message)


def apply() -> None:
    """Lets an `S3Error` decide its HTTP status."""

    @around(S3Response, "serialized")
    def serialized(original: Any, self: S3Response, action_result: Any) -> Any:
        status, headers, body = original(self, action_result)
        return getattr(action_result.result, "http_status", status), headers, body
