"""What boto3 sends is decoded to what boto3 was asked for, for every operation of the services that matter."""

from __future__ import annotations

import functools
import io
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ParamValidationError
from shapes import sample

from cloister_sandbox import wire
from cloister_sandbox.decode import Decoded, decode

_CREDENTIALS = {
    "aws_access_key_id": "AKIASAMPLESAMPLESAM1",
    "aws_secret_access_key": "secret",
    "region_name": "eu-west-1",
}

# Services of each protocol: query with its EC2 form, JSON, REST with JSON, REST with XML; a few thousand operations.
SERVICES = tuple(
    """
    ec2 iam sts elbv2 cloudwatch sns
    kms ssm cloudtrail logs sagemaker network-firewall organizations secretsmanager dynamodb ecr
    efs lambda accessanalyzer codeartifact guardduty apigateway
    s3 s3control route53 cloudfront
    """.split()
)

# Two operations on one path that differ in nothing a router could see.
INDISTINCT = {
    ("s3", "ListDirectoryBuckets"),
    ("s3", "ListObjects"),
    ("s3", "GetBucketLifecycle"),
    ("s3", "PutBucketLifecycle"),
    ("s3", "GetBucketNotification"),
    ("s3", "PutBucketNotification"),
    ("s3", "WriteGetObjectResponse"),
}


class _Sent(Exception):
    def __init__(self, request: Any) -> None:
        self.request = request


@functools.cache
def client_of(service: str) -> Any:
    """A boto3 client that raises what it would have sent."""
    config = Config(inject_host_prefix=False, s3={"addressing_style": "path"})
    client = boto3.client(service, endpoint_url="http://127.0.0.1:1", config=config, **_CREDENTIALS)

    def stop(request: Any, **_: Any) -> None:
        raise _Sent(request)

    client.meta.events.register("before-send", stop)
    return client


def sent_by(service: str, operation: str, parameters: dict[str, Any]) -> dict[str, Any]:
    """The WSGI environ of the request that boto3 would send."""
    with pytest.raises(_Sent) as sent:
        client_of(service)._make_api_call(operation, dict(parameters))
    return environ_of(sent.value.request)


def environ_of(request: Any) -> dict[str, Any]:
    """A prepared request as the server would hand it over."""
    body = request.body.read() if hasattr(request.body, "read") else (request.body or b"")
    body = body.encode() if isinstance(body, str) else body
    url = urlsplit(request.url)
    environ = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(url.path).encode().decode("latin-1"),
        "RAW_URI": url.path + (f"?{url.query}" if url.query else ""),
        "QUERY_STRING": url.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    for name, value in request.headers.items():
        text = value.decode() if isinstance(value, bytes) else str(value)
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
    environ["CONTENT_LENGTH"] = str(len(body))
    environ.pop("HTTP_CONTENT_LENGTH", None)
    return environ


def decoded(environ: dict[str, Any]) -> Decoded:
    """Decodes an environ the way the pipeline does."""
    return decode(environ, wire.absorb(environ))


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_is_recognised(service: str) -> None:
    wrong = {}
    model = client_of(service).meta.service_model
    for operation in model.operation_names:
        if (service, operation) in INDISTINCT:
            continue
        shape = model.operation_model(operation).input_shape
        parameters = sample(shape) if shape else {}
        try:
            found = decoded(sent_by(service, operation, parameters))
        except ParamValidationError:
            continue
        if (found.service, found.operation) != (service, operation) or not found.known:
            wrong[operation] = (found.service, found.operation)
    assert wrong == {}


CASES = [
    (
        "ec2",
        "CreateVpc",
        {
            "CidrBlock": "10.0.0.0/16",
            "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}],
        },
    ),
    ("ec2", "DescribeSubnets", {"Filters": [{"Name": "vpc-id", "Values": ["vpc-1", "vpc-2"]}], "DryRun": True}),
    (
        "iam",
        "CreateRole",
        {
            "RoleName": "r",
            "AssumeRolePolicyDocument": "{}",
            "Tags": [{"Key": "a", "Value": ""}],
            "MaxSessionDuration": 3600,
        },
    ),
    (
        "sts",
        "AssumeRole",
        {"RoleArn": "arn:aws:iam::111122223333:role/r", "RoleSessionName": "s1", "TransitiveTagKeys": ["a", "b"]},
    ),
    (
        "kms",
        "CreateKey",
        {"Description": "é", "Tags": [{"TagKey": "a", "TagValue": "b"}], "BypassPolicyLockoutSafetyCheck": False},
    ),
    ("kms", "Encrypt", {"KeyId": "k", "Plaintext": b"\x00\xff"}),
    ("ssm", "PutParameter", {"Name": "/a/b", "Value": "v", "Overwrite": False}),
    ("efs", "CreateFileSystem", {"CreationToken": "t", "Encrypted": True, "Tags": [{"Key": "a", "Value": "b"}]}),
    ("lambda", "GetFunction", {"FunctionName": "arn:aws:lambda:eu-west-1:111122223333:function:f"}),
    ("codeartifact", "ListPackages", {"domain": "dom", "repository": "rep", "maxResults": 5}),
    ("s3", "GetObject", {"Bucket": "data-1", "Key": "a b/ü+%&=?.txt", "VersionId": "v"}),
    ("s3", "ListObjectsV2", {"Bucket": "data-1", "Prefix": "p/", "MaxKeys": 3, "EncodingType": "url"}),
    (
        "s3",
        "PutObject",
        {
            "Bucket": "data-1",
            "Key": "k",
            "Body": b"content",
            "ServerSideEncryption": "aws:kms",
            "ContentType": "text/plain",
            "ChecksumAlgorithm": "CRC32",
        },
    ),
    ("s3", "PutBucketVersioning", {"Bucket": "data-1", "VersioningConfiguration": {"Status": "Enabled"}}),
    ("s3", "CopyObject", {"Bucket": "data-1", "Key": "k", "CopySource": "other/key"}),
    ("s3control", "GetPublicAccessBlock", {"AccountId": "111122223333"}),
]


@pytest.mark.parametrize(("service", "operation", "parameters"), CASES, ids=[f"{one[0]}:{one[1]}" for one in CASES])
def test_parameters_come_back_as_they_were_given(service: str, operation: str, parameters: dict[str, Any]) -> None:
    found = decoded(sent_by(service, operation, parameters))
    assert (found.service, found.operation, found.signature.region) == (service, operation, "eu-west-1")
    # What botocore and the parser add by themselves.
    added = {"Metadata", "ContentLength", "ChecksumCRC32", "ChecksumMode", "ChecksumAlgorithm"} - set(parameters)
    assert {name: value for name, value in found.parameters.items() if name not in added} == parameters


def test_times_are_decoded() -> None:
    start = datetime(2025, 1, 2, 3, 4, 5, tzinfo=UTC)
    found = decoded(sent_by("cloudtrail", "LookupEvents", {"StartTime": start}))
    assert found.parameters["StartTime"].replace(tzinfo=UTC) == start


def test_a_target_without_the_package_in_front_is_recognised() -> None:
    environ = sent_by("cloudtrail", "DeleteTrail", {"Name": "audit"})
    whole = environ["HTTP_X_AMZ_TARGET"]
    assert whole == "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101.DeleteTrail"
    environ["HTTP_X_AMZ_TARGET"] = "CloudTrail_20131101.DeleteTrail"
    found = decoded(environ)
    assert (found.service, found.operation, found.known) == ("cloudtrail", "DeleteTrail", True)
    assert found.parameters == {"Name": "audit"}
    environ["HTTP_X_AMZ_TARGET"] = "CloudTrail_20131101.InventedOperation"
    assert not decoded(environ).known


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_urls_are_decoded(version: str) -> None:
    client = boto3.client(
        "s3", endpoint_url="http://127.0.0.1:1", config=Config(signature_version=version), **_CREDENTIALS
    )
    url = urlsplit(client.generate_presigned_url("get_object", Params={"Bucket": "data-1", "Key": "a/b"}))
    found = decoded(_bare_environ("GET", url.path, url.query))
    assert (found.service, found.operation, found.signature.place) == ("s3", "GetObject", "query")
    assert found.signature.access_key == _CREDENTIALS["aws_access_key_id"]
    assert found.parameters == {"Bucket": "data-1", "Key": "a/b"}


def test_what_no_model_knows_is_named_as_the_client_named_it() -> None:
    environ = _bare_environ("POST", "/", "")
    environ["HTTP_AUTHORIZATION"] = "AWS4-HMAC-SHA256 Credential=AKIA/20250101/us-east-1/ssm/aws4_request, Signature=0"
    environ["HTTP_X_AMZ_TARGET"] = "AmazonSSM.InventedOperation"
    environ["CONTENT_TYPE"] = "application/x-amz-json-1.1"
    found = decoded(environ)
    assert (found.service, found.operation, found.known) == ("ssm", "InventedOperation", False)


@pytest.mark.parametrize(
    "header",
    ["", "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA256 Credential=,", "AWS4-HMAC-SHA256 Credential=a/b", "AWS x:y", "Bearer z"],
)
def test_a_malformed_signature_is_no_crash(header: str) -> None:
    environ = _bare_environ("GET", "/bucket/key", "")
    environ["HTTP_AUTHORIZATION"] = header
    assert decoded(environ).operation == "GetObject"


def _bare_environ(method: str, path: str, query: str) -> dict[str, Any]:
    return {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote(path),
        "RAW_URI": f"{path}?{query}" if query else path,
        "QUERY_STRING": query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""),
        "CONTENT_LENGTH": "0",
    }
