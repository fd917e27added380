"""The body of a request: read whole, aws-chunked framing removed, checksums verified."""

from __future__ import annotations

import base64
import hashlib
import io
import zlib
from typing import Any

_CHECKSUM_HEADER = "HTTP_X_AMZ_CHECKSUM_"


class BadDigest(Exception):
    """The body does not have the checksum that the client sent with it."""


class BadFraming(Exception):
    """An aws-chunked body that is not framed as it should be."""


def absorb(environ: dict[str, Any]) -> bytes:
    """Reads the body and leaves `environ` as if it had come plain, with its checksum in a header.

    https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html describes the framing.
    """
    body = _read(environ)
    if _is_aws_chunked(environ):
        body, trailers = dechunk(body)
        _forget_framing(environ, trailers)
    environ.pop("HTTP_TRANSFER_ENCODING", None)
    environ["CONTENT_LENGTH"] = str(len(body))
    rewind(environ, body)
    _name_checksum_algorithm(environ)
    return body


def rewind(environ: dict[str, Any], body: bytes) -> None:
    """Lets the next reader see the body from its start."""
    environ["wsgi.input"] = io.BytesIO(body)


def verify(environ: dict[str, Any], body: bytes) -> None:
    """Raises `BadDigest` if a checksum header does not match; algorithms that Python lacks are taken on trust."""
    for name, value in environ.items():
        compute = _CHECKSUMS.get(name.removeprefix(_CHECKSUM_HEADER)) if name.startswith(_CHECKSUM_HEADER) else None
        if compute and compute(body) != value:
            raise BadDigest(name.removeprefix(_CHECKSUM_HEADER))
    digest = environ.get("HTTP_CONTENT_MD5")
    if digest and base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode() != digest:
        raise BadDigest("MD5")


def dechunk(body: bytes) -> tuple[bytes, dict[str, str]]:
    """Splits an aws-chunked body into its content and its trailing headers."""
    stream, content = io.BytesIO(body), bytearray()
    while True:
        size = _chunk_size(stream.readline())
        if size == 0:
            return bytes(content), _trailers(stream)
        chunk = stream.read(size)
        if len(chunk) != size:
            raise BadFraming("the body ends within a chunk")
        content += chunk
        stream.readline()


def _read(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):
        return stream.read()
    length = int(environ.get("CONTENT_LENGTH") or 0)
    return stream.read(length) if length else b""


def _is_aws_chunked(environ: dict[str, Any]) -> bool:
    return environ.get("HTTP_X_AMZ_CONTENT_SHA256", "").startswith("STREAMING-") or "aws-chunked" in environ.get(
        "HTTP_CONTENT_ENCODING", ""
    )


def _forget_framing(environ: dict[str, Any], trailers: dict[str, str]) -> None:
    encodings = [one.strip() for one in environ.pop("HTTP_CONTENT_ENCODING", "").split(",")]
    kept = ",".join(one for one in encodings if one and one != "aws-chunked")
    if kept:
        environ["HTTP_CONTENT_ENCODING"] = kept
    environ.pop("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", None)
    environ.pop("HTTP_X_AMZ_TRAILER", None)
    environ["HTTP_X_AMZ_CONTENT_SHA256"] = "UNSIGNED-PAYLOAD"
    for name, value in trailers.items():
        environ["HTTP_" + name.upper().replace("-", "_")] = value


def _chunk_size(line: bytes) -> int:
    try:
        return int(line.split(b";")[0].strip(), 16)
    except ValueError:
        raise BadFraming("a chunk without a length") from None


def _trailers(stream: io.BytesIO) -> dict[str, str]:
    pairs = (line.decode("latin-1").strip().partition(":") for line in stream)
    return {name.strip().lower(): value.strip() for name, _, value in pairs if value}


def _name_checksum_algorithm(environ: dict[str, Any]) -> None:
    # moto keeps a checksum only if the algorithm is named too; SDKs send either or both.
    if "HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM" in environ:
        return
    for algorithm in ("CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"):
        if _CHECKSUM_HEADER + algorithm in environ:
            environ["HTTP_X_AMZ_SDK_CHECKSUM_ALGORITHM"] = algorithm
            return


def _encoded(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


_CHECKSUMS = {
    "CRC32": lambda body: _encoded(zlib.crc32(body).to_bytes(4, "big")),
    "SHA1": lambda body: _encoded(hashlib.sha1(body, usedforsecurity=False).digest()),
    "SHA256": lambda body: _encoded(hashlib.sha256(body).digest()),
}
