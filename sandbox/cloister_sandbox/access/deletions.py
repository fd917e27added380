"""DeleteObjects where some objects may not be deleted: those are withdrawn from the request and named in the answer.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from werkzeug.wrappers import Response

from .. import wire
from ..call import Call
from . import s3

_END = b"</DeleteResult>"


def withdraw(call: Call, environ: dict[str, Any]) -> None:
    """Leaves in the request what may be deleted."""
    if not call.kept_objects:
        return
    kept = [entry for entry, _ in call.kept_objects]
    remaining = [entry for entry in s3.entries_to_delete(call) if entry not in kept]
    quiet = bool((call.parameters.get("Delete") or {}).get("Quiet"))
    body = f"<Delete>{''.join(map(_object, remaining))}<Quiet>{str(quiet).lower()}</Quiet></Delete>".encode()
    environ["CONTENT_LENGTH"] = str(len(body))
    # Checksums of the body as it came were verified.
    for name in [name for name in environ if name == "HTTP_CONTENT_MD5" or name.startswith("HTTP_X_AMZ_CHECKSUM_")]:
        del environ[name]
    wire.rewind(environ, body)


def report(call: Call, response: Response) -> None:
    """Names in the answer what was not deleted, and why."""
    if not call.kept_objects or response.status_code >= 400:
        return
    errors = "".join(_error(entry, error.code, error.message) for entry, error in call.kept_objects).encode()
    body = response.get_data()
    if _END in body:
        response.set_data(body.replace(_END, errors + _END))
    else:  # Nothing to say of the others: the element is empty.
        response.set_data(body.replace(b"/>", b">" + errors + _END))


def _object(entry: dict[str, Any]) -> str:
    return f"<Object>{_members(entry, ('Key', 'VersionId'))}</Object>"


def _error(entry: dict[str, Any], code: str, message: str) -> str:
    about = _members(entry, ("Key", "VersionId"))
    return f"<Error>{about}<Code>{escape(code)}</Code><Message>{escape(message)}</Message></Error>"


def _members(entry: dict[str, Any], names: tuple[str, ...]) -> str:
    return "".join(f"<{name}>{escape(str(entry[name]))}</{name}>" for name in names if entry.get(name))
