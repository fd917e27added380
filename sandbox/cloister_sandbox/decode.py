"""From a request to service, operation and parameters, for every protocol that moto can parse."""

from __future__ import annotations

import io
import logging
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from . import models
from .accounts import HOME_REGION

log = logging.getLogger(__name__)

_CBOR_PATH = re.compile(r"^/service/(?P<shape>[^/]+)/operation/(?P<operation>[^/]+)$")
_V2_HEADER = re.compile(r"^AWS (?P<access_key>[^:]+):")
_SIGNED_AS_S3 = ("s3", "s3express", "s3-object-lambda")
_S3_CONTROL_PATH = "/v20180820/"
_UNSIGNED_STS = ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


@dataclass(frozen=True)
class Signature:
    """What the credential part of a request says."""

    access_key: str = ""
    region: str = HOME_REGION
    signing_name: str = "s3"
    session_token: str = ""
    place: str = "none"


@dataclass
class Decoded:
    """A request, decoded as far as it can be."""

    signature: Signature
    service: str
    operation: str
    known: bool
    protocol: str
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)


def decode(environ: dict[str, Any], body: bytes) -> Decoded:
    """Decodes a request whose body was read already. Never raises for what a client may send."""
    request = Request({**environ, "wsgi.input": io.BytesIO(body)})
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    signature = read_signature(request, query)
    service, operation, labels = _route(request, signature.signing_name)
    decoded = Decoded(
        signature=signature,
        service=service,
        operation=operation.name if operation else _claimed_operation(request),
        known=operation is not None,
        protocol=_protocol(service, request),
        method=request.method,
        path=request.raw_path,
        query=query,
        headers={name.lower(): value for name, value in request.headers.items()},
    )
    if operation:
        decoded.parameters = _parameters(decoded, operation, request, body, labels)
    return decoded


def read_signature(request: Request, query: dict[str, str]) -> Signature:
    """Reads access key, region and signing name from wherever the request carries them."""
    header = request.headers.get("Authorization", "")
    token = request.headers.get("X-Amz-Security-Token", "")
    if "Credential=" in header:
        scope = header.split("Credential=", 1)[1].split(",")[0].strip()
        return _from_scope(scope, token, "header", request.headers.get("X-Amz-Region-Set", ""))
    if old := _V2_HEADER.match(header):
        return Signature(old["access_key"], session_token=token, place="header")
    if "X-Amz-Credential" in query:
        token = query.get("X-Amz-Security-Token", token)
        return _from_scope(query["X-Amz-Credential"], token, "query", query.get("X-Amz-Region-Set", ""))
    if "AWSAccessKeyId" in query:
        token = query.get("x-amz-security-token", token)
        return Signature(query["AWSAccessKeyId"], session_token=token, place="query")
    return Signature(signing_name=_unsigned_service(request))


def _from_scope(scope: str, token: str, place: str, region_set: str) -> Signature:
    parts = scope.split("/")
    if len(parts) == 4:  # SigV4A: the region is not in the scope.
        region = region_set.split(",")[0].replace("*", "") or HOME_REGION
        return Signature(parts[0], region, parts[2], token, place)
    if len(parts) != 5:
        return Signature(parts[0], session_token=token, place=place)
    return Signature(parts[0], parts[2], parts[3], token, place)


def _unsigned_service(request: Request) -> str:
    if request.headers.get("X-Amz-Target"):
        prefix = request.headers["X-Amz-Target"].split(".")[0]
        for service, facts in models.metadata().items():
            if facts.get("targetPrefix") == prefix:
                return models.signing_name(service)
    is_form = (request.content_type or "").startswith("application/x-www-form-urlencoded")
    if is_form and request.method == "POST" and request.path == "/":
        return "sts" if request.values.get("Action") in _UNSIGNED_STS else "iam"
    return "s3"


def _route(request: Request, signing_name: str) -> tuple[str, Any, dict[str, Any]]:
    services = _candidates(request, signing_name)
    for service in services:
        try:
            operation, labels = get_service_router(service).match(request)
        except Exception:  # Not of this service, or in a protocol that moto does not parse.
            if operation := _by_short_target(service, request):
                return service, operation, {}
            continue
        return service, operation, labels
    return (services or (signing_name,))[0], None, {}


def _by_short_target(service: str, request: Request) -> Any | None:
    """The operation of a target without the package in front: AWS takes it so, and SDKs made from Smithy send it so.

    What botocore calls `com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101` is `CloudTrail_20131101` there.
    """
    prefix, _, name = request.headers.get("X-Amz-Target", "").rpartition(".")
    known = models.facts(service).get("targetPrefix", "")
    if not prefix or prefix != known.rpartition(".")[2]:
        return None
    model = get_service_model(service)
    return model.operation_model(name) if name in model.operation_names else None


def _candidates(request: Request, signing_name: str) -> tuple[str, ...]:
    if signing_name in _SIGNED_AS_S3:
        is_control = request.raw_path.startswith(_S3_CONTROL_PATH) or "x-amz-account-id" in request.headers
        return ("s3control",) if is_control else ("s3",)
    services = models.services_signing_as(signing_name)
    version = _form_value(request, "Version")
    same_version = tuple(name for name in services if models.facts(name).get("apiVersion") == version)
    return same_version or services


def _form_value(request: Request, name: str) -> str:
    is_form = (request.content_type or "").startswith("application/x-www-form-urlencoded")
    return request.values.get(name, "") if is_form or name in request.args else ""


def _claimed_operation(request: Request) -> str:
    if cbor := _CBOR_PATH.match(request.path):
        return cbor["operation"]
    target = request.headers.get("X-Amz-Target", "")
    action = target.split(".")[-1] or _form_value(request, "Action")
    return action if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,99}", action) else "Unknown"


def _protocol(service: str, request: Request) -> str:
    try:
        return determine_request_protocol(get_service_model(service), request.content_type)
    except Exception:  # No such model, or a protocol that moto does not parse.
        return models.facts(service).get("protocol", "json")


def _parameters(
    decoded: Decoded, operation: Any, request: Request, body: bytes, labels: dict[str, Any]
) -> dict[str, Any]:
    parser = PROTOCOL_PARSERS[decoded.protocol](operation)
    # A form body is read from `values`; for S3 it is content, whatever its type says.
    values = request.args if decoded.service == "s3" else request.values
    try:
        parsed = parser.parse(
            {
                "method": request.method,
                "values": values,
                "headers": request.headers,
                "body": body,
                "url_path": request.path,
                "url_params": labels,
            }
        )
    except Exception as reason:  # Malformed input is moto's to refuse; the record must exist all the same.
        log.debug("parameters of %s:%s: %r", decoded.service, decoded.operation, reason)
        return dict(labels)
    return parsed or {}
