"""Plays a data scientist: inside the VPC with data, and three times where the lock holds."""

import json
import os
import sys
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

KEY = "features/2026/run-1.csv"
BODY = b"id,score\n1,0.93\n"
# The lab's `other_bucket`, if it is not told another name.
ELSEWHERE = "cloister-elsewhere"


def main() -> int:
    bucket = sys.argv[1]
    scientist = session(os.environ["TF_VAR_workload_role_arn"], "ada")
    inside = s3(scientist, os.environ["CLOISTER_SANDBOX_INSIDE"])
    outside = s3(scientist, os.environ["CLOISTER_SANDBOX_OUTSIDE"])

    inside.put_object(Bucket=bucket, Key=KEY, Body=BODY)
    print(f"  put s3://{bucket}/{KEY}")
    read = inside.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    if read != BODY:
        print("  what was read is not what was put")
        return 1
    print(f"  got it back, {len(read)} bytes")

    own_key = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": another_key()}
    make_open_bucket_of_somebody_else(ELSEWHERE)
    refused = [
        is_refused("list the bucket from outside", outside.list_objects_v2, Bucket=bucket),
        is_refused("put under another key", inside.put_object, Bucket=bucket, Key=KEY, Body=BODY, **own_key),
        is_refused("carry data to a foreign bucket", inside.put_object, Bucket=ELSEWHERE, Key=KEY, Body=BODY),
    ]
    deliver()
    return 0 if all(refused) else 1


def session(role_arn: str, name: str) -> boto3.Session:
    """Works as a role; the data scientist's may use data and nothing else."""
    given = boto3.client("sts").assume_role(RoleArn=role_arn, RoleSessionName=name)["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def s3(who: boto3.Session, endpoint: str):
    """A client inside or outside the VPC: the sandbox has an address for each."""
    return who.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))


def another_key() -> str:
    """A key of the same account that the bucket does not take."""
    return boto3.client("kms").create_key(Description="not the bucket's")["KeyMetadata"]["Arn"]


def make_open_bucket_of_somebody_else(name: str) -> None:
    """A bucket of another account that takes whatever this account sends: only the endpoint's policy holds it back."""
    theirs = s3(session(os.environ["TF_VAR_member_role_arn"], "mallory"), os.environ["CLOISTER_SANDBOX_OUTSIDE"])
    theirs.create_bucket(Bucket=name)
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": os.environ["TF_VAR_account_id"]},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}/*",
    }
    theirs.put_bucket_policy(Bucket=name, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))


def is_refused(what: str, call, **parameters) -> bool:
    """Tries what must not work, and says what came of it."""
    try:
        call(**parameters)
    except ClientError as failure:
        if failure.response["Error"]["Code"] != "AccessDenied":
            raise
        print(f"  refused to {what}: {failure.response['Error']['Message']}")
        return True
    print(f"  was let {what}, which must not be")
    return False


def deliver() -> None:
    """Has the sandbox write its records to the trail's bucket at once."""
    request = urllib.request.Request(f"{os.environ['CLOISTER_SANDBOX_CONTROL']}/deliver", data=b"{}")
    urllib.request.urlopen(request).read()


if __name__ == "__main__":
    sys.exit(main())
