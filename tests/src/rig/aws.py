"""Makes one AWS call per line of JSON on standard input, and answers with one line each."""

import json
import sys
from functools import lru_cache

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


@lru_cache(maxsize=None)
def client(service, endpoint, region, key_id, secret, token):
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        aws_session_token=token,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )


def perform(wanted):
    keys = wanted["credentials"]
    caller = client(
        wanted["service"],
        wanted["endpoint"],
        wanted["region"],
        keys["access_key_id"],
        keys["secret_access_key"],
        keys["session_token"],
    )
    try:
        answer = getattr(caller, wanted["operation"])(**wanted["parameters"])
    except ClientError as refused:
        error = refused.response["Error"]
        return {"refused": {"code": error.get("Code", ""), "message": error.get("Message", "")}}
    answer.pop("ResponseMetadata", None)
    return {"answer": answer}


def plain(value):
    """What JSON has no form for: times, and bodies of objects."""
    return value.read().decode(errors="replace") if hasattr(value, "read") else str(value)


for line in sys.stdin:
    print(json.dumps(perform(json.loads(line)), default=plain), flush=True)
