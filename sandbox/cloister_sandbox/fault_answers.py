"""The errors of faults, in the code that each service uses for them.

Codes: each service's "common errors" page; for S3
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
"""

from __future__ import annotations

from . import answers
from .call import Call

Answer = tuple[int, dict[str, str], bytes]
_Error = tuple[str, int, str]

_THROTTLED: dict[str, _Error] = {
    "s3": ("SlowDown", 503, "Please reduce your request rate."),
    "ec2": ("RequestLimitExceeded", 503, "Request limit exceeded."),
    "iam": ("Throttling", 400, "Rate exceeded"),
    "sts": ("Throttling", 400, "Rate exceeded"),
    "efs": ("TooManyRequests", 429, "Rate exceeded"),
    "lambda": ("TooManyRequestsException", 429, "Rate exceeded"),
    "resource-groups": ("TooManyRequestsException", 429, "Rate exceeded"),
    "resourcegroupstaggingapi": ("ThrottledException", 400, "Rate exceeded"),
}
_THROTTLED_ELSEWHERE: _Error = ("ThrottlingException", 400, "Rate exceeded")
_THROTTLED_IN_QUERY: _Error = ("Throttling", 400, "Rate exceeded")

_FAILED: dict[str, _Error] = {
    "s3": ("InternalError", 500, "We encountered an internal error. Please try again."),
    "ec2": ("InternalError", 500, "An internal error has occurred"),
    "iam": ("ServiceFailure", 500, "The request processing has failed because of an unknown error."),
    "kms": ("KMSInternalException", 500, "The request was rejected because an internal exception occurred."),
    "ssm": ("InternalServerError", 500, "An error occurred on the server side."),
    "resourcegroupstaggingapi": ("InternalServiceException", 500, "The request processing failed."),
}
_FAILED_ELSEWHERE: _Error = ("InternalFailure", 500, "The request processing has failed because of an unknown error.")

_NOT_FOUND: dict[str, _Error] = {
    "s3": ("NoSuchBucket", 404, "The specified bucket does not exist"),
    "kms": ("NotFoundException", 400, "The key or alias does not exist"),
    "ssm": ("ParameterNotFound", 400, ""),
    "iam": ("NoSuchEntity", 404, "The entity cannot be found."),
    "cloudtrail": ("TrailNotFoundException", 400, "Unknown trail"),
}
_NOT_FOUND_ELSEWHERE: _Error = ("ResourceNotFoundException", 404, "The resource does not exist")

# Reads whose object exists, though the setting that they ask for is not there (yet).
_NOT_SET: dict[tuple[str, str], _Error] = {
    ("s3", "GetBucketPolicy"): ("NoSuchBucketPolicy", 404, "The bucket policy does not exist"),
    ("s3", "GetBucketTagging"): ("NoSuchTagSet", 404, "The TagSet does not exist"),
    ("s3", "GetBucketLifecycleConfiguration"): (
        "NoSuchLifecycleConfiguration",
        404,
        "The lifecycle configuration does not exist",
    ),
    ("s3", "HeadObject"): ("NotFound", 404, "Not Found"),
    ("s3", "GetObject"): ("NoSuchKey", 404, "The specified key does not exist."),
    ("ssm", "ListTagsForResource"): ("InvalidResourceId", 400, "The resource ID isn't valid."),
}


def failed_answer(call: Call) -> Answer:
    """The service's internal error."""
    return _answer(call, _FAILED.get(call.service, _FAILED_ELSEWHERE))


def throttled_answer(call: Call) -> Answer:
    """The service's throttling error."""
    elsewhere = _THROTTLED_IN_QUERY if call.protocol == "query" else _THROTTLED_ELSEWHERE
    return _answer(call, _THROTTLED.get(call.service, elsewhere))


def not_found_answer(call: Call) -> Answer:
    """What a read says when the object, or the setting that it asks for, is not there."""
    error = _NOT_SET.get((call.service, call.operation)) or _NOT_FOUND.get(call.service)
    if error is None and call.service == "ec2":
        error = (
            f"Invalid{call.operation.removeprefix('Describe').rstrip('s')}ID.NotFound",
            400,
            "The ID does not exist",
        )
    return _answer(call, error or _NOT_FOUND_ELSEWHERE)


def empty_answer(call: Call) -> Answer:
    """A list without entries, for reads that always answer with one."""
    response = answers.result(call, {})
    return response.status_code, dict(response.headers), response.get_data()


def _answer(call: Call, error: _Error) -> Answer:
    code, status, message = error
    response = answers.error(call, code, message, status)
    return response.status_code, dict(response.headers), response.get_data()
