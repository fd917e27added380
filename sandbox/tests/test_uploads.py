"""Uploads arrive whole, however the client frames them."""

from __future__ import annotations

import io
from typing import Any

import pytest
from botocore.exceptions import ClientError
from conftest import Running

from cloister_sandbox import wire


@pytest.fixture(scope="module")
def s3(sandbox: Running) -> Any:
    client = sandbox.client("s3")
    client.create_bucket(Bucket="uploads")
    return client


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA1", "SHA256"])
@pytest.mark.parametrize("kind", [bytes, io.BytesIO], ids=["bytes", "stream"])
def test_a_put_with_a_checksum_stores_the_content(s3: Any, algorithm: str, kind: Any) -> None:
    content = b"some content\r\n" * 9000
    put = s3.put_object(Bucket="uploads", Key=algorithm, Body=kind(content), ChecksumAlgorithm=algorithm)
    got = s3.get_object(Bucket="uploads", Key=algorithm, ChecksumMode="ENABLED")
    assert got["Body"].read() == content
    assert got.get("ContentEncoding") is None
    assert got[f"Checksum{algorithm}"] == put[f"Checksum{algorithm}"]


def test_a_wrong_checksum_is_refused(s3: Any) -> None:
    with pytest.raises(ClientError) as failure:
        s3.put_object(Bucket="uploads", Key="bad", Body=b"content", ChecksumCRC32="AAAAAA==")
    assert failure.value.response["Error"]["Code"] == "BadDigest"


def test_the_head_of_an_object_tells_its_size(s3: Any) -> None:
    s3.put_object(Bucket="uploads", Key="sized", Body=b"12345", ContentType="text/plain")
    head = s3.head_object(Bucket="uploads", Key="sized")
    assert (head["ContentLength"], head["ContentType"]) == (5, "text/plain")


def test_an_object_that_looks_like_an_error_page_is_an_object(s3: Any) -> None:
    page = b"<!doctype html><RequestId>theirs</RequestId>"
    s3.put_object(Bucket="uploads", Key="page", Body=page, ContentType="text/html")
    assert s3.get_object(Bucket="uploads", Key="page")["Body"].read() == page


def test_an_empty_object_can_be_put(s3: Any) -> None:
    s3.put_object(Bucket="uploads", Key="empty", Body=b"")
    assert s3.get_object(Bucket="uploads", Key="empty")["ContentLength"] == 0


def test_a_multipart_upload_is_put_together(s3: Any) -> None:
    upload = s3.create_multipart_upload(Bucket="uploads", Key="parts")["UploadId"]
    bodies = [b"a" * 5 * 1024 * 1024, b"b" * 10]
    parts = [
        {
            "PartNumber": number,
            "ETag": s3.upload_part(
                Bucket="uploads", Key="parts", UploadId=upload, PartNumber=number, Body=io.BytesIO(body)
            )["ETag"],
        }
        for number, body in enumerate(bodies, start=1)
    ]
    s3.complete_multipart_upload(Bucket="uploads", Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
    assert s3.get_object(Bucket="uploads", Key="parts")["Body"].read() == b"".join(bodies)


@pytest.mark.parametrize(
    ("body", "content", "trailers"),
    [
        (b"5\r\nhello\r\n0\r\n\r\n", b"hello", {}),
        (
            b"2\r\nhe\r\n3\r\nllo\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n",
            b"hello",
            {"x-amz-checksum-crc32": "NhCmhg=="},
        ),
        (b"5;chunk-signature=ab\r\nhello\r\n0;chunk-signature=cd\r\n\r\n", b"hello", {}),
        (b"0\r\n\r\n", b"", {}),
    ],
)
def test_chunks_are_joined(body: bytes, content: bytes, trailers: dict[str, str]) -> None:
    assert wire.dechunk(body) == (content, trailers)


@pytest.mark.parametrize("body", [b"", b"zz\r\n", b"5\r\nhel"])
def test_broken_framing_is_refused(body: bytes) -> None:
    with pytest.raises(wire.BadFraming):
        wire.dechunk(body)
