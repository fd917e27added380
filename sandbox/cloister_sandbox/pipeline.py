"""What happens to every request: decode, identify, spoil, answer, record."""

from __future__ import annotations

import logging
import re
import secrets
import string
import time
import uuid
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from . import answers, buckets, models, network, refusals, sockets, wire
from .access import deletions
from .access.worker import Undecidable
from .accounts import HOME_ACCOUNT
from .call import ANONYMOUS, ENVIRON_KEY, Call, Vantage, Visibility
from .decode import Decoded, decode
from .identity import ExpiredSession, UnknownAccessKey, utc_now
from .patches import s3_roots
from .patches.validation import validate
from .spoil import throttled

if TYPE_CHECKING:
    from .sandbox import Sandbox

log = logging.getLogger(__name__)

_REQUEST_ID_ELEMENT = re.compile(rb"<(RequestId|RequestID|requestId)>[^<]*</\1>|<(RequestId|RequestID|requestId)\s*/>")
_S3_ID_ALPHABET = string.ascii_uppercase + string.digits
CONTROL_PATH = "/_cloister"


class Pipeline:
    """The WSGI application of one vantage."""

    def __init__(self, sandbox: Sandbox, vantage: Vantage) -> None:
        self._sandbox = sandbox
        self._vantage = vantage

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        path = environ.get("PATH_INFO", "")
        if path == CONTROL_PATH or path.startswith(CONTROL_PATH + "/"):
            return self._control(environ)(environ, start_response)
        return self._serve(environ)(environ, start_response)

    def _control(self, environ: dict[str, Any]) -> Response:
        if self._vantage.is_inside:
            return Response("the control API is on the outside port\n", status=404)
        return self._sandbox.control.answer(environ)

    def _serve(self, environ: dict[str, Any]) -> Response:
        try:
            body = wire.absorb(environ)
        except wire.BadFraming as reason:
            return Response(f"<Error><Code>IncompleteBody</Code><Message>{reason}</Message></Error>", status=400)
        decoded = decode(environ, body)
        wire.rewind(environ, body)
        with self._sandbox.stillness.work():
            return self._answer(environ, decoded, body)

    def _answer(self, environ: dict[str, Any], decoded: Decoded, body: bytes) -> Response:
        call = _undetermined_call(self._sandbox, self._vantage, decoded, body)
        environ[ENVIRON_KEY] = call
        self._sandbox.backend.settle()
        if not network.take_way_out(call):
            self._sandbox.calls.add(call, None, None, "unreachable")
            sockets.cut(environ)
        refused = self._identify(call, decoded)
        if refused is not None:
            call.visibility = Visibility.NOT_RECORDED  # CloudTrail leaves out what fails authentication.
            return self._finish(call, refused, None)
        return self._perform(call, environ)

    def _identify(self, call: Call, decoded: Decoded) -> Response | None:
        try:
            principal = self._sandbox.identities.resolve(decoded.signature, call.time)
        except UnknownAccessKey:
            return answers.refusal(call, refusals.refuse("unknown", call))
        except ExpiredSession:
            return answers.refusal(call, refusals.refuse("expired", call))
        if principal.is_anonymous and not _may_be_anonymous(call):
            return answers.refusal(call, refusals.refuse("missing", call))
        call.principal = principal
        call.account = principal.account
        return None

    def _perform(self, call: Call, environ: dict[str, Any]) -> Response:
        environ["HTTP_X_MOTO_ACCOUNT_ID"] = (
            call.account or buckets.owner(call.parameters.get("Bucket", "")) or HOME_ACCOUNT
        )
        if _needs_signature(call):
            name = call.principal.access_key or "ANONYMOUS"
            scope = f"{name}/20000101/{call.region}/{models.signing_name(call.service)}/aws4_request"
            environ["HTTP_AUTHORIZATION"] = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
        if not self._sandbox.rates.admits(call):
            return self._finish(call, throttled(call), "rate")
        fault = self._sandbox.spoiler.decide(call)
        kind = fault.kind.value if fault else None
        if kind == "cut":
            self._sandbox.calls.add(call, None, None, kind)
            sockets.cut(environ)
        call.delay = delay = self._sandbox.spoiler.delay(call, fault)
        if delay > 0:  # Even to sleep for no time gives the processor away, on a busy machine for milliseconds.
            with self._sandbox.stillness.pause():
                time.sleep(delay)
        if fault and fault.holds == "before":
            self._hold(call, environ, "before")
        answer = self._sandbox.spoiler.instead(call, fault) or self._true_answer(call, environ)
        response = self._finish(call, answer, kind)
        if fault and fault.holds == "after":
            self._hold(call, environ, "after")
        if kind == "lost":
            sockets.cut(environ)
        return response

    def _hold(self, call: Call, environ: dict[str, Any], when: str) -> None:
        """Waits until the call is let go. One whose client is gone meanwhile goes no further."""
        with self._sandbox.stillness.pause():
            goes_on = self._sandbox.holds.wait(call, when, environ)
        if goes_on:
            return
        if when == "before":
            self._sandbox.calls.add(call, None, None, "hold")
        sockets.cut(environ)

    def _true_answer(self, call: Call, environ: dict[str, Any]) -> Response:
        try:
            wire.verify(environ, call.body)
        except wire.BadDigest as algorithm:
            message = f"The {algorithm} you specified did not match the calculated checksum."
            return answers.error(call, "BadDigest", message)
        invalid = validate(call)
        if invalid is not None:
            return answers.error(call, *invalid)
        return self._refused(call) or self._effect(call, environ)

    def _refused(self, call: Call) -> Response | None:
        """The answer to a call that its caller may not make. What cannot be decided is not allowed either."""
        try:
            refusal = self._sandbox.gate.refusal(call)
        except Undecidable as reason:
            log.error("%s by %s could not be decided: %s", call.action, call.principal.arn or "nobody", reason)
            call.visibility = Visibility.NOT_RECORDED
            code = "InternalError" if call.service == "s3" else "InternalFailure"
            return answers.error(call, code, f"The sandbox could not decide {call.action}: {reason}", 500)
        if refusal is None:
            return _dry_run(call)
        if refusal.layer == "endpoint":
            call.visibility = Visibility.ENDPOINT_ONLY
        return answers.refusal(call, refusal.error)

    def _effect(self, call: Call, environ: dict[str, Any]) -> Response:
        call.may = lambda need: self._sandbox.gate.allows_with(call, need)
        deletions.withdraw(call, environ)
        response = self._sandbox.backend.answer(call, environ)
        deletions.report(call, response)
        s3_roots.correct(call, response)
        self._sandbox.spoiler.observe(call, response)
        return response

    def _finish(self, call: Call, response: Response, faulted: str | None) -> Response:
        _stamp(call, response)
        code = self._sandbox.recorder.record(call, response)
        self._sandbox.calls.add(call, None if faulted == "lost" else response.status_code, code, faulted)
        return response


def _undetermined_call(sandbox: Sandbox, vantage: Vantage, decoded: Decoded, body: bytes) -> Call:
    """The call before it is known who makes it."""
    is_s3 = decoded.service == "s3"
    return Call(
        seq=sandbox.calls.next_seq(),
        time=utc_now(),
        account="",
        region=decoded.signature.region,
        service=decoded.service,
        iam_prefix=models.iam_prefix(decoded.service),
        operation=decoded.operation,
        parameters=decoded.parameters,
        principal=ANONYMOUS,
        vantage=vantage,
        request_id="".join(secrets.choice(_S3_ID_ALPHABET) for _ in range(16)) if is_s3 else str(uuid.uuid4()),
        known=decoded.known,
        protocol=decoded.protocol,
        method=decoded.method,
        path=decoded.path,
        query=decoded.query,
        headers=decoded.headers,
        body=body,
        signed_in=decoded.signature.place,
    )


def _needs_signature(call: Call) -> bool:
    """Whether moto has to see a header: it finds the service in it, and has unsigned calls to S3 judged by ACLs."""
    return call.signed_in == "none" if call.service == "s3" else call.signed_in == "query"


def _dry_run(call: Call) -> Response | None:
    """EC2's answer to a call that only asks whether it would be allowed."""
    if call.service != "ec2" or not call.parameters.get("DryRun"):
        return None
    return answers.error(call, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.", 412)


def _may_be_anonymous(call: Call) -> bool:
    if call.service == "s3":
        return call.operation != "ListBuckets"
    return call.service == "sts" and call.operation in ("AssumeRoleWithSAML", "AssumeRoleWithWebIdentity")


def _stamp(call: Call, response: Response) -> None:
    """Puts the call's request id wherever SDKs look for one."""
    for name in ("x-amzn-requestid", "x-amz-request-id", "x-amz-id-2", "server"):
        response.headers.pop(name, None)
    if call.service in ("s3", "s3control"):
        response.headers["x-amz-request-id"] = call.request_id
        response.headers["x-amz-id-2"] = secrets.token_urlsafe(42)
    else:
        response.headers["x-amzn-RequestId"] = call.request_id
    # S3 objects may hold anything, also these elements.
    if call.service == "s3" and response.status_code < 400:
        return
    if "json" in call.protocol or call.method == "HEAD":
        return
    body = response.get_data()
    replaced = _REQUEST_ID_ELEMENT.sub(lambda found: _request_id_element(found, call.request_id), body)
    if replaced != body:
        response.set_data(replaced)


def _request_id_element(found: re.Match[bytes], request_id: str) -> bytes:
    name = found[1] or found[2]
    return b"<" + name + b">" + request_id.encode() + b"</" + name + b">"
