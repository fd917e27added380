"""What a record takes from an answer: error, response elements, key."""

from __future__ import annotations

from typing import Any

from botocore.parsers import create_parser
from moto.core.utils import get_service_model
from moto.kms.models import kms_backends
from werkzeug.wrappers import Response

from .call import Call
from .record_request import HIDDEN, render

# HEAD answers have no body; S3 still records why.
_BODILESS = {
    400: ("BadRequest", "Bad Request"),
    403: ("AccessDenied", "Access Denied"),
    405: ("MethodNotAllowed", "The specified method is not allowed against this resource."),
    412: ("PreconditionFailed", "At least one of the pre-conditions you specified did not hold"),
}
# Secrets that the model does not mark as such.
_HIDDEN = {"CreatePresignedDomainUrl": "authorizedUrl", "CreatePresignedNotebookInstanceUrl": "authorizedUrl"}
_MISSING_OBJECT = ("NoSuchKey", "The specified key does not exist.")
_MISSING_BUCKET = ("NoSuchBucket", "The specified bucket does not exist")


def read_error(call: Call, response: Response) -> tuple[str, str] | None:
    """Code and message of an answer that is an error, as CloudTrail writes them."""
    if response.status_code < 400:
        return None
    if not response.get_data():
        return _bodiless(call, response.status_code)
    try:
        found = _parser(call).parse(_as_response_dict(response), None)["Error"]
    except Exception:  # An answer that no parser takes is still an error.
        return _bodiless(call, response.status_code)
    code, message = str(found.get("Code") or response.status_code), str(found.get("Message") or "")
    if call.service == "ec2":
        code = f"{'Server' if response.status_code >= 500 else 'Client'}.{code}"
    return code, message


def elements(call: Call, response: Response) -> dict[str, Any] | None:
    """`responseElements` of a call that changed something."""
    if not call.known:
        return None
    shape = get_service_model(call.service).operation_model(call.operation).output_shape
    if shape is None:
        return None
    parsed = _parser(call).parse(_as_response_dict(response), shape)
    parsed.pop("ResponseMetadata", None)
    rendered = render(parsed, shape)
    if call.service == "sagemaker" and _HIDDEN.get(call.operation, "") in rendered:
        rendered[_HIDDEN[call.operation]] = HIDDEN
    return rendered or None


def key_resources(call: Call, response: Response) -> list[dict[str, str]]:
    """The KMS key that a call is about."""
    named = call.parameters.get("KeyId") or call.parameters.get("TargetKeyId")
    if call.operation == "CreateKey" and response.status_code < 400:
        named = (response.get_json(silent=True, force=True) or {}).get("KeyMetadata", {}).get("Arn")
    arn = _key_arn(call, str(named)) if named else None
    return [{"accountId": arn.split(":")[4], "type": "AWS::KMS::Key", "ARN": arn}] if arn else []


def _key_arn(call: Call, named: str) -> str | None:
    account = named.split(":")[4] if named.startswith("arn:") else call.account
    backend = kms_backends[account][call.region]
    try:
        return backend.keys[backend.any_id_to_key_id(named)].arn
    except Exception:  # No such key, or alias of none.
        return None


def _bodiless(call: Call, status: int) -> tuple[str, str]:
    if status == 404:
        return _MISSING_OBJECT if call.operation == "HeadObject" else _MISSING_BUCKET
    return _BODILESS.get(status, (str(status), ""))


def _parser(call: Call) -> Any:
    return create_parser(call.protocol if call.protocol in _PARSED else "json")


_PARSED = ("ec2", "query", "json", "rest-json", "rest-xml")


def _as_response_dict(response: Response) -> dict[str, Any]:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return {"body": response.get_data(), "headers": headers, "status_code": response.status_code}
