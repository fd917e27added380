"""Plays a data scientist inside the VPC: puts one object through the endpoint and gets it back."""

import os
import sys
import urllib.request

import boto3
from botocore.config import Config

KEY = "features/2026/run-1.csv"
BODY = b"id,score\n1,0.93\n"


def main() -> int:
    bucket = sys.argv[1]
    client = inside(data_scientist())
    client.put_object(Bucket=bucket, Key=KEY, Body=BODY)
    print(f"  put s3://{bucket}/{KEY}")
    read = client.get_object(Bucket=bucket, Key=KEY)["Body"].read()
    if read != BODY:
        print("  what was read is not what was put")
        return 1
    print(f"  got it back, {len(read)} bytes")
    deliver()
    return 0


def data_scientist() -> boto3.Session:
    """Works as the role that may use data and nothing else."""
    given = boto3.client("sts").assume_role(RoleArn=os.environ["TF_VAR_workload_role_arn"], RoleSessionName="ada")
    credentials = given["Credentials"]
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def inside(session: boto3.Session):
    """A client inside the VPC: the sandbox has an address of its own for calls that come through the endpoint."""
    endpoint = os.environ["CLOISTER_SANDBOX_INSIDE"]
    return session.client("s3", endpoint_url=endpoint, config=Config(s3={"addressing_style": "path"}))


def deliver() -> None:
    """Has the sandbox write its records to the trail's bucket at once."""
    request = urllib.request.Request(f"{os.environ['CLOISTER_SANDBOX_CONTROL']}/deliver", data=b"{}")
    urllib.request.urlopen(request).read()


if __name__ == "__main__":
    sys.exit(main())
