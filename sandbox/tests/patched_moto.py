"""A moto server with the patches and nothing else of the sandbox, and clients for it.

`CLOISTER_PLAIN_MOTO=1` leaves the patches out, which shows what each of them is for: a test that passes all the same
guards what moto does right.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from moto.server import ThreadedMotoServer

from cloister_sandbox import patches

ACCOUNT = "123456789012"
OTHER_ACCOUNT = "111122223333"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"

Aws = Callable[..., Any]


@pytest.fixture(scope="session")
def endpoint() -> Iterator[str]:
    """The address of the server."""
    if not os.environ.get("CLOISTER_PLAIN_MOTO"):
        patches.apply()
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(endpoint: str) -> Aws:
    """Makes clients of a server without any state."""
    requests.post(f"{endpoint}/moto-api/reset", timeout=10)

    def client(service: str, region: str = "us-east-1", account: str = ACCOUNT) -> Any:
        made = boto3.client(
            service,
            region_name=region,
            endpoint_url=endpoint,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(parameter_validation=False, retries={"max_attempts": 0}, s3={"addressing_style": "path"}),
        )

        def as_account(request: Any, **_: Any) -> None:
            request.headers["x-moto-account-id"] = account

        made.meta.events.register("before-send", as_account)
        return made

    return client


def refusal(call: Callable[..., Any], **parameters: Any) -> tuple[int, str, str]:
    """Status, code and message of a call that must fail."""
    with pytest.raises(ClientError) as caught:
        call(**parameters)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error.get("Message", "")


def code(call: Callable[..., Any], **parameters: Any) -> str:
    """The code of a call that must fail."""
    return refusal(call, **parameters)[1]


def policy(*statements: dict[str, Any], **top: Any) -> str:
    """A policy document's text."""
    return json.dumps({"Version": "2012-10-17", **top, "Statement": list(statements)})


def role(aws: Aws, name: str, account: str = ACCOUNT) -> str:
    """Makes a role that EC2 may assume; returns its ARN."""
    trust = policy({"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"})
    return aws("iam", account=account).create_role(RoleName=name, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
