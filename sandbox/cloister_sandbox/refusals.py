"""How each service refuses credentials that it does not know, that ran out, or that are missing."""

from __future__ import annotations

from .answers import ServiceError
from .call import Call

# Kind of refusal -> protocol -> code, HTTP status, message. S3 and EC2 differ from their protocol.
# https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
_INVALID_TOKEN = "The security token included in the request is invalid."
_EXPIRED_TOKEN = "The security token included in the request is expired"
_MISSING_TOKEN = "Missing Authentication Token"
_EC2_UNKNOWN = "AWS was not able to validate the provided access credentials"

_REFUSALS: dict[str, dict[str, tuple[str, int, str]]] = {
    "unknown": {
        "s3": ("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
        "ec2": ("AuthFailure", 401, _EC2_UNKNOWN),
        "query": ("InvalidClientTokenId", 403, _INVALID_TOKEN),
        "json": ("UnrecognizedClientException", 400, _INVALID_TOKEN),
        "rest-json": ("UnrecognizedClientException", 403, _INVALID_TOKEN),
        "rest-xml": ("InvalidClientTokenId", 403, _INVALID_TOKEN),
    },
    "expired": {
        "s3": ("ExpiredToken", 400, "The provided token has expired."),
        "ec2": ("RequestExpired", 400, "Request has expired."),
        "query": ("ExpiredToken", 403, _EXPIRED_TOKEN),
        "json": ("ExpiredTokenException", 400, _EXPIRED_TOKEN),
        "rest-json": ("ExpiredTokenException", 403, _EXPIRED_TOKEN),
        "rest-xml": ("ExpiredToken", 403, _EXPIRED_TOKEN),
    },
    "missing": {
        "s3": ("AccessDenied", 403, "Access Denied"),
        "ec2": ("AuthFailure", 401, _EC2_UNKNOWN),
        "query": ("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
        "json": ("MissingAuthenticationTokenException", 400, _MISSING_TOKEN),
        "rest-json": ("MissingAuthenticationTokenException", 403, _MISSING_TOKEN),
        "rest-xml": ("MissingAuthenticationToken", 403, _MISSING_TOKEN),
    },
}


def refuse(kind: str, call: Call) -> ServiceError:
    """The error for a call whose credentials are `unknown`, `expired` or `missing`."""
    table = _REFUSALS[kind]
    key = "s3" if call.service in ("s3", "s3control") else call.protocol
    code, status, message = table.get(key, table["json"])
    return ServiceError(code, message, status)
